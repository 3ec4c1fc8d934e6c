"""Ratios such as 1:1 and 1/3, also where Excel made a time or a date of them.

Typed into a plain cell, 1:1 becomes one minute past one and 1/3 the third of January. The hour and the
minute, the month and the day, are what was typed. Where the cell was afterwards set to a plain number, the
fraction of a day (61/1440) or the serial number of the day is left, and is read back the same way.
Source: WORKBOOK, "Cells as people type them".
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from math import isfinite

from django.utils.translation import gettext as _

from backend.workbook.cells import Cell, CellFault, _Unitless
from backend.workbook.folding import tight

_TWO_PARTS = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)[:/∶比]([0-9]{1,9}(?:\.[0-9]{1,6})?)", re.ASCII)
_ONE_PART = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(%?)", re.ASCII)
_MINUTES_A_DAY = 24 * 60
# A longer decimal than this is a computed one (0.333333333333333), not one that was typed.
_TYPED_DIGITS = 6
_LARGEST_PART = 1000
_SERIALS = range(36_526, 73_051)
_EPOCH = date(1899, 12, 30)
_DAY_ZERO = datetime.combine(date(1899, 12, 31), time())


@dataclass(frozen=True)
class Ratio(_Unitless):
    """An exact fraction above zero and at most `highest`; 1:3 and 1/3 are the same."""

    highest: int

    def read(self, cell: Cell) -> Fraction:
        ratio = _fraction(cell)
        if ratio is None or ratio <= 0:
            raise CellFault(_("应为比例，例如 1:1 或 1/3"))
        if ratio > self.highest:
            raise CellFault(_("比例过大，最高为 %(highest)s") % {"highest": self.highest})
        return ratio


def written(ratio: Fraction, sign: str) -> str:
    """The ratio as the workbook shows it, with `sign` (: or /) between its parts."""
    return f"{ratio.numerator}{sign}{ratio.denominator}"


def _fraction(cell: Cell) -> Fraction | None:
    if isinstance(cell, bool):
        return None
    if isinstance(cell, str):
        return _from_text(tight(cell))
    if isinstance(cell, int | float):
        return _from_number(cell)
    if isinstance(cell, datetime) and cell.year <= 1900:
        # A length of time beyond a day, shown as h:mm: Excel counts its days from the end of 1899.
        return _from_clock(cell - _DAY_ZERO)
    if isinstance(cell, date):
        return Fraction(cell.month, cell.day)
    if isinstance(cell, time):
        return _from_clock(timedelta(hours=cell.hour, minutes=cell.minute, seconds=cell.second))
    return _from_clock(cell)


def _from_text(text: str) -> Fraction | None:
    if match := _TWO_PARTS.fullmatch(text):
        above, below = (Fraction(part) for part in match.groups())
        return above / below if below else None
    if match := _ONE_PART.fullmatch(text):
        return Fraction(match[1]) / (100 if match[2] else 1)
    return None


def _from_clock(length: timedelta) -> Fraction | None:
    minutes, rest = divmod(round(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return Fraction(hours, minutes) if minutes and not rest else None


def _from_number(number: float) -> Fraction | None:
    if not isfinite(number) or not 0 < number < 1_000_000:
        return None
    exact = Decimal(format(number, ".15g"))
    if exact == exact.to_integral_value() and int(exact) in _SERIALS:
        day = _EPOCH + timedelta(days=int(exact))
        return Fraction(day.month, day.day)
    if len(exact.as_tuple().digits) <= _TYPED_DIGITS:
        return Fraction(exact)
    minutes = round(number * _MINUTES_A_DAY)
    if format(minutes / _MINUTES_A_DAY, ".15g") == format(number, ".15g"):
        hours, minute = divmod(minutes, 60)
        if 0 < hours <= 12 and 0 < minute <= 12:
            return Fraction(hours, minute)
    near = Fraction(number).limit_denominator(_LARGEST_PART)
    if format(near.numerator / near.denominator, ".15g") == format(number, ".15g"):
        return near
    return Fraction(exact)
