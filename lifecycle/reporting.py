"""What handing work in, checking it and giving it back share: the project held fast, days, texts, refusals."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import gettext as _

from lifecycle.errors import Conflict, Forbidden, Invalid
from lifecycle.models import Project, ProjectState, Step
from lifecycle.parties.log import Actor
from lifecycle.wording import CONTROL

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


class StageForbids(Conflict):
    """The project's stage allows no such act."""

    code = "stage_forbids"


class WrongState(Conflict):
    """The thing stands where this act does not start from; details hold its state."""

    code = "wrong_state"


class OwnWork(Conflict):
    """Nobody checks what they handed in themselves."""

    code = "own_work"


def held(project_id: int) -> Project:
    """The project, its row locked until the end of the transaction; whatever happens inside it waits."""
    return Project.objects.held(project_id)


def text_faults(**texts: tuple[str, int]) -> dict[str, str]:
    """By field, what is wrong with a text: longer than its limit, or with signs that no text has."""
    faults = {}
    for field, (text, limit) in texts.items():
        if len(text) > limit:
            faults[field] = _("最多 %(limit)d 个字。") % {"limit": limit}
        elif CONTROL.search(text):
            faults[field] = _("不能含有控制字符。")
    return faults


def reason_faults(text: str, limit: int) -> dict[str, str]:
    """As `text_faults`, of a reason, which has to be given."""
    return text_faults(reason=(text, limit)) if text else {"reason": _("请写明理由。")}


def day_faults(on: date, *, today: date, since: date | None) -> dict[str, str]:
    """What is wrong with the day of an act: still to come, or before what it follows."""
    if on > today:
        return {"on": _("日期不能晚于今天（%(today)s）。") % {"today": today.isoformat()}}
    if since is not None and on < since:
        return {"on": _("日期不能早于上一步的日期（%(since)s）。") % {"since": since.isoformat()}}
    return {}


def refuse_if_any(faults: dict[str, str]) -> None:
    """Raises Invalid with every fault."""
    if faults:
        raise Invalid(" ".join(faults.values()), details=faults)


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
