"""django-q2: rings are rows in our own database, which needs no other service. The engine unless another is wished for."""

from __future__ import annotations

from typing import Any

from django.utils.module_loading import import_string
from django_tasks.base import Task

from backend.jobs.engine import Engine


class Q2Engine(Engine):
    def carry(self, task: Task, args: list[Any], kwargs: dict[str, Any]) -> None:
        from django_q.tasks import async_task

        async_task("backend.jobs.q2.perform", task.module_path, args, kwargs, group=task.name)


def perform(path: str, args: list[Any], kwargs: dict[str, Any]) -> None:
    """What a worker of django-q2 calls."""
    import_string(path).call(*args, **kwargs)
