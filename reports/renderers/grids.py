"""A table made ready for paper: its head with grouped columns, texts of cells, how they stand, and how wide columns are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from reports.document import Cell, Column, Day, Table, Text
from reports.renderers import words
from reports.shown import reads_as_words, shown

ROWS_ON_PAPER = 2_000
"""A longer table is cut on paper, where nobody reads so far and typst needs a megabyte for each ten rows."""

SIZES = (10.5, 9.0, 8.0, 7.0)
"""Points: 五号, 小五 and below. A table takes the largest at which no number has to be broken."""

INSET = 4.0
"""Points between a rule and the text beside it."""

_HEAD = 6.5
"""Ems of a column's title that goes on one line where there is room for it."""

KEPT_WHOLE = 12
"""A table of so many lines and rows together is not parted by the end of a page."""

KEPT_TOGETHER = 24
"""Nor is one of so many, where it has too few rows to leave `LEAST_ROWS` on either side."""

LEAST_ROWS = 3
"""Rows of a parted table on either side of the end of a page."""

_LOWER, _LEDGER_LOWER, _LEDGER = 0.7, 0.95, 40
"""A table of some rows is set in 小五 where that makes it so much lower, its texts being on fewer lines then; of a
ledger, which has more than 40 rows, a little is enough.
"""

_NARROW = frozenset(",.:;'|!()[]iljt ")
"""Signs of a third of a hanzi in both faces."""

_CAPITALS = frozenset("ABCDEFGHKLNOPQRSTUVXYZ")
"""Of four fifths at most, but for the narrow I and J and the wide M and W."""

_WIDE = frozenset("%@MWmw&")
"""Letters about as wide as a hanzi."""

_WORD = re.compile(r"(?<![!-~])[!-~]{1,18}(?![!-~])")
"""Signs that are to stay together, such as the number of an invoice or a credit code; a longer run may be parted
(see pdf.py)."""

_VOUCHER = re.compile(r"[一-鿿]{1,2}[!-~]{1,12}")
"""The number of a voucher, 记-00226, which Word would part at its hyphen."""

_TALL = 18
"""Lines of a cell beyond which its row may go over a page."""


@dataclass(frozen=True, slots=True)
class Head:
    """A cell of the head: where it begins and over how many columns and rows it goes."""

    text: str
    row: int
    column: int
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as every renderer draws it.

    widths: of columns in points. size: of type in points. heads: row by row. head_rows: 1, or 2 with groups.
    rows: texts. stands: a letter for each cell, l, c or r. breakable: whether it is too long to be kept on
    one page. first, last: how many rows at its beginning and at its end stay on one page then. tall: whether a row may
    go over a page too. is_ledger: whether it has so many rows that they stand closer.
    """

    widths: list[float]
    size: float
    heads: list[Head]
    head_rows: int
    rows: list[list[str]]
    stands: list[str]
    indent: dict[int, int]
    notes: list[str]
    breakable: bool
    first: int
    last: int
    tall: bool
    is_ledger: bool


def grid(table: Table, *, width: float, slack: float = 1.0) -> Grid:
    """The table as it fits `width` points; of a long one the first rows and the last.

    slack: how much wider than ours figures may be in the face of whoever reads it.
    """
    kept, indent = table.rows, dict(table.indent)
    if len(kept) > ROWS_ON_PAPER:
        kept = [*kept[: ROWS_ON_PAPER - 1], kept[-1]]
        last = table.indent.get(len(table.rows) - 1, 0)
        indent = {row: steps for row, steps in indent.items() if row < ROWS_ON_PAPER - 1}
        indent |= {ROWS_ON_PAPER - 1: last} if last else {}
    rows = [[shown(cell, table.unit) for cell in row] for row in kept]
    text_stands = [_stand_of_texts(place, kept, rows) for place in range(len(table.columns))]
    size, widths = _fitted(table.columns, kept, rows, indent, width, slack)
    heads = _heads(table.columns)
    lines = [
        max(lines_of(text, (widths[place] - 2 * INSET) / size) for place, text in enumerate(row))
        for row in rows
    ]
    breakable = _is_breakable(sum(lines) + len(rows), len(rows))
    first, last = _ends(lines) if breakable else (0, 0)
    return Grid(
        widths=widths,
        size=size,
        heads=heads,
        head_rows=max(head.row + head.rows for head in heads),
        rows=rows,
        stands=["".join(_stand(cell, text_stands[place]) for place, cell in enumerate(row)) for row in kept],
        indent=indent,
        notes=words.notes(table, rows_printed=len(rows)),
        breakable=breakable,
        first=first,
        last=last,
        tall=max(lines, default=0) > _TALL,
        is_ledger=len(rows) > _LEDGER,
    )


def _is_breakable(weight: int, rows: int) -> bool:
    """Whether a table may be parted by the end of a page. weight: its lines and rows together."""
    return weight > (KEPT_WHOLE if rows >= 2 * LEAST_ROWS else KEPT_TOGETHER)


def _ends(lines: list[int]) -> tuple[int, int]:
    """How many rows at the beginning and at the end stay together: `LEAST_ROWS`, fewer of few or long ones."""
    most = min(LEAST_ROWS, len(lines) // 2)
    return _together(lines[:most]), _together(lines[::-1][:most])


def _together(lines: list[int]) -> int:
    return next((count for count in range(len(lines), 0, -1) if sum(lines[:count]) <= _TALL), 0)


def ems(text: str) -> float:
    """About how wide a line of text is, in widths of a hanzi; a little more rather than less."""
    return sum(map(_WIDTHS.__getitem__, text))


class _Widths(dict[str, float]):
    """Widths of characters, each found once: texts are measured by the ten thousand."""

    def __missing__(self, character: str) -> float:
        if character in _NARROW:
            width = 0.32
        elif character in _WIDE or ord(character) >= 0x250:
            width = 1.0
        elif character in _CAPITALS:
            width = 0.8
        else:
            width = 0.58
        self[character] = width
        return width


_WIDTHS = _Widths()


def lines_of(text: str, width: float) -> int:
    """About how many lines a text takes in a column so many ems wide."""
    return _lines(map(ems, text.split("\n")), width)


def _lines(lengths: Iterable[float], width: float) -> int:
    return sum(1 + int(length / max(width, 1.0)) for length in lengths)


def _heads(columns: Sequence[Column]) -> list[Head]:
    if not any(column.group for column in columns):
        return [Head(column.title, 0, place) for place, column in enumerate(columns)]
    heads: list[Head] = []
    for group, members in groupby(enumerate(columns), key=lambda each: each[1].group):
        placed = list(members)
        if group:
            heads.append(Head(group, 0, placed[0][0], columns=len(placed)))
            heads += [Head(column.title, 1, place) for place, column in placed]
        else:
            heads += [Head(column.title, 0, place, rows=2) for place, column in placed]
    return sorted(heads, key=lambda head: (head.row, head.column))


def _stand(cell: Cell, of_texts: str) -> str:
    if reads_as_words(cell):
        return of_texts
    return "c" if isinstance(cell, Day) else "r"


def _stand_of_texts(place: int, rows: Sequence[Sequence[Cell]], texts: list[list[str]]) -> str:
    """Short words stand in the middle as in official forms; where one is long, or set in, all begin at the left."""
    widest = max(
        (ems(text[place]) for row, text in zip(rows, texts, strict=True) if reads_as_words(row[place])),
        default=0.0,
    )
    return "c" if widest <= (5 if place else 3) else "l"


def _fitted(
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell]],
    texts: list[list[str]],
    indent: dict[int, int],
    width: float,
    slack: float,
) -> tuple[float, list[float]]:
    """Size of type and widths of columns: wide enough for every number and day, then for texts on few lines."""
    needs = [_need(place, column, rows, texts, indent, slack) for place, column in enumerate(columns)]
    whole = [
        max(need, min(ems(column.title) + 0.2, _HEAD)) for need, column in zip(needs, columns, strict=True)
    ]
    trials = [(SIZES[0], whole), (SIZES[1], whole), *((size, needs) for size in SIZES)]
    lengths = [[[ems(line) * slack for line in text.split("\n")] for text in row] for row in texts]
    most = [_most(place, column, lengths, indent) for place, column in enumerate(columns)]
    shares = [column.width for column in columns]
    fitting: dict[float, list[float]] = {}
    for size, need in trials:
        least = [each * size + 2 * INSET for each in need]
        if size not in fitting and sum(least) <= width:
            fitting[size] = _spread(least, [each * size + 2 * INSET for each in most], shares, width)
    if not fitting:
        least = [need * SIZES[-1] + 2 * INSET for need in needs]
        return SIZES[-1], [each * width / sum(least) for each in least]
    size, widths = next(iter(fitting.items()))
    smaller = SIZES[1]
    if size == SIZES[0] and smaller in fitting and len(rows) >= 2 * LEAST_ROWS:
        lower = _height(lengths, smaller, fitting[smaller]) / _height(lengths, size, widths)
        if lower < (_LEDGER_LOWER if len(rows) > _LEDGER else _LOWER):
            return smaller, fitting[smaller]
    return size, widths


def _most(place: int, column: Column, lengths: list[list[list[float]]], indent: dict[int, int]) -> float:
    """The width in ems beyond which a column gains nothing: of its longest line."""
    longest = max((length for row in lengths for length in row[place]), default=0.0)
    return max(ems(column.title), longest) + (0 if place else max(indent.values(), default=0)) + 0.1


def _spread(least: list[float], most: list[float], shares: Sequence[float], width: float) -> list[float]:
    """The wished-for shares of `width` where nothing goes over lines then; else what is to spare goes by shares to the
    columns that have texts on several lines, and only what none of them needs to the others.
    """
    wished = [share * width / sum(shares) for share in shares]
    if all(wish >= each for wish, each in zip(wished, most, strict=True)):
        return wished
    widths, spare = list(least), width - sum(least)
    short = [place for place, each in enumerate(most) if each > least[place]]
    while short and spare > 0.01:
        step = min(
            spare / sum(shares[place] for place in short),
            *((most[place] - widths[place]) / shares[place] for place in short),
        )
        for place in short:
            widths[place] += step * shares[place]
        spare -= step * sum(shares[place] for place in short)
        short = [place for place in short if most[place] - widths[place] > 0.01]
    if spare <= 0.01:
        return widths
    lacking = [max(wish - each, 0.0) for wish, each in zip(wished, widths, strict=True)]
    return [each + spare * lack / sum(lacking) for each, lack in zip(widths, lacking, strict=True)]


def _height(lengths: list[list[list[float]]], size: float, widths: list[float]) -> float:
    """About how high the rows are, in points."""
    rooms = [(width - 2 * INSET) / size for width in widths]
    return sum(
        size * (0.84 + 1.45 * max(_lines(lines, room) for lines, room in zip(row, rooms, strict=True)))
        for row in lengths
    )


def _need(
    place: int,
    column: Column,
    rows: Sequence[Sequence[Cell]],
    texts: list[list[str]],
    indent: dict[int, int],
    slack: float,
) -> float:
    """The least width in ems: numbers and days whole, a short word whole, of running text some signs, a head in two lines."""
    least = max(2.0, min(ems(column.title) / 2 + 0.5, 4.0))
    for number, (row, text) in enumerate(zip(rows, texts, strict=True)):
        if isinstance(row[place], Text):
            whole = min(max(map(ems, text[place].split("\n"))), 4.0)
            if _VOUCHER.fullmatch(text[place]):
                whole = ems(text[place]) * slack
            whole = max([whole, *(ems(word) * slack for word in _WORD.findall(text[place]))])
            least = max(least, whole + (0 if place else indent.get(number, 0)))
        else:
            # Word puts a quarter of a hanzi between figures and the words 年月日.
            least = max(least, ems(text[place]) * slack + (1.3 if "年" in text[place] else 0.1))
    return least
