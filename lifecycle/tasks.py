"""What lifecycle has done behind the scenes: planning what is to be said, saying it, and clearing up."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lifecycle.jobs import Run, job
from lifecycle.jobs.pruning import prune
from lifecycle.models import Project
from lifecycle.reminders.planning import plan
from lifecycle.reminders.sending import send_round


@job("reminders.round", title=_("发送提醒"), at="*/10 9-17 * * *", seconds=600)
def remind(run: Run) -> dict[str, Any]:
    """A round every ten minutes; outside working time it plans and sends nothing."""
    return asdict(send_round(now=run.now()))


@job("reminders.plan", title=_("计算提醒计划"), at="20 0 * * *", seconds=1800)
def plan_the_day(run: Run) -> dict[str, Any]:
    """All projects planned for the new day before anybody opens a page."""
    now = run.now()
    return {"projects": plan(Project.objects.all(), on=timezone.localdate(now), now=now)}


@job("lifecycle.prune", title=_("清理过期的任务记录"), at="20 3 * * *")
def prune_runs(run: Run) -> dict[str, int]:
    """Delete runs that are long over. Gives {"deleted": how many}."""
    return {"deleted": prune(now=run.now())}
