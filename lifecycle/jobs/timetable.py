"""When a job runs by itself: five fields of cron in local time, the same whichever engine rings."""

from __future__ import annotations

from datetime import datetime, timedelta

from croniter import croniter
from django.utils import timezone


def is_timetable(at: str) -> bool:
    """Whether these are five fields of cron."""
    return len(at.split()) == 5 and croniter.is_valid(at)


def last_time(at: str, now: datetime) -> datetime:
    """The latest minute of the timetable that has come by `now`, this minute included."""
    found: datetime = croniter(at, _minute(now) + timedelta(seconds=1)).get_prev(datetime)
    return found


def next_time(at: str, now: datetime) -> datetime:
    """The first minute of the timetable that has not come by `now`."""
    found: datetime = croniter(at, _minute(now) + timedelta(seconds=1)).get_next(datetime)
    return found


def key_of(time: datetime) -> str:
    """What a run of that minute is known by: the minute in local time, as 2026-03-03T00:10."""
    return f"{timezone.localtime(time):%Y-%m-%dT%H:%M}"


def _minute(now: datetime) -> datetime:
    return timezone.localtime(now).replace(second=0, microsecond=0)
