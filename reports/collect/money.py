"""The money of a project as its report tells it, by the same code that the screens ask."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from finance.facts import counts
from finance.funding import Funding
from finance.instalments import Instalment
from finance.models import Audit, RefundCause, Settlement, SurplusDecision
from finance.settlement import SettlementTable
from finance.terms import HOLDERS, SOURCES
from lifecycle.models import DatedEvent, EventKind, Project, Tranche
from lifecycle.reading import fetch
from reports.facts import (
    AuditFacts,
    CategoryFacts,
    CoursePoint,
    FrozenFacts,
    RefundFacts,
    SourceFacts,
    SpendingFacts,
    SurplusFacts,
    TrancheFacts,
)
from reports.overview import Pace
from reports.years import Spending

NOTHING = Decimal("0.00")


def sources_of(funding: Funding) -> list[SourceFacts]:
    """By source, in contract order; all four."""
    return [SourceFacts(source=source, **funding.sources[source]._asdict()) for source in SOURCES]


def categories_of(table: SettlementTable) -> list[CategoryFacts]:
    """Spending by category, in the order of the project's scheme."""
    return [
        CategoryFacts(category=category, amounts=[amounts[source] for source in SOURCES])
        for category, amounts in table.spent.items()
    ]


def course_of(pace: Pace) -> list[CoursePoint]:
    """Both running totals on every day on which one of them moved."""
    days = sorted({day for day, _ in pace.province} | {day for day, _ in pace.park})
    province, park = dict(pace.province), dict(pace.park)
    points = []
    reached = (NOTHING, NOTHING)
    for day in days:
        reached = (province.get(day, reached[0]), park.get(day, reached[1]))
        points.append(CoursePoint(on=day, province=reached[0], park=reached[1]))
    return points


def tranches_of(plan: Sequence[Instalment[Tranche]]) -> list[TrancheFacts]:
    """The tranches by source in contract order, then 期次."""
    ordered = sorted(plan, key=lambda each: (SOURCES.index(each.tranche.source), each.tranche.number))
    return [_tranche(each) for each in ordered]


def _tranche(each: Instalment[Tranche]) -> TrancheFacts:
    tranche = each.tranche
    at_park = to_confirm = None
    if each.waiting_since is not None:
        at_park = each.days_waited
    elif each.arrived_on is not None and each.paid_on is not None and not each.is_direct:
        at_park = max((each.paid_on - each.arrived_on).days, 0)
    if each.paid_on is not None and each.confirmed_on is not None:
        to_confirm = (each.confirmed_on - each.paid_on).days
    return TrancheFacts(
        pk=tranche.pk,
        source=tranche.source,
        number=tranche.number,
        planned_on=tranche.planned_on,
        amount=tranche.amount,
        condition=tranche.condition,
        is_tail=tranche.is_tail,
        state=each.state.label,
        arrived=each.arrived,
        paid=each.paid,
        confirmed=each.confirmed,
        is_direct=each.is_direct,
        arrived_on=each.arrived_on,
        paid_on=each.paid_on,
        confirmed_on=each.confirmed_on,
        late_days=each.late_days,
        days_at_park=at_park,
        days_to_confirm=to_confirm,
    )


def spending_facts(rows: Sequence[Spending]) -> list[SpendingFacts]:
    return [SpendingFacts(**row._asdict()) for row in rows]


def frozen_of(settlements: Sequence[Settlement], *, on: date) -> list[FrozenFacts]:
    """The settlements frozen up to the end of `on`, by number."""
    found = []
    for each in settlements:
        if each.settled_on <= on:
            total = SettlementTable.from_json(each.settled_on, each.content).total
            found.append(
                FrozenFacts(
                    pk=each.pk,
                    number=each.number,
                    settled_on=each.settled_on,
                    digest=each.digest,
                    received=total.received,
                    spent=total.spent,
                    balance=total.balance,
                )
            )
    return found


def surplus_of(decisions: Sequence[SurplusDecision], *, on: date) -> list[SurplusFacts]:
    """What was decided by the end of `on`; the last holds."""
    return [
        SurplusFacts(
            pk=each.pk,
            decided_on=each.decided_on,
            use=str(each.get_use_display()),
            amount=each.amount,
            kept_until=each.kept_until,
            reason=each.reason,
        )
        for each in decisions
        if each.decided_on <= on
    ]


def refunds_of(project: Project, *, on: date) -> list[RefundFacts]:
    """Refunds asked for by the end of `on` and not withdrawn, with what came by then; one query."""
    rows = fetch(
        f"""
        SELECT r.id, r.cause, r.source, r.holder, r.amount, r.interest, r.notice_no, r.asked_on, r.due_on,
            coalesce(sum(c.amount), 0.00), coalesce(sum(c.interest), 0.00)
        FROM finance_refund r
        LEFT JOIN finance_refundreceipt c ON c.refund_id = r.id AND c.received_on <= %(on)s AND {counts("c")}
        WHERE r.project_id = %(project)s AND r.state <> 'withdrawn' AND r.asked_on <= %(on)s
        GROUP BY r.id ORDER BY r.asked_on, r.id
        """,
        {"project": project.pk, "on": on},
    )
    return [
        RefundFacts(
            pk=pk,
            cause=str(RefundCause(cause).label),
            source=source,
            holder=HOLDERS[holder],
            amount=amount,
            interest=interest,
            notice_no=notice_no,
            asked_on=asked_on,
            due_on=due_on,
            came=came,
            came_interest=came_interest,
        )
        for pk, cause, source, holder, amount, interest, notice_no, asked_on, due_on, came, came_interest in rows
    ]


def audits_of(audits: Sequence[Audit], events: Sequence[DatedEvent], *, on: date) -> list[AuditFacts]:
    """The audits by the end of `on`; of one that a workbook brought only day, number and opinion are known."""
    known = {each.audited_on for each in audits}
    found = [
        AuditFacts(
            pk=each.pk,
            audited_on=each.audited_on,
            firm=each.firm,
            report_no=each.report_no,
            opinion=each.opinion,
            investment=each.audited_investment,
        )
        for each in audits
        if each.audited_on <= on
    ]
    found += [
        AuditFacts(
            pk=0,
            audited_on=each.happened_on,
            firm="",
            report_no=each.document_no,
            opinion=each.result,
            investment=None,
        )
        for each in events
        if each.kind == EventKind.AUDIT and each.happened_on <= on and each.happened_on not in known
    ]
    return sorted(found, key=lambda each: each.audited_on)
