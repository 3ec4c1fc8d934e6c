"""What payment demands before a project moves on, met and unmet, on both sides of each edge."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from finance.conditions_of_payment import FIRST_CONFIRMED, PLAN_ADDS_UP, TRANCHES_PAID
from finance.disbursements import confirm
from finance.models import Entry
from lifecycle.guards import Case, Condition, Guard
from lifecycle.models import Project, Site, Tranche
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.rules.answers import figures_from_json
from tests.builders import day, make_project, moved, yuan

pytestmark = pytest.mark.django_db
ON = day("2024-06-01")


def planned(project: Project, *tranches: tuple[str, int, str, str], **facts: Any) -> None:
    for source, number, planned_on, amount in tranches:
        Tranche.objects.create(
            project=project,
            source=source,
            number=number,
            planned_on=day(planned_on),
            amount=yuan(amount),
            **facts,
        )


def look(guard: Guard, project: Project, *, on: date = ON) -> Condition:
    """What the guard found, once its sentence has shown that it can be said and kept."""
    condition = Condition(guard, guard.look(Case(project, on, on)))
    assert condition.message
    kept = condition.as_json()["figures"]
    assert figures_from_json(kept) == condition.outcome.figures
    return condition


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


def complete(project: Project) -> None:
    planned(
        project,
        ("省拨款", 1, "2022-10-31", "2450000"),
        ("省拨款", 2, "2024-05-01", "1050000"),
        ("园区配套", 1, "2022-10-31", "2450000"),
        ("园区配套", 2, "2024-05-01", "1050000"),
    )


def test_a_plan_that_adds_up_to_the_contract_is_complete(project: Project):
    complete(project)

    assert look(PLAN_ADDS_UP, project).is_met


@pytest.mark.parametrize("amount", ["1049999.99", "1050000.01"])
def test_a_plan_that_differs_from_the_contract_tells_both_figures(project: Project, amount: str):
    complete(project)
    Tranche.objects.filter(source="园区配套", number=2).update(amount=yuan(amount))

    found = look(PLAN_ADDS_UP, project)

    assert not found.is_met
    assert found.outcome.figures["sources"] == ["园区配套"]
    assert found.outcome.figures["park_planned"] == yuan("2450000") + yuan(amount)
    assert found.outcome.figures["park"] == yuan("3500000")
    assert "3,500,000.00" in found.message


def test_without_a_plan_nothing_adds_up(project: Project):
    assert look(PLAN_ADDS_UP, project).outcome.figures["sources"] == ["省拨款", "园区配套"]


def test_a_source_without_money_needs_no_plan():
    project = make_project(milestones=False, park_matching=yuan("0"), site=Site.OUTSIDE)
    planned(project, ("省拨款", 1, "2022-10-31", "3500000"))

    assert look(PLAN_ADDS_UP, project).is_met


def pay(project: Project, source: str, amount: str, on: str = "2022-11-05", confirmed_on: str = "") -> None:
    moved(project, "拨付单位", source, amount, on)
    if confirmed_on:
        confirm(
            project=project,
            sequence=Entry.objects.latest("sequence").sequence,
            on=day(confirmed_on),
            actor=OPERATOR_ACTOR,
            today=day("2026-11-21"),
        )


def test_the_first_tranches_paid_and_confirmed_let_the_work_begin(project: Project):
    complete(project)
    pay(project, "省拨款", "2450000", confirmed_on="2024-06-01")
    pay(project, "园区配套", "2450000", confirmed_on="2024-05-31")

    assert look(FIRST_CONFIRMED, project).is_met
    before = look(FIRST_CONFIRMED, project, on=day("2024-05-31"))
    assert (before.is_met, before.outcome.figures) == (False, {"unconfirmed": ["省拨款"]})


def test_a_first_tranche_a_fen_short_is_not_paid(project: Project):
    complete(project)
    pay(project, "省拨款", "2449999.99", confirmed_on="2024-05-31")
    pay(project, "园区配套", "2450000")

    found = look(FIRST_CONFIRMED, project)

    assert (found.is_met, found.outcome.figures) == (
        False,
        {"unpaid": ["省拨款"], "unconfirmed": ["园区配套"]},
    )
    pay(project, "省拨款", "0.01")
    assert look(FIRST_CONFIRMED, project).outcome.figures == {"unconfirmed": ["省拨款", "园区配套"]}


def test_nothing_paid_is_said_of_both_sources(project: Project):
    complete(project)

    assert look(FIRST_CONFIRMED, project).outcome.figures == {"unpaid": ["省拨款", "园区配套"]}


def test_a_source_of_the_contract_without_a_plan_cannot_be_judged(project: Project):
    planned(project, ("省拨款", 1, "2022-10-31", "3500000"))
    pay(project, "省拨款", "3500000", confirmed_on="2022-11-06")

    assert look(FIRST_CONFIRMED, project).outcome.figures == {"missing": ["园区配套"]}


def test_outside_the_park_without_park_money_the_provinces_tranche_is_enough():
    project = make_project(milestones=False, park_matching=yuan("0"), site=Site.OUTSIDE)
    planned(project, ("省拨款", 1, "2022-10-31", "3500000"))
    pay(project, "省拨款", "3500000", confirmed_on="2022-11-06")

    assert look(FIRST_CONFIRMED, project).is_met


def test_outside_the_park_with_park_money_both_are_needed():
    project = make_project(milestones=False, site=Site.OUTSIDE)
    complete(project)
    pay(project, "省拨款", "2450000", confirmed_on="2022-11-06")

    assert look(FIRST_CONFIRMED, project).outcome.figures == {"unpaid": ["园区配套"]}


def test_everything_but_a_tail_is_paid_before_acceptance(project: Project):
    planned(project, ("省拨款", 1, "2022-10-31", "100"), ("园区配套", 1, "2022-10-31", "100"))
    planned(project, ("省拨款", 2, "2026-09-01", "50"), is_tail=True)
    pay(project, "省拨款", "100")
    pay(project, "园区配套", "99.99")

    found = look(TRANCHES_PAID, project)

    assert (found.is_met, found.outcome.figures) == (
        False,
        {"of_province": [], "of_park": [1], "short": yuan("0.01")},
    )
    pay(project, "园区配套", "0.01", on="2024-06-01")
    assert look(TRANCHES_PAID, project).is_met
    assert not look(TRANCHES_PAID, project, on=day("2024-05-31")).is_met


def test_all_that_is_short_is_listed(project: Project):
    complete(project)
    pay(project, "省拨款", "2450000")

    found = look(TRANCHES_PAID, project)

    assert found.outcome.figures == {"of_province": [2], "of_park": [1, 2], "short": yuan("4550000")}
    assert "省拨款第 2 期、园区配套第 1、2 期" in found.message
    pay(project, "园区配套", "3500000")
    assert look(TRANCHES_PAID, project).outcome.figures["of_province"] == [2]


def test_without_a_plan_nothing_is_paid_in_full(project: Project):
    assert not look(TRANCHES_PAID, project).is_met


def test_the_three_look_once_together(project: Project, django_assert_num_queries: DjangoAssertNumQueries):
    complete(project)
    case = Case(project, ON, ON)

    with django_assert_num_queries(2):
        for guard in (PLAN_ADDS_UP, FIRST_CONFIRMED, TRANCHES_PAID):
            guard.look(case)


def test_they_go_by_the_names_that_moves_know():
    guards = (PLAN_ADDS_UP, FIRST_CONFIRMED, TRANCHES_PAID)

    assert [guard.code for guard in guards] == [
        "tranche_plan_complete",
        "first_tranche_confirmed",
        "tranches_paid",
    ]
    assert {guard.mend for guard in guards} == {"tranches"}
