"""One project as a page or a report opens it: its money, its plan, its life, as of a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from finance.funding import Funding, SourceMoney, funding_of
from finance.terms import DIRECT, FISCAL, MATCHING, PAYMENT, PROVINCIAL
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
from lifecycle.reading import fetch
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
class Instalment:
    """A tranche as of a day. paid: yuan, the earlier ones being settled first. late_days: while it is not."""

    tranche: Tranche
    paid: Decimal
    late_days: int

    @property
    def is_paid(self) -> bool:
        whole: bool = self.paid >= self.tranche.amount
        return whole


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
    instalments: list[Instalment]
    reports: list[AnnualReport]
    events: list[DatedEvent]
    targets: list[Target]

    @property
    def total(self) -> SourceMoney:
        """All sources together."""
        return self.funding.total


def overview_of(project: Project, *, on: date, is_past: bool) -> Overview:
    """The project as of `on`; three queries however much there is of it.

    is_past: `on` lies before today, so the stage of that day is worked out from what was recorded.
    """
    funding = funding_of([project], on=on)[project.pk]
    pace = pace_of(project, on=on)
    records = records_of(project)
    every_event: list[DatedEvent] = records[DatedEvent]
    milestones = [planned_step(each, on=on) for each in records[Milestone]]
    received = {source: funding.sources[source].received for source in FISCAL}
    reports = [report for report in records[AnnualReport] if _by(report.submitted_on, on)]
    return Overview(
        project=project,
        on=on,
        stage=stage_of(
            project,
            every_event,
            on=on,
            is_past=is_past,
            has_received=any(received.values()),
        ),
        funding=funding,
        pace=pace,
        milestones={
            year: list(steps) for year, steps in groupby(milestones, key=lambda step: step.milestone.year)
        },
        instalments=instalments(records[Tranche], received, on=on),
        reports=reports,
        events=[event for event in every_event if event.happened_on <= on],
        targets=records[Target],
    )


def pace_of(project: Project, *, on: date) -> Pace:
    """Running totals by day of what the unit received from province and park; one query.

    Cost: the payments, few a project however long its journal.
    """
    daily = fetch(
        """
        SELECT e.source, e.day, sum(e.amount) FROM finance_entry e
        WHERE e.project_id = %(project)s AND e.kind = ANY(%(kinds)s) AND e.source = ANY(%(sources)s)
            AND e.day <= %(on)s AND e.reverses_id IS NULL
            AND NOT EXISTS (SELECT FROM finance_entry r WHERE r.reverses_id = e.id)
        GROUP BY e.source, e.day ORDER BY e.day
        """,
        {"project": project.pk, "kinds": [PAYMENT, DIRECT], "sources": list(FISCAL), "on": on},
    )
    running: dict[str, list[tuple[date, Decimal]]] = {source: [] for source in FISCAL}
    for source, day, amount in daily:
        line = running[source]
        line.append((day, (line[-1][1] if line else ZERO) + amount))
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


def instalments(tranches: Sequence[Tranche], received: dict[str, Decimal], *, on: date) -> list[Instalment]:
    """Each tranche with what is paid of it: what was received settles them in order of day, then 期次."""
    left = dict(received)
    found = []
    for tranche in sorted(tranches, key=lambda each: (each.planned_on, each.number, each.source)):
        paid = min(tranche.amount, max(left.get(tranche.source, ZERO), ZERO))
        left[tranche.source] = left.get(tranche.source, ZERO) - paid
        late = (on - tranche.planned_on).days if paid < tranche.amount and tranche.planned_on < on else 0
        found.append(Instalment(tranche, paid, late))
    return found


def _by(day: date | None, on: date) -> bool:
    return day is None or day <= on


def planned_step(milestone: Milestone, *, on: date) -> PlannedStep:
    """The milestone as of the day `on`."""
    completed = milestone.completed_on if _by(milestone.completed_on, on) else None
    is_waived = milestone.waived_on is not None and milestone.waived_on <= on
    late = 0 if is_waived else max(((completed or on) - milestone.planned_on).days, 0)
    return PlannedStep(milestone, completed, late, is_waived)
