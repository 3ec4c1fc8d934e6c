"""What the money rules are judged on. Pure: the loader fills it, the rules read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from operator import itemgetter
from typing import NamedTuple, Self

from finance.terms import (
    ARRIVAL,
    FISCAL,
    PARK_RETURN,
    PAYMENT,
    PROVINCIAL,
    RECEIVED_KINDS,
    REFUND,
    SPENDING,
)
from lifecycle.rules.facts import LifeFacts, Waiver
from lifecycle.rules.limits import Limits

ZERO = Decimal("0.00")

FlowRow = tuple[date, str, str, str | None, Decimal]
"""(day, 业务类型, 资金来源, 支出科目 or None, yuan above zero): a movement, or a day's total of them."""

Daily = list[tuple[date, Decimal]]
"""(day, yuan), by day; a day may stand in it more than once."""


@dataclass(slots=True)
class Flows:
    """The movements of one project up to a day, sorted out for the rules in one pass.

    received: by source, what the unit received. unit: by source, received less gone (spent or refunded).
    arrived: provincial money at the park. passed_on: provincial money the park paid or returned.
    spent: every spending. fiscal_spent: yuan by category, of provincial and park money together.
    """

    received: dict[str, Daily] = field(default_factory=dict)
    unit: dict[str, Daily] = field(default_factory=dict)
    arrived: Daily = field(default_factory=list)
    passed_on: Daily = field(default_factory=list)
    spent: Daily = field(default_factory=list)
    fiscal_spent: dict[str, Decimal] = field(default_factory=dict)

    @classmethod
    def up_to(cls, on: date, rows: Iterable[FlowRow]) -> Self:
        """Sort out `rows` dated on or before `on`; later ones are left out.

        rows: without reversed entries and their reversals, in any order (fastest by day).
        Cost: one pass, about half a microsecond a row.
        """
        flows = cls()
        received, unit, fiscal_spent = flows.received, flows.unit, flows.fiscal_spent
        for day, kind, source, category, amount in sorted(rows, key=itemgetter(0)):
            if day > on:
                break
            if kind == SPENDING:
                unit.setdefault(source, []).append((day, -amount))
                flows.spent.append((day, amount))
                if source in FISCAL:
                    name = category or ""
                    fiscal_spent[name] = fiscal_spent.get(name, ZERO) + amount
            elif kind in RECEIVED_KINDS:
                received.setdefault(source, []).append((day, amount))
                unit.setdefault(source, []).append((day, amount))
                if kind == PAYMENT and source == PROVINCIAL:
                    flows.passed_on.append((day, amount))
            elif kind == REFUND:
                unit.setdefault(source, []).append((day, -amount))
            elif kind == ARRIVAL:
                flows.arrived.append((day, amount))
            elif kind == PARK_RETURN:
                flows.passed_on.append((day, amount))
        return flows

    def received_of(self, source: str) -> Decimal:
        """What the unit has received of `source` in all, in yuan."""
        return total(self.received.get(source, ()))


class Tranche(NamedTuple):
    """A planned instalment in yuan. A plain tuple of the same order will do."""

    source: str
    number: int
    planned_on: date
    amount: Decimal


class RepeatedInvoice(NamedTuple):
    """An invoice number on spending of more than one voucher, all dated on or before the day judged.

    vouchers: this project's own voucher numbers with it. elsewhere: how many vouchers of other projects
    bear it; which projects those are is never part of the facts. amount: own spending with it, in yuan.
    """

    invoice: str
    vouchers: tuple[str, ...]
    elsewhere: int
    amount: Decimal


class Audit(NamedTuple):
    """A special audit: its day, and the new investment as audited, in yuan. A plain tuple will do."""

    on: date
    investment: Decimal


class Refund(NamedTuple):
    """Money that was asked back and not withdrawn. A plain tuple of the same order will do.

    holder: unit or park. amount: principal and interest together, received: what has come of both by the
    day judged, in yuan; a receipt whose entry was reversed is not in it.
    """

    source: str
    holder: str
    asked_on: date
    due_on: date
    amount: Decimal
    received: Decimal

    @property
    def open(self) -> Decimal:
        """What has not come back yet, in yuan."""
        return max(self.amount - self.received, ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingFacts:
    """The money of one project as of `project.on`.

    scheme: 三类 or 十一类. investment: 项目新增总投入 of the contract, yuan.
    committed: the contract's amounts by source, yuan; a source that is not there is not known.
    tranches: the whole plan, in any order.
    repeated_invoices: reversed entries left out; invoices of one voucher alone may be in it.
    audits, refunds: in any order; those dated after `on` may be in it.
    """

    project: LifeFacts
    scheme: str
    investment: Decimal | None
    committed: Mapping[str, Decimal | None]
    flows: Flows
    tranches: Sequence[Tranche | tuple[str, int, date, Decimal]] = ()
    repeated_invoices: Sequence[RepeatedInvoice] = ()
    audits: Sequence[Audit] = ()
    refunds: Sequence[Refund] = ()

    @property
    def on(self) -> date:
        return self.project.on

    @property
    def limits(self) -> Limits:
        return self.project.limits

    @property
    def waivers(self) -> Sequence[Waiver]:
        return self.project.waivers

    @property
    def audit(self) -> Audit | None:
        """The latest audit on or before `on`."""
        return max((audit for audit in self.audits if audit.on <= self.on), default=None)

    @property
    def open_refunds(self) -> list[Refund]:
        """What was asked back by `on` and has not all come, the earliest due first."""
        asked = [refund for refund in self.refunds if refund.asked_on <= self.on and refund.open]
        return sorted(asked, key=lambda refund: refund.due_on)


def total(daily: Iterable[tuple[date, Decimal]]) -> Decimal:
    """The sum in yuan; zero when there is nothing."""
    return sum((amount for _, amount in daily), ZERO)
