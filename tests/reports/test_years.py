"""The plan year by year, against what was done and spent by a day."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from finance.posting import reverse_entry
from lifecycle.milestones import add_milestone, waive
from lifecycle.models import Milestone, Project
from lifecycle.parties.log import OPERATOR_ACTOR
from reports.overview import planned_step
from reports.years import plan_of
from tests.builders import day, make_milestone, make_project, moved

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


def add(project: Project, year: int, name: str, **facts: Any) -> Milestone:
    return add_milestone(
        project=project,
        year=year,
        name=name,
        planned_on=day(f"{year}-06-30"),
        owner="",
        actor=OPERATOR_ACTOR,
        today=day("2022-09-01"),
        **facts,
    )


def test_each_year_of_the_term_stands_there_with_its_plan_and_its_spending(project: Project):
    add(project, 2023, "一", weight=30, planned_spend=Decimal("1000"))
    add(project, 2023, "二", weight=20, planned_spend=Decimal("500.50"))
    add(project, 2024, "三")
    Milestone.objects.filter(name="一").update(state="verified", completed_on=day("2023-07-05"))
    moved(project, "支出", "省拨款", "100", "2023-01-01")
    moved(project, "支出", "单位自筹", "20.5", "2023-12-31")
    moved(project, "支出", "单位自筹", "7", "2024-01-01")
    moved(project, "支出", "单位自筹", "9", "2021-05-01")
    moved(project, "退回", "省拨款", "50", "2023-05-01")

    plan = plan_of(project, on=day("2023-07-05"))

    assert [year.year for year in plan.years] == [2021, 2022, 2023, 2024, 2025, 2026]
    shown = {
        year.year: (year.planned, year.done, year.late, year.waived, year.planned_spend, year.spent)
        for year in plan.years
    }
    assert shown[2023] == (2, 1, 1, 0, Decimal("1500.50"), Decimal("100.00"))
    assert shown[2024] == (1, 0, 0, 0, None, Decimal("0.00"))
    assert shown[2021][-1] == Decimal("9.00")
    assert [(year.weight, year.weight_done) for year in plan.years if year.weight] == [(50, 30)]
    total = plan.total
    assert (total.planned, total.weight, total.weight_done) == (3, 50, 30)
    assert (total.planned_spend, total.spent) == (Decimal("1500.50"), Decimal("109.00"))
    later = plan_of(project, on=day("2024-01-01"))
    assert [year.spent for year in later.years if year.year in (2023, 2024)] == [
        Decimal("120.50"),
        Decimal("7.00"),
    ]


def test_what_was_reversed_was_not_spent(project: Project):
    moved(project, "资金到位", "单位自筹", "100", "2023-01-01")
    moved(project, "支出", "单位自筹", "100", "2023-01-02")
    reverse_entry(
        project=project,
        sequence=2,
        on=day("2023-01-03"),
        reason="错",
        actor=OPERATOR_ACTOR,
        today=day("2023-01-03"),
    )

    assert plan_of(project, on=day("2024-01-01")).total.spent == Decimal("0.00")


def test_a_waived_milestone_is_late_until_the_day_it_was_waived(project: Project):
    milestone = make_milestone(project, "2023-06-30")
    waive(
        milestone=milestone,
        reason="调整",
        actor=OPERATOR_ACTOR,
        on=day("2023-07-10"),
        today=day("2023-07-10"),
    )

    def counts(on: str) -> tuple[int, int]:
        year = plan_of(project, on=day(on)).years[1]
        return (year.late, year.waived)

    assert (counts("2023-07-09"), counts("2023-07-10")) == ((1, 0), (0, 1))


@pytest.mark.parametrize(
    ("on", "late_days", "is_open"),
    [("2023-07-04", 4, True), ("2023-07-05", 5, False), ("2023-09-01", 5, False)],
)
def test_what_was_handed_in_counts_as_done_on_the_day_handed_in(
    on: str, late_days: int, is_open: bool, project: Project
):
    milestone = make_milestone(project, "2023-06-30")
    Milestone.objects.filter(pk=milestone.pk).update(state="handed_in", completed_on=day("2023-07-05"))
    milestone.refresh_from_db()

    step = planned_step(milestone, on=day(on))

    assert (step.late_days, step.is_open) == (late_days, is_open)


def test_a_plan_costs_two_queries(project: Project, django_assert_num_queries: Any):
    for year in (2023, 2024):
        add(project, year, f"{year}")
        moved(project, "支出", "单位自筹", "7", f"{year}-01-01")

    with django_assert_num_queries(2):
        assert plan_of(project, on=day("2024-01-01")).total.planned == 2


def test_a_project_without_a_plan_has_its_years(project: Project):
    plan = plan_of(project, on=day("2024-01-01"))

    assert [year.year for year in plan.years] == [2022, 2023, 2024, 2025, 2026]
    assert (plan.total.planned, plan.total.planned_spend, plan.total.weight) == (0, None, 0)
