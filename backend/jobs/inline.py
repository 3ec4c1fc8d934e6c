"""The engine of the tests: whoever rings does the work, at once and in the same thread."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone
from django_tasks.base import Task

from backend.jobs import door
from backend.jobs.engine import Engine
from lifecycle import jobs


class InlineEngine(Engine):
    """Rings come after the commit, so a test in a transaction of its own runs them by hand or not at all."""

    def carry(self, task: Task, args: list[Any], kwargs: dict[str, Any]) -> None:
        if task.func is door.execute.func:
            # The thread belongs to whoever rang: no alarm, no signals.
            jobs.work(UUID(args[0]), worker="inline", clock=timezone.now)
        else:
            task.call(*args, **kwargs)
