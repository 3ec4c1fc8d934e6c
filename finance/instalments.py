"""How far each tranche is, read from the movements of its source first in, first out. Pure.

No movement names a tranche: what arrived, was paid and was confirmed settles the plan in the order of planned
day, then 期次, as the rules do. See docs/decisions/how-far-a-tranche-is.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import accumulate
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from django.utils.translation import gettext_lazy as _

from finance.rules.facts import ZERO, Tranche
from finance.rules.held_at_park import held_arrivals
from finance.terms import ARRIVAL, DIRECT, PARK_RETURN, PAYMENT, PROVINCIAL

if TYPE_CHECKING:
    from lifecycle.models import Tranche as KeptTranche

RECEIVED = frozenset((PAYMENT, DIRECT))
"""The kinds by which the unit receives fiscal money."""

FLOW_KINDS = (ARRIVAL, PAYMENT, DIRECT, PARK_RETURN)
"""The kinds that settle tranches, in the order of the money's way."""


class FiscalFlow(NamedTuple):
    """A movement of grant or matching money to the unit or by way of the park, in yuan.

    sequence and voucher: of its entry. confirmed_on: the day the unit confirmed the payment; None when it has not.
    """

    source: str
    kind: str
    on: date
    amount: Decimal
    sequence: int = 0
    voucher: str = ""
    confirmed_on: date | None = None

    @property
    def awaits_confirmation(self) -> bool:
        """Whether it is a payment that the unit has not confirmed."""
        return self.kind in RECEIVED and self.confirmed_on is None


PlannedT = TypeVar("PlannedT", bound="KeptTranche | Tranche")
"""A planned instalment: a tranche as it is kept, or as the rules know it."""


class TrancheState(StrEnum):
    """How far a tranche is: the furthest point that all of its amount has reached."""

    PLANNED = "planned"
    DUE = "due"
    ARRIVED = "arrived"
    PAID = "paid"
    CONFIRMED = "confirmed"

    @property
    def label(self) -> str:
        """The state in the active language."""
        return str(_LABELS[self])


_LABELS = {
    TrancheState.PLANNED: _("未到期"),
    TrancheState.DUE: _("已到期"),
    TrancheState.ARRIVED: _("已到账待拨"),
    TrancheState.PAID: _("已拨付待确认"),
    TrancheState.CONFIRMED: _("单位已确认"),
}


@dataclass(frozen=True, slots=True)
class Instalment(Generic[PlannedT]):
    """A tranche as of a day. Amounts in yuan, none above the tranche's own.

    arrived: at the park or paid directly; None for money that does not pass through the park. waiting: what
    lies at the park of it, since waiting_since, days_waited days. direct: what of it was paid past the park.
    arrived_on, paid_on, confirmed_on: the day on which all of it had come so far; None until then. late_days: past
    the planned day while it is not paid.
    """

    tranche: PlannedT
    state: TrancheState
    arrived: Decimal | None
    paid: Decimal
    confirmed: Decimal
    waiting: Decimal
    direct: Decimal
    arrived_on: date | None
    paid_on: date | None
    confirmed_on: date | None
    waiting_since: date | None
    days_waited: int
    late_days: int

    @property
    def left(self) -> Decimal:
        """What is still to be paid of it."""
        return self.tranche.amount - self.paid

    @property
    def to_arrive(self) -> Decimal:
        """What is still to arrive of it; zero for money that does not pass through the park."""
        return ZERO if self.arrived is None else self.tranche.amount - self.arrived

    @property
    def is_direct(self) -> bool:
        """Whether all that was paid of it went past the park."""
        return bool(self.direct) and self.direct >= self.paid

    @property
    def is_paid(self) -> bool:
        return self.left <= 0

    @property
    def is_confirmed(self) -> bool:
        return self.state is TrancheState.CONFIRMED


def in_order(plan: Iterable[PlannedT]) -> list[PlannedT]:
    """The tranches in the order in which money settles them: by planned day, then 期次; source by source."""
    return sorted(plan, key=lambda tranche: (tranche.planned_on, tranche.number, tranche.source))


def instalments(
    plan: Iterable[PlannedT], flows: Iterable[FiscalFlow], *, on: date
) -> list[Instalment[PlannedT]]:
    """Each tranche with how far it is at the end of `on`, in the order of `in_order`.

    flows: without reversed entries and their reversals, in any order; those after `on`, and confirmations
    given after it, are left out. What came beyond the plan settles nothing. Cost: tranches times flows.
    """
    by_source: dict[str, list[FiscalFlow]] = {}
    for flow in sorted(flows, key=lambda flow: (flow.on, flow.sequence)):
        if flow.on <= on:
            by_source.setdefault(flow.source, []).append(flow)
    ordered = in_order(plan)
    money = {
        source: _Money(by_source.get(source, []), passes_park=source == PROVINCIAL, on=on)
        for source in {tranche.source for tranche in ordered}
    }
    planned_so_far = dict.fromkeys(money, ZERO)
    found = []
    for tranche in ordered:
        low = planned_so_far[tranche.source]
        planned_so_far[tranche.source] = low + tranche.amount
        found.append(money[tranche.source].settles(tranche, low))
    return found


Piece = tuple[Decimal, Decimal, date]
"""(from, to, day): a stretch of all the money of a source, and a day that is said of it."""


class _Money:
    """The money of one source up to a day, laid end to end so that tranches can be cut from it."""

    def __init__(self, flows: Sequence[FiscalFlow], *, passes_park: bool, on: date) -> None:
        self.on = on
        payments = [flow for flow in flows if flow.kind in RECEIVED]
        self.paid: list[Piece] = _end_to_end((flow.on, flow.amount) for flow in payments)
        self.confirmed: list[Piece] = [
            (low, high, flow.confirmed_on)
            for flow, (low, high, _day) in zip(payments, self.paid, strict=True)
            if flow.confirmed_on is not None and flow.confirmed_on <= on
        ]
        self.direct: list[Piece] = [
            piece for flow, piece in zip(payments, self.paid, strict=True) if flow.kind == DIRECT
        ]
        self.arrivals: list[tuple[date, Decimal]] | None = None
        self.held: list[Piece] = []
        if passes_park:
            self.arrivals = [
                (flow.on, -flow.amount if flow.kind == PARK_RETURN else flow.amount)
                for flow in flows
                if flow.kind in (ARRIVAL, DIRECT, PARK_RETURN)
            ]
            held = held_arrivals(
                arrived=[(flow.on, flow.amount) for flow in flows if flow.kind == ARRIVAL],
                gone=sum((flow.amount for flow in flows if flow.kind in (PAYMENT, PARK_RETURN)), ZERO),
            )
            self.held = _end_to_end(held, start=self.paid[-1][1] if self.paid else ZERO)

    def settles(self, tranche: PlannedT, low: Decimal) -> Instalment[PlannedT]:
        """The tranche, which begins where `low` yuan of the plan lie before it."""
        amount, high = tranche.amount, low + tranche.amount
        paid, confirmed, waiting, direct = (
            _within(pieces, low, high) for pieces in (self.paid, self.confirmed, self.held, self.direct)
        )
        arrived, arrived_on = self._arrived(low, high)
        state = TrancheState.PLANNED
        if confirmed >= amount:
            state = TrancheState.CONFIRMED
        elif paid >= amount:
            state = TrancheState.PAID
        elif arrived is not None and arrived >= amount:
            state = TrancheState.ARRIVED
        elif tranche.planned_on <= self.on:
            state = TrancheState.DUE
        since = min(_days(self.held, low, high), default=None)
        return Instalment(
            tranche=tranche,
            state=state,
            arrived=arrived,
            paid=paid,
            confirmed=confirmed,
            waiting=waiting,
            direct=direct,
            arrived_on=arrived_on,
            paid_on=max(_days(self.paid, low, high)) if paid >= amount else None,
            confirmed_on=max(_days(self.confirmed, low, high)) if confirmed >= amount else None,
            waiting_since=since,
            days_waited=0 if since is None else (self.on - since).days,
            late_days=max((self.on - tranche.planned_on).days, 0) if paid < amount else 0,
        )

    def _arrived(self, low: Decimal, high: Decimal) -> tuple[Decimal | None, date | None]:
        """How much of the stretch arrived and stayed, and since when all of it has."""
        if self.arrivals is None:
            return None, None
        running = list(accumulate((amount for _day, amount in self.arrivals), initial=ZERO))
        arrived = min(max(running[-1] - low, ZERO), high - low)
        since = None
        for (day, _amount), after in zip(self.arrivals, running[1:], strict=True):
            if after < high:
                since = None
            elif since is None:
                since = day
        return arrived, since


def _end_to_end(daily: Iterable[tuple[date, Decimal]], *, start: Decimal = ZERO) -> list[Piece]:
    pieces = []
    for day, amount in daily:
        pieces.append((start, start + amount, day))
        start += amount
    return pieces


def _within(pieces: Iterable[Piece], low: Decimal, high: Decimal) -> Decimal:
    """How much of the pieces lies between `low` and `high`."""
    return sum((max(min(to, high) - max(start, low), ZERO) for start, to, _day in pieces), ZERO)


def _days(pieces: Iterable[Piece], low: Decimal, high: Decimal) -> list[date]:
    """The days of the pieces that lie, if only in part, between `low` and `high`."""
    return [day for start, to, day in pieces if start < high and to > low]
