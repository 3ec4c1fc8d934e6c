"""Working days against what the State Council's notices said, and what the province says besides."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lifecycle import calendar
from lifecycle.calendar import Calendar, in_working_hours
from lifecycle.calendar_days import (
    NoSuchDay,
    NoSuchNotice,
    NoticeStands,
    confirm_notice,
    remove_day,
    set_days,
    withdraw_notice,
)
from lifecycle.errors import Invalid
from lifecycle.models import CalendarDay, CalendarNotice
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import SecurityEvent
from tests.builders import day

# Source of 2026: DOMAIN.md D175; of 2025: D176 and the notice of 2024-11-12; of 2024: the notice of 2023-10-25.
OFF = {
    2024: "01-01 02-10/02-17 04-04/04-06 05-01/05-05 06-10 09-15/09-17 10-01/10-07",
    2025: "01-01 01-28/02-04 04-04/04-06 05-01/05-05 05-31/06-02 10-01/10-08",
    2026: "01-01/01-03 02-15/02-23 04-04/04-06 05-01/05-05 06-19/06-21 09-25/09-27 10-01/10-07",
}
WORKED = {
    2024: "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    2025: "01-26 02-08 04-27 09-28 10-11",
    2026: "01-04 02-14 02-28 05-09 09-20 10-10",
}


def days_of(year: int, spans: str) -> set[date]:
    found = set()
    for span in spans.split():
        first, _, last = span.partition("/")
        at = day(f"{year}-{first}")
        while at <= day(f"{year}-{last or first}"):
            found.add(at)
            at += timedelta(days=1)
    return found


@pytest.mark.parametrize("year", sorted(OFF))
def test_every_day_of_a_year_is_as_the_notice_says(year: int):
    off, worked = days_of(year, OFF[year]), days_of(year, WORKED[year])
    at = date(year, 1, 1)
    wrong = []
    while at.year == year:
        expected = at in worked or (at not in off and at.weekday() < 5)
        if Calendar().is_working_day(at) is not expected:
            wrong.append(at)
        at += timedelta(days=1)

    assert wrong == []


@pytest.mark.parametrize(
    ("year", "provisional"), [(2024, False), (2025, False), (2026, False), (2027, True), (2031, True)]
)
def test_a_year_without_its_notice_is_provisional(year: int, provisional: bool):
    assert Calendar().is_provisional(year) is provisional


def test_a_provisional_year_has_the_statutory_days_and_no_worked_weekend():
    plain = Calendar()

    assert not plain.is_working_day(day("2027-10-01"))
    assert not plain.is_working_day(day("2027-05-01"))
    assert plain.is_working_day(day("2027-10-08"))
    assert not plain.is_working_day(day("2027-10-09"))


@pytest.mark.parametrize(
    ("on", "before", "after"),
    [
        ("2026-09-30", "2026-09-30", "2026-09-30"),
        ("2026-10-01", "2026-09-30", "2026-10-08"),
        ("2026-10-07", "2026-09-30", "2026-10-08"),
        ("2026-10-10", "2026-10-10", "2026-10-10"),
        ("2026-10-11", "2026-10-10", "2026-10-12"),
        ("2026-02-15", "2026-02-14", "2026-02-24"),
        ("2026-01-01", "2025-12-31", "2026-01-04"),
    ],
)
def test_the_next_and_the_previous_working_day(on: str, before: str, after: str):
    plain = Calendar()

    assert plain.previous_working_day(day(on)) == day(before)
    assert plain.next_working_day(day(on)) == day(after)
    assert list(plain.around(day(on), day(on))) == [(day(on), day(before), day(after))]


def test_a_run_of_days_tells_the_same_as_each_day_alone():
    plain = Calendar()

    for each, before, after in plain.around(day("2025-12-20"), day("2027-01-10")):
        assert (before, after) == (plain.previous_working_day(each), plain.next_working_day(each))


@pytest.mark.parametrize(
    ("clock", "within"),
    [("08:59:59", False), ("09:00:00", True), ("17:29:59", True), ("17:30:00", False), ("23:00:00", False)],
)
def test_working_hours_are_those_of_the_offices(clock: str, within: bool):
    now = datetime.fromisoformat(f"2026-11-20T{clock}+08:00")

    assert in_working_hours(now) is within
    assert in_working_hours(now.astimezone(ZoneInfo("America/New_York"))) is within


@pytest.mark.django_db
def test_the_word_of_the_province_counts(django_assert_num_queries):
    set_days(first=day("2026-11-23"), last=day("2026-11-24"), is_working=False, reason="省运会", actor=ACTOR)
    set_days(first=day("2026-11-28"), is_working=True, reason="省运会", actor=ACTOR)

    with django_assert_num_queries(1):
        said = Calendar.load(day("2026-11-25"), day("2026-11-25"))

    assert said.previous_working_day(day("2026-11-24")) == day("2026-11-20")
    assert said.next_working_day(day("2026-11-23")) == day("2026-11-25")
    assert calendar.is_working_day(day("2026-11-28"))
    assert calendar.previous_working_day(day("2026-11-29")) == day("2026-11-28")
    assert calendar.next_working_day(day("2026-11-28")) == day("2026-11-28")

    remove_day(on=day("2026-11-28"), actor=ACTOR)
    assert not calendar.is_working_day(day("2026-11-28"))


@pytest.mark.django_db
def test_the_last_word_on_a_day_counts_and_is_logged():
    set_days(first=day("2026-11-23"), is_working=False, reason="一", actor=ACTOR)
    set_days(first=day("2026-11-23"), is_working=True, reason="二", actor=ACTOR)

    assert list(CalendarDay.objects.values_list("is_working", "reason")) == [(True, "二")]
    assert SecurityEvent.objects.filter(act="set_calendar_days").count() == 2


@pytest.mark.django_db
def test_a_confirmed_year_is_provisional_no_longer():
    confirm_notice(year=2027, document_no="国办发明电〔2026〕7号", actor=ACTOR)
    assert not calendar.is_provisional(2027)
    with pytest.raises(NoticeStands):
        confirm_notice(year=2027, document_no="又一次", actor=ACTOR)

    withdraw_notice(year=2027, actor=ACTOR)
    assert calendar.is_provisional(2027)
    with pytest.raises(NoSuchNotice):
        withdraw_notice(year=2027, actor=ACTOR)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"reason": " "}, {"reason"}),
        ({"reason": "长" * 201}, {"reason"}),
        ({"last": "2026-11-22"}, {"last"}),
        ({"last": "2026-12-24"}, {"last"}),
        ({"first": "1999-12-31", "last": "1999-12-31"}, {"first", "last"}),
        ({"first": "2100-01-01", "last": None, "reason": ""}, {"first", "last", "reason"}),
    ],
)
def test_what_is_no_day_of_the_calendar_is_refused(changes: dict, fields: set[str]):
    said = {"first": "2026-11-23", "last": "2026-12-23", "reason": "依据"} | changes
    with pytest.raises(Invalid) as refused:
        set_days(
            first=day(said["first"]),
            last=said["last"] and day(said["last"]),
            is_working=False,
            reason=said["reason"],
            actor=ACTOR,
        )

    assert set(refused.value.details) == fields
    assert not CalendarDay.objects.exists()


@pytest.mark.django_db
def test_as_many_days_as_may_be_are_taken():
    assert len(set_days(first=day("2026-11-23"), last=day("2026-12-23"), is_working=False, **SAID)) == 31


@pytest.mark.django_db
def test_a_day_that_is_not_there_is_not_removed():
    with pytest.raises(NoSuchDay):
        remove_day(on=day("2026-11-23"), actor=ACTOR)


@pytest.mark.django_db
@pytest.mark.parametrize(("year", "number"), [(1999, "号"), (2100, "号"), (2027, " ")])
def test_a_notice_needs_its_number_and_a_year(year: int, number: str):
    with pytest.raises(Invalid):
        confirm_notice(year=year, document_no=number, actor=ACTOR)

    assert not CalendarNotice.objects.exists()


ACTOR = OPERATOR_ACTOR
SAID = {"reason": "依据", "actor": ACTOR}
