"""One reader for each kind of cell: whatever spelling people use, one exact value comes out.

A reader gets the cell as the Excel reader delivers it (text, number, truth value, day, time of day,
length of time) and returns the value, or raises `CellFault` with a sentence that says what is wanted.
Numbers are decimal: a binary float is read to 15 significant digits, which is what Excel keeps and shows.
Source: WORKBOOK, "Cells as people type them".
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from math import isfinite
from typing import Any, Protocol, Self

from django.utils.translation import gettext as _

from backend.workbook.folding import folded, tight, trimmed, unguarded
from finance.terms import TOO_MUCH
from lifecycle.wording import CONTROL, listed

Cell = str | int | float | bool | date | datetime | time | timedelta

# Powers of ten, so that the unit moves the decimal point and nothing is ever rounded.
UNITS = {"元": 0, "千元": 3, "万元": 4, "亿元": 8}
FEN = Decimal("0.01")
FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2099, 12, 31)

_PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)", re.ASCII)
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?", re.ASCII)
_UNIT_INSIDE = re.compile(r"[¥$€]|[元角分百千万亿]|rmb|cny", re.IGNORECASE)
_CLOCK = r"(?:(?:\s+|T)[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
_DAY_TEXT = re.compile(
    rf"([0-9]{{4}})\s*([-/.])\s*([0-9]{{1,2}})\s*\2\s*([0-9]{{1,2}}){_CLOCK}"
    rf"|([0-9]{{4}})\s*年\s*([0-9]{{1,2}})\s*月\s*([0-9]{{1,2}})\s*日?{_CLOCK}",
    re.ASCII,
)
_DASHES = str.maketrans("‐‑‒–—−", "------")
_YEAR_SUFFIX = re.compile(r"(?<=[0-9])年度?$", re.ASCII)
_SERIAL_TEXT = re.compile(r"[0-9]{5}", re.ASCII)
# What Decimal holds without rounding.
_MOST_DIGITS = 28


class CellFault(ValueError):
    """The cell cannot be read; the message says what is wanted, in the reader's language."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Reader(Protocol):
    """Reads one kind of cell."""

    def read(self, cell: Cell) -> Any:
        """The exact value of a cell that is not blank; raises `CellFault`."""

    def under_header(self, unit: str, *, epoch: date) -> "Reader":
        """The reader for a column whose header has `unit` in its brackets, in a book that counts days from
        `epoch`; raises `CellFault` for a unit it does not know."""


def is_blank(cell: Cell | None) -> bool:
    """Whether nothing was typed: no value, or only spaces."""
    return cell is None or (isinstance(cell, str) and not trimmed(cell))


def shown(cell: object, limit: int = 60) -> str:
    """A cell or a value as a person sees it in Excel, cut to `limit` characters; empty when blank."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        text = "TRUE" if cell else "FALSE"
    elif isinstance(cell, float):
        text = format(cell, ".15g")
    elif isinstance(cell, datetime):
        text = cell.isoformat(sep=" ")
    elif isinstance(cell, date | time):
        text = cell.isoformat()
    else:
        text = str(cell)
    text = CONTROL.sub("\N{REPLACEMENT CHARACTER}", trimmed(text))
    return text if len(text) <= limit else f"{text[:limit]}…"


def _decimal(cell: Cell) -> Decimal | None:
    """The exact decimal of a number or of text that is one; None when it is neither."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int):
        return Decimal(cell)
    if isinstance(cell, float):
        return Decimal(format(cell, ".15g")) if isfinite(cell) else None
    if isinstance(cell, str):
        text = tight(cell)
        if len(text) > _MOST_DIGITS:
            return None
        if _PLAIN.fullmatch(text):
            return Decimal(text)
        if _GROUPED.fullmatch(text):
            return Decimal(text.replace(",", ""))
    return None


@dataclass(frozen=True)
class _Unitless:
    """A reader that no unit and no epoch touches."""

    def under_header(self, unit: str, *, epoch: date) -> Self:
        if unit:
            raise CellFault(_("表头括号内的“%(unit)s”不认识，请删去") % {"unit": shown(unit)})
        return self


@dataclass(frozen=True)
class Text(_Unitless):
    """Text of at most `longest` characters, trimmed and otherwise as typed.

    A number is read as its digits. With `verbatim` a day or a time is a fault, because Excel makes one of
    numbers such as 3-1; without it a day is read as 2022-09-01.
    """

    longest: int
    verbatim: bool = False

    def read(self, cell: Cell) -> str:
        if isinstance(cell, str):
            text = unguarded(trimmed(cell))
        elif isinstance(cell, bool):
            raise CellFault(_("应为文字，实为逻辑值"))
        elif isinstance(cell, int | float):
            text = self._digits(cell)
        elif self.verbatim or isinstance(cell, time | timedelta):
            raise CellFault(_("应为文字，Excel 已把它变成日期或时间；请把单元格设为文本后重新填写"))
        else:
            text = cell.strftime("%Y-%m-%d")
        if len(text) > self.longest:
            raise CellFault(
                _("文字过长：最多 %(longest)s 个字符，实有 %(length)s 个")
                % {"longest": self.longest, "length": len(text)}
            )
        if CONTROL.search(text):
            raise CellFault(_("含有不可见的控制字符，请重新填写"))
        return text

    @staticmethod
    def _digits(cell: float) -> str:
        if not isfinite(cell) or abs(cell) >= 10**15:
            raise CellFault(_("数字超过 15 位，Excel 已丢失精度；请把单元格设为文本后重新填写"))
        return format(Decimal(format(cell, ".15g")), "f")


@cache
def _by_fold(values: tuple[str, ...]) -> dict[str, str]:
    return {tight(value): value for value in values}


@dataclass(frozen=True)
class Choice(_Unitless):
    """One of `values`; width, brackets and spaces do not matter, and the value comes out as listed."""

    values: tuple[str, ...]

    def read(self, cell: Cell) -> str:
        if isinstance(cell, str):
            value = _by_fold(self.values).get(tight(unguarded(trimmed(cell))))
            if value is not None:
                return value
        raise CellFault(_("应为其中之一：%(values)s") % {"values": listed(self.values)})


@dataclass(frozen=True)
class Amount:
    """Money in yuan, two places, out of the unit in the header; `unit` is that of a header without one.

    zero: whether nothing is an amount. remainder: whether it is what other amounts leave over, which may be
    below zero.
    """

    unit: str
    zero: bool = True
    remainder: bool = False

    def under_header(self, unit: str, *, epoch: date) -> "Amount":
        if not unit:
            return self
        if unit not in UNITS:
            raise CellFault(
                _("表头括号内的金额单位应为%(units)s，实为“%(unit)s”")
                % {"units": listed(UNITS), "unit": shown(unit)}
            )
        return replace(self, unit=unit)

    def read(self, cell: Cell) -> Decimal:
        number = _decimal(cell)
        if number is None:
            if isinstance(cell, str) and _UNIT_INSIDE.search(tight(cell)):
                raise CellFault(
                    _("单元格内不能带单位，只填数字；金额单位以表头括号内的“%(unit)s”为准")
                    % {"unit": self.unit}
                )
            raise CellFault(_("应为金额数字（单位：%(unit)s）") % {"unit": self.unit})
        yuan = number.scaleb(UNITS[self.unit])
        if yuan < 0 and not self.remainder:
            raise CellFault(_("金额不能为负数"))
        if abs(yuan) >= TOO_MUCH:
            raise CellFault(_("金额过大，应小于 1000 亿元；请核对数字和表头中的单位"))
        if yuan % FEN:
            raise CellFault(
                _("金额应精确到分：折合 %(yuan)s 元，不是整分数") % {"yuan": format(yuan.normalize(), "f")}
            )
        if not yuan and not self.zero:
            raise CellFault(_("金额应大于零"))
        return yuan.quantize(FEN)


@dataclass(frozen=True)
class Day:
    """A calendar day; a time of day beside it is left out."""

    epoch: date = date(1899, 12, 30)

    def under_header(self, unit: str, *, epoch: date) -> "Day":
        if unit:
            raise CellFault(_("表头括号内的“%(unit)s”不认识，请删去") % {"unit": shown(unit)})
        return replace(self, epoch=epoch)

    def read(self, cell: Cell) -> date:
        day = self._day(cell)
        if day is None:
            raise CellFault(_("应为日期，例如 2022-09-01、2022/9/1、2022.9.1 或 2022年9月1日"))
        if not FIRST_DAY <= day <= LAST_DAY:
            raise CellFault(
                _("日期应在 %(first)s 年至 %(last)s 年之间，读得 %(day)s")
                % {"first": FIRST_DAY.year, "last": LAST_DAY.year, "day": day.isoformat()}
            )
        return day

    def _day(self, cell: Cell) -> date | None:
        if isinstance(cell, datetime):
            return cell.date()
        if isinstance(cell, date):
            return cell
        if isinstance(cell, bool | time | timedelta):
            return None
        if isinstance(cell, str):
            return self._from_text(cell)
        return self._from_serial(cell)

    def _from_serial(self, serial: float) -> date | None:
        if not isfinite(serial) or not 1 <= serial < 2_958_466:
            return None
        return self.epoch + timedelta(days=int(serial))

    def _from_text(self, cell: str) -> date | None:
        text = folded(cell).translate(_DASHES)
        if _SERIAL_TEXT.fullmatch(text):
            return self._from_serial(int(text))
        match = _DAY_TEXT.fullmatch(text)
        if match is None:
            return None
        year, month, day = (
            (int(part) for part in match.group(1, 3, 4) if part)
            if match[1]
            else (int(part) for part in match.group(5, 6, 7))
        )
        try:
            return date(year, month, day)
        except ValueError:
            return None


@dataclass(frozen=True)
class Whole(_Unitless):
    """A whole number from `low` to `high`; with `year` also written 2022年 or 2022年度."""

    low: int
    high: int
    year: bool = False

    def read(self, cell: Cell) -> int:
        if self.year and isinstance(cell, str):
            cell = _YEAR_SUFFIX.sub("", tight(cell))
        number = _decimal(cell)
        if number is None or number != number.to_integral_value() or not self.low <= number <= self.high:
            raise CellFault(_("应为 %(low)s 至 %(high)s 的整数") % {"low": self.low, "high": self.high})
        return int(number)


@dataclass(frozen=True)
class Number(_Unitless):
    """An exact decimal of at most `places` places and below `limit` either side of zero."""

    places: int
    limit: Decimal

    def read(self, cell: Cell) -> Decimal:
        number = _decimal(cell)
        if number is None:
            raise CellFault(_("应为数字，单位另填，不写在单元格内"))
        if abs(number) >= self.limit:
            raise CellFault(_("数字过大，应小于 %(limit)s") % {"limit": self.limit})
        if number != number.quantize(Decimal(1).scaleb(-self.places)):
            raise CellFault(_("最多 %(places)s 位小数") % {"places": self.places})
        return number
