"""Milestones as the work goes on: adding one to the plan, logging progress and completion."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lifecycle.errors import Conflict, Invalid
from lifecycle.models import Milestone, Project, ProjectState
from lifecycle.models.fields import EARLIEST
from lifecycle.parties.log import Actor, record
from lifecycle.wording import CONTROL

PROGRESS_LENGTH = 2000
NAME_LENGTH = 200
OWNER_LENGTH = 100

LOGGED_IN = frozenset(
    {
        ProjectState.APPROVED,
        ProjectState.FUNDING,
        ProjectState.IMPLEMENTING,
        ProjectState.ACCEPTANCE,
        ProjectState.SUSPENDED,
    }
)
"""Stages in which work is still reported; after them the record stands."""

PLANNED_IN = frozenset({ProjectState.APPROVED, ProjectState.FUNDING, ProjectState.IMPLEMENTING})
"""Stages in which the plan may grow. It never shrinks here: taking back or moving needs a change request."""


class StageForbids(Conflict):
    """The project's stage allows no such change of its milestones."""

    code = "stage_forbids"


class MilestoneExists(Conflict):
    """The year's plan has a milestone of that name already."""

    code = "milestone_exists"


def log_progress(
    *, milestone: Milestone, progress: str, completed_on: date | None, actor: Actor, today: date
) -> Milestone:
    """Write down how far a milestone is, and the day it was completed (None: not yet).

    Saying again what is written changes nothing.

    Raises:
        Invalid: the text is too long, or the day lies in the future or before 2000.
        StageForbids: the project is closed, terminated or revoked.
    """
    with transaction.atomic():
        kept = (
            Milestone.objects.select_for_update(of=("self",)).select_related("project").get(pk=milestone.pk)
        )
        project = kept.project
        faults = _text_faults(progress=(progress, PROGRESS_LENGTH))
        if completed_on is not None and completed_on > today:
            faults["completed_on"] = _("实际完成日期不能晚于今天（%(today)s）。") % {
                "today": today.isoformat()
            }
        elif completed_on is not None and completed_on < EARLIEST:
            faults["completed_on"] = _("实际完成日期不能早于 2000 年。")
        _refuse_if_any(faults)
        if project.state not in LOGGED_IN:
            raise _stage_forbids(project)
        if (kept.progress, kept.completed_on) != (progress, completed_on):
            kept.progress, kept.completed_on = progress, completed_on
            kept.save(update_fields=["progress", "completed_on"])
            record(
                actor,
                "log_milestone",
                subject=project.number,
                milestone=kept.name,
                year=kept.year,
                completed_on=completed_on.isoformat() if completed_on else None,
            )
    return kept


def add_milestone(
    *, project: Project, year: int, name: str, planned_on: date, owner: str, actor: Actor
) -> Milestone:
    """Add a milestone to the plan of a year (年度).

    Raises:
        Invalid: a text is empty or too long, or year or day lie outside the project's term.
        StageForbids: the plan is settled, since the project is past implementation or stopped.
        MilestoneExists: the year has one of that name.
    """
    name, owner = name.strip(), owner.strip()
    faults = _text_faults(name=(name, NAME_LENGTH), owner=(owner, OWNER_LENGTH))
    if not name:
        faults["name"] = _("请填写里程碑名称。")
    term = {"start": project.start_on.isoformat(), "end": project.end_on.isoformat()}
    if not project.start_on <= planned_on <= project.end_on:
        faults["planned_on"] = _("计划完成日期应在实施期内（%(start)s 至 %(end)s）。") % term
    if not project.start_on.year <= year <= project.end_on.year:
        faults["year"] = _("年度应在实施期内（%(start)s 至 %(end)s）。") % term
    _refuse_if_any(faults)
    with transaction.atomic():
        state = Project.objects.select_for_update().values_list("state", flat=True).get(pk=project.pk)
        if state not in PLANNED_IN:
            raise _stage_forbids(project)
        try:
            with transaction.atomic():
                added = Milestone.objects.create(
                    project=project, year=year, name=name, planned_on=planned_on, owner=owner
                )
        except IntegrityError as error:
            raise MilestoneExists(
                _("%(year)d 年度已有里程碑“%(name)s”。") % {"year": year, "name": name},
                details={"year": year, "name": name},
            ) from error
        record(
            actor,
            "add_milestone",
            subject=project.number,
            milestone=name,
            year=year,
            planned_on=planned_on.isoformat(),
        )
    return added


def _text_faults(**texts: tuple[str, int]) -> dict[str, str]:
    faults = {}
    for field, (text, limit) in texts.items():
        if len(text) > limit:
            faults[field] = _("最多 %(limit)d 个字。") % {"limit": limit}
        elif CONTROL.search(text):
            faults[field] = _("不能含有控制字符。")
    return faults


def _refuse_if_any(faults: dict[str, str]) -> None:
    if faults:
        raise Invalid(" ".join(faults.values()), details=faults)


def _stage_forbids(project: Project) -> StageForbids:
    return StageForbids(
        _("项目处于“%(state)s”阶段，不能更改里程碑。") % {"state": project.get_state_display()},
        details={"state": project.state},
    )
