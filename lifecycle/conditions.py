"""Which conditions of a project's life stand before each move, and what follows it; finance adds its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

import lifecycle.rules
from lifecycle import acceptance, annual_reports, contracts, credit, findings, milestones
from lifecycle.changes import early_acceptance_granted
from lifecycle.guards import (
    Case,
    Guard,
    Made,
    Outcome,
    demand,
    follow,
    life_rule,
    met,
    passes,
    stand_on,
    unmet,
)
from lifecycle.models import DatedEvent, EventKind, StateChange, Target
from lifecycle.moves import MOVES
from lifecycle.parties.models import Role
from lifecycle.rules import commitment, term, yearly_plan
from lifecycle.rules.calendar import ONE_DAY

_UNIT_AND_PARK = (Role.UNIT.value, Role.PARK.value)
_PARK = (Role.PARK.value,)
_PROVINCE = (Role.PROVINCE.value,)
_LIFE = gettext_lazy("项目管理流程")

_DECIDING = ("annual_reports", "findings", "milestones")
"""Modules beside this one whose words decide whether a condition is met."""

EVENT_OF: dict[str, EventKind] = {
    "suspend": EventKind.SUSPENSION,
    "resume": EventKind.RESUMPTION,
    "terminate": EventKind.TERMINATION,
    "revoke": EventKind.REVOCATION,
}
"""The dated event by which rules know of a move."""


def _day_in_order(case: Case) -> Outcome:
    last = case.ask(_last_move)
    if last is None or last.effective_on is None or last.effective_on <= case.on:
        return met(_("生效日期不早于上一次办理的生效日期。"))
    return unmet(
        _("生效日期不能早于上一次办理（%(last_move)s）的生效日期 %(since)s。"),
        last_move=MOVES[last.move].label,
        since=last.effective_on,
    )


def _last_move(case: Case) -> StateChange | None:
    return StateChange.objects.filter(project=case.project).order_by("-sequence").first()


DAY_IN_ORDER = Guard("day_in_order", gettext_lazy("办理次序"), _LIFE, "history", _PROVINCE, _day_in_order)


def event_day_free(kind: EventKind) -> Guard:
    """No event of that kind on the day yet; one a day is kept of each."""

    def look(case: Case) -> Outcome:
        if any(event.kind == kind and event.on == case.on for event in case.life.events):
            return unmet(_("%(on)s 已登记过“%(event)s”，同一天不能再次办理。"), on=case.on, event=kind.value)
        return met(_("当日没有登记过“%(event)s”。"), event=kind.value)

    return Guard("event_day_free", gettext_lazy("当日事项"), _LIFE, "events", _PROVINCE, look)


def _targets_complete(case: Case) -> Outcome:
    values = list(Target.objects.filter(project=case.project).values_list("contract_value", flat=True))
    if values and all(value.strip() for value in values):
        return met(_("考核指标共 %(count)s 项，均有合同值。"), count=len(values))
    if not values:
        return unmet(_("没有登记考核指标。"))
    return unmet(
        _("考核指标共 %(count)s 项，其中 %(missing_count)s 项没有合同值。"),
        count=len(values),
        missing_count=sum(not value.strip() for value in values),
    )


TARGETS_COMPLETE = Guard(
    "targets_complete",
    gettext_lazy("考核指标"),
    gettext_lazy("承诺书 7；项目合同"),
    "contract",
    _PARK,
    _targets_complete,
)


def may_apply_from(case: Case) -> date | None:
    """The first day on which acceptance may be applied for: after the term, or since an early one was granted."""
    granted = case.ask(_early_acceptance)
    end = case.life.end_on
    after = None if end is None else end + ONE_DAY
    return min((day for day in (granted, after) if day is not None), default=None)


def _early_acceptance(case: Case) -> date | None:
    return early_acceptance_granted(case.project.pk, case.on)


def _term_ended(case: Case) -> Outcome:
    end, first = case.life.end_on, may_apply_from(case)
    if first is None:
        return unmet(_("缺少实施结束日期，无法判断实施期是否已满。"))
    if first <= case.on:
        if end is not None and end < case.on:
            return met(_("实施期已于 %(end)s 结束。"), end=end)
        return met(_("已于 %(approved)s 批准提前验收。"), approved=first)
    return unmet(_("实施期至 %(end)s 结束，最早可于 %(first)s 申请验收。"), end=end, first=first)


TERM_ENDED = Guard(
    "term_ended",
    gettext_lazy("实施期满"),
    gettext_lazy("申报指引 三.7"),
    "changes",
    _UNIT_AND_PARK,
    _term_ended,
)


def _note_event(kind: EventKind) -> Callable[[Made], None]:
    """Write the dated event by which rules know of the move."""

    def effect(made: Made) -> None:
        document = made.said["document"]
        DatedEvent.objects.create(
            project=made.project,
            kind=kind,
            happened_on=made.on,
            result="批准",
            document_no=document.number if document else "",
            note=made.said["reason"],
        )

    return effect


def register() -> None:
    """Put every condition and effect of a project's life in its place; once, when the program starts."""
    for move in MOVES:
        demand(move, DAY_IN_ORDER)
    for move, kind in EVENT_OF.items():
        demand(move, event_day_free(kind))
        follow(move, _note_event(kind))
    demand(
        "start_funding",
        contracts.SIGNED,
        life_rule(term.RULE, by=passes, who=_PARK),
        life_rule(yearly_plan.RULE, by=passes, who=_PARK),
        life_rule(commitment.RULE, by=passes, who=_PARK),
        TARGETS_COMPLETE,
    )
    demand(
        "apply_for_acceptance",
        acceptance.APPLICATION_DAY_FREE,
        TERM_ENDED,
        milestones.ALL_DONE,
        annual_reports.COMPLETE,
        acceptance.TECHNICAL_REPORT_FILED,
        acceptance.DOSSIER_COMPLETE,
        findings.NONE_OPEN,
    )
    follow("apply_for_acceptance", acceptance.file)
    demand("close", acceptance.AGREED, acceptance.VERDICTS_RECORDED)
    follow("close", acceptance.conclude)
    demand("return_for_rectification", acceptance.NOT_RETURNED_BEFORE, acceptance.NOT_CERTIFIED)
    follow("return_for_rectification", acceptance.give_back)
    follow("return_for_rectification", findings.record_rectification)
    follow("terminate", credit.note_ending)
    follow("revoke", credit.note_ending)
    here = Path(__file__).parent
    stand_on(sorted(Path(lifecycle.rules.__path__[0]).glob("*.py")))
    stand_on([here / f"{name}.py" for name in ("conditions", "guards", "facts", "moves", *_DECIDING)])
    stand_on([*(here / "contracts").glob("*.py"), *(here / "acceptance").glob("*.py")])
