"""On which days offices work: the State Council's notices as the library of holidays knows them, and the province's word.

Due days never shift; only the day on which something is sent does.

The library takes a tenth of a second to import, so it is imported when the first year is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from django.utils import timezone

from lifecycle.reading import fetch

OPENS, CLOSES = time(9, 0), time(17, 30)
"""Working hours in local time: from OPENS on, and before CLOSES."""

MARGIN = timedelta(days=31)
"""Longer than any run of days off, so that a calendar of some days knows the working days around them."""

SATURDAY = 5
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Given:
    """A year as the library gives it. off: its days off that are no mere weekend; worked: weekend days worked (调休)."""

    off: frozenset[date]
    worked: frozenset[date]


@lru_cache(maxsize=128)
def given(year: int) -> Given:
    """What the library says of a year.

    A notice may have a day of the year before worked in exchange, so the year after is asked as well.
    """
    import holidays

    known = holidays.country_holidays("CN", years=(year, year + 1))
    return Given(
        frozenset(day for day in known if day.year == year),
        frozenset(day for day in known.weekend_workdays if day.year == year),
    )


def is_noticed(year: int) -> bool:
    """Whether the library knows the notice of the year: no notice was ever without a weekend day to be worked."""
    return bool(given(year).worked)


def name_of(day: date, language: str = "zh_CN") -> str:
    """What the library calls a day off, such as 国庆节; empty for others. language: zh_CN or en_US."""
    return _names(day.year, language).get(day, "")


@lru_cache(maxsize=64)
def _names(year: int, language: str) -> dict[date, str]:
    import holidays

    return dict(holidays.country_holidays("CN", years=year, language=language).items())


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days as the library and the province give them. own: by day, what the province says of it.

    confirmed: years of which it says that they are worked in, whatever the library knows.
    """

    own: Mapping[date, bool] = field(default_factory=dict)
    confirmed: frozenset[int] = frozenset()

    @classmethod
    def load(cls, first: date, last: date) -> Calendar:
        """The calendar of these days, and enough around them to find the next and the previous; one query."""
        rows = fetch(
            "SELECT day, is_working, NULL FROM lifecycle_calendarday WHERE day BETWEEN %(first)s AND %(last)s"
            " UNION ALL SELECT NULL, NULL, year FROM lifecycle_calendarnotice",
            {"first": first - MARGIN, "last": last + MARGIN},
        )
        return cls(
            {day: is_working for day, is_working, _ in rows if day is not None},
            frozenset(year for _, _, year in rows if year is not None),
        )

    def is_working_day(self, day: date) -> bool:
        """The province's word first, then the notices, then the week."""
        said = self.own.get(day)
        if said is not None:
            return said
        year = given(day.year)
        return day in year.worked if day.weekday() >= SATURDAY else day not in year.off

    def previous_working_day(self, day: date) -> date:
        """The last working day on or before `day`."""
        while not self.is_working_day(day):
            day -= _DAY
        return day

    def next_working_day(self, day: date) -> date:
        """The first working day on or after `day`."""
        while not self.is_working_day(day):
            day += _DAY
        return day

    def is_provisional(self, year: int) -> bool:
        """Whether the notice of the year is not worked in yet (暂定), so that only statutory days are known."""
        return year not in self.confirmed and not is_noticed(year)

    def around(self, first: date, last: date) -> Iterator[tuple[date, date, date]]:
        """(day, last working day on or before it, first on or after it) for each day from `first` to `last`."""
        days = [first + _DAY * number for number in range((last - first).days + 1)]
        after: dict[date, date] = {}
        following = self.next_working_day(last)
        for day in reversed(days):
            if self.is_working_day(day):
                following = day
            after[day] = following
        before = self.previous_working_day(first)
        for day in days:
            if self.is_working_day(day):
                before = day
            yield day, before, after[day]


def is_working_day(day: date) -> bool:
    """Whether offices work on that day; one query."""
    return Calendar.load(day, day).is_working_day(day)


def previous_working_day(day: date) -> date:
    """The last working day on or before `day`; one query."""
    return Calendar.load(day, day).previous_working_day(day)


def next_working_day(day: date) -> date:
    """The first working day on or after `day`; one query."""
    return Calendar.load(day, day).next_working_day(day)


def is_provisional(year: int) -> bool:
    """Whether the notice of the year is not worked in yet (暂定); one query."""
    return Calendar.load(date(year, 1, 1), date(year, 1, 1)).is_provisional(year)


def in_working_hours(now: datetime) -> bool:
    """Whether the clock of the offices stands between OPENS and CLOSES, whatever day it is."""
    return OPENS <= timezone.localtime(now, timezone.get_default_timezone()).time() < CLOSES
