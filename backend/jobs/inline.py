"""The engine of the tests: whoever rings does the work, at once and in the same thread."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import CommandError
from django.utils import timezone
from django_tasks.base import Task

from backend.jobs.engine import Engine
from lifecycle import jobs


class InlineEngine(Engine):
    """Rings come after the commit, so a test in a transaction of its own runs them by hand or not at all."""

    name = "inline"

    def carry(self, task: Task, args: list[Any], kwargs: dict[str, Any]) -> None:
        from backend.jobs.door import execute

        if task.func is execute.func:
            # The thread belongs to whoever rang: no alarm, no signals.
            jobs.work(UUID(args[0]), worker=self.name, clock=timezone.now)
        else:
            task.call(*args, **kwargs)

    def work(self) -> None:
        raise CommandError("the engine of the tests has no worker")

    def keep_time(self) -> None:
        raise CommandError("the engine of the tests has no clock")
