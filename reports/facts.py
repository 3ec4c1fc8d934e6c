"""What a report rests on, frozen: gathered once, kept as bytes, and all that its sections may look at.

Amounts are exact yuan, days calendar days, words Chinese. Only lists keep an order, so there are lists where order
matters. The same facts are the same bytes, and the digest printed on a report is that of these bytes. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any, TypeVar

import msgspec

FORMAT = "pilot-report-facts-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFacts:
    """What a project is. end_on: with the extensions approved by the day of the report.

    stage: as people call it (验收, 已结题, 已终止); is_inferred: worked out from dated facts, for a past day.
    """

    pk: int
    number: str
    name: str
    stage: str
    is_inferred: bool
    is_ended: bool
    is_outside_park: bool
    site: str
    cluster: str
    industry_field: str
    product_group: str
    batch: str
    award_document: str
    awarded_on: date
    commitment_on: date | None
    leader: str
    partners: str
    target_product: str
    chain_link: str
    technology_source: str
    expected_level: str
    scheme: str
    start_on: date
    end_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyFacts:
    """An organisation that takes part. role: unit, park, city or province."""

    role: str
    name: str
    credit_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureFacts:
    party: str
    organisation: str
    signatory: str
    signed_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLine:
    """What the contract's annex plans of one source for one category, in yuan."""

    source: str
    category: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractFacts:
    """The contract as it stood. version: 0 where only the day of signing is on record."""

    version: int
    in_force_on: date | None
    signed_on: date | None
    digest: str
    total_investment: Decimal
    members: str
    technical_route: str
    signatures: list[SignatureFacts]
    budget: list[BudgetLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetFacts:
    """A target and what was achieved of it, both as written. papers: ids of documents that prove it, as now on file."""

    pk: int
    category: str
    name: str
    unit: str
    contract_value: str
    achieved_value: str
    evidence: str
    papers: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneFacts:
    """A step of the plan. late_days: past the planned day, until it was done or until the day of the report."""

    pk: int
    year: int
    name: str
    planned_on: date
    completed_on: date | None
    late_days: int
    is_waived: bool
    is_verified: bool
    progress: str
    owner: str
    weight: int | None
    planned_spend: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class YearFacts:
    """A year of the plan: how many milestones, and spending planned and made, in yuan."""

    year: int
    planned: int
    done: int
    late: int
    waived: int
    planned_spend: Decimal | None
    spent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BenefitFacts:
    """What a report says of the benefits, each counted from the start of the project; None where it says nothing.

    sales, tax: yuan. export: US dollars. patents, standards, new_jobs: how many.
    """

    sales: Decimal | None
    tax: Decimal | None
    export: Decimal | None
    patents: int | None
    standards: int | None
    new_jobs: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnualFacts:
    """An annual report that was handed in."""

    pk: int
    year: int
    submitted_on: date
    reviewed_on: date | None
    progress: str
    results: str
    problems: str
    benefits: BenefitFacts | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedBenefits:
    """Benefits of a year of which no report tells, as they were added with the dossier."""

    pk: int
    year: int
    benefits: BenefitFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingScore:
    """One score of the self-rating, the most it may have, and what is said to it."""

    title: str
    most: int
    points: Decimal
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingFacts:
    """How the unit rates itself. filed_on: with the application of that day; execution: as it was then.

    Both None before: then the score for the use of the money follows from the sources.
    """

    pk: int
    round: int
    filed_on: date | None
    execution: Decimal | None
    scores: list[RatingScore]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """The money of one source, as `finance.funding.SourceMoney`."""

    source: str
    committed: Decimal
    arrived_at_park: Decimal
    held_at_park: Decimal
    received: Decimal
    spent: Decimal
    refunded: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CoursePoint:
    """What the unit had received of both fiscal sources at the end of a day, in yuan."""

    on: date
    province: Decimal
    park: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class TrancheFacts:
    """A tranche with how far it is, as `finance.instalments.Instalment`.

    is_direct: whether all that was paid of it went past the park. arrived_on, paid_on, confirmed_on: the day on which
    all of it had come so far. days_at_park: from arrival to payment, or how long the oldest part of it has waited at
    the park so far; None where nothing arrived or waits, and for money that does not pass through the park.
    days_to_confirm: from payment to the unit's word.
    """

    pk: int
    source: str
    number: int
    planned_on: date
    amount: Decimal
    condition: str
    is_tail: bool
    state: str
    arrived: Decimal | None
    paid: Decimal
    confirmed: Decimal
    is_direct: bool = False
    arrived_on: date | None
    paid_on: date | None
    confirmed_on: date | None
    late_days: int
    days_at_park: int | None
    days_to_confirm: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryFacts:
    """Spending on one category, in yuan: one amount a source, in the order of the sources."""

    category: str
    amounts: list[Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingFacts:
    """Spending of one calendar year, category and source, in yuan."""

    year: int
    category: str
    source: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenFacts:
    """A settlement as it was frozen: what came to the unit, what was spent, what was left, in yuan."""

    pk: int
    number: int
    settled_on: date
    digest: str
    received: Decimal
    spent: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SurplusFacts:
    """What was decided of the fiscal money left."""

    pk: int
    decided_on: date
    use: str
    amount: Decimal
    kept_until: date | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFacts:
    """Money asked back: principal and interest, and what came of both, in yuan."""

    pk: int
    cause: str
    source: str
    holder: str
    amount: Decimal
    interest: Decimal
    notice_no: str
    asked_on: date
    due_on: date
    came: Decimal
    came_interest: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFacts:
    """A special audit. investment: as audited, in yuan; None where only the report is on record."""

    pk: int
    audited_on: date
    firm: str
    report_no: str
    opinion: str
    investment: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceFacts:
    """One thing that a change moves, as people read it."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeFacts:
    """A change that was asked for. pk: 0 for an extension of which only the dated event is known."""

    pk: int
    kind: str
    tier: str
    reason: str
    state: str
    is_approved: bool
    asked_on: date
    decided_on: date | None
    rows: list[DifferenceFacts]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExemptionFacts:
    rule: str
    reason: str
    granted_by: str
    granted_on: date
    until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedItem:
    item: str
    finding: str
    is_met: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionFacts:
    """An inspection that was held. pk: 0 where only the dated event is known."""

    pk: int
    kind: str
    held_on: date
    inspector: str
    result: str
    opinion: str
    checklist: list[CheckedItem]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingFacts:
    """Something found and how far it is mended, as of the day of the report."""

    pk: int
    origin: str
    severity: str
    text: str
    found_on: date
    due_on: date
    answer: str
    answered_on: date | None
    closed_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFacts:
    """A dated event of the project's life. value: months of an extension."""

    kind: str
    on: date
    result: str
    value: Decimal | None
    document_no: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFacts:
    """What a rule says. sentence: with its figures, as people read it. figures: as `figures_json` gives them."""

    code: str
    title: str
    status: str
    status_label: str
    sentence: str
    basis: str
    figures: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitFacts:
    """The limits of the batch that the report draws; amounts in yuan."""

    grant_cap: Decimal
    matching_park: Decimal
    matching_province: Decimal
    share_numerator: int
    share_denominator: int
    pace_days: int
    holding_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledPaper:
    """A paper of the dossier, and whether it was on file with the application."""

    title: str
    is_met: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreFacts:
    """A line of the score sheet: the most it may have, and points, or the mean of a panel to two places."""

    group: str
    item: str
    most: int
    points: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelistFacts:
    """An expert. What they said is there once the verdict is recorded; total None before."""

    pk: int
    name: str
    organisation: str
    specialty: str
    is_finance: bool
    is_chair: bool
    total: int | None
    scores: list[ScoreFacts]
    task_verdict: str
    finance_verdict: str
    opinion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundFacts:
    """One application for acceptance, as far as it had come by the day of the report."""

    pk: int
    round: int
    applied_on: date
    is_returned: bool
    settlement_digest: str
    papers: list[FiledPaper]
    city_opinion: str
    city_reviewed_on: date | None
    organiser: str
    agreed_on: date | None
    meeting_on: date | None
    opinion: str
    task_verdict: str
    finance_verdict: str
    verdict: str
    published_from: date | None
    published_until: date | None
    objection: str
    certificate_no: str
    certified_on: date | None
    panel: list[PanelistFacts]
    means: list[ScoreFacts]
    mean_total: Decimal | None
    archive_no: str = ""
    archived_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFacts:
    """A paper on file, its latest version. number: its own, where it has one; of a paper of the dossier what it is there."""

    pk: int
    category: str
    title: str
    number: str
    file_name: str
    size: int
    sha256: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFacts:
    """An entry of the ledger. reverses: the sequence of the one it takes back. is_reversed: another took it back."""

    sequence: int
    on: date
    kind: str
    source: str
    category: str
    amount: Decimal
    voucher: str
    invoice: str
    counterparty: str
    memo: str
    reverses: int | None
    is_reversed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFacts:
    """The ledger: where its chain stands, how many entries are dated by the day of the report, and those shown.

    shown: all of them, or the first and the last where there are more than fit; leading: how many of them are the
    first ones.
    """

    sequence: int
    head_hash: str
    entries: int
    leading: int
    shown: list[EntryFacts]

    @property
    def left_out(self) -> int:
        """How many are in the ledger alone."""
        return self.entries - len(self.shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeBy:
    """By what the facts were judged and written."""

    program: str
    rule_set: str
    format: str = FORMAT


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceFacts:
    """All that an acceptance report says, as of the end of the calendar day `on`."""

    kind: str
    on: date
    made_by: MadeBy
    project: ProjectFacts
    parties: list[PartyFacts]
    contract: ContractFacts
    limits: LimitFacts
    targets: list[TargetFacts]
    milestones: list[MilestoneFacts]
    years: list[YearFacts]
    annual_reports: list[AnnualFacts]
    sources: list[SourceFacts]
    ratio_committed: Decimal | None
    ratio_received: Decimal | None
    course: list[CoursePoint]
    tranches: list[TrancheFacts]
    categories: list[CategoryFacts]
    spending: list[SpendingFacts]
    frozen: list[FrozenFacts]
    surplus: list[SurplusFacts]
    refunds: list[RefundFacts]
    audits: list[AuditFacts]
    changes: list[ChangeFacts]
    exemptions: list[ExemptionFacts]
    inspections: list[InspectionFacts]
    findings: list[FindingFacts]
    events: list[EventFacts]
    answers: list[AnswerFacts]
    rounds: list[RoundFacts]
    documents: list[DocumentFacts]
    ledger: LedgerFacts
    added_benefits: list[AddedBenefits] = field(default_factory=list)
    rating: RatingFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementFacts:
    """All that a settlement table says, as of the end of the calendar day `on`."""

    kind: str
    on: date
    made_by: MadeBy
    project: ProjectFacts
    parties: list[PartyFacts]
    sources: list[SourceFacts]
    categories: list[CategoryFacts]
    ledger: LedgerFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectReportFacts:
    """What every report on one project begins with, as of the end of the calendar day `on`."""

    kind: str
    on: date
    made_by: MadeBy
    project: ProjectFacts
    parties: list[PartyFacts]


FactsT = TypeVar("FactsT")

_ENCODER = msgspec.json.Encoder(order="sorted")


def encode(facts: Any) -> bytes:
    """The facts as JSON in UTF-8: keys sorted, amounts as texts, days ISO. Equal facts give equal bytes."""
    return _ENCODER.encode(facts)


def decode(content: bytes, shape: type[FactsT]) -> FactsT:
    """The facts again.

    Raises msgspec.ValidationError where the bytes are no such facts.
    """
    return msgspec.json.decode(content, type=shape)


def digest_of(content: bytes) -> str:
    """SHA-256 of the bytes, lower-case hexadecimal."""
    return sha256(content).hexdigest()
