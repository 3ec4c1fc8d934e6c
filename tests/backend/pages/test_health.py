"""Proof that the work behind the scenes goes on: for machines, for administrators, on every page of theirs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from backend.jobs.door import bell, tend
from backend.pages import health as page
from lifecycle.jobs import ask, jobs
from lifecycle.jobs.health import look
from lifecycle.jobs.signs import give_sign
from lifecycle.models import JobRun, Sign, SignKind
from lifecycle.parties.models import Person, Role
from reports.tasks import refresh_kept
from tests.backend.pages.browsing import browser_of, text_of
from tests.builders import make_park
from tests.jobs import at
from tests.people import make_person

pytestmark = pytest.mark.django_db
NOW = at("2026-03-03 09:00")


@pytest.fixture
def administrator() -> Person:
    return make_person((Role.ADMINISTRATOR, make_park()))


def heard(kind: SignKind, *, seconds_ago: float, now: Any = None) -> None:
    then = (now or timezone.now()) - timedelta(seconds=seconds_ago)
    give_sign(kind, name="machine:1", engine="q2", now=then)


def all_is_well() -> None:
    heard(SignKind.CLOCK, seconds_ago=20)
    heard(SignKind.WORKER, seconds_ago=10)


def test_healthz_answers_anybody_without_a_word_of_business(db: None) -> None:
    all_is_well()
    ask(refresh_kept, now=timezone.now() - timedelta(seconds=30))

    answer = Client().get("/healthz")

    told = answer.json()
    assert answer.status_code == 200
    assert set(told) == {"status", "database", "clock", "worker", "backlog", "failing"}
    assert (told["status"], told["database"], told["failing"]) == ("ok", "ok", 0)
    assert 20 <= told["clock"]["age"] < 60
    assert 10 <= told["worker"]["age"] < 60
    assert told["backlog"]["waiting"] == 1
    assert 30 <= told["backlog"]["oldest"] < 60
    assert answer.headers["Cache-Control"].startswith("max-age=0")
    assert Client().post("/healthz").status_code == 405


def test_healthz_costs_one_query(django_assert_num_queries: Any) -> None:
    for number in range(20):
        JobRun.objects.create(job="reports.refresh", key=str(number))

    with django_assert_num_queries(1):
        Client().get("/healthz")


@pytest.mark.parametrize(
    ("kind", "seconds", "well"),
    [
        (SignKind.CLOCK, 300, True),
        (SignKind.CLOCK, 301, False),
        (SignKind.WORKER, 300, True),
        (SignKind.WORKER, 301, False),
    ],
)
def test_five_minutes_of_silence_are_too_long(kind: SignKind, seconds: int, well: bool) -> None:
    heard(SignKind.CLOCK, seconds_ago=0, now=NOW)
    heard(SignKind.WORKER, seconds_ago=0, now=NOW)
    heard(kind, seconds_ago=seconds, now=NOW)

    assert look(now=NOW).is_well == well


def test_a_run_that_waits_a_quarter_of_an_hour_waits_too_long() -> None:
    heard(SignKind.CLOCK, seconds_ago=0, now=NOW)
    heard(SignKind.WORKER, seconds_ago=0, now=NOW)
    ask(refresh_kept, now=NOW - timedelta(minutes=15))
    assert look(now=NOW).is_well

    assert not look(now=NOW + timedelta(seconds=1)).is_well


def test_a_worker_that_is_busy_with_a_long_job_is_alive() -> None:
    heard(SignKind.CLOCK, seconds_ago=0, now=NOW)
    heard(SignKind.WORKER, seconds_ago=3600, now=NOW)
    JobRun.objects.create(
        job="reports.refresh", state="running", worker="w", lease_until=NOW + timedelta(seconds=50)
    )

    assert look(now=NOW).is_well


def test_where_nobody_was_ever_heard_it_says_so() -> None:
    answer = Client().get("/healthz")

    assert answer.status_code == 503
    assert answer.json()["status"] == "degraded"
    assert answer.json()["clock"]["age"] is None


def test_without_a_database_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*, now: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(page, "look", away)
    monkeypatch.setattr(page.connection, "close", lambda: None)

    answer = Client().get("/healthz")

    assert answer.status_code == 503
    assert answer.json() == {"status": "degraded", "database": "unreachable"}


def over(state: str, *, hours_ago: int, by: Person | None = None, result: object = None) -> None:
    then = NOW - timedelta(hours=hours_ago)
    JobRun.objects.create(
        job="reports.refresh", state=state, asked_at=then, finished_at=then, asked_by=by, result=result
    )


def test_a_job_fails_until_it_goes_well_again(administrator: Person) -> None:
    over("failed", hours_ago=3)
    over("cancelled", hours_ago=2)
    assert look(now=NOW).failing == ("reports.refresh",)

    over("done", hours_ago=1)
    assert look(now=NOW).failing == ()
    over("done", hours_ago=0, result={"ok": False})
    assert look(now=NOW).failing == ("reports.refresh",)


def test_a_workbook_with_faults_is_nobodys_trouble_but_its_owners(administrator: Person) -> None:
    over("done", hours_ago=0, by=administrator, result={"ok": False})

    assert look(now=NOW).failing == ()


def test_administrators_are_told_on_every_page_and_others_are_not(administrator: Person) -> None:
    told = text_of(browser_of(administrator).get("/people/"))
    assert "时钟已停" in told
    assert "没有执行进程" in told
    park = make_person((Role.PARK, make_park()))
    assert "时钟已停" not in text_of(browser_of(park).get("/projects/"))

    all_is_well()
    assert "时钟已停" not in text_of(browser_of(administrator).get("/people/"))
    JobRun.objects.create(
        job="reports.refresh",
        state="failed",
        asked_at=NOW,
        finished_at=NOW,
        error="Traceback\nValueError: 坏了",
    )
    assert "“更新各项目的规则判定”最近一次没有成功" in text_of(browser_of(administrator).get("/people/"))


def test_the_page_shows_timetable_backlog_failures_and_signs(
    administrator: Person, django_assert_num_queries: Any
) -> None:
    all_is_well()
    over("failed", hours_ago=1)
    JobRun.objects.update(error="Traceback\nValueError: 坏了")
    browser = browser_of(administrator)

    with django_assert_num_queries(9):
        shown = text_of(browser.get("/health/"))

    for each in jobs().values():
        if each.at:
            assert str(each.title) in shown
    assert "10 0 * * *" in shown
    assert "<summary>ValueError: 坏了</summary>" in shown
    assert "machine:1" in shown
    assert "inline" in shown


def test_clock_and_worker_leave_signs(django_capture_on_commit_callbacks: Any) -> None:
    tend.call()

    sign = Sign.objects.get()
    assert (sign.kind, sign.engine) == ("worker", "inline")
    assert callable(bell)
