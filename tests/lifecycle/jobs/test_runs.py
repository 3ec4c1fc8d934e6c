"""One run from asking to its end, by one worker after another."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, OperationalError, transaction

from lifecycle.jobs import Run, Stopped, ask, cancel, runs, work
from lifecycle.jobs.runs import UNKNOWN_JOB, take
from lifecycle.models import JobRun, JobState
from lifecycle.parties.models import Organisation
from tests.jobs import Watch, declared, done, only_these_jobs

pytestmark = pytest.mark.django_db


def taken(run: JobRun, clock: Watch, worker: str = "worker 1") -> Run:
    found = take(run.pk, worker=worker, clock=clock)
    assert found is not None
    return found


def state_of(run: JobRun) -> str:
    run.refresh_from_db()
    return run.state


def test_a_job_is_given_its_arguments_and_leaves_its_result(watch: Watch) -> None:
    def add(run: Run, a: int, b: int) -> dict[str, int]:
        run.advance(1, 2, "加")
        return {"sum": a + b}

    run = done(ask(declared(add), now=watch(), a=2, b=3), watch)

    assert (run.state, run.result, run.attempts, run.worker) == ("done", {"sum": 5}, 1, "worker 1")
    assert (run.done, run.total, run.note, run.error) == (2, 2, "", "")
    assert run.finished_at == watch()
    assert run.lease_until is None


def test_an_engine_hears_of_it_after_the_commit_only(
    rings: list[UUID], watch: Watch, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        run = ask(declared(lambda run: None), now=watch())
        assert rings == []

    assert rings == [run.pk]


def test_a_key_is_asked_for_once_for_ever(
    rings: list[UUID], watch: Watch, django_capture_on_commit_callbacks: Any
) -> None:
    job = declared(lambda run, day: day)
    with django_capture_on_commit_callbacks(execute=True):
        first = done(ask(job, now=watch(), key="2026-03", day="2026-03-03"), watch)
        again = ask(job, now=watch.pass_by(hours=1), key="2026-03", day="2026-03-04")
        other = ask(job, now=watch(), key="2026-04", day="2026-04-01")

    assert again.pk == first.pk
    assert again.result == "2026-03-03"
    assert rings == [first.pk, other.pk]
    with pytest.raises(IntegrityError, match="job_once_a_key"), transaction.atomic():
        JobRun.objects.filter(pk=other.pk).update(key="2026-03")


def test_a_run_that_a_worker_has_is_not_taken_by_another_until_its_lease_lapses(watch: Watch) -> None:
    run = ask(declared(lambda run: None), now=watch())
    taken(run, watch)

    watch.pass_by(seconds=60)
    assert take(run.pk, worker="worker 2", clock=watch) is None

    watch.pass_by(seconds=1)
    assert taken(run, watch, "worker 2").attempt == 2


def test_advancing_renews_the_lease(watch: Watch) -> None:
    run = ask(declared(lambda run: None), now=watch())
    mine = taken(run, watch)

    watch.pass_by(seconds=59)
    mine.advance(1)
    watch.pass_by(seconds=59)

    assert take(run.pk, worker="worker 2", clock=watch) is None


def test_whoever_lost_the_run_writes_nothing_to_it_any_more(watch: Watch) -> None:
    run = ask(declared(lambda run: None), now=watch())
    lost = taken(run, watch)
    watch.pass_by(seconds=61)
    kept = taken(run, watch, "worker 2")

    with pytest.raises(Stopped):
        lost.advance(5, 5)
    with pytest.raises(Stopped), transaction.atomic():
        lost.finish("lost")
    assert not lost.is_alive()
    lost.fail("lost")
    lost.stop()
    lost.give_back()
    run.refresh_from_db()
    assert (run.state, run.worker, run.done, run.result, run.error) == ("running", "worker 2", 0, None, "")

    kept.finish("kept")
    assert state_of(run) == JobState.DONE
    assert run.result == "kept"


def test_work_and_end_of_a_run_hold_both_or_neither(watch: Watch) -> None:
    def write(run: Run) -> None:
        with transaction.atomic():
            Organisation.objects.create(name="写入", kind="province")
            cancel(run.id, now=watch())
            run.finish({"written": 1})

    run = done(ask(declared(write), now=watch()), watch)

    assert (run.state, run.result) == ("cancelled", None)
    assert not Organisation.objects.filter(name="写入").exists()


def test_what_was_done_before_anybody_cancelled_it_was_done(watch: Watch) -> None:
    def write(run: Run) -> str:
        cancel(run.id, now=watch())
        return "written"

    run = done(ask(declared(write), now=watch()), watch)

    assert (run.state, run.result) == ("done", "written")


def test_a_run_that_waits_is_cancelled_at_once(watch: Watch) -> None:
    run = ask(declared(lambda run: pytest.fail("it was cancelled")), now=watch())

    cancel(run.pk, now=watch())

    assert state_of(run) == JobState.CANCELLED
    assert not work(run.pk, worker="worker 1", clock=watch)


def test_a_run_that_is_cancelled_stops_at_its_next_sign_of_life(watch: Watch) -> None:
    steps = []

    def walk(run: Run) -> None:
        for step in range(1, 4):
            if step == 2:
                cancel(run.id, now=watch())
            run.advance(step, 3)
            steps.append(step)

    run = done(ask(declared(walk), now=watch()), watch)

    assert (run.state, steps) == ("cancelled", [1])


def test_a_run_that_is_over_is_not_cancelled(watch: Watch) -> None:
    run = done(ask(declared(lambda run: 1), now=watch()), watch)

    cancel(run.pk, now=watch())

    assert state_of(run) == JobState.DONE


def test_a_failure_is_kept_with_its_traceback_and_not_tried_again(watch: Watch) -> None:
    def fail(run: Run) -> None:
        raise ValueError("坏了")

    run = done(ask(declared(fail), now=watch()), watch)

    assert (run.state, run.attempts) == ("failed", 1)
    assert run.error.startswith("Traceback")
    assert "ValueError: 坏了" in run.error
    assert not work(run.pk, worker="worker 1", clock=watch)


def test_a_result_that_is_no_json_is_a_failure(watch: Watch) -> None:
    run = done(ask(declared(lambda run: object()), now=watch()), watch)

    assert run.state == JobState.FAILED
    assert "TypeError" in run.error


def test_a_fault_that_may_pass_is_tried_again_as_often_as_the_job_allows(
    rings: list[UUID], watch: Watch, django_capture_on_commit_callbacks: Any
) -> None:
    def stumble(run: Run) -> None:
        raise OperationalError("deadlock detected")

    with django_capture_on_commit_callbacks(execute=True):
        run = done(ask(declared(stumble, attempts=2), now=watch()), watch)
    assert (run.state, run.attempts) == ("waiting", 1)
    assert "deadlock" in run.error
    assert rings == [run.pk, run.pk]

    run = done(run, watch)
    assert (run.state, run.attempts) == ("failed", 2)


def test_what_went_well_the_second_time_shows_no_error(watch: Watch) -> None:
    def stumble(run: Run) -> str:
        if run.attempt == 1:
            raise OperationalError("the connection is lost")
        return "done"

    run = done(done(ask(declared(stumble), now=watch()), watch), watch)

    assert (run.state, run.result, run.error, run.attempts) == ("done", "done", "", 2)


def test_a_job_that_the_program_no_longer_has_fails_with_a_word(watch: Watch) -> None:
    run = ask(declared(lambda run: None), now=watch())

    with only_these_jobs():
        assert not work(run.pk, worker="worker 1", clock=watch)

    assert state_of(run) == JobState.FAILED
    assert run.error == UNKNOWN_JOB


def test_a_run_that_nobody_knows_is_nothing_to_do(watch: Watch) -> None:
    assert not work(uuid4(), worker="worker 1", clock=watch)


def test_where_the_engine_is_away_the_run_waits(
    monkeypatch: pytest.MonkeyPatch, watch: Watch, django_capture_on_commit_callbacks: Any
) -> None:
    def away(run: JobRun) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(runs, "_ring", [away])

    with django_capture_on_commit_callbacks(execute=True):
        run = ask(declared(lambda run: None), now=watch())

    assert state_of(run) == JobState.WAITING
