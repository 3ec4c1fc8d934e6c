"""What handing work in, checking it and giving it back share: the project held fast, whose work it is."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lifecycle.errors import Conflict, Forbidden
from lifecycle.models import Project, ProjectState, Step
from lifecycle.parties.log import Actor

LOGGED_IN = frozenset(
    {
        ProjectState.APPROVED,
        ProjectState.FUNDING,
        ProjectState.IMPLEMENTING,
        ProjectState.ACCEPTANCE,
        ProjectState.SUSPENDED,
    }
)
"""Stages in which work is still reported and checked; after them the record stands."""

HAND_IN = "hand_in"

LAST_STEP = gettext_lazy("上一步的日期")
"""What the day is called that no step of a report or a milestone lies before."""


class OwnWork(Conflict):
    """Nobody checks what they handed in themselves."""

    code = "own_work"


def held(project_id: int) -> Project:
    """The project, its row locked until the end of the transaction; whatever happens inside it waits."""
    return Project.objects.held(project_id)


def last_day_of(subject: models.Model, *others: date | None) -> date | None:
    """The latest day on which the state of `subject` moved, or of `others`; None without any."""
    moved = (
        Step.objects.of(subject).exclude(from_state=models.F("to_state")).aggregate(on=models.Max("on"))["on"]
    )
    return max((day for day in (moved, *others) if day is not None), default=None)


def handed_in_by(subject: models.Model) -> int | None:
    """Who handed it in last; None when it came by a workbook or the command line."""
    step = Step.objects.of(subject).filter(act=HAND_IN).last()
    return step.actor_id if step is not None else None


def refuse_own_work(subject: models.Model, actor: Actor) -> None:
    """Raises OwnWork where the actor is the one who handed it in."""
    if actor.pk is not None and handed_in_by(subject) == actor.pk:
        raise OwnWork(_("这是您本人提交的，请由其他人员核实。"))


def refuse_others_work(subject: models.Model, actor: Actor) -> None:
    """Raises Forbidden unless the actor is the one who handed it in."""
    if actor.pk is None or handed_in_by(subject) != actor.pk:
        raise Forbidden(_("只有提交人本人可以撤回。"))
