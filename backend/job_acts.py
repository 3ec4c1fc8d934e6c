"""What a person does with a run, by page or API alike."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lifecycle import jobs
from lifecycle.errors import Conflict
from lifecycle.models import JobRun
from lifecycle.parties.log import Actor, record


class AlreadyOver(Conflict):
    """The run has ended; there is nothing to cancel."""

    code = "job_over"


def cancel_run(run: JobRun, *, actor: Actor, now: datetime) -> None:
    """Have the run stopped, and say so in the log.

    Raises:
        AlreadyOver: it has ended.
    """
    if run.is_over:
        raise AlreadyOver(_("任务已结束（%(state)s），不能取消。") % {"state": run.get_state_display()})
    with transaction.atomic():
        jobs.cancel(run.pk, now=now)
        record(actor, "cancel_job", at=now, subject=run.job, job=str(run.pk))


def title_of(run: JobRun) -> str:
    """What the job is called; its name where the program no longer has it."""
    known = jobs.jobs().get(run.job)
    return str(known.title) if known else run.job


def error_of(run: JobRun) -> str:
    """Why it failed: a sentence in the reader's language, or the traceback as it is."""
    return run.error if "\n" in run.error or not run.error else _(run.error)
