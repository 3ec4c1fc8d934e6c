"""What becomes of the fiscal money that is left (结余): kept by the unit for a time, or given back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from finance.funding import Funding, funding_of
from finance.holding import hold, require_stage
from finance.models import Refund, RefundCause, RefundState, SurplusDecision, SurplusUse
from finance.refunds import ask_surplus
from finance.terms import FISCAL, PROVINCIAL
from lifecycle.errors import Conflict
from lifecycle.facts import life_facts
from lifecycle.faults import Faults
from lifecycle.models import Acceptance, AcceptanceState, Project, ProjectState
from lifecycle.models.fields import ZERO
from lifecycle.parties.log import Actor
from lifecycle.rules.answers import shown
from lifecycle.rules.calendar import add_months
from lifecycle.steps import take_step

DECIDED_IN = frozenset({ProjectState.ACCEPTANCE})
KEPT_AFTER = "通过验收"
"""The only verdict after which a unit keeps what is left. Source: DOMAIN D100, D104."""

REASON_LENGTH = 1000


class NoSurplus(Conflict):
    """There is no fiscal money left to decide about."""

    code = "no_surplus"


class MustNotBeKept(Conflict):
    """The unit may not keep it: acceptance was not passed, or the park still holds provincial money."""

    code = "must_not_be_kept"


class SurplusDecided(Conflict):
    """The money left is decided about already; a surplus asked back is withdrawn first."""

    code = "surplus_decided"


@dataclass(frozen=True, slots=True)
class Surplus:
    """Fiscal money left, in yuan: by source at the unit, and provincial money held at the park; zero at least."""

    at_unit: dict[str, Decimal]
    at_park: Decimal

    @property
    def total(self) -> Decimal:
        return sum(self.at_unit.values(), self.at_park)

    @property
    def is_nothing(self) -> bool:
        return not self.total


def surplus_in(funding: Funding) -> Surplus:
    """The surplus by a project's funding. A source that is overspent leaves nothing; FIN-07 says so."""
    return Surplus(
        {source: max(funding.sources[source].balance, ZERO) for source in FISCAL},
        max(funding.sources[PROVINCIAL].held_at_park, ZERO),
    )


def surplus_of(project: Project, *, on: date) -> Surplus:
    """The surplus at the end of `on`; one query."""
    return surplus_in(funding_of([project], on=on)[project.pk])


def decision_on(project: Project, *, on: date) -> SurplusDecision | None:
    """The decision that holds on `on`: the latest by then."""
    return (
        SurplusDecision.objects.filter(project=project, decided_on__lte=on)
        .order_by("-decided_on", "-pk")
        .first()
    )


def verdict_of(project: Project) -> Acceptance | None:
    """The acceptance of the project whose verdict is in; None before."""
    return (
        Acceptance.objects.filter(
            project=project, state__in=(AcceptanceState.REVIEWED, AcceptanceState.CONCLUDED)
        )
        .order_by("-round")
        .first()
    )


@transaction.atomic
def decide_surplus(
    *,
    project: Project,
    use: str,
    on: date,
    reason: str,
    actor: Actor,
    today: date,
    kept_until: date | None = None,
) -> SurplusDecision:
    """Let the unit keep what is left at the end of `on` (留用), or ask all of it back (交回).

    kept_until: the last day, None is `on` + the batch's months; only where it is kept. Kept only after 通过验收
    and once the park holds nothing. Given back: a refund for each source and holder that has any, asked for on
    `on`.

    Raises:
        Invalid: details name the fields.
        StageForbids: the project is not in acceptance.
        NoSurplus, MustNotBeKept, SurplusDecided: nothing is written.
    Source: DOMAIN D87, D100–D104.
    """
    project = hold(project).project
    reason = reason.strip()
    last = project.surplus_decisions.order_by("-decided_on", "-pk").first()
    accepted = verdict_of(project)
    faults = Faults()
    if use not in SurplusUse.values:
        faults["use"] = _("请选择结余处理方式。")
    faults.text("reason", reason, limit=REASON_LENGTH, needed=_("请写明处理理由。"))
    faults.day("on", on, today=today, since=_not_before(last, accepted))
    if kept_until is not None and use == SurplusUse.RETURNED:
        faults["kept_until"] = _("交回的结余没有留用期限。")
    elif kept_until is not None:
        faults.day("kept_until", kept_until, today=None, since=on)
    faults.refuse()
    require_stage(project, DECIDED_IN, _("处理结余"))
    left = surplus_of(project, on=on)
    if left.is_nothing:
        raise NoSurplus(_("没有结余的财政资金。"), details={"on": on.isoformat()})
    _refuse_decided(project, last, left, use)
    if use == SurplusUse.KEPT:
        _require_keeping(accepted, left)
        kept_until = kept_until or _default_end(project, on)
    decision = SurplusDecision.objects.create(
        project=project,
        decided_on=on,
        use=use,
        amount=left.total,
        kept_until=kept_until,
        reason=reason,
        actor_id=actor.pk,
        actor_name=actor.name,
    )
    take_step(
        decision,
        "decide",
        number=project.number,
        actor=actor,
        on=on,
        reason=reason,
        use=use,
        amount=f"{left.total:.2f}",
        kept_until=kept_until.isoformat() if kept_until else None,
    )
    if use == SurplusUse.RETURNED:
        ask_surplus(project, on=on, today=today, reason=reason, actor=actor)
    return decision


def _not_before(last: SurplusDecision | None, accepted: Acceptance | None) -> date | None:
    """The day of the last decision, or of the panel's meeting, whichever is later."""
    days = [last.decided_on] if last else []
    if accepted is not None and accepted.meeting_on is not None:
        days.append(accepted.meeting_on)
    return max(days, default=None)


def _refuse_decided(project: Project, last: SurplusDecision | None, left: Surplus, use: str) -> None:
    """What was asked back is first received or withdrawn; the same is not decided twice."""
    waiting = Refund.objects.filter(project=project, cause=RefundCause.SURPLUS, state=RefundState.ASKED)
    if waiting.exists():
        raise SurplusDecided(_("结余已通知交回，尚未退清；如需改变处理方式，请先撤回退款通知。"))
    if last is not None and last.use == use == SurplusUse.KEPT and last.amount == left.total:
        raise SurplusDecided(
            _("结余 %(amount)s 元已于 %(day)s 同意留用。")
            % {"amount": shown(last.amount), "day": last.decided_on.isoformat()}
        )


def _require_keeping(accepted: Acceptance | None, left: Surplus) -> None:
    if accepted is None or accepted.verdict != KEPT_AFTER:
        raise MustNotBeKept(_("验收结论为“通过验收”的项目，结余方可留用。"))
    if left.at_park:
        raise MustNotBeKept(
            _("园区尚有省拨款 %(held)s 元未拨，应先拨付承担单位或退回。") % {"held": shown(left.at_park)},
            details={"held": f"{left.at_park:.2f}"},
        )


def _default_end(project: Project, on: date) -> date:
    return add_months(on, life_facts([project.pk], on=on)[project.pk].limits.surplus_months)
