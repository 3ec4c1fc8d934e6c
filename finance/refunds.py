"""Asking money back (应退款): by notice of the province, and where a project is broken off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from finance.holding import hold, hold_journal, hold_project
from finance.models import Entry, Refund, RefundCause, RefundState
from finance.terms import FISCAL, HOLDERS, PARK, PROVINCIAL, SPENDING
from finance.workings import Working, refund_workings
from lifecycle.errors import Conflict
from lifecycle.facts import life_facts
from lifecycle.faults import Faults
from lifecycle.guards import Made
from lifecycle.models import Project, ProjectState
from lifecycle.models.fields import ZERO
from lifecycle.parties.log import Actor
from lifecycle.rules.answers import shown
from lifecycle.steps import take_step

NOTICE_LENGTH = 200
REASON_LENGTH = 1000
HIGHEST_RATE = Decimal(24)
"""Percent a year; more is a slip of the pen."""

CAUSE_OF_STAGE = {
    RefundCause.TERMINATION: ProjectState.TERMINATED,
    RefundCause.REVOCATION: ProjectState.REVOKED,
}
"""Causes that only stand where the project was broken off so."""


class NothingToReturn(Conflict):
    """The ledger knows of less money than is asked back; details: available (yuan)."""

    code = "nothing_to_return"


class RefundClosed(Conflict):
    """The refund has come back or was taken back; details: state."""

    code = "refund_closed"


class CauseForbids(Conflict):
    """The project was not broken off in the way that this cause needs; details: state."""

    code = "cause_forbids"


def known_refund(project: Project, refund_id: int) -> Refund:
    """A refund of the project as it stands, with its receipts; the project is locked already."""
    return Refund.objects.with_receipts().get(project=project, pk=refund_id)


def workings_of(
    project: Project,
    *,
    cause: str,
    on: date,
    today: date,
    rate_percent: Decimal | None = None,
    entries: Sequence[int] = (),
) -> list[Working]:
    """The workings for a notice of the day `on`, once what was asked for has been checked.

    Raises:
        Invalid: no such cause, a day to come, a rate out of place, or entries that are no fiscal spending.
    """
    faults = Faults()
    if cause not in RefundCause.values:
        faults["cause"] = _("请选择退款原因。")
    faults.day("on", on, today=today)
    if rate_percent is not None and cause != RefundCause.REVOCATION:
        faults["rate_percent"] = _("只有撤销按利率计算利息。")
    elif rate_percent is not None and (fault := _rate_fault(rate_percent)):
        faults["rate_percent"] = fault
    if unknown := _not_spending(project, entries, on=on):
        faults["entries"] = _("第 %(sequences)s 号分录不是未红冲的财政资金支出。") % {
            "sequences": shown(unknown)
        }
    faults.refuse()
    return refund_workings(project, cause=cause, on=on, until=today, rate_percent=rate_percent, named=entries)


def _rate_fault(rate_percent: Decimal) -> str:
    """What is wrong with a rate of interest; empty when nothing is."""
    if rate_percent.is_finite() and 0 <= rate_percent <= HIGHEST_RATE:
        return ""
    return _("年利率应在 0 至 %(highest)s 之间（%%）。") % {"highest": HIGHEST_RATE}


def _not_spending(project: Project, sequences: Sequence[int], *, on: date) -> list[int]:
    if not sequences:
        return []
    found = (
        Entry.objects.standing()
        .filter(project=project, sequence__in=sequences, kind=SPENDING, source__in=FISCAL, on__lte=on)
        .values_list("sequence", flat=True)
    )
    return sorted(set(sequences) - set(found))


@transaction.atomic
def ask_refund(
    *,
    project: Project,
    cause: str,
    source: str,
    holder: str,
    on: date,
    actor: Actor,
    today: date,
    amount: Decimal | None = None,
    interest: Decimal | None = None,
    rate_percent: Decimal | None = None,
    due_on: date | None = None,
    notice_no: str = "",
    reason: str = "",
    entries: Sequence[int] = (),
) -> Refund:
    """Ask money of one source back from its holder (unit or park), by a notice of the day `on`.

    amount, interest: yuan as the province gives them; None takes what the workings say (see
    `finance.workings.refund_workings`, which are kept with the refund). due_on: None is `on` + the batch's days
    for a refund. entries: sequences of the disallowed spending, where that is the cause.

    Raises:
        Invalid: details name the fields.
        CauseForbids: termination or revocation, and the project is not at that stage.
        NothingToReturn: nothing to ask for, or more than was ever received and is not back or asked for yet.
    """
    project = hold(project).project
    notice_no, reason = notice_no.strip(), reason.strip()
    faults = Faults()
    if source not in FISCAL:
        faults["source"] = _("只有省拨款和园区配套可要求退回。")
    if holder not in HOLDERS:
        faults["holder"] = _("请选择应退单位。")
    elif holder == PARK and source != PROVINCIAL:
        faults["holder"] = _("高新区管委会只退回省拨款。")
    for field, given in (("amount", amount), ("interest", interest)):
        if given is not None:
            faults.amount(field, given, may_be_zero=True)
    faults.text("notice_no", notice_no, limit=NOTICE_LENGTH, is_required=False)
    faults.text("reason", reason, limit=REASON_LENGTH, is_required=False)
    if due_on is not None:
        faults.day("due_on", due_on, today=None, since=on)
    faults.refuse()
    workings = workings_of(
        project, cause=cause, on=on, today=today, rate_percent=rate_percent, entries=entries
    )
    stage = CAUSE_OF_STAGE.get(RefundCause(cause))
    if stage is not None and project.state != stage:
        raise CauseForbids(
            _("项目处于“%(state)s”阶段，不能以“%(cause)s”为由要求退款。")
            % {"state": project.get_state_display(), "cause": RefundCause(cause).label},
            details={"state": project.state},
        )
    working = next(each for each in workings if (each.source, each.holder) == (source, holder))
    principal = working.amount if amount is None else amount
    _require_money(project, working, principal, on=on, today=today)
    extra = working.interest if interest is None else interest
    if not principal and not extra:
        raise NothingToReturn(_("按台账没有应退的资金。"), details={"available": "0.00"})
    kept = working.as_json()
    if reason:
        kept["reason"] = reason
    if entries:
        kept["entries"] = sorted(set(entries))
    return _ask(
        project,
        working,
        amount=principal,
        interest=extra,
        workings=kept,
        on=on,
        due_on=due_on or _due(project, on),
        notice_no=notice_no,
        reason=reason,
        actor=actor,
    )


def _require_money(project: Project, working: Working, amount: Decimal, *, on: date, today: date) -> None:
    """Nobody gives back more than they received and neither sent back nor were asked for already."""
    every = refund_workings(project, cause=RefundCause.REVOCATION, on=on, until=today)
    most = next(each for each in every if (each.source, each.holder) == (working.source, working.holder))
    if amount > most.amount:
        raise NothingToReturn(
            _("%(holder)s可退的%(source)s最多 %(available)s 元（已到位、未退回也未通知退回的）。")
            % {
                "holder": _(HOLDERS[working.holder]),
                "source": _(working.source),
                "available": shown(most.amount),
            },
            details={"available": f"{most.amount:.2f}"},
        )


def _due(project: Project, on: date) -> date:
    """The last day to give back what was asked for on `on`."""
    limits = life_facts([project.pk], on=on)[project.pk].limits
    return on + timedelta(days=limits.refund_days)


def _ask(
    project: Project,
    working: Working,
    *,
    amount: Decimal,
    interest: Decimal,
    workings: dict[str, Any],
    on: date,
    due_on: date,
    notice_no: str,
    reason: str,
    actor: Actor,
    change: Any = None,
) -> Refund:
    refund = Refund.objects.create(
        project=project,
        cause=working.cause,
        state_change=change,
        source=working.source,
        holder=working.holder,
        amount=amount,
        interest=interest,
        workings=workings,
        notice_no=notice_no,
        asked_on=on,
        due_on=due_on,
    )
    take_step(
        refund,
        "ask",
        number=project.number,
        actor=actor,
        on=on,
        reason=reason,
        cause=working.cause,
        source=working.source,
        holder=working.holder,
        amount=f"{amount:.2f}",
        interest=f"{interest:.2f}",
        due_on=due_on.isoformat(),
        notice_no=notice_no,
    )
    return refund


def ask_surplus(project: Project, *, on: date, today: date, reason: str, actor: Actor) -> list[Refund]:
    """Ask the whole surplus back, a refund for each source and holder that has any; the project is held."""
    return _ask_all(project, cause=RefundCause.SURPLUS, on=on, today=today, reason=reason, actor=actor)


def open_refunds(made: Made) -> None:
    """What follows a termination or a revocation: a refund for each source and holder that has to give back.

    In the move's transaction, by the workings and formulas of `refund_workings`. The interest of a revocation is
    charged afterwards, once the province knows its rate or amount (`charge_interest`).
    """
    hold_journal(made.project)
    is_revocation = made.project.state == ProjectState.REVOKED
    document = made.change.document
    _ask_all(
        made.project,
        cause=RefundCause.REVOCATION if is_revocation else RefundCause.TERMINATION,
        on=made.on,
        today=made.today,
        reason=made.change.reason,
        actor=made.actor,
        notice_no=document.number if document else "",
        change=made.change,
    )


def _ask_all(
    project: Project,
    *,
    cause: str,
    on: date,
    today: date,
    reason: str,
    actor: Actor,
    notice_no: str = "",
    change: Any = None,
) -> list[Refund]:
    workings = refund_workings(project, cause=cause, on=on, until=today)
    owing = [working for working in workings if working.amount]
    if not owing:
        return []
    due_on = _due(project, on)
    return [
        _ask(
            project,
            working,
            amount=working.amount,
            interest=ZERO,
            workings=working.as_json(),
            on=on,
            due_on=due_on,
            notice_no=notice_no,
            reason=reason,
            actor=actor,
            change=change,
        )
        for working in owing
    ]


@transaction.atomic
def charge_interest(
    *,
    refund: Refund,
    on: date,
    actor: Actor,
    today: date,
    interest: Decimal | None = None,
    rate_percent: Decimal | None = None,
    reason: str = "",
) -> Refund:
    """Say what interest a refund bears, in the place of what was said before; the amount given wins over a rate.

    rate_percent: for a revocation alone, simple interest up to the end of `on` by the formula of
    `refund_workings`. interest: yuan, as the province reckons it. Where all of it came already, it is settled.

    Raises:
        Invalid: neither was given, less than came already, a rate out of place, or a day to come or before the
            notice.
        RefundClosed: it has come back or was taken back.
    """
    project = hold(refund.project).project
    refund = known_refund(project, refund.pk)
    reason = reason.strip()
    faults = Faults()
    faults.day("on", on, today=today, since=refund.asked_on)
    faults.text("reason", reason, limit=REASON_LENGTH, is_required=False)
    if interest is not None:
        faults.amount("interest", interest, may_be_zero=True)
    elif rate_percent is None:
        faults["interest"] = _("请填写利息金额或年利率。")
    faults.refuse()
    working = next(
        each
        for each in workings_of(project, cause=refund.cause, on=on, today=today, rate_percent=rate_percent)
        if (each.source, each.holder) == (refund.source, refund.holder)
    )
    charged = working.interest if interest is None else interest
    if charged < refund.came_interest:
        faults["interest"] = _("利息不能少于已到账的 %(came)s 元。") % {"came": shown(refund.came_interest)}
    elif not charged and not refund.amount:
        faults["interest"] = _("只有利息的应退款不能改为零；不再要求退回的，请撤回。")
    faults.refuse()
    require_open(refund)
    former = refund.state
    refund.interest = charged
    kept = ("interest", "rate_percent", "interest_formula")
    told = working.as_json() | {"interest": f"{charged:.2f}"}
    refund.workings = {name: value for name, value in refund.workings.items() if name not in kept} | {
        name: told[name] for name in kept if name in told
    }
    if not refund.open_amount and charged == refund.came_interest:
        refund.settle()
    refund.save(update_fields=["interest", "workings", "state"])
    take_step(
        refund,
        "charge",
        number=project.number,
        actor=actor,
        on=on,
        from_state=former,
        reason=reason,
        interest=f"{charged:.2f}",
        rate_percent=None if rate_percent is None else f"{rate_percent:f}",
    )
    return known_refund(project, refund.pk)


@transaction.atomic
def withdraw_refund(*, refund: Refund, on: date, reason: str, actor: Actor, today: date) -> Refund:
    """Take back a refund that was asked for in error; what came back for it stays in the ledger.

    Raises:
        Invalid: no reason, or a day to come or before it was asked for.
        RefundClosed: it has come back already or was taken back.
    """
    project = hold_project(refund.project)
    refund = known_refund(project, refund.pk)
    reason = reason.strip()
    faults = Faults()
    faults.text("reason", reason, limit=REASON_LENGTH, needed=_("请写明撤回理由。"))
    faults.day("on", on, today=today, since=refund.asked_on)
    faults.refuse()
    require_open(refund)
    former = refund.state
    refund.withdraw()
    refund.save(update_fields=["state"])
    take_step(refund, "withdraw", number=project.number, actor=actor, on=on, from_state=former, reason=reason)
    return refund


def require_open(refund: Refund) -> None:
    """Raises RefundClosed unless it is still asked for."""
    if refund.state != RefundState.ASKED:
        raise RefundClosed(
            _("该应退款的状态是“%(state)s”，不能再办理。") % {"state": refund.get_state_display()},
            details={"state": refund.state},
        )
