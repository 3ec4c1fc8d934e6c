"""Which sheets a workbook has and what its list of contents says, and how wide columns and how high rows are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from reports.document import Cell, Document, Pairs, Table, Text
from reports.renderers.grids import ems, lines_of
from reports.renderers.legible import clean
from reports.renderers.numbering import Heading, Piece, walk
from reports.shown import shown

_LONG = 12
"""Rows beyond which a table has a sheet of its own, where its head stays in sight and is printed on each page."""

_NAME, _FORBIDDEN = 31, str.maketrans(dict.fromkeys("[]:*?/\\'", "　"))
"""Excel's limits on the name of a sheet."""

UPRIGHT = 105.0
"""Characters of a row that can be read when it is fitted to an upright sheet of paper."""

_LEAST, _MOST_OF_WORDS, _MOST = 8.0, 40.0, 60.0
"""Widths of columns in characters."""

_LINE, _ROOM, _HIGHEST = 15.0, 24.0, 409.0
"""Points: a line of text, a line of room to write in, and the highest row that Excel takes."""


@dataclass(slots=True, eq=False)
class Sheet:
    """A section's tables, or a long table of it. title: of the section or of the table."""

    title: str
    pieces: list[Piece] = field(default_factory=list)
    name: str = ""

    @property
    def has_main(self) -> bool:
        """Whether it is all about its first table, so that the head of that one can stay in sight."""
        return isinstance(self.pieces[0].block, Table) and not any(piece.label for piece in self.pieces[1:])


@dataclass(slots=True)
class Line:
    """Of the list of contents. sheet: where it leads; none for a chapter without any table."""

    text: str
    depth: int
    sheet: Sheet | None = None


def lines_of_contents(document: Document) -> list[Line]:
    """Every chapter, and below it each section and each long table that has a sheet; sheets in their order, with names."""
    lines: list[Line] = []
    sheet: Sheet | None = None
    depth = 0
    for piece in walk(document):
        if isinstance(piece, Heading):
            sheet, depth = None, piece.level - 1
            lines.append(Line(piece.text, depth))
            continue
        if not isinstance(piece.block, Table | Pairs):
            continue
        if not lines:
            # What stands below no heading stands below the title of the whole.
            lines.append(Line(document.title, 0))
        if sheet is None:
            sheet = lines[-1].sheet = Sheet(lines[-1].text)
        elif piece.label and (_is_long(piece) or _is_long(sheet.pieces[0])):
            sheet = Sheet(f"{piece.label}　{piece.block.caption}")
            lines.append(Line(sheet.title, depth + 1, sheet))
        sheet.pieces.append(piece)
    _name(sheets_of(lines))
    _lead(lines)
    return [line for line in lines if line.sheet or not line.depth]


def sheets_of(lines: Sequence[Line]) -> list[Sheet]:
    """The sheets that the lines lead to, each once."""
    return list(dict.fromkeys(line.sheet for line in lines if line.sheet))


def _is_long(piece: Piece) -> bool:
    return isinstance(piece.block, Table) and len(piece.block.rows) > _LONG


def _lead(lines: Sequence[Line]) -> None:
    """A heading without tables of its own leads to the first of those below it."""
    for place, line in enumerate(lines):
        below = takewhile(lambda other, depth=line.depth: other.depth > depth, lines[place + 1 :])  # type: ignore[misc]
        line.sheet = line.sheet or next((other.sheet for other in below if other.sheet), None)


def _name(sheets: Sequence[Sheet]) -> None:
    """Names are titles, cut where Excel wants it, no two the same."""
    taken: set[str] = set()
    for sheet in sheets:
        whole = " ".join(clean(sheet.title).translate(_FORBIDDEN).split()) or "—"
        name, number = whole[:_NAME], 1
        while name.lower() in taken:
            number += 1
            name = f"{whole[: _NAME - len(str(number)) - 1]}~{number}"
        taken.add(name.lower())
        sheet.name = name


def widths_of(pieces: Sequence[Piece]) -> list[float]:
    """Of each column in characters: wide enough for numbers and days, running text wrapped."""
    widths: list[float] = []
    for piece in pieces:
        block = piece.block
        rows: list[Sequence[Cell]]
        if isinstance(block, Table):
            rows = [[Text(column.title) for column in block.columns], *block.rows]
        else:
            assert isinstance(block, Pairs)
            rows = [[Text(label), cell] for label, cell in block.pairs]
        for row in rows:
            widths += [_LEAST] * (len(row) - len(widths))
            for place, cell in enumerate(row):
                most = _MOST_OF_WORDS if isinstance(cell, Text) else _MOST
                longest = max(map(ems, shown(cell, block.unit).split("\n")))
                widths[place] = max(widths[place], min(longest * 2 + 2, most))
    return widths


def height_of(texts: Sequence[str], widths: Sequence[float]) -> float | None:
    """Of a row with wrapped texts, in points; none where one line is enough. Lines left blank are room to write in."""
    height = 0.0
    for text, width in zip(texts, widths, strict=False):
        # A hanzi takes two characters, and the cell keeps a little blank on both sides.
        lines = lines_of(text, (width - 1) / 2)
        if lines > 1:
            height = max(height, lines * _LINE if text.strip() else lines * _ROOM)
    return min(height, _HIGHEST) or None
