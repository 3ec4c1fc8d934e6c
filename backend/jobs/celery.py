"""Celery: rings go over Redis, Valkey or RabbitMQ, for more than one machine. The engine when CELERY_BROKER_URL is set."""

from __future__ import annotations

from typing import Any

from celery import Celery
from django.utils.module_loading import import_string
from django_tasks.base import Task

from backend.jobs.engine import Engine

app = Celery("pilot", set_as_current=False)
app.config_from_object("django.conf:settings", namespace="CELERY")


@app.task(name="pilot.perform")
def perform(path: str, args: list[Any], kwargs: dict[str, Any]) -> None:
    """What a worker of Celery calls."""
    import_string(path).call(*args, **kwargs)


class CeleryEngine(Engine):
    def carry(self, task: Task, args: list[Any], kwargs: dict[str, Any]) -> None:
        perform.apply_async((task.module_path, args, kwargs), queue=task.queue_name, retry=False)
