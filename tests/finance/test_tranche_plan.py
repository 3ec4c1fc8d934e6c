"""Writing the plan of tranches by hand: until the contract is in force, and not after."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from finance.disbursements import TrancheGone
from finance.tranche_plan import (
    PlanStands,
    TrancheExists,
    add_tranche,
    change_tranche,
    may_be_written,
    remove_tranche,
)
from lifecycle.contracts import digest_of, terms_of
from lifecycle.errors import Invalid
from lifecycle.models import Contract, Project, ProjectState, Step, Tranche
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import SecurityEvent
from tests.builders import day, make_project, yuan

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False, state="approved")


@pytest.fixture
def tranche(project: Project) -> Tranche:
    return add(project)


def add(project: Project, **facts: Any) -> Tranche:
    values: dict[str, Any] = {
        "source": "省拨款",
        "number": 1,
        "planned_on": day("2022-10-31"),
        "amount": yuan("2450000"),
        "condition": "合同签订后",
    }
    return add_tranche(project=project, actor=OPERATOR_ACTOR, today=TODAY, **(values | facts))


def change(tranche: Tranche, **changes: Any) -> Tranche:
    return change_tranche(tranche=tranche, actor=OPERATOR_ACTOR, today=TODAY, **changes)


def remove(tranche: Tranche) -> None:
    remove_tranche(tranche=tranche, actor=OPERATOR_ACTOR, today=TODAY)


def make_contract(project: Project, state: str) -> Contract:
    terms = terms_of(project)
    return Contract.objects.create(
        project=project,
        version=1,
        state=state,
        terms=terms,
        digest=digest_of(terms),
        drafted_on=TODAY,
        in_force_on=TODAY if state == "in_force" else None,
    )


def acts(tranche: Tranche, project: Project) -> list[Any]:
    return [
        lambda: add(project, number=9),
        lambda: change(tranche, amount=yuan("1")),
        lambda: remove(tranche),
    ]


def test_a_tranche_is_added_changed_and_removed(project: Project, tranche: Tranche):
    changed = change(tranche, amount=yuan("2400000"), condition=" 合同签订后拨付 ")
    steps = Step.objects.of(changed)
    remove(changed)

    assert (changed.amount, changed.condition, changed.number) == (yuan("2400000"), "合同签订后拨付", 1)
    assert not Tranche.objects.exists()
    assert [step.act for step in steps.all()] == ["plan", "change", "remove"]
    assert steps.all()[1].details["former"]["amount"] == "2450000.00"
    assert set(SecurityEvent.objects.values_list("act", flat=True)) == {
        "tranche_plan",
        "tranche_change",
        "tranche_remove",
    }


def test_saying_the_same_again_changes_nothing(tranche: Tranche):
    change(tranche, amount=yuan("2450000"), condition="合同签订后 ")

    assert Step.objects.count() == 1


def test_the_plan_is_written_at_the_award_alone(tranche: Tranche, project: Project):
    assert may_be_written(project)
    for state in ProjectState:
        other = make_project(milestones=False, state=state.value)
        its = Tranche.objects.create(
            project=other, source="省拨款", number=1, planned_on=TODAY, amount=yuan("1")
        )
        assert may_be_written(other) is (state is ProjectState.APPROVED)
        if state is not ProjectState.APPROVED:
            for act in acts(its, other):
                with pytest.raises(PlanStands, match="变更申请"):
                    act()
            assert Tranche.objects.get(pk=its.pk).amount == yuan("1")


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_a_contract_not_in_force_leaves_the_plan_open(project: Project, state: str):
    make_contract(project, state)

    assert may_be_written(project)
    add(project)


def test_a_contract_in_force_settles_the_plan(project: Project, tranche: Tranche):
    make_contract(project, "in_force")

    assert not may_be_written(project)
    for act in acts(tranche, project):
        with pytest.raises(PlanStands, match="变更申请"):
            act()
    assert Tranche.objects.get().amount == yuan("2450000")
    assert Step.objects.count() == 1


@pytest.mark.parametrize("planned_on", ["2026-02-27", "2026-02-28"])
def test_a_tail_is_not_planned_within_the_term(project: Project, planned_on: str):
    with pytest.raises(Invalid) as refusal:
        add(project, is_tail=True, planned_on=day(planned_on))

    assert set(refusal.value.details) == {"planned_on"}
    assert "2026-02-28" in refusal.value.message


def test_a_tail_is_planned_after_the_term(project: Project):
    assert add(project, is_tail=True, planned_on=day("2026-03-01")).is_tail


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"source": "单位自筹"}, "source"),
        ({"number": 0}, "number"),
        ({"number": 1000}, "number"),
        ({"amount": Decimal("0")}, "amount"),
        ({"amount": Decimal("-1")}, "amount"),
        ({"amount": Decimal("0.001")}, "amount"),
        ({"amount": Decimal("NaN")}, "amount"),
        ({"amount": Decimal("100000000000")}, "amount"),
        ({"planned_on": day("1999-12-31")}, "planned_on"),
        ({"planned_on": day("2100-01-01")}, "planned_on"),
        ({"condition": "长" * 4001}, "condition"),
        ({"condition": "a\x00b"}, "condition"),
    ],
)
def test_what_cannot_be_planned_is_refused(project: Project, facts: dict[str, Any], field: str):
    with pytest.raises(Invalid) as refusal:
        add(project, **facts)

    assert set(refusal.value.details) == {field}
    assert not Tranche.objects.exists()
    assert not Step.objects.exists()


def test_every_fault_is_told_at_once(project: Project, tranche: Tranche):
    with pytest.raises(Invalid) as refusal:
        change(tranche, number=0, amount=Decimal(0), condition="\x00")

    assert set(refusal.value.details) == {"number", "amount", "condition"}


def test_a_number_stands_once_in_a_source(project: Project, tranche: Tranche):
    with pytest.raises(TrancheExists):
        add(project)
    add(project, source="园区配套")
    other = add(project, number=2)
    with pytest.raises(TrancheExists):
        change(other, number=1)

    assert Tranche.objects.count() == 3


def test_a_tranche_deleted_meanwhile_is_gone(tranche: Tranche):
    Tranche.objects.all().delete()

    for act in (lambda: change(tranche, number=2), lambda: remove(tranche)):
        with pytest.raises(TrancheGone):
            act()
