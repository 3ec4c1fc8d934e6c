"""Payments laid against the plan, piece by piece: which payment settled what of which tranche. Pure.

The order is that of `finance.instalments`: first in, first out, source by source.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Generic

from finance.instalments import RECEIVED, FiscalFlow, PlannedT, in_order
from finance.rules.facts import ZERO
from finance.terms import ARRIVAL, FISCAL, PARK_RETURN, PAYMENT


@dataclass(frozen=True, slots=True)
class PaidPiece(Generic[PlannedT]):
    """So much of a payment for so much of a tranche, in yuan.

    tranche: None for what came beyond the plan. flow: None for what is not paid yet; amount is then what is left.
    is_first: the tranche's first piece. arrived_on: when the oldest of the money had come to the park; None for money
    that did not pass through it, or was paid out before any came.
    """

    tranche: PlannedT | None
    flow: FiscalFlow | None
    amount: Decimal
    is_first: bool
    arrived_on: date | None


def paid_pieces(
    plan: Iterable[PlannedT], flows: Iterable[FiscalFlow], *, on: date
) -> list[PaidPiece[PlannedT]]:
    """Source by source in contract order: each tranche with what was paid of it, then what is left; then the excess.

    flows: without reversed entries and their reversals, in any order; those after `on` are left out.
    """
    known = sorted((flow for flow in flows if flow.on <= on), key=lambda flow: (flow.on, flow.sequence))
    ordered = in_order(plan)
    found: list[PaidPiece[PlannedT]] = []
    for source in FISCAL:
        found += _of_source(
            [tranche for tranche in ordered if tranche.source == source],
            [flow for flow in known if flow.source == source],
        )
    return found


def _of_source(plan: Sequence[PlannedT], flows: Sequence[FiscalFlow]) -> list[PaidPiece[PlannedT]]:
    arrivals = _Arrivals(flows)
    payments = [flow for flow in flows if flow.kind in RECEIVED]
    found: list[PaidPiece[PlannedT]] = []
    place, used = 0, ZERO
    for tranche in plan:
        left, is_first = tranche.amount, True
        while left and place < len(payments):
            flow = payments[place]
            part = min(left, flow.amount - used)
            found.append(PaidPiece(tranche, flow, part, is_first, arrivals.oldest(flow, used, part)))
            is_first, left, used = False, left - part, used + part
            if used == flow.amount:
                place, used = place + 1, ZERO
        if left:
            found.append(PaidPiece(tranche, None, left, is_first, None))
    for flow in payments[place:]:
        rest = flow.amount - used
        found.append(PaidPiece(None, flow, rest, False, arrivals.oldest(flow, used, rest)))
        used = ZERO
    return found


class _Arrivals:
    """Money at the park end to end, and where on that line each payment out of it begins."""

    def __init__(self, flows: Sequence[FiscalFlow]) -> None:
        self._stretches: list[tuple[Decimal, Decimal, date]] = []
        self._begins: dict[int, Decimal] = {}
        came = gone = ZERO
        for flow in flows:
            if flow.kind == ARRIVAL:
                self._stretches.append((came, came + flow.amount, flow.on))
                came += flow.amount
            elif flow.kind in (PAYMENT, PARK_RETURN):
                self._begins[flow.sequence] = gone
                gone += flow.amount

    def oldest(self, flow: FiscalFlow, used: Decimal, amount: Decimal) -> date | None:
        """The day of the oldest money in `amount` yuan of the payment, once `used` of it are left out."""
        if flow.kind != PAYMENT or not self._stretches:
            return None
        low = self._begins[flow.sequence] + used
        return next((day for start, to, day in self._stretches if start < low + amount and to > low), None)
