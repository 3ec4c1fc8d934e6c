"""The job that sends: on working days in working hours, with what became of it as its result."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

import pytest

from backend.tasks import deliver_digests
from lifecycle.jobs import Run, jobs
from lifecycle.jobs.timetable import next_time
from lifecycle.models import CalendarDay
from tests.backend.ways.conftest import MailServer, mail_server
from tests.builders import make_project
from tests.reminding import at, deliver_to, know_kinds, make_matter, reader

__all__ = ["mail_server"]

pytestmark = pytest.mark.django_db


def ran(now: datetime, monkeypatch: pytest.MonkeyPatch) -> tuple[object, list[int]]:
    """What the job gave at that instant, and how far it said it was."""
    told: list[int] = []
    monkeypatch.setattr(Run, "advance", lambda run, done, total=None, note="": told.append(done))
    run = Run(uuid4(), deliver_digests, {}, 1, lambda: now)
    return deliver_digests.act(run), told


@pytest.mark.parametrize(
    ("now", "sends"),
    [
        ("2026-11-26T08:59", False),
        ("2026-11-26T09:00", True),
        ("2026-11-26T17:29", True),
        ("2026-11-26T17:30", False),
        # A Saturday; one that is worked in exchange for a holiday; and a day off.
        ("2026-11-28T10:00", False),
        ("2026-10-10T10:00", True),
        ("2026-10-01T10:00", False),
    ],
)
def test_it_sends_on_working_days_in_working_hours(
    mail_server: MailServer, monkeypatch: pytest.MonkeyPatch, now: str, sends: bool
):
    know_kinds(monkeypatch)
    project = make_project(milestones=False)
    deliver_to(reader(project), make_matter(project), at=at("2026-09-30T10:00"))

    result, told = ran(at(now), monkeypatch)

    assert len(mail_server.mails) == sends
    assert told == [1] * sends
    if sends:
        assert result == {"ok": True, "mails": 1, "calls": 0, "bounced": 0, "failed": 0, "later": 0}
    else:
        assert result == {"skipped": True}


def test_the_province_says_when_it_is_a_working_day(mail_server: MailServer, monkeypatch: pytest.MonkeyPatch):
    CalendarDay.objects.create(on="2026-11-26", is_working=False, reason="停电")

    assert ran(at("2026-11-26T10:00"), monkeypatch)[0] == {"skipped": True}


def test_it_runs_every_five_minutes(monkeypatch: pytest.MonkeyPatch):
    job = jobs()["reminders.deliver"]

    assert next_time(job.at, at("2026-11-26T09:00")) == at("2026-11-26T09:05")
    assert next_time(job.at, at("2026-11-26T17:55")) == at("2026-11-27T09:00")
