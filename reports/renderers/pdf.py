"""Documents as PDF, by typst: PDF/A-3a (to be kept) and PDF/UA-1 (to be read aloud), fonts embedded, charts as vectors.

The template (pdf.typ) holds the whole look; what is in the document reaches it as JSON, so that no sign in a name is code.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, time
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

import typst
from django.conf import settings

from reports.document import (
    Absent,
    Document,
    Figure,
    Pairs,
    Paragraph,
    Points,
    SignatureBlock,
    Signatures,
    Table,
)
from reports.renderers import Rendered, pictures, words
from reports.renderers.balance import balanced
from reports.renderers.chart_words import parted
from reports.renderers.fonts import Faces, faces
from reports.renderers.forms import form_of
from reports.renderers.grids import INSET, Grid, Head, grid
from reports.renderers.legible import Legible
from reports.renderers.numbering import Heading, Piece, point, walk
from reports.renderers.sheet import text_width

STANDARDS: list[typst.PDFStandard] = ["a-3a", "ua-1"]

_LONG_RUN = re.compile("[!-~]{19,}")
"""Digests and addresses: typst would let them run out of their column, so they may break after every piece."""

_PIECE = 6

_CODE = re.compile("(?=[!-~]*[A-Za-z])[!-~]{8,}")
"""Numbers of projects, credit codes, digests, addresses: a justified line before one would be stretched."""

_ON_A_COVER, _ON_A_PAGE = (36.8, 21.0), (22.4, 16.4)
"""Points of a line for each em of the title and of the subject: on a cover, at the head of a page."""


class LayoutFault(RuntimeError):
    """typst had something to say against the page it made; the page is not given out."""


def render(document: Document) -> Rendered:
    """The document as PDF. Its date is the document's day, so the same document is the same bytes.

    Raises:
        FacesNotFound: no Chinese face.
        LayoutFault: typst warned or refused; nothing is given out.
    """
    chosen = faces()
    legible = Legible(chosen.covered)
    data = _data(document, chosen, legible)
    data["missing"] = words.missing_line(legible.missing) if legible.missing else ""
    compiler = typst.Compiler(
        _template(),
        font_paths=chosen.typst,
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False, separators=(",", ":"))},
    )
    try:
        content, warnings = compiler.compile_with_warnings(
            format="pdf", pdf_standards=STANDARDS, timestamp=_moment(document)
        )
    except typst.TypstError as error:
        raise LayoutFault(error.message) from error
    if warnings:
        raise LayoutFault("; ".join(warning.message for warning in warnings))
    assert isinstance(content, bytes)
    return Rendered(content, legible.missing)


def _template() -> bytes:
    return resources.files(__package__).joinpath("pdf.typ").read_bytes()


def _moment(document: Document) -> datetime:
    """The beginning of the document's day in the zone of the programme; of one without a day, that of no year in use."""
    if document.on is None:
        return datetime(2000, 1, 1, tzinfo=UTC)
    local = datetime.combine(document.on, time(), ZoneInfo(settings.TIME_ZONE))
    return local.astimezone(UTC)


def _data(document: Document, chosen: Faces, legible: Legible) -> dict[str, Any]:
    width = text_width(is_landscape=document.is_landscape)
    em_of_title, em_of_subject = _ON_A_COVER if document.has_cover else _ON_A_PAGE
    return {
        "song": [chosen.song.family, chosen.hei.family],
        "hei": [chosen.hei.family, chosen.song.family],
        "title": legible(document.title),
        "subject": legible(document.subject),
        "title_lines": _breaking(balanced(legible(document.title), width / em_of_title)),
        "subject_lines": _breaking(balanced(legible(document.subject), width / em_of_subject)),
        "author": legible(document.issuer),
        "keywords": [legible(word) for word in (document.number, document.kind) if word],
        "cover": [[legible(label), _breaking(legible(value))] for label, value in document.cover],
        "day": words.day(document.on),
        "page_of_pages": words.page_of_pages(),
        "number": legible(words.number_line(document)),
        "digest": words.digest_line(document),
        "foot": words.short_digest(document),
        "standing": legible(words.standing(document)),
        "is_draft": not document.number,
        "draft": words.draft(),
        "check": _check(document, legible),
        "has_cover": document.has_cover,
        "contents": words.contents() if document.has_contents else "",
        "is_landscape": document.is_landscape,
        "pieces": [_piece(piece, width, legible) for piece in walk(document)],
    }


def _check(document: Document, legible: Legible) -> dict[str, Any] | None:
    if not document.check_url:
        return None
    return {
        "url": document.check_url,
        "shown": _breaking(legible(document.check_url)),
        "svg": pictures.qr_svg(document.check_url),
        "label": words.check_line(),
    }


def _piece(piece: Heading | Piece, width: float, legible: Legible) -> dict[str, Any]:
    if isinstance(piece, Heading):
        return {
            "is": "heading",
            "level": piece.level,
            "rank": piece.rank,
            "text": legible(piece.text),
            "new_page": piece.new_page,
        }
    match piece.block:
        case Table() as table:
            return _table(table, piece.label, width, legible)
        case Pairs() as pairs:
            return _form(pairs, piece.label, legible)
        case Paragraph(text=text, stands=stands):
            return _paragraphs(legible(text), stands)
        case Points(items=items):
            return {
                "is": "points",
                "items": [[point(place), _breaking(legible(item))] for place, item in enumerate(items, 1)],
            }
        case Absent(why=why):
            return _paragraphs(legible(why), "")
        case Figure() as figure:
            return _figure(figure, piece.label, legible)
        case Signatures(blocks=blocks):
            return {"is": "signatures", "blocks": [_signature(block, legible) for block in blocks]}


def _figure(figure: Figure, label: str, legible: Legible) -> dict[str, Any]:
    drawing, words_on_it = parted(figure.svg, legible)
    return {
        "is": "figure",
        "label": label,
        "caption": legible(figure.caption),
        "svg": drawing,
        "words": words_on_it,
        "alt": legible(figure.alt),
    }


def _paragraphs(text: str, stands: str) -> dict[str, Any]:
    lines = text.split("\n")
    return {
        "is": "paragraphs",
        "texts": [_breaking(line) for line in lines],
        "ragged": [bool(_CODE.search(line)) for line in lines],
        "stands": stands,
    }


def _table(table: Table, label: str, width: float, legible: Legible) -> dict[str, Any]:
    laid = grid(table, width=width)
    return {
        "is": "table",
        "label": label,
        "continued": words.continued(label),
        "caption": legible(table.caption),
        "unit": words.unit_line(table.unit),
        "widths": laid.widths,
        "size": laid.size,
        "heads": [
            {
                "text": _breaking(balanced(legible(head.text), _room(laid, head))),
                "x": head.column,
                "y": head.row,
                "columns": head.columns,
                "rows": head.rows,
            }
            for head in laid.heads
        ],
        "head_rows": laid.head_rows,
        "rows": [[_breaking(legible(text)) for text in row] for row in laid.rows],
        "stands": [[*stands] for stands in laid.stands],
        "indent": {str(row): steps for row, steps in laid.indent.items()},
        "has_total": table.has_total,
        "notes": [_breaking(legible(note)) for note in laid.notes],
        "breakable": laid.breakable,
        "first": laid.first,
        "last": laid.last,
        "tall": laid.tall,
        "is_ledger": laid.is_ledger,
    }


def _room(laid: Grid, head: Head) -> float:
    """Ems between the rules of a cell of the head."""
    width = sum(laid.widths[head.column : head.column + head.columns])
    return (width - 2 * INSET) / laid.size


def _form(pairs: Pairs, label: str, legible: Legible) -> dict[str, Any]:
    form = form_of(pairs)
    return {
        "is": "pairs",
        "label": label,
        "caption": legible(pairs.caption),
        "unit": words.unit_line(pairs.unit),
        "rows": [
            [[_breaking(legible(name)), _breaking(legible(text))] for name, text in row] for row in form.rows
        ],
        "breakable": form.breakable,
    }


def _signature(block: SignatureBlock, legible: Legible) -> dict[str, Any]:
    return {
        "party": _with_end_kept(legible(block.party)),
        "opinion": [_breaking(line) for line in legible(block.opinion).split("\n") if line],
        "signers": [legible(signer) for signer in block.signers],
        "day": words.day(block.day) or words.parties_day(),
    }


def _with_end_kept(label: str) -> str | list[list[str | dict[str, str]]]:
    """A label whose last two signs stay together, so that none stands alone on the last line of a narrow column."""
    if label.isascii() or "\n" in label:
        return _breaking(label)
    return [[label[:-2], {"b": label[-2:]}]]


def _breaking(text: str) -> str | list[list[str | dict[str, str]]]:
    """The text as it is, or, with line breaks or a long run of letters, lines of pieces; a {"b": piece} may be parted
    from its neighbours without a sign between."""
    if "\n" not in text and not _LONG_RUN.search(text):
        return text
    return [_pieces(line) for line in text.split("\n")]


def _pieces(line: str) -> list[str | dict[str, str]]:
    found: list[str | dict[str, str]] = []
    end = 0
    for run in _LONG_RUN.finditer(line):
        if run.start() > end:
            found.append(line[end : run.start()])
        whole, end = run.group(), run.end()
        found += [{"b": whole[at : at + _PIECE]} for at in range(0, len(whole), _PIECE)]
    return [*found, line[end:]] if end < len(line) or not found else found
