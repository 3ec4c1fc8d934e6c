"""Jobs for tests: declared for one test alone, and done by hand at an instant of the test's choosing."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lifecycle.jobs import Job, job, work
from lifecycle.jobs import declared as declaring
from lifecycle.models import JobRun

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    """An instant in local time: 2026-03-03 00:10."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@contextmanager
def only_these_jobs() -> Iterator[None]:
    """No job is known but those that are declared meanwhile."""
    kept = dict(declaring._declared)
    declaring._declared.clear()
    try:
        yield
    finally:
        declaring._declared.clear()
        declaring._declared.update(kept)


def declared(act: Callable[..., Any], name: str = "test.job", **wishes: Any) -> Job:
    """The job of that function."""
    return job(name, title=name, **wishes)(act)


class Watch:
    """A clock that stands still until it is moved."""

    def __init__(self, text: str) -> None:
        self.time = at(text)

    def __call__(self) -> datetime:
        return self.time

    def pass_by(self, **units: float) -> datetime:
        self.time += timedelta(**units)
        return self.time


def done(run: JobRun, clock: Callable[[], datetime], worker: str = "worker 1") -> JobRun:
    """The run after a worker was told of it."""
    work(run.pk, worker=worker, clock=clock)
    run.refresh_from_db()
    return run


def free_port() -> int:
    """A port that the system has free; servers that look for one by counting up take the same when two begin together."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
