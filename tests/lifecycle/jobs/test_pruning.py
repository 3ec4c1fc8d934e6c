"""What is kept of runs, and for how long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lifecycle.jobs import ask
from lifecycle.jobs.pruning import prune
from lifecycle.models import JobRun, JobState
from tests.jobs import Watch, declared
from tests.people import make_person

pytestmark = pytest.mark.django_db


def over(days_ago: int, watch: Watch, *, state: str = "done", by_person: bool = False) -> JobRun:
    """A run that ended then, not the latest of its job."""
    then = watch() - timedelta(days=days_ago)
    run = ask(declared(lambda run: None, name=f"job {JobRun.objects.count()}"), now=then)
    run.state, run.finished_at, run.asked_by = state, then, make_person() if by_person else None
    run.save()
    JobRun.objects.create(job=run.job, asked_at=watch())
    return run


@pytest.mark.parametrize(
    ("days_ago", "state", "by_person", "stays"),
    [
        (29, "done", False, True),
        (31, "done", False, False),
        (31, "failed", False, True),
        (31, "done", True, True),
        (399, "failed", False, True),
        (401, "failed", False, False),
        (401, "done", True, False),
    ],
)
def test_routine_stays_a_month_and_the_rest_a_year(
    watch: Watch, days_ago: int, state: str, by_person: bool, stays: bool
) -> None:
    run = over(days_ago, watch, state=state, by_person=by_person)

    assert prune(now=watch()) == (not stays)
    assert JobRun.objects.filter(pk=run.pk).exists() == stays


def test_the_latest_of_each_job_and_what_is_not_over_stay(watch: Watch) -> None:
    old = watch() - timedelta(days=1000)
    latest = ask(declared(lambda run: None), now=old)
    JobRun.objects.filter(pk=latest.pk).update(state=JobState.DONE, finished_at=old)
    waiting = ask(declared(lambda run: None, name="waits"), now=old)
    ask(declared(lambda run: None, name="other"), now=old)

    assert prune(now=watch()) == 0
    assert JobRun.objects.filter(pk__in=[latest.pk, waiting.pk]).count() == 2
