"""What a job is: a function with a name, its timetable and its limits. Each package declares its own in `tasks.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from lifecycle.jobs.timetable import is_timetable


@dataclass(frozen=True, slots=True)
class Job:
    """A declared job. `act(run, **arguments)` does the work and returns JSON.

    at: when it runs by itself, five fields of cron in local time, or empty. seconds: the most that one attempt
    may take. attempts: how often it is begun when a worker dies or it fails for a reason that may pass.
    """

    name: str
    title: str | Promise
    act: Callable[..., Any]
    at: str
    seconds: int
    attempts: int
    queue: str


_declared: dict[str, Job] = {}


def job(
    name: str,
    *,
    title: str | Promise,
    at: str = "",
    seconds: int = 600,
    attempts: int = 3,
    queue: str = "default",
) -> Callable[[Callable[..., Any]], Job]:
    """Declare the function below as the job `name`.

    Raises ValueError when another job has the name, or `at` is no timetable.
    """
    if at and not is_timetable(at):
        raise ValueError(f"{name}: {at!r} are not five fields of cron")

    def declare(act: Callable[..., Any]) -> Job:
        if name in _declared:
            raise ValueError(f"there is a job {name} already")
        _declared[name] = Job(name, title, act, at, seconds, attempts, queue)
        return _declared[name]

    return declare


def jobs() -> dict[str, Job]:
    """Every declared job by name, in order of declaration."""
    return dict(_declared)
