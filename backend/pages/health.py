"""Proof that the work behind the scenes goes on: for machines at /healthz, for administrators with all its parts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from backend.access import Act, may, require
from backend.database import DatabaseTrouble
from backend.job_acts import error_of, title_of
from backend.jobs.engine import engine
from backend.pages.access import PageRequest, signed_in
from backend.pages.jobs import Shown, shown
from backend.ways.standing import standing
from lifecycle.jobs import Job
from lifecycle.jobs import jobs as declared
from lifecycle.jobs.health import Health, look
from lifecycle.jobs.timetable import next_time
from lifecycle.models import JobRun, JobState, Sign
from lifecycle.parties.sight import Sight

FAILURES_SHOWN = 20


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponseBase:
    """200 while the database answers, a clock rings and workers work; else 503. Open to all: it says nothing more.

    Ages in seconds, null where nothing was ever heard. failing: how many jobs went wrong the last time.
    """
    now = timezone.now()
    try:
        found = look(now=now)
    except (DatabaseError, DatabaseTrouble):
        connection.close()
        return JsonResponse(
            {"status": "degraded", "database": "unreachable"}, status=HTTPStatus.SERVICE_UNAVAILABLE
        )
    return JsonResponse(
        {
            "status": "ok" if found.is_well else "degraded",
            "database": "ok",
            "clock": {"age": _age(found.clock, now), "next_run": _instant(found.next_run)},
            "worker": {"age": _age(found.worker, now), "last_run": _instant(found.last_run)},
            "backlog": {
                "waiting": found.waiting,
                "running": found.running,
                "oldest": _age(found.oldest, now),
            },
            "failing": len(found.failing),
        },
        status=HTTPStatus.OK if found.is_well else HTTPStatus.SERVICE_UNAVAILABLE,
    )


def _age(then: datetime | None, now: datetime) -> int | None:
    return None if then is None else max(0, round((now - then).total_seconds()))


def _instant(then: datetime | None) -> str | None:
    return None if then is None else timezone.localtime(then).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class Entry:
    """A job of the timetable: when it ran last and how that went, when it runs next."""

    job: Job
    last: Shown | None
    next: datetime


@require_safe
@signed_in
def health(request: PageRequest) -> HttpResponseBase:
    """Engine, signs of life, timetable, backlog, failures, and how mail and webhooks stand."""
    require(Act.SEE_HEALTH, request.sight)
    now = timezone.now()
    timetable = [each for each in declared().values() if each.at]
    latest = {
        run.job: run
        for run in JobRun.objects.filter(job__in=[each.name for each in timetable])
        .order_by("job", "-asked_at")
        .distinct("job")
        .defer("arguments", "result", "error")
    }
    failures = (
        JobRun.objects.filter(state=JobState.FAILED)
        .select_related("asked_by")
        .defer("arguments")
        .order_by("-finished_at")[:FAILURES_SHOWN]
    )
    found = look(now=now)
    return render(
        request,
        "pages/health.html",
        {
            "health": found,
            "troubles": troubles_of(found),
            "engine": engine().name,
            "timetable": [
                Entry(
                    each,
                    shown(latest[each.name], request) if each.name in latest else None,
                    next_time(each.at, now),
                )
                for each in timetable
            ],
            "failures": [(run, title_of(run), error_of(run)) for run in failures],
            "ways": standing(now=now),
            "signs": Sign.objects.order_by("kind", "-seen_at")[:50],
        },
    )


def troubles_of(found: Health) -> list[str]:
    """A sentence for each thing that somebody should look after."""
    troubles: list[str] = []
    if found.clock_stands_still:
        troubles.append(_("时钟已停：到期的任务无人发起。请检查 manage.py clock 是否在运行。"))
    if found.nobody_works:
        troubles.append(_("没有执行进程：发起的任务无人执行。请检查 manage.py work 是否在运行。"))
    if found.waits_too_long:
        troubles.append(_("有任务等待超过 15 分钟。"))
    known = declared()
    for name in found.failing:
        troubles.append(_("任务“%(title)s”最近一次没有成功。") % {"title": known[name].title})
    return troubles


def banner(sight: Sight) -> list[str]:
    """What the frame tells administrators on every page; nothing to others. One query for the former."""
    return troubles_of(look(now=timezone.now())) if may(Act.SEE_HEALTH, sight) else []
