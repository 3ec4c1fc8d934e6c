"""What the clock does each minute, and does not do twice."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from lifecycle.jobs import Tended, ask, cancel, tend
from lifecycle.jobs.runs import UNKNOWN_JOB, take
from lifecycle.jobs.tending import LOST
from lifecycle.models import JobRun
from tests.jobs import Watch, at, declared, done, only_these_jobs

pytestmark = pytest.mark.django_db
NOTHING = Tended(rung=0, resumed=0, failed=0, asked=0)


@pytest.fixture(autouse=True)
def _heard_at_once(django_capture_on_commit_callbacks: Any) -> Any:
    with django_capture_on_commit_callbacks(execute=False):
        yield


def test_what_waits_is_rung_for_again_after_two_minutes_then_after_ever_longer_pauses(watch: Watch) -> None:
    ask(declared(lambda run: None), now=watch())
    rung = []
    for minute in range(1, 300):
        if tend(now=watch.pass_by(minutes=1)).rung:
            rung.append(minute)

    assert rung == [3, 7, 15, 31, 63, 124, 185, 246]


def test_what_a_lost_worker_had_is_given_to_another_attempt(watch: Watch) -> None:
    run = ask(declared(lambda run: "done"), now=watch())
    take(run.pk, worker="worker 1", clock=watch)
    assert tend(now=watch.pass_by(seconds=60)) == NOTHING

    assert tend(now=watch.pass_by(seconds=1)) == Tended(0, 1, 0, 0)
    assert tend(now=watch()) == NOTHING
    run = done(run, watch, "worker 2")
    assert (run.state, run.attempts, run.worker, run.result) == ("done", 2, "worker 2", "done")


def test_a_job_that_lost_all_its_workers_fails_with_a_word(watch: Watch) -> None:
    run = ask(declared(lambda run: None, attempts=2), now=watch())
    for attempt in (1, 2):
        found = take(run.pk, worker=f"worker {attempt}", clock=watch)
        assert found is not None
        watch.pass_by(seconds=61)
        if attempt == 1:
            assert tend(now=watch()).resumed == 1

    assert take(run.pk, worker="worker 3", clock=watch) is None
    assert tend(now=watch()) == Tended(0, 0, 1, 0)
    run.refresh_from_db()
    assert (run.state, run.error, run.attempts) == ("failed", LOST, 2)


def test_what_was_cancelled_while_its_worker_was_lost_is_cancelled(watch: Watch) -> None:
    run = ask(declared(lambda run: None), now=watch())
    take(run.pk, worker="worker 1", clock=watch)
    cancel(run.pk, now=watch())

    watch.pass_by(seconds=61)
    assert take(run.pk, worker="worker 2", clock=watch) is None
    assert tend(now=watch()) == NOTHING
    run.refresh_from_db()
    assert run.state == "cancelled"


def test_a_lost_run_whose_job_is_gone_fails_with_a_word(watch: Watch) -> None:
    run = ask(declared(lambda run: None), now=watch())
    take(run.pk, worker="worker 1", clock=watch)

    with only_these_jobs():
        assert tend(now=watch.pass_by(seconds=61)).failed == 1
    run.refresh_from_db()
    assert run.error == UNKNOWN_JOB


def test_a_time_of_the_timetable_is_asked_for_once(watch: Watch) -> None:
    declared(lambda run: None, at="10 0 * * *")
    declared(lambda run: None, name="test.by-hand")

    assert tend(now=at("2026-03-03 00:10")).asked == 1
    assert tend(now=at("2026-03-03 00:10")).asked == 0
    run = JobRun.objects.get()
    assert (run.job, run.key, run.asked_by) == ("test.job", "2026-03-03T00:10", None)
    done(run, watch)
    assert tend(now=at("2026-03-04 00:09")).asked == 0
    assert tend(now=at("2026-03-04 00:10")).asked == 1


def test_of_missed_nights_the_last_is_made_up(watch: Watch) -> None:
    declared(lambda run: None, at="10 0 * * *")
    tend(now=at("2026-03-03 00:10"))
    done(JobRun.objects.get(), watch)

    assert tend(now=at("2026-03-08 14:30")).asked == 1
    assert JobRun.objects.latest("asked_at").key == "2026-03-08T00:10"
    assert tend(now=at("2026-03-08 14:31")).asked == 0


def test_while_a_run_is_not_over_its_job_is_not_asked_for_again(watch: Watch) -> None:
    declared(lambda run: None, at="* * * * *")
    tend(now=at("2026-03-03 09:00"))

    assert tend(now=at("2026-03-03 09:01")).asked == 0
    done(JobRun.objects.get(), watch)
    assert tend(now=at("2026-03-03 09:01")).asked == 1


def test_what_a_person_asked_for_does_not_stand_in_for_the_timetable(watch: Watch) -> None:
    job = declared(lambda run: None, at="10 0 * * *")
    ask(job, now=at("2026-03-03 00:05"))

    assert tend(now=at("2026-03-03 00:10")).asked == 1


def test_many_runs_cost_as_many_statements_as_few(watch: Watch, django_assert_max_num_queries: Any) -> None:
    job = declared(lambda run: None, attempts=2)
    runs = [ask(job, now=watch()) for _ in range(30)]
    for run in runs[:20]:
        take(run.pk, worker="worker 1", clock=watch)
    JobRun.objects.filter(pk__in=[run.pk for run in runs[:10]]).update(attempts=2)

    with django_assert_max_num_queries(8):
        assert tend(now=watch.pass_by(minutes=5)) == Tended(10, 10, 10, 0)
    assert JobRun.objects.filter(state="failed").count() == 10


def test_rings_reach_the_engine(
    rings: list[UUID], watch: Watch, django_capture_on_commit_callbacks: Any
) -> None:
    run = ask(declared(lambda run: None), now=watch())

    with django_capture_on_commit_callbacks(execute=True):
        tend(now=watch.pass_by(minutes=3))

    assert rings == [run.pk]
