"""One project as a page or a report opens it: its money, its plan, its life, as of a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db.models import Model

from finance.disbursements import fiscal_flows
from finance.funding import Funding, SourceMoney, funding_of
from finance.instalments import RECEIVED, FiscalFlow, Instalment, instalments
from finance.terms import FISCAL, MATCHING, PROVINCIAL
from lifecycle.models import (
    AnnualReport,
    DatedEvent,
    Milestone,
    Project,
    ProjectState,
    Target,
    Tranche,
)
from lifecycle.models.fields import ZERO
from lifecycle.rules.facts import Event as EventFact
from lifecycle.rules.standing import REFUSED, Standing, standing_on
from reports.records import records_of

STAGES = (
    ProjectState.APPROVED,
    ProjectState.FUNDING,
    ProjectState.IMPLEMENTING,
    ProjectState.ACCEPTANCE,
)
"""The four steps of the way; a closed project has done the last."""

ACCEPTED = frozenset({"通过验收", "结题"})
"""Verdicts that close a project."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a project stands on the way: `step` 0–3 of STAGES, whether that is done, and its standing.

    `inferred` says that the step was read from dated facts, since none says it outright.
    """

    step: int
    is_closed: bool
    standing: Standing
    inferred: bool


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A milestone as of a day. late_days: days past the planned day, until it was done or until now.

    One that was handed in counts as done on the day handed in; one that was waived by the day is never late.
    """

    milestone: Milestone
    completed_on: date | None
    late_days: int
    is_waived: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it still has to be done."""
        return self.completed_on is None and not self.is_waived


@dataclass(frozen=True, slots=True)
class Pace:
    """Running totals the unit had received of both fiscal sources: (day, yuan), each day once, ascending."""

    province: list[tuple[date, Decimal]]
    park: list[tuple[date, Decimal]]


@dataclass(frozen=True, slots=True)
class Overview:
    """All of one project but its rules' answers and its ledger, as of the calendar day `on`."""

    project: Project
    on: date
    stage: Stage
    funding: Funding
    pace: Pace
    milestones: dict[int, list[PlannedStep]]
    instalments: list[Instalment[Tranche]]
    reports: list[AnnualReport]
    events: list[DatedEvent]
    targets: list[Target]

    @property
    def total(self) -> SourceMoney:
        """All sources together."""
        return self.funding.total


def overview_of(
    project: Project,
    *,
    on: date,
    is_past: bool,
    records: Mapping[type[Model], list[Any]] | None = None,
) -> Overview:
    """The project as of `on`; three queries however much there is of it, one less with its `records`.

    is_past: `on` lies before today, so the stage of that day is worked out from what was recorded.
    """
    funding = funding_of([project], on=on)[project.pk]
    flows = fiscal_flows([project.pk], on=on).get(project.pk, [])
    if records is None:
        records = records_of(project)
    every_event: list[DatedEvent] = records[DatedEvent]
    milestones = [planned_step(each, on=on) for each in records[Milestone]]
    reports = [report for report in records[AnnualReport] if _by(report.submitted_on, on)]
    return Overview(
        project=project,
        on=on,
        stage=stage_of(
            project,
            every_event,
            on=on,
            is_past=is_past,
            has_received=any(funding.sources[source].received for source in FISCAL),
        ),
        funding=funding,
        pace=pace_of(flows),
        milestones={
            year: list(steps) for year, steps in groupby(milestones, key=lambda step: step.milestone.year)
        },
        instalments=instalments(records[Tranche], flows, on=on),
        reports=reports,
        events=[event for event in every_event if event.happened_on <= on],
        targets=records[Target],
    )


def pace_of(flows: Iterable[FiscalFlow]) -> Pace:
    """Running totals by day of what the unit received from province and park. flows: in order of day."""
    running: dict[str, list[tuple[date, Decimal]]] = {source: [] for source in FISCAL}
    received = (flow for flow in flows if flow.kind in RECEIVED)
    for (day, source), payments in groupby(received, key=lambda flow: (flow.on, flow.source)):
        line = running[source]
        so_far = line[-1][1] if line else ZERO
        so_far += sum((payment.amount for payment in payments), ZERO)
        if line and line[-1][0] == day:
            line[-1] = (day, so_far)
        else:
            line.append((day, so_far))
    return Pace(province=running[PROVINCIAL], park=running[MATCHING])


def stage_of(
    project: Project,
    events: Sequence[DatedEvent],
    *,
    on: date,
    is_past: bool,
    has_received: bool,
) -> Stage:
    """The step of the way. Today it is the kept stage; for a past day, or where the project was stopped,
    it is read from what had happened by then, and never lies beyond the kept stage.
    """
    facts = [EventFact(event.kind, event.happened_on, event.result) for event in events]
    standing = standing_on(on, moves=facts, state=project.state)
    state = ProjectState(project.state)
    is_closed = state is ProjectState.CLOSED
    kept = STAGES.index(state) if state in STAGES else 3 if is_closed else None
    if kept is not None and not is_past:
        return Stage(kept, is_closed, standing, inferred=False)
    kinds = {
        event.kind: event.result for event in events if event.happened_on <= on and event.result != REFUSED
    }
    if kinds.get("验收结论") in ACCEPTED and is_closed:
        return Stage(3, True, standing, inferred=True)
    if "验收申请" in kinds:
        step = 3
    elif state is ProjectState.SUSPENDED or has_received:
        step = 2
    else:
        step = 1 if project.contract_signed_on is not None and project.contract_signed_on <= on else 0
    return Stage(min(step, kept) if kept is not None else step, False, standing, inferred=True)


def _by(day: date | None, on: date) -> bool:
    return day is None or day <= on


def planned_step(milestone: Milestone, *, on: date) -> PlannedStep:
    """The milestone as of the day `on`."""
    completed = milestone.completed_on if _by(milestone.completed_on, on) else None
    is_waived = milestone.waived_on is not None and milestone.waived_on <= on
    late = 0 if is_waived else max(((completed or on) - milestone.planned_on).days, 0)
    return PlannedStep(milestone, completed, late, is_waived)
