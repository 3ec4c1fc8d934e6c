"""django-q2: rings are rows in our own database, which needs no other service. The engine unless another is wished for."""

from __future__ import annotations

import logging
import os
import signal
import threading
from types import FrameType
from typing import Any

from django.db import Error, connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks.base import Task

from backend.jobs.engine import TICK_SECONDS, Engine
from lifecycle.models import SignKind

SCHEDULE = "pilot.tend"
LOOK_SECONDS = 5
"""How often the clock looks whether it has to ring."""

_ONE_CLOCK_HANGS = 7_190_412
"""Advisory lock: of two clocks that start at once one writes the schedule."""

logger = logging.getLogger(__name__)


class Q2Engine(Engine):
    name = "django-q2"

    def carry(self, task: Task, args: list[Any], kwargs: dict[str, Any]) -> None:
        from django_q.tasks import async_task

        async_task("backend.jobs.q2.perform", task.module_path, args, kwargs, group=task.name)

    def work(self) -> None:
        """Its own cluster: a guard that starts workers anew when they end, one that fetches rings, one that acknowledges.

        On SIGTERM the guard ends at once and the rest with it, each run given back; on Ctrl-C they finish first. Where
        one of them was killed the whole cluster is made anew (see `_guard`).
        """
        from django_q import cluster as django_q

        os.register_at_fork(after_in_child=_go_with_parent)
        django_q.Sentinel = _guard()
        told_to_stop = threading.Event()
        while not told_to_stop.is_set():
            _keep_cluster(django_q.Cluster(), told_to_stop)
            told_to_stop.wait(1)

    def keep_time(self) -> None:
        """Its own scheduler, on one row of its own table; several clocks share the row."""
        from django_q.brokers import get_broker
        from django_q.scheduler import scheduler

        told_to_stop = threading.Event()

        def stop(_number: int, _frame: FrameType | None) -> None:
            told_to_stop.set()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        broker = get_broker()
        rang = None
        while not told_to_stop.is_set():
            try:
                if rang is None:
                    _hang_up()
                scheduler(broker)
                rang = _show_that_it_rang(rang)
            except Error as fault:
                logger.warning("the clock cannot reach the database: %s", fault)
                connection.close()
            told_to_stop.wait(LOOK_SECONDS)


def _keep_cluster(cluster: Any, told_to_stop: threading.Event) -> None:
    """Run the cluster until it is told to stop, or ends by itself."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        told_to_stop.set()
        # Not `cluster.stop()`: told together with its guard, it would wait for a guard that is gone.
        if cluster.sentinel is not None:
            cluster.sentinel.terminate()

    def finish(_number: int, _frame: FrameType | None) -> None:
        told_to_stop.set()
        if cluster.sentinel is not None:
            cluster.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, finish)
    cluster.start()
    if told_to_stop.is_set():
        cluster.sentinel.terminate()
    cluster.sentinel.join()


def _guard() -> type:
    """The library's guard, but for one case.

    Whoever waits for work waits inside the lock of a pipe that all workers share. Killed there, as by the kernel when
    memory is short, it never lets go, and a new worker in its place would wait for ever.
    """
    from django_q.cluster import Sentinel

    class Guard(Sentinel):  # type: ignore[misc]
        def reincarnate(self, process: Any) -> None:
            if process.exitcode is not None and process.exitcode < 0:
                logger.error(
                    "a process of the workers was killed (%s): all are started anew", process.exitcode
                )
                # As when told to stop: the others give back what they have in hand.
                os.kill(os.getpid(), signal.SIGTERM)
            else:
                super().reincarnate(process)

    return Guard


def perform(path: str, args: list[Any], kwargs: dict[str, Any]) -> None:
    """What a worker of django-q2 calls."""
    import_string(path).call(*args, **kwargs)


@transaction.atomic
def _hang_up() -> None:
    """The one row of the schedule, due now."""
    from django_q.models import Schedule

    from backend.jobs.door import tend

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_CLOCK_HANGS])
    Schedule.objects.update_or_create(
        name=SCHEDULE,
        defaults={
            "func": "backend.jobs.q2.perform",
            "args": repr((tend.module_path, [], {})),
            "schedule_type": Schedule.MINUTES,
            "minutes": TICK_SECONDS // 60,
            "repeats": -1,
            "next_run": timezone.now(),
        },
    )


def _show_that_it_rang(before: object) -> object:
    """Leave a sign when the schedule went on since `before`; the next time it stands at, None when it is gone."""
    from django_q.models import Schedule

    from backend.jobs.door import say_alive

    upcoming = Schedule.objects.filter(name=SCHEDULE).values_list("next_run", flat=True).first()
    if upcoming is not None and upcoming != before and upcoming > timezone.now():
        say_alive(SignKind.CLOCK)
    return upcoming


def _go_with_parent() -> None:
    """A process of the cluster whose parent was killed has nobody who stops it: it goes too."""
    parent = os.getppid()

    def watch() -> None:
        pause = threading.Event()
        while os.getppid() == parent:
            pause.wait(1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()
