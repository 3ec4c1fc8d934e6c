"""Jobs that the workers of the engines' tests know beside those of the program."""

from __future__ import annotations

import os
import time
from typing import Any

from django.db import transaction

from lifecycle.jobs import Run, job
from lifecycle.parties.models import Organisation, OrganisationKind


@job("test.add", title="加")
def add(run: Run, a: int, b: int) -> dict[str, Any]:
    return {"sum": a + b, "pid": os.getpid()}


@job("test.fail", title="失败")
def fail(run: Run) -> None:
    raise ValueError("坏了")


@job("test.write", title="写入")
def write(run: Run, name: str) -> dict[str, Any]:
    """The first attempt never comes to its end; the second does in the transaction of its work."""
    with transaction.atomic():
        organisation = Organisation.objects.create(name=name, kind=OrganisationKind.PROVINCE)
        run.advance(1, 2, "写入")
        while run.attempt == 1:
            time.sleep(0.05)
        result = {"organisation": organisation.pk, "attempt": run.attempt}
        run.finish(result)
    return result


@job("test.walk", title="走", seconds=300)
def walk(run: Run) -> None:
    """Goes on until it is cancelled."""
    for step in range(100_000):
        run.advance(step, None, "走")
        time.sleep(0.05)


@job("test.wait", title="等", seconds=300)
def wait(run: Run) -> str:
    """The first attempt waits until its worker is told to stop."""
    run.advance(1, 2)
    while run.attempt == 1:
        time.sleep(0.05)
    return "done"
