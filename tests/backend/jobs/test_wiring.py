"""Every package's jobs are known once the program runs, and whoever asks is heard."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from lifecycle.jobs import ask, jobs, tend
from lifecycle.models import JobRun
from reports.tasks import refresh_kept


def test_the_jobs_of_all_packages_are_declared() -> None:
    known = jobs()

    assert {"lifecycle.prune", "finance.verify", "reports.refresh"} <= set(known)
    assert known["reports.refresh"].at == "10 0 * * *"


@pytest.mark.django_db
def test_in_tests_a_job_is_done_where_its_asking_is_committed(
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        run = ask(refresh_kept, now=timezone.now())

    run.refresh_from_db()
    assert (run.state, run.result, run.worker) == ("done", {"refreshed": 0}, "inline")


@pytest.mark.django_db
def test_every_job_of_the_timetable_runs_on_an_empty_database(
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        tend(now=timezone.now())

    assert set(JobRun.objects.values_list("job", "state")) == {
        (each.name, "done") for each in jobs().values() if each.at
    }
