"""The calendar that a program subscribes to: what stands in it, for whom it opens, and what it says to who asks again."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar
from pytest_django import DjangoAssertNumQueries, Settings

from backend.logs import WithoutPersonalLinks
from backend.ways import ics
from lifecycle.models import CalendarLink, Matter, Project
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import Membership, Organisation, Person, Role, SecurityEvent
from lifecycle.reminders.calendar_links import REFUSED_MOST, digest_of, make_link, revoke_link
from tests.builders import make_project
from tests.people import make_person
from tests.reminding import know_kinds, make_matter, make_message

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _around(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    know_kinds(monkeypatch)
    settings.SITE_URL = "https://pilot.example.org"


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False, number="BA2022001", name="氢能电堆中试")


def member(project: Project, role: str = Role.UNIT, organisation: Organisation | None = None) -> Person:
    return make_person((role, organisation or project.unit))


def link_of(person: Person) -> str:
    token = make_link(person=person, actor=OPERATOR_ACTOR, now=timezone.now())
    return reverse("api:calendar", args=[token])


def events_of(answer: object) -> list[object]:
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))  # type: ignore[attr-defined]


def test_a_due_day_is_an_event_of_the_whole_day(project: Project):
    matter = make_matter(project, label="甲；乙, 丙\n丁")
    make_message(matter)
    planned_at = matter.messages.get().planned_at

    answer = Client().get(link_of(member(project)))

    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.content)
    assert str(calendar["X-WR-TIMEZONE"]) == "Asia/Shanghai"
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT6H" in answer.content
    assert b"VALARM" not in answer.content
    assert b"\r\n" in answer.content and b"DTSTART;VALUE=DATE:20261231\r\n" in answer.content
    [event] = calendar.walk("VEVENT")
    assert event["UID"] == f"matter-{matter.pk}@pilot.example.org"
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (date(2026, 12, 31), date(2027, 1, 1))
    assert event["SUMMARY"] == "里程碑：甲；乙, 丙 丁"
    assert event["DESCRIPTION"] == (
        "里程碑“甲；乙, 丙 丁”应于 2026-12-31 前完成。\n"
        f"项目：BA2022001 氢能电堆中试\n责任单位：{project.unit.name}"
    )
    assert event["URL"] == "https://pilot.example.org/projects/BA2022001/"
    assert event["TRANSP"] == "TRANSPARENT"
    assert event.decoded("LAST-MODIFIED") == planned_at.astimezone(UTC).replace(microsecond=0)


def test_it_holds_what_ones_own_organisations_have_to_do_and_nothing_else(project: Project):
    park = project.cluster.park
    own = make_matter(project)
    of_park = make_matter(project, responsible=park)
    make_matter(project, state="done", done_on="2026-11-20")
    make_matter()
    waiting = make_matter(project, state="answered", waits_for=park, due_on="2027-01-05")

    def shown(person: Person) -> list[str]:
        return [event["UID"].partition("@")[0] for event in events_of(Client().get(link_of(person)))]

    assert shown(member(project)) == [f"matter-{own.pk}", f"matter-{waiting.pk}"]
    assert shown(member(project, Role.PARK, park)) == [f"matter-{of_park.pk}"]
    assert shown(member(project, Role.ADMINISTRATOR)) == []
    assert shown(make_person()) == []


def test_it_is_in_the_language_of_its_owner(project: Project):
    make_matter(project)
    person = member(project)
    Person.objects.filter(pk=person.pk).update(language="en")

    assert events_of(Client().get(link_of(person)))[0]["URL"]


def test_it_costs_the_same_queries_for_one_and_for_a_hundred(
    project: Project, django_assert_num_queries: DjangoAssertNumQueries
):
    person = member(project)
    address = link_of(person)
    make_matter(project)
    Client().get(address)
    with django_assert_num_queries(3):
        Client().get(address)
    for _ in range(100):
        make_matter(project)
    with django_assert_num_queries(3):
        assert len(events_of(Client().get(address))) == 101


def test_it_is_no_longer_than_a_calendar_program_bears(project: Project, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ics, "EVENTS_MOST", 2)
    for due_on in ("2027-01-03", "2027-01-01", "2027-01-02"):
        make_matter(project, due_on)

    events = events_of(Client().get(link_of(member(project))))

    assert [event.decoded("DTSTART").day for event in events] == [1, 2]  # type: ignore[attr-defined]


def test_who_asks_again_gets_the_same_or_that_nothing_changed(project: Project):
    matter = make_matter(project)
    address = link_of(member(project))
    first, second = Client().get(address), Client().get(address)

    assert first.content == second.content
    assert first.headers["Cache-Control"] == "private, max-age=900"
    assert "noindex" in first.headers["X-Robots-Tag"]
    unchanged = Client().get(address, HTTP_IF_NONE_MATCH=first.headers["ETag"])
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    Matter.objects.filter(pk=matter.pk).update(label="乙")
    assert Client().get(address, HTTP_IF_NONE_MATCH=first.headers["ETag"]).status_code == 200


def test_a_link_dies_when_it_is_renewed_or_revoked_or_its_owner_is_switched_off(project: Project):
    person = member(project)
    first = link_of(person)
    second = link_of(person)
    assert (Client().get(first).status_code, Client().get(second).status_code) == (404, 200)

    Person.objects.filter(pk=person.pk).update(is_active=False)
    assert Client().get(second).status_code == 404
    Person.objects.filter(pk=person.pk).update(is_active=True)
    assert Client().get(second).status_code == 200

    assert revoke_link(person=person, actor=OPERATOR_ACTOR, now=timezone.now())
    assert Client().get(second).status_code == 404
    assert not revoke_link(person=person, actor=OPERATOR_ACTOR, now=timezone.now())


def test_who_left_an_organisation_sees_its_days_no_more(project: Project):
    make_matter(project)
    person = member(project)
    address = link_of(person)
    assert len(events_of(Client().get(address))) == 1

    Membership.objects.filter(person=person).delete()
    assert events_of(Client().get(address)) == []


def test_of_the_token_only_a_digest_is_kept(project: Project):
    person = member(project)
    token = link_of(person).rpartition("/")[2].removesuffix(".ics")

    assert CalendarLink.objects.get().digest == digest_of(token)
    assert token not in str(SecurityEvent.objects.values())
    assert list(SecurityEvent.objects.values_list("act", flat=True)).count("make_calendar_link") == 1


def test_its_use_is_noted_once_an_hour(project: Project):
    person = member(project)
    address = link_of(person)
    Client().get(address)
    used_at = CalendarLink.objects.get().used_at
    assert used_at is not None
    Client().get(address)
    assert CalendarLink.objects.get().used_at == used_at
    CalendarLink.objects.update(used_at=used_at - timedelta(hours=1))
    Client().get(address)
    assert CalendarLink.objects.get().used_at > used_at


def test_guessing_links_is_throttled_and_those_that_live_still_open(project: Project):
    alive = link_of(member(project))
    dead = reverse("api:calendar", args=["x" * 43])
    answers = [Client().get(dead) for _ in range(REFUSED_MOST + 2)]

    assert [answer.status_code for answer in answers] == [404] * REFUSED_MOST + [429] * 2
    assert int(answers[-1].headers["Retry-After"]) <= 15 * 60 + 1
    assert SecurityEvent.objects.filter(act="calendar_refused").count() == REFUSED_MOST
    assert "x" * 20 not in str(list(SecurityEvent.objects.values()))
    assert Client().get(dead, REMOTE_ADDR="9.9.9.9").status_code == 404
    assert Client().get(alive).status_code == 200


@pytest.mark.parametrize("token", ["short", "x" * 42, "x" * 44, "x" * 42 + "%00"])
def test_what_is_no_token_is_no_address(token: str):
    assert Client().get(f"/api/v1/calendar/{token}.ics").status_code == 404


def test_no_log_shows_a_calendar_link():
    token = "Tq" * 21 + "x"
    record = logging.LogRecord(
        "django.request", logging.WARNING, "", 0, "Not Found: %s", (f"/api/v1/calendar/{token}.ics",), None
    )

    assert WithoutPersonalLinks().filter(record)
    assert record.getMessage() == "Not Found: /api/v1/calendar/….ics"


def test_the_instant_of_an_event_without_messages_is_the_day_it_was_found(project: Project):
    make_matter(project)

    [event] = events_of(Client().get(link_of(member(project))))

    assert event.decoded("LAST-MODIFIED").date() == date(2026, 11, 1)  # type: ignore[attr-defined]
    assert isinstance(event.decoded("DTSTAMP"), datetime)  # type: ignore[attr-defined]
