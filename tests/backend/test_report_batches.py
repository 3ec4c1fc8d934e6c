"""A batch of reports is made by all workers that are free, each report by one, and by one worker where no other is."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import psycopg
import pytest
from django.core.files.storage import default_storage
from django.db import connection, connections

from backend import made_files, report_batches, report_jobs
from backend.report_batches import build_reports, lend_a_hand
from lifecycle.jobs import ask, cancel
from lifecycle.jobs.working import work
from lifecycle.models import JobRun, Project
from tests.builders import make_project
from tests.people import now, people_around
from tests.reports.quick import quick_render

NUMBERS = ("BA1", "BA2", "BA3", "BA4", "BA5")


@pytest.fixture(autouse=True)
def made(monkeypatch: pytest.MonkeyPatch, own_files: Path) -> list[str]:
    """Reports that cost nothing; the projects they were made of, in order."""
    made: list[str] = []
    real = report_jobs.built

    def built(kind: str, project: Any, **day: Any) -> Any:
        made.append(project.number)
        return real(kind, project, **day)

    monkeypatch.setattr(report_jobs, "render", quick_render)
    monkeypatch.setattr(report_jobs, "built", built)
    return made


def asked() -> JobRun:
    """A batch of five that waits for a worker; whoever is asked to help hears nothing."""
    projects = [make_project(number=number) for number in NUMBERS]
    return ask(
        build_reports,
        now=now(),
        by=people_around(projects[0])["province"],
        projects=[each.pk for each in projects],
        kind="settlement",
        form="pdf",
        is_issued=False,
        on="2026-11-26",
        address="",
        language="zh-hans",
    )


def help_asked_for() -> list[JobRun]:
    return list(JobRun.objects.filter(job=lend_a_hand.name))


def packed(run: JobRun) -> list[str]:
    with default_storage.open(made_files.path_of(run.pk)) as file:
        return ZipFile(BytesIO(file.read())).namelist()


ALL = [f"{number}-settlement.pdf" for number in NUMBERS]


@pytest.mark.django_db
def test_where_nobody_helps_one_worker_makes_all(made: list[str], settings: Any) -> None:
    settings.JOB_WORKERS = 3
    run = asked()

    work(run.pk, worker="test", clock=now)

    assert made == list(NUMBERS)
    assert packed(run) == ALL
    assert len(help_asked_for()) == 2
    assert default_storage.listdir(made_files.FOLDER)[1] == [run.pk.hex]


@pytest.mark.django_db
def test_a_few_reports_are_no_matter_for_two(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.JOB_WORKERS = 2
    monkeypatch.setattr(report_batches, "WORTH_A_HAND", 6)

    work(asked().pk, worker="test", clock=now)

    assert help_asked_for() == []


@pytest.mark.django_db
def test_help_that_comes_too_late_makes_nothing(made: list[str], settings: Any) -> None:
    settings.JOB_WORKERS = 2
    run = asked()
    work(run.pk, worker="test", clock=now)
    made.clear()

    (helper,) = help_asked_for()
    work(helper.pk, worker="test", clock=now)

    helper.refresh_from_db()
    assert (helper.state, helper.result) == ("done", {"made": 0})
    assert made == []
    assert default_storage.listdir(made_files.FOLDER)[1] == [run.pk.hex]


@pytest.fixture
def elsewhere(committed_db: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[psycopg.Connection[Any]]:
    """A connection of another worker. Nobody hears the bell: the test says who does which run."""
    monkeypatch.setattr("lifecycle.jobs.runs._ring", [])
    known = connection.get_connection_params()
    wanted = {
        key: value for key, value in known.items() if key in ("host", "port", "user", "dbname", "password")
    }
    with psycopg.connect(**wanted, autocommit=True) as other:
        yield other


def hold(other: psycopg.Connection[Any], run: JobRun, number: str) -> None:
    """Be at the piece of that project."""
    piece = made_files.path_of(run.pk, str(Project.objects.get(number=number).pk))
    other.execute("SELECT pg_advisory_lock(hashtextextended(%s, 7190413))", [piece])


def beside(run: JobRun) -> threading.Thread:
    """The run, done by a worker beside the test."""

    def done() -> None:
        work(run.pk, worker="beside", clock=now)
        connections.close_all()

    thread = threading.Thread(target=done)
    thread.start()
    return thread


def until(look: Any) -> None:
    give_up = time.monotonic() + 60
    while not look():
        assert time.monotonic() < give_up
        time.sleep(0.01)


def test_what_another_is_at_is_left_to_it_until_the_end(
    made: list[str], settings: Any, elsewhere: psycopg.Connection[Any]
) -> None:
    settings.JOB_WORKERS = 1
    run = asked()
    hold(elsewhere, run, "BA2")

    worker = beside(run)
    until(lambda: len(made) == 4)
    assert made == ["BA1", "BA3", "BA4", "BA5"]
    # It was lost, and made nothing.
    elsewhere.close()
    worker.join(60)

    assert made[4:] == ["BA2"]
    assert packed(run) == ALL


def test_two_workers_make_each_report_once(
    made: list[str], settings: Any, elsewhere: psycopg.Connection[Any]
) -> None:
    settings.JOB_WORKERS = 2
    run = asked()
    hold(elsewhere, run, "BA5")
    worker = beside(run)
    until(help_asked_for)
    helper = beside(help_asked_for()[0])
    until(lambda: len(made) == 4)
    elsewhere.close()
    worker.join(60)
    helper.join(60)

    run.refresh_from_db()
    assert run.state == "done", run.error
    assert sorted(made) == list(NUMBERS)
    assert packed(run) == ALL
    assert default_storage.listdir(made_files.FOLDER)[1] == [run.pk.hex]


def test_who_helps_stops_when_the_batch_is_cancelled(
    made: list[str], settings: Any, elsewhere: psycopg.Connection[Any]
) -> None:
    settings.JOB_WORKERS = 2
    run = asked()
    hold(elsewhere, run, "BA5")
    worker = beside(run)
    until(lambda: len(made) == 4)
    cancel(run.pk, now=now())
    (helper,) = help_asked_for()
    work(helper.pk, worker="test", clock=now)

    helper.refresh_from_db()
    assert (helper.state, helper.result) == ("done", {"made": 0})
    elsewhere.close()
    worker.join(60)
    run.refresh_from_db()
    assert run.state == "cancelled"
