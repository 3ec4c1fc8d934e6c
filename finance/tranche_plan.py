"""The plan of tranches while it may still be written by hand: until the contract is in force."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from finance.disbursements import TrancheGone, name_of
from finance.terms import FISCAL
from lifecycle.errors import Conflict
from lifecycle.faults import Faults
from lifecycle.models import Contract, ContractState, Project, ProjectState, Tranche
from lifecycle.models.fields import EARLIEST, LATEST
from lifecycle.parties.log import Actor
from lifecycle.steps import take_step
from lifecycle.wording import listed

CONDITION_LENGTH = 4000
"""Characters; as long as a workbook may bring."""
LAST_NUMBER = 999

FIELDS = ("source", "number", "planned_on", "amount", "condition", "is_tail")
"""What a tranche says."""


class PlanStands(Conflict):
    """The contract is in force or the project past 立项: the plan moves by change requests alone."""

    code = "plan_stands"


class TrancheExists(Conflict):
    """The source has a tranche of that number already."""

    code = "tranche_exists"


def may_be_written(project: Project) -> bool:
    """Whether the plan is still written by hand: at 立项, with no contract in force; at most one query."""
    return project.state == ProjectState.APPROVED and not _has_contract(project)


def add_tranche(
    *,
    project: Project,
    source: str,
    number: int,
    planned_on: date,
    amount: Decimal,
    condition: str = "",
    is_tail: bool = False,
    actor: Actor,
    today: date,
) -> Tranche:
    """Add a tranche to the plan; `today` is the day of the step. amount: yuan, two places.

    Raises:
        PlanStands: the plan is settled.
        Invalid: what it says cannot be; details name the fields.
        TrancheExists: the source has one of that number.
    """
    with transaction.atomic():
        held = _writable(project.pk)
        tranche = Tranche(project=held)
        _say(
            tranche,
            {
                "source": source,
                "number": number,
                "planned_on": planned_on,
                "amount": amount,
                "condition": condition,
                "is_tail": is_tail,
            },
        )
        _save(tranche)
        take_step(tranche, "plan", number=held.number, actor=actor, on=today, **_said(tranche))
    return tranche


def change_tranche(*, tranche: Tranche, actor: Actor, today: date, **changes: Any) -> Tranche:
    """Let a tranche say something else; what is not among `changes` (of FIELDS) stays. The same again changes nothing.

    Raises:
        PlanStands, Invalid, TrancheExists: as `add_tranche`.
        TrancheGone: it was deleted meanwhile.
    """
    with transaction.atomic():
        held = _writable(tranche.project_id)
        kept = _kept(held, tranche)
        before = _said(kept)
        _say(kept, changes)
        if _said(kept) != before:
            _save(kept)
            take_step(kept, "change", number=held.number, actor=actor, on=today, **_said(kept), former=before)
    return kept


def remove_tranche(*, tranche: Tranche, actor: Actor, today: date) -> None:
    """Take a tranche out of the plan; its story stays.

    Raises:
        PlanStands: the plan is settled.
        TrancheGone: it was deleted meanwhile.
    """
    with transaction.atomic():
        held = _writable(tranche.project_id)
        kept = _kept(held, tranche)
        take_step(kept, "remove", number=held.number, actor=actor, on=today, **_said(kept))
        kept.delete()


def _has_contract(project: Project) -> bool:
    return Contract.objects.filter(project=project, state=ContractState.IN_FORCE).exists()


def _writable(project: int) -> Project:
    """The project, its row locked; raises PlanStands where its plan is settled."""
    held = Project.objects.held(project)
    if held.state != ProjectState.APPROVED:
        raise PlanStands(
            _("项目处于“%(state)s”阶段，拨款计划只能通过变更申请调整。")
            % {"state": held.get_state_display()},
            details={"state": held.state},
        )
    if _has_contract(held):
        raise PlanStands(_("合同已生效，拨款计划只能通过变更申请调整。"), details={"state": held.state})
    return held


def _kept(project: Project, tranche: Tranche) -> Tranche:
    kept = Tranche.objects.filter(project=project, pk=tranche.pk).first()
    if kept is None:
        raise TrancheGone(_("这一期已从拨款计划中删除。"))
    kept.project = project
    return kept


def _say(tranche: Tranche, said: Mapping[str, Any]) -> None:
    """Write it into the row, unsaved. Raises Invalid with every fault at once."""
    for name, value in said.items():
        setattr(tranche, name, value.strip() if isinstance(value, str) else value)
    faults = Faults()
    if tranche.source not in FISCAL:
        faults["source"] = _("应为：%(wanted)s。") % {"wanted": listed(_(source) for source in FISCAL)}
    if not 1 <= tranche.number <= LAST_NUMBER:
        faults["number"] = _("期次应为 1 至 %(last)d 的整数。") % {"last": LAST_NUMBER}
    faults.amount("amount", tranche.amount)
    if not EARLIEST <= tranche.planned_on < LATEST:
        faults["planned_on"] = _("计划拨付日期应在 2000 年至 2099 年之间。")
    elif tranche.is_tail and tranche.planned_on <= tranche.project.end_on:
        faults["planned_on"] = _("尾款在验收后拨付，计划拨付日期应晚于实施结束日期 %(end)s。") % {
            "end": tranche.project.end_on.isoformat()
        }
    faults.text("condition", tranche.condition, limit=CONDITION_LENGTH, is_required=False)
    faults.refuse()


def _save(tranche: Tranche) -> None:
    try:
        with transaction.atomic():
            tranche.save()
    except IntegrityError as error:
        raise TrancheExists(
            _("拨款计划中已有%(tranche)s。") % {"tranche": name_of(tranche)},
            details={"source": tranche.source, "number": tranche.number},
        ) from error


def _said(tranche: Tranche) -> dict[str, Any]:
    """What the tranche says, as the details of a step."""
    return {
        "source": tranche.source,
        "tranche": tranche.number,
        "planned_on": tranche.planned_on.isoformat(),
        "amount": f"{tranche.amount:.2f}",
        "condition": tranche.condition,
        "is_tail": tranche.is_tail,
    }
