"""Renderers and reports that cost nothing, for tests of what is done with a report rather than how it looks."""

from __future__ import annotations

from io import BytesIO

from pypdf import PdfWriter

from reports.document import Document
from reports.renderers import Rendered


def blank_pdf(document: Document) -> bytes:
    """A PDF of two pages that says which document it was made of."""
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.add_blank_page(595, 842)
    writer.add_metadata({"/Title": f"{document.number} {document.digest} {document.check_url}"})
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def quick_render(document: Document, form: str) -> Rendered:
    """As `reports.renderers.render`: a blank PDF, and a line of text for the other formats."""
    return Rendered(blank_pdf(document) if form == "pdf" else f"{form} {document.number}".encode())
