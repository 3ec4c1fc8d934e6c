"""Celery: rings go over Redis, Valkey or RabbitMQ, for more than one machine. The engine when CELERY_BROKER_URL is set."""

from __future__ import annotations

import logging
import os
from datetime import timedelta
from typing import Any

from celery import Celery
from celery.apps.beat import Beat
from celery.beat import Scheduler
from django.db import Error, connection
from django.utils.module_loading import import_string
from django_tasks.base import Task

from backend.jobs.engine import TICK_SECONDS, Engine
from lifecycle.models import SignKind

app = Celery("pilot", set_as_current=False)
app.config_from_object("django.conf:settings", namespace="CELERY")

logger = logging.getLogger(__name__)


@app.task(name="pilot.perform")
def perform(path: str, args: list[Any], kwargs: dict[str, Any]) -> None:
    """What a worker of Celery calls."""
    import_string(path).call(*args, **kwargs)


class CeleryEngine(Engine):
    name = "celery"

    def carry(self, task: Task, args: list[Any], kwargs: dict[str, Any]) -> None:
        perform.apply_async((task.module_path, args, kwargs), queue=task.queue_name, retry=False)

    def work(self) -> None:
        app.worker_main(
            [
                "worker",
                "--loglevel=WARNING",
                "--without-gossip",
                "--without-mingle",
                f"--hostname=pilot-{os.getpid()}@%h",
            ]
        )

    def keep_time(self) -> None:
        Beat(app=app, scheduler_cls=f"{__name__}.Clock", quiet=True).run()


class Clock(Scheduler):
    """A schedule of one entry, kept in memory: what is due stands in our own rows."""

    def setup_schedule(self) -> None:
        from backend.jobs.door import tend

        self.add(
            name=tend.module_path,
            task=perform.name,
            schedule=TICK_SECONDS,
            args=(tend.module_path, [], {}),
            # Rings that nobody heard are not heard one after another later on.
            options={"queue": tend.queue_name, "expires": TICK_SECONDS, "retry": False},
            last_run_at=app.now() - timedelta(seconds=TICK_SECONDS),
        )

    def apply_async(self, *args: Any, **options: Any) -> Any:
        from backend.jobs.door import say_alive

        sent = super().apply_async(*args, **options)
        try:
            say_alive(SignKind.CLOCK)
        except Error as fault:
            logger.warning("the clock cannot reach the database: %s", fault)
            connection.close()
        return sent
