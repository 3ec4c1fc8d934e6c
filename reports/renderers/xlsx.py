"""Documents as XLSX, for people who go on calculating: a first sheet on the document, then a sheet a section with tables.

Amounts are numbers in their table's unit, unrounded, so that sums come out; rates are numbers as paper shows them; days
are days; texts are texts, never formulas. All rows are there, also those that paper leaves out. Paragraphs, charts and
signatures are not.
"""

from __future__ import annotations

import io
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from reports.document import Cell, Day, Document, Money, Number, Pairs, Percent, Table, Text
from reports.renderers import Rendered, words
from reports.renderers.legible import clean
from reports.renderers.xlsx_sheets import (
    UPRIGHT,
    Line,
    Sheet,
    height_of,
    lines_of_contents,
    sheets_of,
    widths_of,
)
from reports.shown import DASH, MINUS, PLUS, WAN, reads_as_words, rounded_to, shown

_DIGITS = 15
"""Of a cell's number; one that needs more goes out as text, lest a fen be lost."""

_ROWS = 1_048_000
"""Rows of a sheet, a little less than Excel's 1 048 576 for captions and notes."""

_CELL = 32_767
"""Characters that Excel takes in a cell."""


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
        lines = lines_of_contents(document)
        writer.first(document, lines)
        for sheet in sheets_of(lines):
            writer.section(sheet, is_landscape=document.is_landscape)
    return Rendered(out.getvalue())


class _Writer:
    """Writes sheets row by row, as constant memory wants it."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._widths: list[float] = []
        self._known: dict[tuple[tuple[str, Any], ...], Any] = {}

    def first(self, document: Document, lines: list[Line]) -> None:
        """What the document is, its number and digest, and where its chapters are."""
        page = self._page(_("封面"), is_landscape=False)
        self._widths = [18.0, 84.0]
        for column, width in enumerate(self._widths):
            page.set_column(column, column, width)
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
                self._raise(page, row, ["", value])
                self._text(page, row, 0, label, {"bold": True, "valign": "top"})
                self._text(page, row, 1, value, wrapped)
                row += 1
        row += 1
        for number, line in enumerate(lines):
            if not number:
                self._text(page, row, 0, words.contents(), {"bold": True})
            set_in = {"indent": 2 * line.depth}
            if line.sheet:
                # An address inside the workbook; the name is ours and has no quotes.
                look = self._look(set_in | {"font_color": "#0563C1", "underline": 1})
                page.write_url(row, 1, f"internal:'{line.sheet.name}'!A1", look, clean(line.text))
            else:
                without = _("%(chapter)s（无表格，见 PDF 或 DOCX 格式）") % {"chapter": line.text}
                self._text(page, row, 1, without, set_in)
            row += 1

    def section(self, sheet: Sheet, *, is_landscape: bool) -> None:
        self._widths = widths_of(sheet.pieces)
        is_wide = sum(self._widths) > UPRIGHT
        page = self._page(sheet.name, is_landscape=is_landscape or is_wide)
        tables = [piece.block for piece in sheet.pieces if isinstance(piece.block, Table)]
        for column, width in enumerate(self._widths):
            page.set_column(column, column, width)
        if sum(len(table.rows) for table in tables) > _ROWS:
            raise ValueError(f"{sheet.name}: more rows than a sheet of Excel takes")
        row = 0
        for place, piece in enumerate(sheet.pieces):
            block = piece.block
            assert isinstance(block, Table | Pairs)
            # A row to sign in has no caption, and needs none below what is signed.
            if piece.label or not place:
                caption = f"{piece.label}　{block.caption}" if piece.label else sheet.title
                self._text(page, row, 0, caption, {"bold": True, "font_size": 12})
                row += 1
            if block.unit:
                self._text(page, row, 0, words.unit_line(block.unit), {"font_color": "#444444"})
                row += 1
            if isinstance(block, Pairs):
                row = self._pairs(page, row, block)
                continue
            below = self._head(page, row, block)
            # Of two tables on a sheet the heads cannot both stay in sight.
            if not place and sheet.has_main:
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
        self._raise(page, row, [column.title for column in table.columns])
        for column, titled in enumerate(table.columns):
            self._text(page, row, column, titled.title, look | {"text_wrap": True})
        return row + 1

    def _rows(self, page: Any, row: int, table: Table) -> int:
        last = len(table.rows) - 1
        for number, cells in enumerate(table.rows):
            look: dict[str, Any] = {"border": 1, "valign": "vcenter"}
            if table.has_total and number == last:
                look |= {"bold": True, "top": 2}
            self._raise(page, row, [_wrapped(cell) for cell in cells])
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
            self._raise(page, row, [label, shown(cell, pairs.unit)])
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
            stands = {"align": "center"} if reads_as_words(cell) else {}
            page.write_number(row, column, number, self._look(stands | look | {"num_format": mask}))
            return
        if isinstance(cell, Day) and cell.value:
            mask = "yyyy-mm-dd" if cell.is_short else 'yyyy"年"m"月"d"日"'
            page.write_datetime(
                row,
                column,
                datetime.combine(cell.value, time()),
                self._look({"align": "center"} | look | {"num_format": mask}),
            )
            return
        side = {} if isinstance(cell, Text) else {"align": "right"}
        self._text(page, row, column, shown(cell, unit), side | {"text_wrap": isinstance(cell, Text)} | look)

    def _raise(self, page: Any, row: int, texts: list[str]) -> None:
        """Make the row as high as its wrapped texts; not every program does so by itself."""
        if height := height_of(texts, self._widths):
            page.set_row(row, height)

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


def _wrapped(cell: Cell) -> str:
    """The text of a cell that may go over several lines."""
    return cell.value if isinstance(cell, Text) else ""


def _number(cell: Cell, unit: str) -> tuple[Decimal | None, str]:
    """The cell as a number with its mask; none where it is no number, says nothing, or needs more digits than a cell has.

    Amounts are exact. Rates and other numbers are those that paper shows, since most rates have no end.
    """
    value: Decimal | None = None
    places = 2
    match cell:
        case Money(amount=amount) if amount is not None:
            value = amount / WAN if unit == "万元" else amount
        case Number(value=number, places=places) if number is not None:
            value = rounded_to(Decimal(number), places)
        case Percent(value=percent, places=places) if percent is not None:
            value = rounded_to(percent, places) / 100
    if value is None or _digits(value) > _DIGITS:
        return None, ""
    return value, _mask(cell, places)


def _mask(cell: Cell, places: int) -> str:
    """How Excel is to show the number, as `shown` does."""
    decimals = "." + "0" * places if places else ""
    match cell:
        case Percent():
            return f"#,##0{decimals}%"
        case Number(form="signed"):
            return f'"{PLUS}"#,##0{decimals};"{MINUS}"#,##0{decimals};"{DASH}"'
        case Number(form=form, after=after):
            words_after = '"' + after.replace('"', "") + '"' if after else ""
            return ("0" if form == "plain" else "#,##0") + decimals + words_after
    return "#,##0" + decimals


def _digits(value: Decimal) -> int:
    return len(value.normalize().as_tuple().digits)


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
