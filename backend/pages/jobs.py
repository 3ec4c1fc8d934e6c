"""Work behind the scenes: what one asked for, how far it is, what came of it; and stopping it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import connection
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from backend.access import Act, may
from backend.job_acts import cancel_run, error_of, title_of
from backend.middleware import actor_of
from backend.pages.access import PageRequest, signed_in
from backend.pages.job_results import shown_result
from lifecycle.jobs.sight import run_in_sight, runs_in_sight
from lifecycle.models import JobRun, JobState

SHOWN = 100
PATIENCE_SECONDS = 2.0
"""How long a page waits for a run that may be short before it shows its progress instead."""
LOOK_SECONDS = 0.05

LOOKS = {
    JobState.WAITING: "not_applicable",
    JobState.RUNNING: "warn",
    JobState.DONE: "pass",
    JobState.FAILED: "breach",
    JobState.CANCELLED: "not_applicable",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A run as a page shows it."""

    run: JobRun
    title: str
    look: str
    note: str
    is_mine: bool

    @property
    def percent(self) -> int | None:
        return self.run.done * 100 // self.run.total if self.run.total else None

    @property
    def is_stopping(self) -> bool:
        return self.run.state == JobState.RUNNING and self.run.cancel_asked_at is not None


def shown(run: JobRun, request: PageRequest) -> Shown:
    return Shown(
        run,
        title_of(run),
        LOOKS[JobState(run.state)],
        _(run.note) if run.note else "",
        run.asked_by_id == request.user.pk,
    )


@require_safe
@signed_in
def jobs(request: PageRequest) -> HttpResponseBase:
    """The latest runs, newest first: one's own; all for an administrator."""
    found = JobRun.objects.filter(runs_in_sight(request.user, request.sight)).select_related("asked_by")
    runs = list(found.defer("arguments", "result", "error").order_by("-asked_at")[: SHOWN + 1])
    return render(
        request,
        "pages/jobs.html",
        {
            "runs": [shown(run, request) for run in runs[:SHOWN]],
            "more": len(runs) > SHOWN,
            "limit": SHOWN,
            "all": may(Act.SEE_HEALTH, request.sight),
        },
    )


@require_safe
@signed_in
def job(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """One run; asked by htmx, its progress alone, and the whole page anew once it is over."""
    run = _run(request, pk)
    context: dict[str, Any] = {"shown": shown(run, request)}
    if request.htmx:
        if run.is_over:
            return HttpResponseClientRefresh()
        return render(request, "pages/parts/job_progress.html", context)
    context["result"] = shown_result(run, request.user)
    context["error"] = error_of(run) if may(Act.SEE_HEALTH, request.sight) else ""
    return render(request, "pages/job.html", context)


@require_POST
@signed_in
def job_cancel(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Have it stopped, and back to it."""
    run = _run(request, pk)
    cancel_run(run, actor=actor_of(request), now=timezone.now())
    messages.success(request, _("已要求取消。"))
    return redirect("job", pk=run.pk)


def wait_for(run: JobRun) -> JobRun:
    """The run once it is over, or after PATIENCE_SECONDS as it stands then.

    Inside a transaction the engine does not know of it yet, so there is nothing to wait for.
    """
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not connection.in_atomic_block:
        run.refresh_from_db()
        if run.is_over or time.monotonic() > give_up:
            break
        time.sleep(LOOK_SECONDS)
    return run


def _run(request: PageRequest, pk: UUID) -> JobRun:
    run = run_in_sight(pk, request.user, request.sight)
    if run is None:
        raise Http404
    return run
