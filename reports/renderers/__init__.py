"""Documents as files: the same Document as PDF, DOCX or XLSX. Renderers say how it looks; they compute no figure.

The words a renderer adds itself (目录, 单位, 第 x 页) are Chinese whoever asks, so that the same document is the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from django.conf import settings
from django.utils import translation

from reports.document import Document


@dataclass(frozen=True, slots=True)
class Rendered:
    """A file. missing: characters that no face of ours has, in order; where it is not empty the PDF shows 〓 for them
    and says so on its last page. DOCX and XLSX keep every character, since the reader's own fonts show them.
    """

    content: bytes
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: the end of its name and its media type."""

    suffix: str
    media_type: str


_OFFICE = "application/vnd.openxmlformats-officedocument"
FORMATS = {
    "pdf": Format("pdf", "application/pdf"),
    "docx": Format("docx", f"{_OFFICE}.wordprocessingml.document"),
    "xlsx": Format("xlsx", f"{_OFFICE}.spreadsheetml.sheet"),
}


def render(document: Document, form: str) -> Rendered:
    """The document as a file of FORMATS; the same document always gives the same bytes.

    Raises:
        KeyError: no such format.
        FacesNotFound: the machine has no Chinese face (PDF, and DOCX with figures).
    """
    # Each brings a library of its own, and who wants one file need not wait for three.
    renderer: Callable[[Document], Rendered] = import_module(
        f"reports.renderers.{FORMATS[form].suffix}"
    ).render
    with translation.override(settings.LANGUAGE_CODE):
        return renderer(document)
