"""The clock of a journey: business days pass when the story says so, and the whole program reads it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
OPENING_HOUR = 9


class Clock:
    """Stands in for `django.utils.timezone.now`; each look at it is a second later, so that nothing is at once."""

    def __init__(self, day: str) -> None:
        self.go_to(day)

    def __call__(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now

    @property
    def today(self) -> date:
        return self._now.date()

    def go_to(self, day: str) -> None:
        """The morning of that day; never back in time."""
        morning = datetime.combine(date.fromisoformat(day), datetime.min.time(), SHANGHAI)
        morning += timedelta(hours=OPENING_HOUR)
        assert not hasattr(self, "_now") or morning >= self._now, f"the clock does not go back to {day}"
        self._now = morning
