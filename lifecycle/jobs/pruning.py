"""Which runs are kept for how long."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import OuterRef, Q, Subquery

from lifecycle.models import OVER, JobRun, JobState

KEPT = timedelta(days=400)
"""How long one finds what failed and what people asked for: more than a year, so that a yearly matter can be compared."""
ROUTINE_KEPT = timedelta(days=30)
"""How long one finds what ran by the timetable and went well."""


def prune(*, now: datetime) -> int:
    """Delete runs that are over and old; how many.

    The latest run of each job stays, whatever its age: it tells when the job ran last, and that the time
    of its timetable was kept.
    """
    latest = JobRun.objects.filter(job=OuterRef("job")).order_by("-asked_at", "-pk").values("pk")[:1]
    routine = Q(asked_by=None, state=JobState.DONE, finished_at__lt=now - ROUTINE_KEPT)
    old = Q(state__in=OVER, finished_at__lt=now - KEPT)
    runs = JobRun.objects.filter(routine | old).exclude(pk=Subquery(latest))
    return runs._raw_delete(runs.db)
