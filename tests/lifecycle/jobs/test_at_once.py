"""Several workers and clocks at once, each with a connection of its own, and jobs inside long transactions."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from lifecycle.jobs import Run, ask, cancel, tend, work
from lifecycle.jobs.runs import take
from lifecycle.models import JobRun
from lifecycle.parties.models import Organisation
from tests.finance.test_journal_races import at_once
from tests.jobs import Watch, at, declared

pytestmark = pytest.mark.usefixtures("committed_db", "rings")


def test_of_two_workers_that_hear_the_ring_one_does_the_work(watch: Watch) -> None:
    worked: list[str] = []

    def act(run: Run) -> str:
        worked.append(threading.current_thread().name)
        return worked[-1]

    run = ask(declared(act), now=watch())

    answers = at_once(*[lambda: work(run.pk, worker="w", clock=watch)] * 4)

    assert sorted(map(bool, answers)) == [False, False, False, True]
    run.refresh_from_db()
    assert worked == [run.result]
    assert run.attempts == 1


def test_progress_is_seen_while_the_job_is_inside_a_transaction(watch: Watch) -> None:
    """And being cancelled is heard there; nothing of the work is left."""
    seen = []

    def elsewhere(run: Run) -> None:
        row = JobRun.objects.get(pk=run.id)
        seen.append((row.done, row.total, row.note, Organisation.objects.filter(name="写入").count()))
        cancel(run.id, now=watch())
        connection.close()

    def act(run: Run) -> None:
        with transaction.atomic():
            Organisation.objects.create(name="写入", kind="province")
            run.advance(2, 5, "写入")
            other = threading.Thread(target=elsewhere, args=(run,))
            other.start()
            other.join(30)
            run.advance(3, 5, "写入")

    run = ask(declared(act), now=watch())
    work(run.pk, worker="w", clock=watch)

    run.refresh_from_db()
    assert seen == [(2, 5, "写入", 0)]
    assert run.state == "cancelled"
    assert not Organisation.objects.filter(name="写入").exists()


def test_two_clocks_ask_for_a_time_of_the_timetable_once(watch: Watch) -> None:
    for number in range(5):
        declared(lambda run: None, name=f"job {number}", at="10 0 * * *")
    now = at("2026-03-03 00:10")

    at_once(*[lambda: tend(now=now)] * 4)

    assert sorted(JobRun.objects.values_list("job", flat=True)) == [f"job {number}" for number in range(5)]


def test_two_clocks_take_a_lost_run_back_once(watch: Watch, rings: list[object]) -> None:
    run = ask(declared(lambda run: None), now=watch())
    take(run.pk, worker="w", clock=watch)
    rings.clear()
    now = watch() + timedelta(seconds=61)

    answers = at_once(*[lambda: tend(now=now)] * 4)

    assert sum(each.resumed for each in answers) == 1  # type: ignore[attr-defined]
    assert rings == [run.pk]


def test_a_job_that_says_nothing_is_kept_alive(settings: object, watch: Watch) -> None:
    settings.JOB_LEASE_SECONDS = 0.4  # type: ignore[attr-defined]
    renewed = threading.Event()

    def act(run: Run) -> str:
        watch.pass_by(minutes=1)
        for _ in range(200):
            if JobRun.objects.get(pk=run.id).lease_until > watch():  # type: ignore[operator]
                renewed.set()
                return "alive"
            renewed.wait(0.05)
        return "lapsed"

    run = ask(declared(act), now=watch())
    work(run.pk, worker="w", clock=watch)

    run.refresh_from_db()
    assert run.result == "alive"


def test_an_attempt_that_takes_too_long_is_ended(watch: Watch) -> None:
    def act(run: Run) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(60)")

    run = ask(declared(act, seconds=1), now=watch())
    work(run.pk, worker="w", clock=watch, alone=True)

    run.refresh_from_db()
    assert run.state == "failed"
    assert "时限" in run.error
    assert JobRun.objects.count() == 1


def test_the_line_is_opened_anew_when_its_connection_is_lost(watch: Watch) -> None:
    def act(run: Run) -> str:
        run.advance(1, 2)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        run.advance(2, 2)
        return "done"

    run = ask(declared(act), now=watch())
    work(run.pk, worker="w", clock=watch)

    run.refresh_from_db()
    assert (run.state, run.result) == ("done", "done")
