"""What papers on one matter of a project rest on: a year, a mid-term check, a refund, a certificate. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reports.facts import (
    BenefitFacts,
    ChangeFacts,
    FindingFacts,
    InspectionFacts,
    MilestoneFacts,
    ProjectReportFacts,
    RoundFacts,
    SourceFacts,
    SpendingFacts,
    TargetFacts,
    YearFacts,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidFacts:
    """A section of an annual report as the unit wrote it."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedInFacts:
    """The annual report itself. progress: one word for the whole, empty where nothing was said."""

    pk: int
    submitted_on: date
    reviewed_on: date | None
    state: str
    progress: str


@dataclass(frozen=True, slots=True, kw_only=True)
class YearMoney:
    """What moved of one source in the calendar year, in yuan."""

    source: str
    received: Decimal
    spent: Decimal
    refunded: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnualReportFacts(ProjectReportFacts):
    """All that the report on one year says.

    until: the last day of the year, or `on` before it; plan and money are as of its end, sources since the project
    began. said: empty where no report was handed in, or it was returned. before: the benefits of the year before.
    """

    year: int
    until: date
    report: HandedInFacts | None
    said: list[SaidFacts]
    benefits: BenefitFacts | None
    before: BenefitFacts | None
    plan: YearFacts
    milestones: list[MilestoneFacts]
    next_milestones: list[MilestoneFacts]
    targets: list[TargetFacts]
    sources: list[SourceFacts]
    money: list[YearMoney]
    spending: list[SpendingFacts]
    inspections: list[InspectionFacts]
    findings: list[FindingFacts]
    changes: list[ChangeFacts]


@dataclass(frozen=True, slots=True, kw_only=True)
class MidtermFacts(ProjectReportFacts):
    """All that the record of a mid-term check says; plan and money as of the day it was held.

    opens_on, closes_on: when it is in time. findings: of this check, mended as far as `on` knows.
    """

    inspection: InspectionFacts
    opens_on: date
    closes_on: date
    milestones: list[MilestoneFacts]
    sources: list[SourceFacts]
    findings: list[FindingFacts]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkedOutFacts:
    """How the principal was worked out of the ledger, in yuan; rate in percent a year, None without interest."""

    received: Decimal
    spent: Decimal
    refunded: Decimal
    unspent: Decimal
    misused: Decimal
    asked: Decimal
    amount: Decimal
    rate: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundNoticeFacts(ProjectReportFacts):
    """All that a notice of refund says. holder: unit or park, by its name. entries: disallowed, by sequence."""

    pk: int
    cause: str
    cause_label: str
    source: str
    holder: str
    is_park: bool
    amount: Decimal
    interest: Decimal
    notice_no: str
    reason: str
    asked_on: date
    due_on: date
    entries: list[int]
    workings: WorkedOutFacts | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts(ProjectReportFacts):
    """All that a certificate of acceptance says; money since the project began, up to `certified_on`."""

    round: RoundFacts
    sources: list[SourceFacts]
