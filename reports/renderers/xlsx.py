"""Documents as XLSX, for people who go on calculating: a first sheet on the document, then a sheet a section with tables.

Amounts are numbers in their table's unit, unrounded, so that sums come out; days are days; texts are texts, never
formulas. All rows are there, also those that paper leaves out. Paragraphs, charts and signatures are not.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from reports.document import Cell, Day, Document, Money, Number, Pairs, Percent, Table, Text
from reports.renderers import Rendered, words
from reports.renderers.grids import ems
from reports.renderers.legible import clean
from reports.renderers.numbering import Heading, Piece, walk
from reports.shown import WAN, shown

_DIGITS = 15
"""Of a cell's number; one that needs more goes out as text, lest a fen be lost."""

_ROWS = 1_048_000
"""Rows of a sheet, a little less than Excel's 1 048 576 for captions and notes."""

_NAME, _FORBIDDEN = 31, str.maketrans(dict.fromkeys("[]:*?/\\'", "　"))
"""Excel's limits on the name of a sheet."""

_CELL = 32_767
"""Characters that Excel takes in a cell."""


@dataclass(slots=True)
class _Sheet:
    """What a section has for a sheet of its own."""

    heading: Heading
    pieces: list[Piece] = field(default_factory=list)


def render(document: Document) -> Rendered:
    """The document's tables as XLSX.

    Raises:
        ValueError: a table has more rows than Excel takes.
    """
    out = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with Workbook(out, options) as book:
        _describe(book, document)
        writer = _Writer(book)
        sheets = [sheet for sheet in _sheets(document) if sheet.pieces]
        names = _names([sheet.heading for sheet in sheets])
        writer.first(document, list(zip(names, sheets, strict=True)))
        for name, sheet in zip(names, sheets, strict=True):
            writer.section(name, sheet, is_landscape=document.is_landscape)
    return Rendered(out.getvalue())


def _sheets(document: Document) -> Iterator[_Sheet]:
    sheet: _Sheet | None = None
    for piece in walk(document):
        if isinstance(piece, Heading):
            if sheet:
                yield sheet
            sheet = _Sheet(piece)
        elif isinstance(piece.block, Table | Pairs):
            # What stands below no heading stands below the title of the whole.
            sheet = sheet or _Sheet(Heading(1, 1, "", document.title))
            sheet.pieces.append(piece)
    if sheet:
        yield sheet


def _names(headings: list[Heading]) -> list[str]:
    """Names of sheets: the headings, cut where Excel wants it, no two the same."""
    taken: set[str] = set()
    names = []
    for heading in headings:
        whole = " ".join(clean(heading.text).translate(_FORBIDDEN).split()) or "—"
        name, number = whole[:_NAME], 1
        while name.lower() in taken:
            number += 1
            name = f"{whole[: _NAME - len(str(number)) - 1]}~{number}"
        taken.add(name.lower())
        names.append(name)
    return names


class _Writer:
    """Writes sheets row by row, as constant memory wants it."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._known: dict[tuple[tuple[str, Any], ...], Any] = {}

    def first(self, document: Document, sheets: list[tuple[str, _Sheet]]) -> None:
        """What the document is, its number and digest, and which sheets there are."""
        page = self._page(_("封面"), is_landscape=False)
        page.set_column(0, 0, 18)
        page.set_column(1, 1, 84)
        wrapped = {"text_wrap": True, "valign": "top"}
        self._text(page, 0, 0, document.title, {"bold": True, "font_size": 18})
        rows = [
            (_("名称"), document.subject),
            *document.cover,
            (_("出具单位"), document.issuer),
            (_("日期"), words.day(document.on)),
            (_("编号"), document.number or words.standing(document)),
            (_("数据摘要（SHA-256）"), document.digest),
            (_("核验网址"), document.check_url),
        ]
        row = 2
        for label, value in rows:
            if value:
                self._text(page, row, 0, label, {"bold": True, "valign": "top"})
                self._text(page, row, 1, value, wrapped)
                row += 1
        row += 1
        for number, (name, sheet) in enumerate(sheets):
            if not number:
                self._text(page, row, 0, words.contents(), {"bold": True})
            # An address inside the workbook; the name is ours and has no quotes.
            page.write_url(row, 1, f"internal:'{name}'!A1", self._look({}), clean(sheet.heading.text))
            row += 1

    def section(self, name: str, sheet: _Sheet, *, is_landscape: bool) -> None:
        page = self._page(name, is_landscape=is_landscape)
        tables = [piece.block for piece in sheet.pieces if isinstance(piece.block, Table)]
        for column, width in enumerate(_widths(sheet.pieces)):
            page.set_column(column, column, width)
        if sum(len(table.rows) for table in tables) > _ROWS:
            raise ValueError(f"{name}: more rows than a sheet of Excel takes")
        row = 0
        for piece in sheet.pieces:
            block = piece.block
            assert isinstance(block, Table | Pairs)
            caption = f"{piece.label}　{block.caption}" if piece.label else sheet.heading.text
            self._text(page, row, 0, caption, {"bold": True, "font_size": 12})
            row += 1
            if block.unit:
                self._text(page, row, 0, words.unit_line(block.unit), {"font_color": "#444444"})
                row += 1
            if isinstance(block, Pairs):
                row = self._pairs(page, row, block)
                continue
            below = self._head(page, row, block)
            # Two tables on a sheet cannot both stay in sight.
            if len(sheet.pieces) == len(tables) == 1:
                page.freeze_panes(below, 1 if len(block.columns) > 4 else 0)
                page.repeat_rows(row, below - 1)
            row = self._rows(page, below, block) + 1

    def _page(self, name: str, *, is_landscape: bool) -> Any:
        page = self._book.add_worksheet(name)
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.7, right=0.7, top=0.9, bottom=0.9)
        page.set_footer(f"&C{_('第 &P 页　共 &N 页')}")
        if is_landscape:
            page.set_landscape()
        return page

    def _head(self, page: Any, row: int, table: Table) -> int:
        """Titles in one row, so that it can be filtered by; groups above it go over their columns without merged cells."""
        look = {"bold": True, "bg_color": "#EDEDED", "border": 1, "align": "center", "valign": "vcenter"}
        groups = [column.group for column in table.columns]
        if any(groups):
            across = look | {"align": "center_across"}
            for column, group in enumerate(groups):
                if not group or (column and groups[column - 1] == group):
                    page.write_blank(row, column, None, self._look(across if group else look))
                else:
                    self._text(page, row, column, group, across)
            row += 1
        for column, titled in enumerate(table.columns):
            self._text(page, row, column, titled.title, look | {"text_wrap": True})
        return row + 1

    def _rows(self, page: Any, row: int, table: Table) -> int:
        last = len(table.rows) - 1
        for number, cells in enumerate(table.rows):
            look: dict[str, Any] = {"border": 1, "valign": "vcenter"}
            if table.has_total and number == last:
                look |= {"bold": True, "top": 2}
            for column, cell in enumerate(cells):
                indent = {"indent": table.indent.get(number, 0)} if not column else {}
                self._cell(page, row, column, cell, table.unit, look | indent)
            row += 1
        for note in words.notes(table, rows_printed=len(table.rows)):
            self._text(page, row, 0, note, {"font_size": 9})
            row += 1
        return row

    def _pairs(self, page: Any, row: int, pairs: Pairs) -> int:
        for label, cell in pairs.pairs:
            self._text(
                page, row, 0, label, {"bold": True, "bg_color": "#EDEDED", "border": 1, "valign": "vcenter"}
            )
            self._cell(
                page,
                row,
                1,
                cell,
                pairs.unit,
                {"border": 1, "valign": "vcenter", "text_wrap": True, "align": "left"},
            )
            row += 1
        return row + 1

    def _cell(self, page: Any, row: int, column: int, cell: Cell, unit: str, look: dict[str, Any]) -> None:
        number, mask = _number(cell, unit)
        if number is not None:
            page.write_number(row, column, number, self._look(look | {"num_format": mask}))
            return
        if isinstance(cell, Day) and cell.value:
            mask = 'yyyy"年"m"月"d"日"'
            page.write_datetime(
                row,
                column,
                datetime.combine(cell.value, time()),
                self._look({"align": "center"} | look | {"num_format": mask}),
            )
            return
        side = {} if isinstance(cell, Text) else {"align": "right"}
        self._text(page, row, column, shown(cell, unit), side | {"text_wrap": isinstance(cell, Text)} | look)

    def _text(self, page: Any, row: int, column: int, text: str, look: dict[str, Any]) -> None:
        cleaned = clean(text)[:_CELL]
        # Excel would make a formula of such a text as soon as somebody edits the cell.
        quoted = {"quote_prefix": True} if cleaned[:1] in tuple("=+-@") else {}
        page.write_string(row, column, cleaned, self._look(look | quoted))

    def _look(self, look: dict[str, Any]) -> Any:
        key = tuple(sorted(look.items()))
        if key not in self._known:
            self._known[key] = self._book.add_format({"font_name": "宋体", "font_size": 10.5, **look})
        return self._known[key]


def _number(cell: Cell, unit: str) -> tuple[Decimal | int | None, str]:
    """The cell as a number with its mask; none where it is no number, says nothing, or needs more digits than a cell has."""
    value: Decimal | int | None = None
    places = 2
    match cell:
        case Money(amount=amount) if amount is not None:
            value = amount / WAN if unit == "万元" else amount
        case Number(value=number, places=places) if number is not None:
            value = number
        case Percent(value=percent, places=places) if percent is not None:
            value = percent / 100
    if value is None or _digits(value) > _DIGITS:
        return None, ""
    mask = "#,##0" + ("." + "0" * places if places else "")
    return value, mask + ("%" if isinstance(cell, Percent) else "")


def _digits(value: Decimal | int) -> int:
    return len(Decimal(value).normalize().as_tuple().digits)


def _widths(pieces: list[Piece]) -> list[float]:
    """Of each column in characters: wide enough for numbers and days, running text wrapped."""
    widths: list[float] = []
    for piece in pieces:
        block = piece.block
        if isinstance(block, Table):
            rows = [[Text(column.title) for column in block.columns], *block.rows]
        else:
            assert isinstance(block, Pairs)
            rows = [[Text(label), cell] for label, cell in block.pairs]
        for row in rows:
            widths += [8.0] * (len(row) - len(widths))
            for place, cell in enumerate(row):
                most = 40.0 if isinstance(cell, Text) else 60.0
                longest = max(map(ems, shown(cell, block.unit).split("\n")))
                widths[place] = max(widths[place], min(longest * 2 + 2, most))
    return widths


def _describe(book: Workbook, document: Document) -> None:
    moment = datetime.combine(document.on, time()) if document.on else datetime(2000, 1, 1)  # noqa: DTZ001
    book.set_properties(
        {
            "title": clean(document.title)[:255],
            "subject": clean(document.subject)[:255],
            "author": clean(document.issuer)[:255],
            "keywords": clean(document.number)[:255],
            "comments": words.digest_line(document),
            "created": moment,
        }
    )
