"""Whether the work behind the scenes goes on: one look, and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from lifecycle.jobs.declared import jobs
from lifecycle.jobs.runs import lease
from lifecycle.jobs.timetable import next_time

STANDS_STILL = timedelta(minutes=5)
"""How long a clock or all workers may be silent, who speak every minute."""
TOO_LONG = timedelta(minutes=15)
"""How long a run may wait for a worker."""


@dataclass(frozen=True, slots=True)
class Health:
    """What a look found at `on`.

    clock, worker: when one was last heard, None never. waiting, running: how many runs; oldest: since when
    the one that waits longest. failing: jobs by name whose last run failed, or by the timetable found
    something wrong. last_run: when one last ended. next_run: the next time of the timetable.
    """

    at: datetime
    clock: datetime | None
    worker: datetime | None
    waiting: int
    running: int
    oldest: datetime | None
    failing: tuple[str, ...]
    last_run: datetime | None
    next_run: datetime | None

    @property
    def clock_stands_still(self) -> bool:
        return self.clock is None or self.at - self.clock > STANDS_STILL

    @property
    def nobody_works(self) -> bool:
        return self.worker is None or self.at - self.worker > STANDS_STILL

    @property
    def waits_too_long(self) -> bool:
        return self.oldest is not None and self.at - self.oldest > TOO_LONG

    @property
    def is_well(self) -> bool:
        """Whether what is asked for is done; that a job failed does not hinder others."""
        return not (self.clock_stands_still or self.nobody_works or self.waits_too_long)


def look(*, now: datetime) -> Health:
    """One query, of looks into indexes only: as cheap with a million runs as with none."""
    known = jobs()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT
                (SELECT max(seen_at) FROM lifecycle_sign WHERE kind = 'clock'),
                greatest(
                    (SELECT max(seen_at) FROM lifecycle_sign WHERE kind = 'worker'),
                    (SELECT max(lease_until) - make_interval(secs => %s) FROM lifecycle_jobrun WHERE state = 'running')),
                (SELECT count(*) FROM lifecycle_jobrun WHERE state = 'waiting'),
                (SELECT count(*) FROM lifecycle_jobrun WHERE state = 'running'),
                (SELECT min(asked_at) FROM lifecycle_jobrun WHERE state = 'waiting'),
                array_agg(known.name ORDER BY known.name) FILTER (WHERE latest.went_wrong),
                max(latest.finished_at)
            FROM unnest(%s::text[]) AS known (name) LEFT JOIN LATERAL (
                SELECT finished_at,
                    state = 'failed' OR (asked_by_id IS NULL AND result ->> 'ok' = 'false') AS went_wrong
                FROM lifecycle_jobrun
                WHERE job = known.name AND state IN ('done', 'failed')
                ORDER BY asked_at DESC LIMIT 1
            ) latest ON TRUE
            """,
            [lease().total_seconds(), list(known)],
        )
        clock, worker, waiting, running, oldest, failing, last_run = cursor.fetchone()
    upcoming = [next_time(each.at, now) for each in known.values() if each.at]
    return Health(
        at=now,
        clock=clock,
        worker=worker,
        waiting=waiting,
        running=running,
        oldest=oldest,
        failing=tuple(failing or ()),
        last_run=last_run,
        next_run=min(upcoming, default=None),
    )
