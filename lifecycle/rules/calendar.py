"""Months as the rules count them. Pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """The corresponding day `months` later (earlier when negative), or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    if day.day <= 28:
        return date(year, month, day.day)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def end_of_term(start: date, months: int) -> date:
    """The last day of a term of `months` that begins on `start`: 2022-09-01 and 42 give 2026-02-28."""
    return add_months(start, months) - ONE_DAY


def end_before_extension(end: date, months: int) -> date:
    """The end that an extension of `months` moved to `end`: months back from the day after, less a day."""
    return add_months(end + ONE_DAY, -months) - ONE_DAY
