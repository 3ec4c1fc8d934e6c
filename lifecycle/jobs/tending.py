"""What the clock does each minute: rings again for what was not heard, takes back what was lost, asks by the timetable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils.translation import gettext_noop

from lifecycle.jobs.declared import Job, jobs
from lifecycle.jobs.runs import UNKNOWN_JOB, ask, ring
from lifecycle.jobs.timetable import key_of, last_time
from lifecycle.models import OVER, JobRun, JobState

RING_AGAIN = timedelta(minutes=2)
"""How long a run waits after a ring before the engine is told again; each pause is as long as all before it."""
LONGEST_PAUSE = timedelta(hours=1)
MOST_AT_ONCE = 500

LOST = gettext_noop("执行进程中断，已达到最多尝试次数。")


@dataclass(frozen=True, slots=True)
class Tended:
    """What was done: runs rung for again, lost ones given to another attempt, lost ones given up, newly asked for."""

    rung: int
    resumed: int
    failed: int
    asked: int


def tend(*, now: datetime) -> Tended:
    """Look after the runs. Two clocks at once, or one twice, do nothing twice.

    A time of the timetable that was missed is made up, the latest only. While a run of the timetable
    is not over no other of its job is asked for; its turn comes once that is over.
    """
    with transaction.atomic():
        rung = _ring_again(now)
        resumed, failed = _take_back(now)
    return Tended(rung, resumed, failed, _follow_timetable(now))


def _ring_again(now: datetime) -> int:
    """Tell the engine of what waits too long."""
    waited = F("rung_at") - Coalesce("started_at", "asked_at")
    pause = Greatest(RING_AGAIN, Least(waited, LONGEST_PAUSE))
    waiting = JobRun.objects.filter(state=JobState.WAITING).filter(
        Q(rung_at=None) | Q(rung_at__lt=now - pause)
    )
    found = list(waiting.order_by("asked_at").select_for_update(skip_locked=True)[:MOST_AT_ONCE])
    JobRun.objects.filter(pk__in=[run.pk for run in found]).update(rung_at=now)
    for run in found:
        ring(run)
    return len(found)


def _take_back(now: datetime) -> tuple[int, int]:
    """Give what a lost worker had to another attempt, or up; how many of each."""
    known = jobs()
    lost = list(
        JobRun.objects.filter(state=JobState.RUNNING, lease_until__lt=now)
        .select_for_update(skip_locked=True)
        .order_by("asked_at")[:MOST_AT_ONCE]
    )
    cancelled = [run.pk for run in lost if run.cancel_asked_at]
    unknown = [run.pk for run in lost if not run.cancel_asked_at and run.job not in known]
    rest = [run for run in lost if not run.cancel_asked_at and run.job in known]
    used_up = [run.pk for run in rest if run.attempts >= known[run.job].attempts]
    again = [run for run in rest if run.attempts < known[run.job].attempts]
    _end(cancelled, JobState.CANCELLED, now=now)
    _end(unknown, JobState.FAILED, now=now, error=UNKNOWN_JOB)
    _end(used_up, JobState.FAILED, now=now, error=LOST)
    JobRun.objects.filter(pk__in=[run.pk for run in again]).update(
        state=JobState.WAITING, lease_until=None, rung_at=now
    )
    for run in again:
        ring(run)
    return len(again), len(unknown) + len(used_up)


def _end(runs: list[UUID], state: JobState, *, now: datetime, error: str = "") -> None:
    if runs:
        JobRun.objects.filter(pk__in=runs).update(state=state, error=error, finished_at=now, lease_until=None)


def _follow_timetable(now: datetime) -> int:
    """Ask for every job whose last time has no run yet; how many."""
    due: dict[str, tuple[Job, str]] = {
        each.name: (each, key_of(last_time(each.at, now))) for each in jobs().values() if each.at
    }
    if not due:
        return 0
    asked = Q()
    for name, (_, key) in due.items():
        asked |= Q(job=name, key=key)
    is_open = Q(job__in=due, asked_by=None) & ~Q(state__in=OVER) & ~Q(key="")
    known = set(JobRun.objects.filter(asked | is_open).values_list("job", flat=True))
    missing = [each for each in due.values() if each[0].name not in known]
    for wanted, key in missing:
        ask(wanted, now=now, key=key)
    return len(missing)
