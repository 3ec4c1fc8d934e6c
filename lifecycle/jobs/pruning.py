"""Which runs are kept for how long."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import OuterRef, Q, Subquery

from lifecycle.models import OVER, JobRun, JobState, Sign

KEPT = timedelta(days=400)
"""How long one finds what failed and what people asked for: more than a year, so that a yearly matter can be compared."""
ROUTINE_KEPT = timedelta(days=30)
"""How long one finds what ran by the timetable and went well."""


SIGNS_KEPT = timedelta(days=2)
"""How long one finds when a process that is gone was seen last."""


def prune(*, now: datetime) -> int:
    """Delete runs that are over and old, and signs of processes long gone; how many runs.

    The latest run of each job stays, whatever its age: it tells when the job ran last, and that the time
    of its timetable was kept.
    """
    latest = JobRun.objects.filter(job=OuterRef("job")).order_by("-asked_at", "-pk").values("pk")[:1]
    routine = Q(asked_by=None, state=JobState.DONE, finished_at__lt=now - ROUTINE_KEPT)
    old = Q(state__in=OVER, finished_at__lt=now - KEPT)
    runs = JobRun.objects.filter(routine | old).exclude(pk=Subquery(latest))
    Sign.objects.filter(seen_at__lt=now - SIGNS_KEPT).delete()
    return runs._raw_delete(runs.db)
