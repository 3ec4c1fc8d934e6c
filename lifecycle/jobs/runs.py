"""The life of a run: asked for, taken by one worker, brought forward, ended. The rows are the truth; engines only ring."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_noop

from lifecycle.jobs.declared import Job, jobs
from lifecycle.jobs.line import Line
from lifecycle.models import JobRun, JobState
from lifecycle.parties.models import Person

LONGEST_ERROR = 20_000
"""Characters that are kept of a failure, its end where it is longer."""

UNKNOWN_JOB = gettext_noop("程序中已没有这项任务，可能由其他版本发起。")

_ring: list[Callable[[JobRun], None]] = []


class Stopped(Exception):
    """The run was cancelled, or another worker has it by now: stop, and leave nothing half done."""


def lease() -> timedelta:
    """How long a worker counts as alive after its last sign of life."""
    return timedelta(seconds=settings.JOB_LEASE_SECONDS)


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

    def tell() -> None:
        for bell in _ring:
            bell(run)

    # Where the engine is away the run waits, and the clock rings again.
    transaction.on_commit(tell, robust=True)


def cancel(run_id: UUID, *, now: datetime) -> None:
    """Have a run stopped: at once while it waits, at its next sign of life while it runs."""
    JobRun.objects.filter(pk=run_id, state=JobState.WAITING).update(
        state=JobState.CANCELLED, cancel_asked_at=now, finished_at=now
    )
    JobRun.objects.filter(pk=run_id, state=JobState.RUNNING, cancel_asked_at=None).update(cancel_asked_at=now)


def take(run_id: UUID, *, worker: str, clock: Callable[[], datetime]) -> Run | None:
    """Claim a run in one conditional UPDATE; None when another worker has it, or it is over.

    A run whose worker was lost is taken up again as long as its job allows another attempt.
    """
    now = clock()
    name = JobRun.objects.filter(pk=run_id).values_list("job", flat=True).first()
    wanted = jobs().get(name or "")
    if wanted is None:
        JobRun.objects.filter(pk=run_id, state=JobState.WAITING).update(
            state=JobState.FAILED, error=UNKNOWN_JOB, finished_at=now
        )
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE lifecycle_jobrun SET state = 'running', worker = %s, lease_until = %s, attempts = attempts + 1,
                started_at = %s, done = 0, total = NULL, note = ''
            WHERE id = %s AND (state = 'waiting' OR (
                state = 'running' AND lease_until < %s AND attempts < %s AND cancel_asked_at IS NULL))
            RETURNING attempts, arguments::text
            """,
            [worker, now + lease(), now, run_id, now, wanted.attempts],
        )
        taken = cursor.fetchone()
    return None if taken is None else Run(run_id, wanted, json.loads(taken[1]), taken[0], clock)


@dataclass(slots=True)
class Run:
    """A run in the hands of the worker that took it. attempt tells it from a later one of the same run.

    Everything it writes to its row holds only while that attempt has it. clock: what the time is.
    is_finished: its end was written, maybe not committed yet. is_over: nothing more is to be written.
    """

    id: UUID
    job: Job
    arguments: dict[str, Any]
    attempt: int
    clock: Callable[[], datetime]
    line: Line = field(default_factory=Line)
    is_over: bool = False
    is_finished: bool = False

    def now(self) -> datetime:
        """The present instant, by the clock that the worker was given."""
        return self.clock()

    def advance(self, done: int, total: int | None = None, note: str = "") -> None:
        """Say how far it is, and that it lives. total None: nobody knows. note: a Chinese msgid.

        Seen by others at once, also while the job is inside a transaction.

        Raises:
            Stopped: it was cancelled, or another worker has it.
        """
        assert not (self.is_over or self.is_finished), "a run that is over does not advance"
        found = self._mine(
            "done = %s, total = %s, note = %s, lease_until = %s",
            [done, total, note[:200], self.now() + lease()],
            returning="cancel_asked_at IS NOT NULL",
        )
        if not found or found[0][0]:
            raise Stopped

    def is_alive(self) -> bool:
        """Renew the lease, wherever the job may be; False when another worker has the run, or it is over."""
        return bool(self._mine("lease_until = %s", [self.now() + lease()]))

    def finish(self, result: Any, *, even_if_cancelled: bool = False) -> None:
        """It is done. result: JSON.

        Called by a job as the last thing in the transaction that did the work, both hold or neither.
        A job that only returns its result is finished by its worker, even where somebody cancelled it
        after the last sign of life: what was done, was done.

        Raises:
            Stopped: it was cancelled, or another worker has it; roll back.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                UPDATE lifecycle_jobrun SET state = 'done', result = %s::jsonb, error = '', note = '',
                    finished_at = %s, lease_until = NULL, done = coalesce(total, done)
                WHERE id = %s AND attempts = %s AND state = 'running'
                    {"" if even_if_cancelled else "AND cancel_asked_at IS NULL"}
                """,
                [json.dumps(result, ensure_ascii=False), self.now(), self.id, self.attempt],
            )
            if not cursor.rowcount:
                raise Stopped
        self.is_finished = True
        # Where the commit fails it is not over: the job says what came of it instead.
        transaction.on_commit(self._end)

    def _end(self) -> None:
        self.is_over = True

    def fail(self, error: str) -> None:
        """It failed for good; nothing where another worker has it."""
        self._mine(
            "state = 'failed', error = %s, finished_at = %s, lease_until = NULL",
            [error[-LONGEST_ERROR:].replace("\0", ""), self.now()],
        )
        self.is_over = True

    def stop(self) -> None:
        """It stopped because it was cancelled; nothing where another worker has it."""
        self._mine("state = 'cancelled', finished_at = %s, lease_until = NULL", [self.now()])
        self.is_over = True

    def give_back(self, error: str = "") -> None:
        """Let another attempt be made soon, unless it was cancelled; nothing where another worker has it.

        error: what went wrong this time.
        """
        now = self.now()
        given = self._mine(
            """
            state = CASE WHEN cancel_asked_at IS NULL THEN 'waiting' ELSE 'cancelled' END,
            finished_at = CASE WHEN cancel_asked_at IS NULL THEN NULL ELSE %s::timestamptz END,
            error = %s, rung_at = %s, lease_until = NULL
            """,
            [now, error[-LONGEST_ERROR:].replace("\0", ""), now],
            returning="state",
        )
        self.is_over = True
        if given and given[0][0] == JobState.WAITING:
            ring(JobRun(pk=self.id, job=self.job.name, queue=self.job.queue))

    def _mine(self, changes: str, values: list[Any], *, returning: str = "id") -> list[tuple[Any, ...]]:
        """Change the row while this attempt has it; what it returns, empty when it has not."""
        return self.line.fetch(
            f"UPDATE lifecycle_jobrun SET {changes} WHERE id = %s AND attempts = %s AND state = 'running'"
            f" RETURNING {returning}",
            [*values, self.id, self.attempt],
        )
