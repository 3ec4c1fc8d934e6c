"""The facts of the ledger of payments (拨款台账): the plan of both fiscal sources and what settled it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from finance.disbursements import fiscal_flows
from finance.instalments import FiscalFlow
from finance.models import Journal
from finance.payments import PaidPiece, paid_pieces
from finance.terms import ARRIVAL, FISCAL, PARK_RETURN, PAYMENT, PROVINCIAL
from lifecycle.models import Project, Tranche
from reports.collect.head import opened
from reports.collect.ledger import ledger_of
from reports.collect.money import NOTHING, sources_of
from reports.facts_ledgers import ArrivalFacts, DisbursementsFacts, PaymentFacts
from reports.overview import Overview

KIND = "disbursements"


def collect_disbursements(project: Project, *, on: date, today: date) -> DisbursementsFacts:
    """All that the ledger of payments says of the project up to the end of `on`, as known now; nine statements."""
    with opened(project, on=on, today=today) as known:
        flows = fiscal_flows([project.pk], on=on).get(project.pk, [])
        plan: list[Tranche] = known.records[Tranche]
        return DisbursementsFacts(
            **known.head(KIND),
            holding_days=known.limits.holding_days,
            sources=[each for each in sources_of(known.overview.funding) if each.source in FISCAL],
            payments=_payments(paid_pieces(plan, flows, on=on), plan, known.overview),
            arrivals=_arrivals(flows),
            ledger=ledger_of(known.project, known.records[Journal], on=on, each=0),
        )


def _payments(
    pieces: Iterable[PaidPiece[Tranche]], plan: Sequence[Tranche], overview: Overview
) -> list[PaymentFacts]:
    planned = {source: sum((t.amount for t in plan if t.source == source), NOTHING) for source in FISCAL}
    waits = {each.tranche.pk: each for each in overview.instalments}
    paid = dict.fromkeys(FISCAL, NOTHING)
    found = []
    for piece in pieces:
        tranche, flow = piece.tranche, piece.flow
        source = tranche.source if tranche is not None else flow.source if flow is not None else PROVINCIAL
        arrived_on, days = piece.arrived_on, None
        if flow is not None:
            paid[source] += piece.amount
            if arrived_on is not None:
                days = max((flow.on - arrived_on).days, 0)
        elif tranche is not None and waits[tranche.pk].waiting_since is not None:
            arrived_on, days = waits[tranche.pk].waiting_since, waits[tranche.pk].days_waited
        found.append(
            PaymentFacts(
                source=source,
                pk=tranche.pk if tranche else 0,
                number=tranche.number if tranche else None,
                is_tail=tranche.is_tail if tranche else False,
                planned_on=tranche.planned_on if tranche else None,
                planned=tranche.amount if tranche and piece.is_first else None,
                condition=tranche.condition if tranche else "",
                kind=flow.kind if flow else "",
                sequence=flow.sequence if flow else 0,
                arrived_on=arrived_on,
                paid_on=flow.on if flow else None,
                amount=piece.amount if flow else None,
                voucher=flow.voucher if flow else "",
                confirmed_on=flow.confirmed_on if flow else None,
                days_at_park=days,
                total=paid[source],
                left=max(planned[source] - paid[source], NOTHING),
            )
        )
    return found


def _arrivals(flows: Iterable[FiscalFlow]) -> list[ArrivalFacts]:
    """What came to the park and went back from it; payments to the unit move `held` alone."""
    held: Decimal = NOTHING
    found = []
    for flow in flows:
        if flow.source != PROVINCIAL or flow.kind not in (ARRIVAL, PAYMENT, PARK_RETURN):
            continue
        held += flow.amount if flow.kind == ARRIVAL else -flow.amount
        if flow.kind != PAYMENT:
            found.append(
                ArrivalFacts(
                    sequence=flow.sequence,
                    on=flow.on,
                    kind=flow.kind,
                    amount=flow.amount,
                    voucher=flow.voucher,
                    held=held,
                )
            )
    return found
