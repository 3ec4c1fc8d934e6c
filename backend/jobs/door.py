"""The two tasks that an engine knows: do the run of this id, and look after the runs."""

from __future__ import annotations

import os
import socket
import sys
from uuid import UUID

from django.utils import timezone
from django_tasks import task

from backend.jobs.engine import engine
from lifecycle import jobs
from lifecycle.jobs.signs import give_sign
from lifecycle.jobs.working import Interrupted
from lifecycle.models import JobRun, SignKind


@task()
def execute(run_id: str) -> None:
    """Do the run, where a process of the engine does nothing else meanwhile."""
    say_alive(SignKind.WORKER)
    try:
        jobs.work(UUID(run_id), worker=process_name(), clock=timezone.now, alone=True)
    except Interrupted:
        # The run waits for another worker; this one goes as it was told to.
        sys.exit(0)


@task()
def tend() -> None:
    """What the clock rings for each minute."""
    say_alive(SignKind.WORKER)
    jobs.tend(now=timezone.now())


def bell(run: JobRun) -> None:
    """Tell the engine of the run."""
    execute.using(queue_name=run.queue).enqueue(str(run.pk))


def say_alive(kind: SignKind) -> None:
    """Leave a sign of life of this process."""
    give_sign(kind, name=process_name(), engine=engine().name, now=timezone.now())


def process_name() -> str:
    """Which process of which machine this is."""
    return f"{socket.gethostname()[:80]}:{os.getpid()}"
