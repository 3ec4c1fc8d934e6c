"""The plan of a project year by year, against what was done and spent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from finance.facts import standing
from finance.terms import SPENDING
from lifecycle.models import Milestone, Project
from lifecycle.models.fields import ZERO
from lifecycle.reading import fetch
from reports.overview import PlannedStep, planned_step


@dataclass(frozen=True, slots=True)
class PlanYear:
    """One year (年度) of the plan, as of a day. Amounts in yuan.

    planned_spend: of the year's milestones, waived ones too, for a waiver moves no money; None when none of
    them says. spent: 支出 of all sources with a business day in the calendar year.
    """

    year: int
    steps: list[PlannedStep]
    planned_spend: Decimal | None
    spent: Decimal

    @property
    def planned(self) -> int:
        """How many milestones the year has."""
        return len(self.steps)

    @property
    def done(self) -> int:
        """How many were handed in as done, verified or not."""
        return sum(step.completed_on is not None for step in self.steps)

    @property
    def late(self) -> int:
        """How many are past their day and neither done nor waived."""
        return sum(step.is_open and step.late_days > 0 for step in self.steps)

    @property
    def waived(self) -> int:
        return sum(step.is_waived for step in self.steps)

    @property
    def weight(self) -> int:
        """The weights of the year's milestones; zero where none has one."""
        return sum(step.milestone.weight or 0 for step in self.steps)

    @property
    def weight_done(self) -> int:
        """The weights of those that are done."""
        return sum(step.milestone.weight or 0 for step in self.steps if step.completed_on is not None)


@dataclass(frozen=True, slots=True)
class Plan:
    """All years of a plan, ascending: those of the term, and any other with a milestone or spending."""

    on: date
    years: list[PlanYear]

    @property
    def total(self) -> PlanYear:
        """All years together; its year is 0."""
        spends = [year.planned_spend for year in self.years if year.planned_spend is not None]
        return PlanYear(
            0,
            [step for year in self.years for step in year.steps],
            sum(spends, ZERO) if spends else None,
            sum((year.spent for year in self.years), ZERO),
        )


def plan_of(project: Project, *, on: date) -> Plan:
    """The plan of the project against what was done and spent by the end of `on`; two queries."""
    milestones = Milestone.objects.filter(project=project).order_by("year", "planned_on", "pk")
    steps = [planned_step(milestone, on=on) for milestone in milestones]
    return plan_in(project, steps, spending_of(project, on=on), on=on)


def plan_in(
    project: Project, planned: Iterable[PlannedStep], spending: Iterable[Spending], *, on: date
) -> Plan:
    """The plan out of its steps, in their order, and its spending; no query."""
    steps: dict[int, list[PlannedStep]] = {}
    for step in planned:
        steps.setdefault(step.milestone.year, []).append(step)
    spent: dict[int, Decimal] = {}
    for row in spending:
        spent[row.year] = spent.get(row.year, ZERO) + row.amount
    term = range(project.start_on.year, project.end_on.year + 1)
    return Plan(
        on,
        [
            PlanYear(year, steps.get(year, []), _planned_spend(steps.get(year, [])), spent.get(year, ZERO))
            for year in sorted({*term, *steps, *spent})
        ],
    )


class Spending(NamedTuple):
    """支出 of one calendar year, category and source, in yuan."""

    year: int
    category: str
    source: str
    amount: Decimal


def spending_of(project: Project, *, on: date) -> list[Spending]:
    """支出 by calendar year of the business day, category and source, up to the end of `on`; one query.

    What has none is left out; reversed entries and their reversals drop out.
    """
    rows = fetch(
        f"""
        SELECT extract(year FROM e.day)::integer, e.category, e.source, sum(e.amount) FROM finance_entry e
        WHERE e.project_id = %(project)s AND e.kind = %(spending)s AND e.day <= %(on)s
            AND {standing("e", None)}
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        """,
        {"project": project.pk, "spending": SPENDING, "on": on},
    )
    return [Spending._make(row) for row in rows]


def _planned_spend(steps: Iterable[PlannedStep]) -> Decimal | None:
    said = [step.milestone.planned_spend for step in steps if step.milestone.planned_spend is not None]
    return sum(said, ZERO) if said else None
