"""What all engines have in common as backends of Django Tasks."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar
from uuid import uuid4

from django.utils import timezone
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS, TaskResult, TaskResultStatus, task_backends
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task

TICK_SECONDS = 60
"""How often the clock rings for `tend`."""


class Engine(BaseTaskBackend):
    """Carries a task's name and its arguments to a worker, and keeps nothing of it.

    What came of a run stands in its row, so the result given back only says that the engine was told.
    """

    name: ClassVar[str]

    def enqueue(self, task: Task, args: Any, kwargs: Any) -> TaskResult:
        self.validate_task(task)
        self.carry(task, [*args], dict(kwargs))
        return TaskResult(
            task=task,
            id=str(uuid4()),
            status=TaskResultStatus.READY,
            enqueued_at=timezone.now(),
            started_at=None,
            finished_at=None,
            last_attempted_at=None,
            args=[*args],
            kwargs=dict(kwargs),
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )

    @abstractmethod
    def carry(self, task: Task, args: list[Any], kwargs: dict[str, Any]) -> None:
        """Have a worker call the task."""

    @abstractmethod
    def work(self) -> None:
        """Be the workers of this machine until told to stop (SIGTERM, SIGINT)."""

    @abstractmethod
    def keep_time(self) -> None:
        """Be the clock, which rings for `tend` each minute and does nothing else, until told to stop."""


def engine() -> Engine:
    """The one that is configured."""
    configured = task_backends[DEFAULT_TASK_BACKEND_ALIAS]
    assert isinstance(configured, Engine)
    return configured
