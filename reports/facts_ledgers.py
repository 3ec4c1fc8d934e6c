"""What the two ledgers on paper rest on: payments tranche by tranche (F10), spending entry by entry (F11). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reports.facts import CategoryFacts, LedgerFacts, ProjectReportFacts, SourceFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFacts:
    """What one payment settles of one tranche, in yuan; or what of a tranche is not paid yet (amount None).

    number: None for money beyond the plan, or without one. planned: the tranche's own amount, on its first row
    alone, so that the column adds up. arrived_on: of the oldest money at the park that it was paid with, or that waits
    for it. total: what was paid of the source with this row; left: of its plan after it.
    """

    source: str
    pk: int
    number: int | None
    is_tail: bool
    planned_on: date | None
    planned: Decimal | None
    condition: str
    kind: str
    sequence: int
    arrived_on: date | None
    paid_on: date | None
    amount: Decimal | None
    voucher: str
    confirmed_on: date | None
    days_at_park: int | None
    total: Decimal
    left: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalFacts:
    """Provincial money that came to the park, or went back from it. held: what lay there then, in yuan."""

    sequence: int
    on: date
    kind: str
    amount: Decimal
    voucher: str
    held: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DisbursementsFacts(ProjectReportFacts):
    """All that the ledger of payments says. holding_days: how long money may lie at the park."""

    holding_days: int
    sources: list[SourceFacts]
    payments: list[PaymentFacts]
    arrivals: list[ArrivalFacts]
    ledger: LedgerFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class SpentFacts:
    """An entry of spending that counts, in yuan."""

    sequence: int
    on: date
    voucher: str
    memo: str
    category: str
    source: str
    amount: Decimal
    invoice: str
    counterparty: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingLedgerFacts(ProjectReportFacts):
    """All that the ledger of spending says. taken_back: how many entries of spending were reversed."""

    sources: list[SourceFacts]
    categories: list[CategoryFacts]
    entries: list[SpentFacts]
    taken_back: int
    ledger: LedgerFacts
