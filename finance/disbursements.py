"""Tranches as money settles them: how far each is, arrivals and payments for one, and the unit's confirmation.

How far a tranche is follows from the journal alone (`finance.instalments`); here it is read, and moved on by
posting to the journal with `finance.posting`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.utils.translation import gettext as _

from finance.facts import standing
from finance.instalments import (
    FLOW_KINDS,
    RECEIVED,
    FiscalFlow,
    Instalment,
    in_order,
    instalments,
)
from finance.kinds import stage_allows
from finance.models import Entry, PaymentConfirmation
from finance.posting import (
    Movement,
    Posted,
    UnknownEntry,
    check_shape,
    key_refusal,
    post_entry,
    stage_refusal,
)
from finance.release import ReleaseFacts, judge_release, unmet
from finance.terms import ARRIVAL, DIRECT, FISCAL, PAYMENT, PROVINCIAL
from lifecycle.errors import Conflict, Invalid
from lifecycle.facts import life_facts
from lifecycle.models import Acceptance, AcceptanceState, AnnualReport, Project, Step, Tranche
from lifecycle.models.fields import LATEST
from lifecycle.parties.log import Actor
from lifecycle.reading import fetch_grouped
from lifecycle.rules.answers import shown
from lifecycle.rules.standing import Standing
from lifecycle.steps import take_step
from lifecycle.wording import listed


class TrancheGone(Conflict):
    """The tranche was taken out of the plan meanwhile."""

    code = "tranche_gone"


class NotThroughPark(Conflict):
    """Only provincial money arrives at the park."""

    code = "not_through_park"


class TrancheSettled(Conflict):
    """Nothing of the tranche is left to arrive or to be paid."""

    code = "tranche_settled"


class EarlierTrancheOpen(Conflict):
    """An earlier tranche of the source comes first. details: tranches, their numbers."""

    code = "earlier_tranche_open"


class MoreThanLeft(Conflict):
    """More than is left of the tranche. details: left and wanted, yuan."""

    code = "more_than_left"


class NotReleased(Conflict):
    """The tranche's conditions are not met. details: conditions, every unmet one with code and message."""

    code = "not_released"


class NotConfirmable(Conflict):
    """The entry is no payment to the unit, or does not count any more."""

    code = "not_confirmable"


class AlreadyConfirmed(Conflict):
    """The unit confirmed the payment before. details: confirmed_on."""

    code = "already_confirmed"


def fiscal_flows(projects: Sequence[int], *, on: date) -> dict[int, list[FiscalFlow]]:
    """What settles the tranches of each project, dated by `on`, by project id in order of day; one query.

    A project without any is left out; so are reversed entries, and confirmations given after `on`.
    """
    rows = fetch_grouped(
        f"""
        SELECT e.project_id, e.source, e.kind, e.day, e.amount, e.sequence, e.voucher, c.confirmed_on
        FROM finance_entry e
        LEFT JOIN finance_paymentconfirmation c ON c.entry_id = e.id AND c.confirmed_on <= %(on)s
        WHERE e.project_id = ANY(%(projects)s) AND e.kind = ANY(%(kinds)s) AND e.source = ANY(%(sources)s)
            AND e.day <= %(on)s AND {standing("e", None)}
        ORDER BY e.day, e.sequence
        """,
        {"projects": list(projects), "kinds": list(FLOW_KINDS), "sources": list(FISCAL), "on": on},
    )
    return {pk: [FiscalFlow._make(row) for row in flows] for pk, flows in rows.items()}


def instalments_of(project: Project, *, on: date) -> list[Instalment[Tranche]]:
    """Every tranche of the project with how far it is on `on`, in the order of settling; two queries."""
    flows = fiscal_flows([project.pk], on=on).get(project.pk, ())
    return instalments(Tranche.objects.filter(project=project), flows, on=on)


def release_facts(project: Project, *, on: date) -> ReleaseFacts:
    """What the conditions of the project's tranches are judged on, as of `on`; ten queries."""
    return ReleaseFacts(
        life=life_facts([project.pk], on=on)[project.pk],
        reviewed_on=dict(AnnualReport.objects.filter(project=project).values_list("year", "reviewed_on")),
        panel=_panels_verdict(project),
    )


def _panels_verdict(project: Project) -> tuple[date, str] | None:
    """The day the panel met and what it came to; None before, and of a round that was given back."""
    judged = Acceptance.objects.filter(
        project=project,
        state__in=(AcceptanceState.REVIEWED, AcceptanceState.CONCLUDED),
        meeting_on__isnull=False,
    )
    found = judged.order_by("-round").values_list("meeting_on", "verdict").first()
    return None if found is None or found[0] is None else (found[0], found[1])


def record_arrival(
    *,
    tranche: Tranche,
    on: date,
    voucher: str,
    amount: Decimal | None = None,
    counterparty: str = "",
    memo: str = "",
    key: str | None,
    actor: Actor,
    today: date,
) -> Posted:
    """Record provincial money for a tranche as it reached the park (到账园区).

    amount: yuan; None for all that is still to arrive of it. memo: names the tranche where it is empty.
    key: as `finance.posting.post_entry` takes it, so that a retry is safe.

    Raises:
        Invalid: the movement is not one that may be posted; details name the fields.
        NotThroughPark: the tranche is of park money.
        TrancheSettled, MoreThanLeft: nothing, or less, is still to arrive of it.
        EarlierTrancheOpen: an earlier provincial tranche has not arrived in full by `on`.
        What post_entry raises. In every case nothing is written.
    Source: RULES.md 'What may be posted, and by whom'.
    """
    with transaction.atomic():
        case = _open_case(tranche)
        draft = _Draft(ARRIVAL, amount, on, voucher, counterparty, memo)
        again = _posted_before(case, "arrive", draft, key=key, actor=actor, today=today)
        if again is not None:
            return again
        if case.tranche.source != PROVINCIAL:
            raise NotThroughPark(_("园区配套由园区直接拨付单位，不登记到账园区。"))
        left = case.at(LATEST).to_arrive
        if left <= 0:
            raise TrancheSettled(_("%(tranche)s已全部到账。") % {"tranche": name_of(case.tranche)})
        movement = draft.movement(case.tranche, left if amount is None else amount)
        check_shape(movement, scheme=case.project.category_scheme, today=today)
        waiting = [each.tranche for each in case.earlier(on) if each.to_arrive > 0]
        if waiting:
            raise _earlier_open(waiting, _("到账按期次先后登记：%(tranches)s尚未全部到账。"))
        _refuse_more(movement, left, _("%(tranche)s尚余 %(left)s 元未到账，不能登记 %(wanted)s 元。"), case)
        return _post(case, "arrive", movement, key=key, actor=actor, today=today)


def pay(
    *,
    tranche: Tranche,
    on: date,
    voucher: str,
    kind: str = PAYMENT,
    amount: Decimal | None = None,
    counterparty: str = "",
    memo: str = "",
    key: str | None,
    actor: Actor,
    today: date,
) -> Posted:
    """Pay a tranche to the unit: from the park (拨付单位), or past it (直接拨付).

    amount: yuan; None for all that is left of it. memo: names the tranche where it is empty. key: as
    `finance.posting.post_entry` takes it, so that a retry is safe.

    Raises:
        Invalid: the movement is not one that may be posted; details name the fields.
        TrancheSettled, MoreThanLeft: nothing, or less, is left of it.
        StageForbids: the project is suspended or has ended, now or on `on`.
        EarlierTrancheOpen: an earlier tranche of the source is not paid in full by `on`.
        NotReleased: names every condition of the tranche that is not met on `on`.
        What post_entry raises. In every case nothing is written.
    Source: 承诺书 5; RULES.md 'What may be posted, and by whom'.
    """
    with transaction.atomic():
        if kind not in RECEIVED:
            wanted = _("应为：%(wanted)s。") % {"wanted": listed(_(each) for each in (PAYMENT, DIRECT))}
            raise Invalid(wanted, details={"kind": wanted})
        case = _open_case(tranche)
        draft = _Draft(kind, amount, on, voucher, counterparty, memo)
        again = _posted_before(case, "pay", draft, key=key, actor=actor, today=today)
        if again is not None:
            return again
        left = case.at(LATEST).left
        if left <= 0:
            raise TrancheSettled(_("%(tranche)s已全部拨付。") % {"tranche": name_of(case.tranche)})
        movement = draft.movement(case.tranche, left if amount is None else amount)
        check_shape(movement, scheme=case.project.category_scheme, today=today)
        _refuse_unreleased(case, movement)
        _refuse_more(movement, left, _("%(tranche)s尚余 %(left)s 元待拨，不能拨付 %(wanted)s 元。"), case)
        return _post(case, "pay", movement, key=key, actor=actor, today=today)


def confirm(*, project: Project, sequence: int, on: date, actor: Actor, today: date) -> PaymentConfirmation:
    """The unit's word that a payment arrived, given once; it changes no figure of the ledger.

    Raises:
        Invalid: the day lies in the future or before the payment.
        UnknownEntry: there is no such entry.
        NotConfirmable: it is no payment to the unit, or it was reversed.
        AlreadyConfirmed: it was confirmed before.
    Source: PRODUCT 'The life of a project'.
    """
    with transaction.atomic():
        held = _hold(project.pk)
        entry = Entry.objects.filter(project=held, sequence=sequence).first()
        if entry is None:
            raise UnknownEntry(_("没有这笔分录。"))
        if entry.kind not in RECEIVED:
            raise NotConfirmable(_("只有“拨付单位”和“直接拨付”由单位确认到账。"))
        if entry.reverses_id is not None or Entry.objects.filter(reverses=entry).exists():
            raise NotConfirmable(_("第 %(sequence)d 号分录已红冲，不能确认。") % {"sequence": sequence})
        before = PaymentConfirmation.objects.filter(entry=entry).first()
        if before is not None:
            raise AlreadyConfirmed(
                _("第 %(sequence)d 号分录已于 %(on)s 确认到账。")
                % {"sequence": sequence, "on": before.confirmed_on.isoformat()},
                details={"confirmed_on": before.confirmed_on.isoformat()},
            )
        fault = ""
        if on > today:
            fault = _("确认日期不能晚于今天（%(today)s）。") % {"today": today.isoformat()}
        elif on < entry.on:
            fault = _("确认日期不能早于拨付日期 %(on)s。") % {"on": entry.on.isoformat()}
        if fault:
            raise Invalid(fault, details={"on": fault})
        confirmation = PaymentConfirmation.objects.create(
            project=held, entry=entry, confirmed_on=on, actor_id=actor.pk, actor_name=actor.name
        )
        take_step(
            confirmation,
            "confirm",
            number=held.number,
            actor=actor,
            on=on,
            sequence=sequence,
            source=entry.source,
            amount=f"{entry.amount:.2f}",
        )
    return confirmation


def name_of(tranche: Tranche) -> str:
    """What a tranche is called in the active language: 省拨款第 1 期."""
    return _("%(source)s第 %(number)d 期") % {"source": _(tranche.source), "number": tranche.number}


@dataclass(frozen=True, slots=True)
class _Draft:
    """What was said of a movement for a tranche, before its amount is known."""

    kind: str
    amount: Decimal | None
    on: date
    voucher: str
    counterparty: str
    memo: str

    def movement(self, tranche: Tranche, amount: Decimal) -> Movement:
        """The movement; its text names the tranche in Chinese, as the ledger is written, where nothing is said."""
        return Movement(
            kind=self.kind,
            source=tranche.source,
            amount=amount,
            on=self.on,
            voucher=self.voucher,
            counterparty=self.counterparty,
            memo=self.memo or f"{tranche.source}第 {tranche.number} 期",
        )


@dataclass(frozen=True, slots=True)
class _Case:
    """A tranche with all that settles its plan, project and journal held still."""

    project: Project
    tranche: Tranche
    plan: list[Tranche]
    flows: list[FiscalFlow]

    def at(self, on: date) -> Instalment[Tranche]:
        """The tranche as of `on`."""
        return next(
            each for each in instalments(self.plan, self.flows, on=on) if each.tranche == self.tranche
        )

    def earlier(self, on: date) -> list[Instalment[Tranche]]:
        """The tranches of its source that come before it, as of `on`."""
        before = self.plan[: self.plan.index(self.tranche)]
        return [each for each in instalments(self.plan, self.flows, on=on) if each.tranche in before]


def _hold(project: int) -> Project:
    """The project, its row and its journal locked until the end of the transaction."""
    held = Project.objects.held(project)
    with connection.cursor() as cursor:
        cursor.execute("SELECT finance_open_journal(%s)", [project])
    return held


def _open_case(tranche: Tranche) -> _Case:
    project = _hold(tranche.project_id)
    tranches = Tranche.objects.filter(project=project)
    kept = next((each for each in tranches if each.pk == tranche.pk), None)
    if kept is None:
        raise TrancheGone(_("这一期已从拨款计划中删除。"))
    return _Case(
        project=project,
        tranche=kept,
        plan=[each for each in in_order(tranches) if each.source == kept.source],
        flows=fiscal_flows([project.pk], on=LATEST).get(project.pk, []),
    )


def _posted_before(
    case: _Case, act: str, draft: _Draft, *, key: str | None, actor: Actor, today: date
) -> Posted | None:
    """The entry that the key posted for this tranche before; None when the key is new.

    Raises KeyReused when the key stands for something else.
    """
    known = Entry.objects.filter(project=case.project, key=key).first() if key else None
    if known is None:
        return None
    if not Step.objects.of(case.tranche).filter(act=act, details__sequence=known.sequence).exists():
        raise key_refusal(known.sequence)
    movement = draft.movement(case.tranche, known.amount if draft.amount is None else draft.amount)
    return post_entry(project=case.project, movement=movement, key=key, actor=actor, today=today)


def _refuse_unreleased(case: _Case, movement: Movement) -> None:
    """Raises the refusal of a payment that stage, order or the tranche's own conditions do not let pass."""
    if not stage_allows(case.project.state, kind=movement.kind, source=movement.source):
        raise stage_refusal(case.project.state, kind=movement.kind)
    facts = release_facts(case.project, on=movement.on)
    if facts.life.standing is not Standing.ACTIVE:
        raise stage_refusal(facts.life.standing.value, kind=movement.kind)
    waiting = [each.tranche for each in case.earlier(movement.on) if not each.is_paid]
    if waiting:
        raise _earlier_open(waiting, _("拨付按期次先后进行：%(tranches)s尚未足额拨付。"))
    lacking = unmet(judge_release(case.tranche.condition, facts))
    if lacking:
        raise NotReleased(
            _("%(tranche)s的拨付条件尚未满足：%(lacking)s")
            % {
                "tranche": name_of(case.tranche),
                "lacking": " ".join(condition.message for condition in lacking),
            },
            details={"conditions": [condition.as_json() for condition in lacking]},
        )


def _refuse_more(movement: Movement, left: Decimal, sentence: str, case: _Case) -> None:
    if movement.amount > left:
        raise MoreThanLeft(
            sentence
            % {"tranche": name_of(case.tranche), "left": shown(left), "wanted": shown(movement.amount)},
            details={"left": f"{left:.2f}", "wanted": f"{movement.amount:.2f}"},
        )


def _earlier_open(waiting: Iterable[Tranche], sentence: str) -> EarlierTrancheOpen:
    tranches = list(waiting)
    return EarlierTrancheOpen(
        sentence % {"tranches": listed(map(name_of, tranches))},
        details={"tranches": [tranche.number for tranche in tranches]},
    )


def _post(case: _Case, act: str, movement: Movement, *, key: str | None, actor: Actor, today: date) -> Posted:
    """The entry, and the step in the tranche's story."""
    posted = post_entry(project=case.project, movement=movement, key=key, actor=actor, today=today)
    take_step(
        case.tranche,
        act,
        number=case.project.number,
        actor=actor,
        on=movement.on,
        sequence=posted.sequence,
        kind=movement.kind,
        source=movement.source,
        tranche=case.tranche.number,
        amount=f"{movement.amount:.2f}",
    )
    return posted
