"""What reports about many projects rest on: a park's results in a batch, what is due, a month's compliance. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reports.facts import BenefitFacts, MadeBy, PartyFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeReportFacts:
    """What every report about no single project begins with, as of the end of the calendar day `on`.

    organisation: whose report it is, by its role. above: those it answers to, the nearest first.
    """

    kind: str
    on: date
    made_by: MadeBy
    organisation: PartyFacts
    above: list[PartyFacts]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """A project in a list. stage: as people call it. end_on: with the extensions approved by the day."""

    number: str
    name: str
    unit: str
    park: str
    batch: str
    stage: str
    end_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultFacts(LineFacts):
    """A project in the report on a park's results; money in yuan, benefits as last reported, since it began."""

    leader: str
    start_on: date
    is_accepted: bool
    is_outside_park: bool = False
    committed: Decimal
    grant: Decimal
    matching: Decimal
    received: Decimal
    grant_received: Decimal
    matching_received: Decimal
    spent: Decimal
    planned: int
    done: int
    late: int
    waived: int
    breaches: int
    warnings: int
    reported_year: int
    benefits: BenefitFacts | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTotal:
    """The money of one source over all projects, in yuan."""

    source: str
    committed: Decimal
    received: Decimal
    spent: Decimal
    refunded: Decimal
    balance: Decimal
    held_at_park: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCount:
    """How many projects answer a rule in which way."""

    code: str
    title: str
    passed: int
    warned: int
    breached: int
    waived: int
    not_applicable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkFacts(ProgrammeReportFacts):
    """All that the report on a park's results in a batch says. batch: its name; projects: by number."""

    batch: str
    document_no: str
    awarded_on: date
    clusters: list[str]
    projects: list[ResultFacts]
    sources: list[SourceTotal]
    rules: list[RuleCount]


@dataclass(frozen=True, slots=True, kw_only=True)
class DueFacts(LineFacts):
    """A project whose term has ended. applied_on, concluded_on: None before; verdict: empty before.

    days: since the term ended, until it was concluded or until the day of the list. is_carried: the term ended before
    the year and the project was not concluded by then.
    """

    group: str
    is_carried: bool
    applied_on: date | None
    concluded_on: date | None
    verdict: str
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DueGroup:
    """The counts of one competent department (R5)."""

    name: str
    carried: int
    carried_done: int
    due: int
    due_done: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DueListFacts(ProgrammeReportFacts):
    """All that the list of what is due says of the year of `on` up to it."""

    year: int
    groups: list[DueGroup]
    projects: list[DueFacts]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """A rule over all projects: how many do not meet it now, and did not on the day before."""

    code: str
    title: str
    warned: int
    breached: int
    warned_before: int
    breached_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceChange:
    """A park or a batch: its projects, how many have a breach or only warnings, and how many had a breach before."""

    name: str
    projects: int
    breaching: int
    warned: int
    breaches: int
    breaching_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBreach:
    """A breach that was none on the day before."""

    number: str
    name: str
    park: str
    code: str
    title: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LateMoney:
    """Provincial money that has lain at a park too long, in yuan."""

    number: str
    unit: str
    park: str
    held: Decimal
    oldest: date
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstProject:
    number: str
    name: str
    unit: str
    park: str
    breaches: int
    warnings: int
    codes: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCount:
    """How many projects are at a stage, as people call it."""

    stage: str
    projects: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefFacts(ProgrammeReportFacts):
    """All that the month's brief says; before: the last day of the month before. stages: of today, else empty.

    new_breaches, late: the first of them by number of project, and by days; *_count how many there are.
    """

    before: date
    projects: int
    breaching: int
    warned: int
    breaching_before: int
    stages: list[StageCount]
    rules: list[RuleChange]
    parks: list[PlaceChange]
    batches: list[PlaceChange]
    new_count: int
    mended_count: int
    new_breaches: list[NewBreach]
    late_count: int
    late_sum: Decimal
    late: list[LateMoney]
    worst: list[WorstProject]
