"""What people do with a change request: ask, edit, hand in; agree, give back, refuse; take it back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lifecycle.changes.applying import Applied, apply
from lifecycle.changes.extension import regularity
from lifecycle.changes.facts import facts_of, moved_since
from lifecycle.changes.kinds import AT_WORK_ALONE, CHAIN, CHANGED_IN, REVIEWER, TIER
from lifecycle.changes.shapes import checked
from lifecycle.contracts import in_force
from lifecycle.errors import Conflict, Forbidden, Invalid, StageForbids, WrongState
from lifecycle.faults import day_fault, refuse_if_any, text_fault
from lifecycle.models import (
    ChangeKind,
    ChangeRequest,
    ChangeState,
    Contract,
    ContractState,
    DatedEvent,
    Document,
    EventKind,
    Project,
)
from lifecycle.models.change import OPEN
from lifecycle.parties.log import Actor
from lifecycle.parties.models import OrganisationKind, Role
from lifecycle.steps import day_of_last_step, take_step
from lifecycle.wording import listed

REASON_LENGTH = 2000


class NotSigned(Conflict):
    """No contract is signed, so that there is nothing to change yet."""

    code = "contract_not_signed"


class ChangeOpen(Conflict):
    """Another change of the kind is under way; details: id, state."""

    code = "change_open"


class MovedMeanwhile(Conflict):
    """Something the change was asked on stands otherwise now; give it back, to be handed in anew.

    details: moved, rows {part, label, before, after}; faults, what can no longer be as it is wanted.
    """

    code = "moved_meanwhile"


class ExtensionIrregular(Conflict):
    """LC-09 would be breached, and no exception covers it; details: rule, status and its figures."""

    code = "extension_irregular"


@transaction.atomic
def ask(
    *, project_id: int, kind: str, reason: str, wanted: Any, actor: Actor, on: date, today: date
) -> ChangeRequest:
    """A change of the kind, drafted by the unit; `wanted` as `lifecycle.changes.shapes.checked` says.

    Raises:
        Invalid: unknown kind, no reason, or what is wanted is at fault; every fault at once.
        StageForbids, NotSigned: the project takes no such change now. ChangeOpen: one is under way.
    """
    project = _locked(project_id)
    if kind not in ChangeKind.values:
        raise Invalid(
            _("没有这种变更事项。"),
            details={"kind": _("应为：%(kinds)s。") % {"kinds": listed(ChangeKind)}},
        )
    _require_changeable(project, kind)
    other = ChangeRequest.objects.filter(project=project, kind=kind, state__in=OPEN).first()
    if other is not None:
        raise ChangeOpen(
            _("已有一件“%(kind)s”申请%(state)s，办结后才能再提。")
            % {"kind": other.get_kind_display(), "state": other.get_state_display()},
            details={"id": other.pk, "state": other.state},
        )
    kept, faults = checked(kind, wanted, project)
    refuse_if_any(
        {
            "reason": text_fault(reason, limit=REASON_LENGTH),
            "on": day_fault(on, today=today, since=_signed_on(project)),
            **faults,
        }
    )
    change = ChangeRequest.objects.create(
        project=project, kind=kind, tier=TIER[kind], reason=reason.strip(), wanted=kept
    )
    _note(change, "ask", project, actor, on, kind=kind)
    return change


@transaction.atomic
def edit(
    *, change: ChangeRequest, reason: str, wanted: Any, actor: Actor, on: date, today: date
) -> ChangeRequest:
    """Say a draft, or one given back, otherwise. Raises WrongState, and Invalid, StageForbids as `ask`."""
    project, kept = _both(change)
    _require(kept, "edit", ChangeState.DRAFT, ChangeState.RETURNED)
    _require_changeable(project, kept.kind)
    said, faults = checked(kept.kind, wanted, project)
    refuse_if_any(
        {
            "reason": text_fault(reason, limit=REASON_LENGTH),
            "on": _day_fault(kept, on, today),
            **faults,
        }
    )
    if (kept.reason, kept.wanted) != (reason.strip(), said):
        kept.reason, kept.wanted = reason.strip(), said
        kept.save(update_fields=["reason", "wanted"])
        _note(kept, "edit", project, actor, on, from_state=kept.state)
    return kept


@transaction.atomic
def hand_in(
    *, change: ChangeRequest, actor: Actor, on: date, today: date, document_id: int | None = None
) -> ChangeRequest:
    """Put it forward to the park; what it is about is kept as it stands now.

    The day it was first handed in is the day it was asked for, a return notwithstanding.

    Raises:
        WrongState: it is neither a draft nor given back. StageForbids, NotSigned.
        Invalid: what is wanted is at fault as the project stands now, or the day or paper cannot stand.
        ExtensionIrregular: an extension that LC-09 would not let pass, and no exception covers.
    """
    project, kept = _both(change)
    _require(kept, "hand_in", ChangeState.DRAFT, ChangeState.RETURNED)
    _require_changeable(project, kept.kind)
    wanted, faults = checked(kept.kind, kept.wanted, project)
    paper = _paper(project, document_id, faults)
    refuse_if_any({"on": _day_fault(kept, on, today), **faults})
    asked_on = kept.asked_on or on
    if kept.kind == ChangeKind.TERM:
        _require_regular(project, months=wanted["months"], asked_on=asked_on, on=on)
    former_state = kept.state
    kept.wanted, kept.asked_on = wanted, asked_on
    kept.former = facts_of(kept.kind, project, wanted)
    kept.hand_in()
    kept.save(update_fields=["state", "wanted", "former", "asked_on"])
    _note(kept, "hand_in", project, actor, on, from_state=former_state, **paper)
    return kept


@transaction.atomic
def agree(
    *,
    change: ChangeRequest,
    actor: Actor,
    on: date,
    today: date,
    comment: str = "",
    document_id: int | None = None,
) -> ChangeRequest:
    """Agree to it: the next in the chain decides, or, by the last, it is approved and applied at once.

    Raises:
        WrongState: nobody has to look at it. Forbidden: it is another's turn. StageForbids.
        MovedMeanwhile: on approval, what it was asked on stands otherwise; nothing is applied.
        ExtensionIrregular: on approval, as hand_in. Invalid: the comment, day or paper cannot stand.
    """
    project, kept = _both(change)
    _require_turn(kept, "agree", actor)
    _require_changeable(project, kept.kind)
    faults: dict[str, str] = {
        "comment": text_fault(comment, limit=REASON_LENGTH, is_required=False),
        "on": _day_fault(kept, on, today),
    }
    paper = _paper(project, document_id, faults)
    refuse_if_any(faults)
    former_state = kept.state
    following = next_in_chain(kept, project)
    if following is not None:
        kept.pass_on(following)
        kept.save(update_fields=["state"])
        _note(kept, "agree", project, actor, on, from_state=former_state, reason=comment, **paper)
        return kept
    _require_still_so(kept, project)
    if kept.kind == ChangeKind.TERM:
        assert kept.asked_on is not None
        _require_regular(project, months=kept.wanted["months"], asked_on=kept.asked_on, on=on)
    kept.decided_on = on
    kept.approve()
    kept.save(update_fields=["state", "decided_on"])
    applied = apply(kept, project=project, on=on)
    version = applied.amended and applied.amended.version
    _note(
        kept, "approve", project, actor, on, from_state=former_state, reason=comment, version=version, **paper
    )
    _note_contract(applied, project, actor, on, kept)
    return kept


@transaction.atomic
def give_back(
    *,
    change: ChangeRequest,
    reason: str,
    actor: Actor,
    on: date,
    today: date,
    document_id: int | None = None,
) -> ChangeRequest:
    """Back to the unit, with what is to be mended. Raises WrongState, Forbidden and Invalid as `agree`."""
    return _turn_down(change, "give_back", reason, actor, on, today, document_id)


@transaction.atomic
def refuse_change(
    *,
    change: ChangeRequest,
    reason: str,
    actor: Actor,
    on: date,
    today: date,
    document_id: int | None = None,
) -> ChangeRequest:
    """Not agreed; the contract stays as it is. Raises WrongState, Forbidden and Invalid as `agree`."""
    return _turn_down(change, "refuse", reason, actor, on, today, document_id)


@transaction.atomic
def withdraw(
    *, change: ChangeRequest, actor: Actor, on: date, today: date, reason: str = ""
) -> ChangeRequest:
    """The unit takes it back before it is decided. Raises WrongState; Invalid for the day or the reason."""
    project, kept = _both(change)
    _require(kept, "withdraw", *OPEN)
    refuse_if_any(
        {
            "reason": text_fault(reason, limit=REASON_LENGTH, is_required=False),
            "on": _day_fault(kept, on, today),
        }
    )
    former_state = kept.state
    kept.withdraw()
    kept.save(update_fields=["state"])
    _note(kept, "withdraw", project, actor, on, from_state=former_state, reason=reason)
    return kept


def next_in_chain(change: ChangeRequest, project: Project) -> str | None:
    """Where it goes when it is agreed to where it is; None when that approves it.

    A city is passed over where neither the park nor the unit lies in one.
    """
    states = CHAIN[change.tier]
    rest = states[states.index(ChangeState(change.state)) + 1 :]
    passed = chain_of(change, project)
    return next((state.value for state in rest if state.value in passed), None)


def chain_of(change: ChangeRequest, project: Project) -> list[str]:
    """The states a change of its tier passes in this project, in order; the last one's reviewer approves it."""
    states = CHAIN[change.tier]
    return [state.value for state in states if state != ChangeState.AT_CITY or has_city(project)]


def has_city(project: Project) -> bool:
    """Whether a city answers for the park or for the unit."""
    above = (project.cluster.park.parent, project.unit.parent)
    return any(each is not None and each.kind == OrganisationKind.CITY for each in above)


def early_acceptance_granted(project_id: int, on: date) -> date | None:
    """The day on which an early acceptance was approved, by `on`; None when none was."""
    found: date | None = (
        ChangeRequest.objects.filter(
            project=project_id,
            kind=ChangeKind.EARLY_ACCEPTANCE,
            state=ChangeState.APPROVED,
            decided_on__lte=on,
        )
        .order_by("decided_on")
        .values_list("decided_on", flat=True)
        .first()
    )
    return found


def _turn_down(
    change: ChangeRequest,
    act: str,
    reason: str,
    actor: Actor,
    on: date,
    today: date,
    document_id: int | None,
) -> ChangeRequest:
    project, kept = _both(change)
    _require_turn(kept, act, actor)
    faults: dict[str, str] = {
        "reason": text_fault(reason, limit=REASON_LENGTH),
        "on": _day_fault(kept, on, today),
    }
    paper = _paper(project, document_id, faults)
    refuse_if_any(faults)
    former_state = kept.state
    if act == "give_back":
        kept.give_back()
    else:
        kept.refuse()
        kept.decided_on = on
    kept.save(update_fields=["state", "decided_on"])
    _note(kept, act, project, actor, on, from_state=former_state, reason=reason, **paper)
    return kept


def _locked(project_id: int) -> Project:
    return Project.objects.select_related("unit__parent").held(project_id)


def _both(change: ChangeRequest) -> tuple[Project, ChangeRequest]:
    """The project, locked, and the change as it stands then."""
    project = _locked(change.project_id)
    return project, ChangeRequest.objects.get(pk=change.pk)


def _signed_on(project: Project) -> date | None:
    """The day since which there is a contract."""
    first = Contract.objects.filter(
        project=project, state__in=(ContractState.IN_FORCE, ContractState.SUPERSEDED)
    ).order_by("version")
    entered = first.values_list("in_force_on", flat=True).first()
    return entered or project.contract_signed_on


def _require_changeable(project: Project, kind: str) -> None:
    allowed = project.state == "implementing" if kind in AT_WORK_ALONE else project.state in CHANGED_IN
    if not allowed:
        raise StageForbids(
            _("项目处于“%(state)s”阶段，不能办理“%(kind)s”。")
            % {"state": project.get_state_display(), "kind": ChangeKind(kind).label},
            details={"state": project.state},
        )
    if in_force(project) is None and project.contract_signed_on is None:
        raise NotSigned(_("合同尚未签订，没有可变更的内容；合同签订前的情况直接更正即可。"))


def _require(change: ChangeRequest, act: str, *states: str) -> None:
    if change.state not in states:
        raise WrongState(
            _("变更申请%(state)s，不能进行这项操作。") % {"state": change.get_state_display()},
            details={"state": change.state, "act": act},
        )


def _require_turn(change: ChangeRequest, act: str, actor: Actor) -> None:
    _require(change, act, *REVIEWER)
    wanted = REVIEWER[change.state]
    if actor.role != wanted:
        raise Forbidden(
            _("这件变更申请现由%(who)s审核。") % {"who": Role(wanted).label},
            details={"state": change.state, "role": wanted.value},
        )


def _require_still_so(change: ChangeRequest, project: Project) -> None:
    moved = moved_since(change, project)
    _wanted, faults = checked(change.kind, change.wanted, project)
    if moved or faults:
        said = [f"{row.label} {row.before or '–'} → {row.after or '–'}" for row in moved]
        raise MovedMeanwhile(
            _("提交后情况有变动，请退回重新提交：%(what)s") % {"what": " ".join([*said, *faults.values()])},
            details={"moved": [row.as_json() for row in moved], "faults": faults},
        )


def _require_regular(project: Project, *, months: int, asked_on: date, on: date) -> None:
    if DatedEvent.objects.filter(project=project, kind=EventKind.EXTENSION, happened_on=asked_on).exists():
        raise ExtensionIrregular(
            _("%(asked)s 已登记过延期事项，同一天不能再次申请。") % {"asked": asked_on.isoformat()},
            details={"rule": "LC-09", "status": None, "figures": {"asked": asked_on.isoformat()}},
        )
    answer = regularity(project, months=months, asked_on=asked_on, on=on)
    if not answer.status.is_met:
        raise ExtensionIrregular(
            answer.message,
            details={"rule": answer.code, "status": answer.status, "figures": answer.figures_json()},
        )


def _day_fault(change: ChangeRequest, on: date, today: date) -> str:
    return day_fault(on, today=today, since=day_of_last_step(change))


def _paper(project: Project, document_id: int | None, faults: dict[str, str]) -> dict[str, Any]:
    """The paper that goes with a step, for its details; a fault where the project has none such."""
    if document_id is None:
        return {}
    paper = Document.objects.filter(project=project, pk=document_id).first()
    if paper is None:
        faults["document"] = _("本项目没有这份文件。")
        return {}
    return {"document": paper.pk, "title": paper.title}


def _note(
    change: ChangeRequest,
    act: str,
    project: Project,
    actor: Actor,
    on: date,
    *,
    from_state: str = "",
    reason: str = "",
    **details: Any,
) -> None:
    take_step(
        change,
        act,
        number=project.number,
        actor=actor,
        on=on,
        from_state=from_state,
        reason=reason.strip(),
        **details,
    )


def _note_contract(applied: Applied, project: Project, actor: Actor, on: date, change: ChangeRequest) -> None:
    """The contract's own story: entered (补录), superseded, amended."""
    if applied.former is not None:
        applied.former.refresh_from_db()
    story = (
        (applied.entered, "enter", ""),
        (applied.former, "supersede", ContractState.IN_FORCE.value),
        (applied.amended, "amend", ""),
    )
    for contract, act, from_state in story:
        if contract is not None:
            take_step(
                contract,
                act,
                number=project.number,
                actor=actor,
                on=on,
                from_state=from_state,
                version=contract.version,
                change=change.pk,
            )
