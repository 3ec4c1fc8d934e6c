"""What a sheet looks like, and how it is read: header found, columns matched, cells read, keys unique."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice
from typing import Any

from django.utils.translation import gettext as _

from backend.workbook.cells import Cell, CellFault, Reader, is_blank
from backend.workbook.faults import Findings
from backend.workbook.folding import folded, tight, trimmed
from backend.workbook.opening import OpenSheet
from backend.workbook.scan import Sheet, column_letters
from lifecycle.wording import listed

# A title, a note and some blank rows may stand above the header.
_HEADER_WITHIN = 30
_REMARK = re.compile(r"(.+?)\(([^()]*)\)")
_REMARKS_OF_NO_MEANING = frozenset(("必填", "选填", "可选", "年-月-日", "yyyy-mm-dd"))

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Column:
    """A column of a sheet.

    name: the field it fills. title: its header without unit. unit: what the brackets of the header say
    when the workbook is ours. required: marked * in WORKBOOK. empty: the value of a blank cell.
    refers: the sheet whose rows it names. codes: what is stored for each choice, where that is another word.
    apart: kept outside the row's own record. enter: how a new record takes the value, where it is not simply
    set; a known one never does.
    """

    name: str
    title: str
    reader: Reader
    required: bool = False
    unit: str = ""
    empty: Any = ""
    refers: str = ""
    codes: Mapping[str, str] | None = None
    apart: bool = False
    enter: Callable[[Any, Any], object] | None = None

    @property
    def heading(self) -> str:
        """The header as our own workbooks write it."""
        return f"{self.title}（{self.unit}）" if self.unit else self.title


@dataclass(slots=True)
class Row:
    """A row that is not blank. number: as Excel counts. bad: the columns that could not be read."""

    number: int
    values: dict[str, Any]
    bad: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


@dataclass(frozen=True)
class Table:
    """A sheet: its name, its columns in the order we write them, the columns that tell its rows apart.

    check: looks at one row by itself (a column that could not be read is None) and complains of it.
    told_by: the column that shows a repeated key, the key's last when empty. hint: what to do about one.
    """

    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    check: "Callable[[Row, Complain], None] | None" = None
    told_by: str = ""
    hint: Callable[[], str] = str

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def key_of(self, values: dict[str, Any]) -> Key:
        """What tells the row apart, its texts folded."""
        return tuple(
            folded(value) if isinstance(value, str) else value
            for value in (values[name] for name in self.key)
        )


Complain = Callable[[str, str], None]
"""Adds a fault to the row at hand: name of the column, message."""


@dataclass
class Sheetful:
    """The rows of one sheet of a file.

    headings: the header of each column found, as written there; columns that are missing are not in it.
    readable: False when there was no usable header, so that nothing can be said about its rows.
    """

    table: Table
    headings: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    readable: bool = True

    def heading(self, name: str) -> str:
        """The header to show for a column: as written in the file, otherwise as ours."""
        return self.headings.get(name) or self.table[name].heading


@dataclass(frozen=True)
class _Place:
    """Where a column stands and how its cells are read."""

    column: Column
    index: int
    reader: Reader


def read_sheet(table: Table, sheet: OpenSheet, *, epoch: date, findings: Findings) -> Sheetful:
    """All rows of `sheet` as `table` describes them; every fault goes to `findings`.

    Raises:
        WorkbookRefused: the sheet is damaged.
        TooManyFaults: nobody would read more.
    """
    result = Sheetful(table)
    first_column, merged, numbered = sheet.read()
    header = _find_header(table, numbered)
    if header is None:
        result.readable = sheet.scan.rows == 0
        if not result.readable:
            findings.fault(
                _("找不到表头：前 %(rows)s 行中没有一行写有本表的列名（%(columns)s）")
                % {
                    "rows": _HEADER_WITHIN,
                    "columns": listed(c.heading for c in table.columns if c.required),
                },
                sheet=table.title,
            )
        return result
    number, cells, rest = header
    places = _match_columns(table, number, cells, first_column, epoch, result, findings)
    if places is None:
        result.readable = False
        return result
    last = number
    seen: dict[Key, int] = {}
    for row_number, row_cells in rest:
        row = _read_row(table, row_number, row_cells, first_column, places, sheet.scan, result, findings)
        if row is None:
            continue
        last = row_number
        result.rows.append(row)
        _check_once(table, row, seen, result, findings)
    _check_merged(
        table, merged, header=number, last=last, places=places, first_column=first_column, findings=findings
    )
    _report_formulas(table, sheet.scan, number, places, first_column, findings)
    return result


def _find_header(
    table: Table, numbered: Iterator[tuple[int, list[Cell]]]
) -> tuple[int, list[Cell], Iterator[tuple[int, list[Cell]]]] | None:
    """The row among the first ones that names the most columns, and the rows after it."""
    titles = {tight(column.title) for column in table.columns}
    head = list(islice(numbered, _HEADER_WITHIN))
    best, best_count = -1, 1
    for index, (_number, cells) in enumerate(head):
        count = len({_split_heading(cell, titles)[0] for cell in cells if isinstance(cell, str)} & titles)
        if count > best_count:
            best, best_count = index, count
    if best < 0:
        return None
    number, cells = head[best]
    return number, cells, chain(head[best + 1 :], numbered)


def _split_heading(cell: str, titles: set[str]) -> tuple[str, str]:
    """The title and what stands in the brackets after it, both folded tight; `*` marks are dropped."""
    text = tight(cell).strip("*")
    if text in titles:
        return text, ""
    if match := _REMARK.fullmatch(text):
        remark = match[2].removeprefix("单位:")
        return match[1].strip("*"), "" if remark.lower() in _REMARKS_OF_NO_MEANING else remark
    return text, ""


def _match_columns(
    table: Table,
    number: int,
    cells: list[Cell],
    first_column: int,
    epoch: date,
    result: Sheetful,
    findings: Findings,
) -> list[_Place] | None:
    """Where each column stands; None, with faults, when the rows cannot be read by this header."""
    by_title = {tight(column.title): column for column in table.columns}
    places: list[_Place] = []
    sound = True
    for index, cell in enumerate(cells):
        if is_blank(cell):
            continue
        heading = trimmed(cell) if isinstance(cell, str) else str(cell)
        title, unit = _split_heading(heading, set(by_title))
        column = by_title.get(title)
        if column is None:
            findings.warn(
                _("不认识的列，已忽略"), sheet=table.title, row=number, column=heading[:60], value=cell
            )
        elif column.name in result.headings:
            findings.fault(
                _("“%(column)s”列重复出现，请只保留一列") % {"column": column.title},
                sheet=table.title,
                row=number,
                column=heading,
                value=f"{column_letters(first_column + index)}{number}",
            )
            sound = False
        else:
            result.headings[column.name] = heading
            try:
                reader = column.reader.under_header("" if unit == column.unit else unit, epoch=epoch)
            except CellFault as fault:
                findings.fault(fault.message, sheet=table.title, row=number, column=heading, value=cell)
                sound = False
                continue
            places.append(_Place(column, index, reader))
    for column in table.columns:
        if column.required and column.name not in result.headings:
            findings.fault(
                _("缺少必需的列“%(column)s”") % {"column": column.heading},
                sheet=table.title,
                row=number,
                column=column.heading,
            )
            sound = False
    return places if sound else None


def _read_row(
    table: Table,
    number: int,
    cells: list[Cell],
    first_column: int,
    places: list[_Place],
    scan: Sheet,
    result: Sheetful,
    findings: Findings,
) -> Row | None:
    """The values of one row; None when it is blank."""
    values: dict[str, Any] = {}
    bad: list[str] = []
    absent: list[tuple[_Place, str]] = []
    anything = False
    for place in places:
        column = place.column
        cell = cells[place.index] if place.index < len(cells) else ""
        if is_blank(cell):
            values[column.name] = column.empty
            message = _why_blank(scan, number, first_column + place.index)
            if message:
                anything = True
                absent.append((place, message))
            elif column.required:
                absent.append((place, ""))
            continue
        anything = True
        try:
            values[column.name] = place.reader.read(cell)
        except CellFault as fault:
            findings.fault(
                fault.message, sheet=table.title, row=number, column=result.headings[column.name], value=cell
            )
            values[column.name] = None
            bad.append(column.name)
    if not anything:
        return None
    for place, message in absent:
        findings.fault(
            message or _("必填，不能为空"),
            sheet=table.title,
            row=number,
            column=result.headings[place.column.name],
        )
        values[place.column.name] = None
        bad.append(place.column.name)
    for column in table.columns:
        values.setdefault(column.name, column.empty)
    return Row(number, values, tuple(bad))


def _why_blank(scan: Sheet, row: int, column: int) -> str:
    """Why a cell that shows something in Excel has no value; empty when it is simply blank."""
    if scan.errors and (row, column) in scan.errors:
        return _("单元格显示的是错误值（如 #REF!、#N/A），请改正公式或直接填写数值")
    if scan.formulas and (row, column) in scan.formulas:
        return _("公式没有保存的计算结果，请在 Excel 中打开、重新计算并保存后再导入")
    return ""


def _check_once(table: Table, row: Row, seen: dict[Key, int], result: Sheetful, findings: Findings) -> None:
    """The row against those above it, then against itself."""

    def complain(name: str, message: str) -> None:
        findings.fault(
            message,
            sheet=table.title,
            row=row.number,
            column=result.heading(name),
            value=row.values.get(name),
        )

    if not any(name in row.bad for name in table.key):
        first = seen.setdefault(table.key_of(row.values), row.number)
        if first != row.number:
            complain(
                table.told_by or table.key[-1],
                _("与第 %(row)s 行重复：%(key)s相同。%(hint)s")
                % {
                    "row": first,
                    "key": listed(table[name].title for name in table.key),
                    "hint": table.hint(),
                },
            )
            row.bad = (*row.bad, "")
    if table.check is not None:
        table.check(row, complain)


def _check_merged(
    table: Table,
    merged: list[tuple[int, int, int, int]],
    *,
    header: int,
    last: int,
    places: list[_Place],
    first_column: int,
    findings: Findings,
) -> None:
    """Merged cells in the data hide values from every row but the first, so they are a fault."""
    columns = {first_column + place.index: place.column for place in places}
    for top, left, bottom, right in merged:
        touched = [column for number, column in columns.items() if left <= number <= right]
        if touched and bottom > header and top <= last:
            findings.fault(
                _("数据区内有合并单元格，请取消合并并逐行填写"),
                sheet=table.title,
                row=max(top, header + 1),
                column=touched[0].heading,
                value=f"{column_letters(left)}{top}:{column_letters(right)}{bottom}",
            )


def _report_formulas(
    table: Table, scan: Sheet, header: int, places: list[_Place], first_column: int, findings: Findings
) -> None:
    """One report a column: how many formulas it holds, and where the first stands."""
    rows: dict[int, list[int]] = {}
    for row, column in scan.formulas:
        if row > header:
            rows.setdefault(column, []).append(row)
    for place in places:
        found = rows.get(first_column + place.index)
        if found:
            findings.warn(
                _("本列有 %(count)s 个公式，按其保存的计算结果读入") % {"count": len(found)},
                sheet=table.title,
                row=min(found),
                column=place.column.heading,
            )
