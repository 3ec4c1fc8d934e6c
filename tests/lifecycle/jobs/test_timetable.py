"""The timetable: the same minutes in local time for every engine."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lifecycle.jobs.timetable import is_timetable, key_of, last_time, next_time
from tests.jobs import at, declared


@pytest.mark.parametrize(
    ("fields", "now", "last", "following"),
    [
        ("10 0 * * *", "2026-03-03 00:09", "2026-03-02 00:10", "2026-03-03 00:10"),
        ("10 0 * * *", "2026-03-03 00:10", "2026-03-03 00:10", "2026-03-04 00:10"),
        ("30 9 1 * *", "2026-03-01 09:29", "2026-02-01 09:30", "2026-03-01 09:30"),
        ("0 8 * * 1-5", "2026-03-08 12:00", "2026-03-06 08:00", "2026-03-09 08:00"),
        ("*/5 9-17 * * *", "2026-03-03 18:00", "2026-03-03 17:55", "2026-03-04 09:00"),
    ],
)
def test_the_last_and_the_next_time_stand_on_either_side_of_now(
    fields: str, now: str, last: str, following: str
) -> None:
    assert last_time(fields, at(now)) == at(last)
    assert next_time(fields, at(now)) == at(following)


def test_a_minute_counts_from_its_first_microsecond_to_its_last() -> None:
    end = at("2026-03-03 00:10").replace(second=59, microsecond=999_999)

    assert last_time("10 0 * * *", end) == at("2026-03-03 00:10")
    assert next_time("10 0 * * *", end) == at("2026-03-04 00:10")


def test_a_clock_in_another_zone_reads_the_same_timetable() -> None:
    assert key_of(last_time("10 0 * * *", datetime(2026, 3, 2, 16, 10, tzinfo=UTC))) == "2026-03-03T00:10"


@pytest.mark.parametrize("fields", ["", "10 0 * *", "60 0 * * *", "* * * * * *", "@daily"])
def test_what_is_no_timetable_is_refused_when_it_is_declared(fields: str) -> None:
    assert not is_timetable(fields)
    if fields:
        with pytest.raises(ValueError, match="cron"):
            declared(lambda run: None, at=fields)


def test_a_name_is_given_once() -> None:
    declared(lambda run: None)

    with pytest.raises(ValueError, match=r"test\.job"):
        declared(lambda run: None)
