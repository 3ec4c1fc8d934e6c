"""A report on the screen: the same document as on paper, in which every figure opens where it comes from."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.conf import settings
from django.utils import translation

from backend.pages.report_sources import address_of
from lifecycle.models import Project
from reports.document import (
    Absent,
    Cell,
    Document,
    Figure,
    Pairs,
    Paragraph,
    Points,
    Signatures,
    Table,
)
from reports.renderers.numbering import Heading, walk
from reports.shown import looks_off, reads_as_words, shown

ROWS_ON_SCREEN = 200
"""A longer table goes on in the files; the page says so."""

FACES_ON_SCREENS = (
    "'Noto Sans SC', 'Noto Sans CJK SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei'"
)


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell as text. url: where it comes from, or empty."""

    text: str
    is_words: bool
    url: str = ""


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """The heading of a column. is_words: nothing but words stand below it."""

    title: str
    is_words: bool


@dataclass(frozen=True, slots=True)
class ShownRow:
    cells: list[ShownCell]
    indent: int = 0
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A heading or a block made ready for its template, which is named by `is_a`."""

    is_a: str
    level: int = 0
    anchor: str = ""
    label: str = ""
    title: str = ""
    unit: str = ""
    note: str = ""
    is_off: bool = False
    left_out: int = 0
    groups: list[tuple[str, int]] = field(default_factory=list)
    columns: list[ShownColumn] = field(default_factory=list)
    rows: list[ShownRow] = field(default_factory=list)
    items: list[Any] = field(default_factory=list)
    image: str = ""


def shown_document(document: Document, project: Project | None = None) -> list[Shown]:
    """The document piece by piece, in reading order, in the language in which it is issued."""
    with translation.override(settings.LANGUAGE_CODE):
        return list(_pieces(document, project))


def _pieces(document: Document, project: Project | None) -> Iterator[Shown]:
    for number, piece in enumerate(walk(document)):
        if isinstance(piece, Heading):
            yield Shown("heading", level=piece.level, anchor=f"part-{number}", title=piece.text)
            continue
        label = piece.label
        match piece.block:
            case Table() as table:
                yield _table(table, label, project)
            case Pairs(caption=caption, pairs=pairs, unit=unit):
                items = [(name, _cell(cell, unit, project)) for name, cell in pairs]
                yield Shown("pairs", label=label, title=caption, unit=unit, items=items)
            case Paragraph(text=text):
                yield Shown("paragraph", title=text)
            case Points(items=points):
                yield Shown("points", items=list(points))
            case Absent(why=why):
                yield Shown("absent", title=why)
            case Figure(caption=caption, svg=svg, alt=alt):
                # As a picture of its own, since the page itself allows no styles in its markup.
                image = f"data:image/svg+xml;base64,{b64encode(_for_screens(svg).encode()).decode()}"
                yield Shown("figure", label=label, title=caption, note=alt, image=image)
            case Signatures(blocks=blocks):
                yield Shown("signatures", items=list(blocks))


def _table(table: Table, label: str, project: Project | None) -> Shown:
    places = range(len(table.rows))
    left_out = max(len(places) - ROWS_ON_SCREEN, 0)
    rows = [
        ShownRow(
            [_cell(cell, table.unit, project) for cell in table.rows[place]],
            table.indent.get(place, 0),
            table.has_total and place == places[-1],
        )
        for place in ([*places[: ROWS_ON_SCREEN - 1], places[-1]] if left_out else places)
    ]
    groups = [(name, len(list(columns))) for name, columns in groupby(table.columns, lambda each: each.group)]
    return Shown(
        "table",
        label=label,
        title=table.caption,
        unit=table.unit,
        note=table.note,
        is_off=looks_off(table),
        left_out=left_out,
        groups=groups if any(name for name, _ in groups) else [],
        columns=[
            ShownColumn(column.title, all(reads_as_words(row[place]) for row in table.rows))
            for place, column in enumerate(table.columns)
        ],
        rows=rows,
    )


def _for_screens(svg: str) -> str:
    """With faces of the same widths that a reader's machine has; that of the paper it has not."""
    return svg.replace("font-family: ", f"font-family: {FACES_ON_SCREENS}, ")


def _cell(cell: Cell, unit: str, project: Project | None) -> ShownCell:
    url = address_of(cell.source, project) if cell.source else ""
    return ShownCell(shown(cell, unit), reads_as_words(cell), url)
