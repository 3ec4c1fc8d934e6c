"""Doing a run: taken, kept alive, held to its time, and ended by what came of it."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from datetime import datetime
from types import FrameType
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import Error, InterfaceError, OperationalError, connection
from django.utils.translation import gettext_noop
from psycopg.pq import TransactionStatus

from lifecycle.jobs.runs import Run, Stopped, take

MAY_PASS = (OperationalError, InterfaceError)
"""Faults of the way to the database, of its load or of who came first: another attempt may do better."""

GRACE_SECONDS = 30
"""How long a job may go on after it was told that its time is up, before its process is ended."""

OUT_OF_TIME = gettext_noop("超过一次执行的时限，已中止。")

logger = logging.getLogger(__name__)


class OutOfTime(BaseException):
    """The attempt took longer than its job allows. Not an Exception, so that no job swallows it."""


class Interrupted(BaseException):
    """The worker was told to stop."""


def work(run_id: UUID, *, worker: str, clock: Callable[[], datetime], alone: bool = False) -> bool:
    """Take the run and do it; False when there was nothing to take.

    alone: this process and its main thread do nothing else meanwhile, so that the time of the attempt
    is enforced, and a worker that is told to stop (SIGTERM) gives the run back at once.

    Raises:
        Interrupted: the worker was told to stop; the run waits for another.
    """
    run = take(run_id, worker=worker, clock=clock)
    if run is None:
        return False
    try:
        with _kept_alive(run, alone=alone):
            _do(run, alone=alone)
    finally:
        run.line.close()
    return True


def _do(run: Run, *, alone: bool) -> None:
    try:
        with _held_to_time(run.job.seconds) if alone else contextlib.nullcontext():
            result = run.job.act(run, **run.arguments)
        if not run.is_over:
            run.finish(result, even_if_cancelled=True)
    except Stopped:
        run.stop()
    except Interrupted:
        connection.close()
        run.give_back()
        raise
    except OutOfTime:
        # Left in the middle of a statement, it is of no use to the next run.
        connection.close()
        run.fail(OUT_OF_TIME)
        logger.error("%s %s took longer than %s seconds", run.job.name, run.id, run.job.seconds)
    except MAY_PASS as fault:
        if run.attempt < run.job.attempts:
            logger.warning("%s %s is tried again: %s", run.job.name, run.id, fault)
            run.give_back(traceback.format_exc())
        else:
            _fail(run)
    except Exception:
        _fail(run)


def _fail(run: Run) -> None:
    logger.exception("%s %s failed", run.job.name, run.id)
    run.fail(traceback.format_exc())


@contextlib.contextmanager
def _kept_alive(run: Run, *, alone: bool) -> Iterator[None]:
    """Renew the lease while the job works without saying so.

    A shared line has no use for it: nobody else sees the run.
    """
    if run.line.is_shared:
        yield
        return
    ended = threading.Event()
    pulse = threading.Thread(target=_beat, args=(run, ended, alone), name=f"pulse {run.id}", daemon=True)
    pulse.start()
    try:
        yield
    finally:
        ended.set()
        pulse.join()


def _beat(run: Run, ended: threading.Event, alone: bool) -> None:
    give_up = time.monotonic() + run.job.seconds + GRACE_SECONDS
    while not ended.wait(settings.JOB_LEASE_SECONDS / 4):
        if time.monotonic() > give_up:
            # It did not hear that its time is up. Out of a process that does other work too it cannot be taken.
            run.fail(OUT_OF_TIME)
            if alone:
                os._exit(os.EX_SOFTWARE)
            return
        try:
            if not run.is_alive():
                return
        except Error as fault:
            logger.warning("%s %s could not show that it lives: %s", run.job.name, run.id, fault)


@contextlib.contextmanager
def _held_to_time(seconds: int) -> Iterator[None]:
    """Raise OutOfTime in the main thread after so many seconds, Interrupted when the process is told to stop."""

    def out_of_time(_number: int, _frame: FrameType | None) -> None:
        _leave_statement()
        raise OutOfTime

    def interrupted(_number: int, _frame: FrameType | None) -> None:
        _leave_statement()
        raise Interrupted

    before: dict[int, Any] = {
        signal.SIGALRM: signal.signal(signal.SIGALRM, out_of_time),
        signal.SIGTERM: signal.signal(signal.SIGTERM, interrupted),
    }
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)


def _leave_statement() -> None:
    """Have the server give up the statement in which the job is waiting, whose locks nobody would let go."""
    raw = connection.connection
    if raw is not None and raw.info.transaction_status == TransactionStatus.ACTIVE:
        with contextlib.suppress(psycopg.Error):
            raw.cancel_safe(timeout=5)
