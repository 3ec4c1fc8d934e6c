"""The life of a run: asked for, taken by one worker, brought forward, ended. The rows are the truth; engines only ring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from lifecycle.jobs.declared import Job, jobs
from lifecycle.models import JobRun, JobState
from lifecycle.parties.models import Person

LEASE = timedelta(seconds=60)
"""How long a worker counts as alive after its last sign of life."""

_ring: list[Callable[[JobRun], None]] = []


class Stopped(Exception):
    """The run was cancelled, or another worker has it by now: stop, and leave nothing half done."""


def ring_by(bell: Callable[[JobRun], None]) -> None:
    """How an engine is told of a run; set once, by whoever wires the program."""
    _ring[:] = [bell]


def ask(wanted: Job, *, now: datetime, by: Person | None = None, key: str = "", **arguments: Any) -> JobRun:
    """Have `wanted` run soon, after the commit. arguments: JSON, ids and days only.

    With a `key` that was asked for before, the run of that time is given back and nothing runs again.
    """
    run = JobRun(
        job=wanted.name,
        arguments=arguments,
        key=key,
        queue=wanted.queue,
        asked_by=by,
        asked_at=now,
        rung_at=now,
    )
    if key:
        JobRun.objects.bulk_create([run], ignore_conflicts=True)
        kept = JobRun.objects.get(job=wanted.name, key=key)
        if kept.pk != run.pk:
            return kept
    else:
        run.save(force_insert=True)
    ring(run)
    return run


def ring(run: JobRun) -> None:
    """Tell the engine of a run once what was written is there for others to see."""
    for bell in _ring:
        transaction.on_commit(partial(bell, run), robust=True)


def cancel(run_id: UUID, *, now: datetime) -> None:
    """Have a run stopped: at once while it waits, at its next sign of life while it runs."""
    JobRun.objects.filter(pk=run_id, state=JobState.WAITING).update(
        state=JobState.CANCELLED, cancel_asked_at=now, finished_at=now
    )
    JobRun.objects.filter(pk=run_id, state=JobState.RUNNING, cancel_asked_at=None).update(cancel_asked_at=now)


def take(run_id: UUID, *, worker: str, now: datetime) -> Run | None:
    """Claim a run in one conditional UPDATE; None when another worker has it, or it is over."""
    free = Q(state=JobState.WAITING) | Q(state=JobState.RUNNING, lease_until__lt=now)
    taken = JobRun.objects.filter(free, pk=run_id).update(
        state=JobState.RUNNING,
        worker=worker,
        lease_until=now + LEASE,
        attempts=F("attempts") + 1,
        started_at=now,
        done=0,
        total=None,
        note="",
    )
    if not taken:
        return None
    row = JobRun.objects.get(pk=run_id)
    return Run(row.pk, jobs()[row.job], dict(row.arguments), row.attempts)


@dataclass(frozen=True, slots=True)
class Run:
    """A run in the hands of the worker that took it. attempt tells it from a later one of the same run."""

    id: UUID
    job: Job
    arguments: dict[str, Any]
    attempt: int
