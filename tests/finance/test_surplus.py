"""What becomes of the fiscal money that is left."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from finance.models import Refund, SurplusDecision
from finance.refunds import withdraw_refund
from finance.surplus import (
    MustNotBeKept,
    NoSurplus,
    SurplusDecided,
    decide_surplus,
    decision_on,
    surplus_of,
)
from lifecycle.errors import Invalid, StageForbids
from lifecycle.models import Project, Step
from tests.builders import day, make_batch, make_cluster, make_project, moved, yuan
from tests.finance.settling import PROVINCE, TODAY, accepted, spent_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return spent_project("acceptance")


@pytest.fixture
def paid_on(project: Project) -> Project:
    """The park holds nothing any more; 50 of 省拨款 are left at the unit."""
    moved(project, "拨付单位", "省拨款", "20.00", "2023-01-01")
    return project


def decide(project: Project, use: str = "kept", **changes: Any) -> SurplusDecision:
    facts: dict[str, Any] = {"on": day("2026-06-01"), "reason": "用于后续研发"} | changes
    return decide_surplus(project=project, use=use, actor=PROVINCE, today=TODAY, **facts)


def test_the_surplus_is_what_is_left_of_fiscal_money(project: Project) -> None:
    left = surplus_of(project, on=TODAY)

    assert (left.at_unit, left.at_park, left.total) == (
        {"省拨款": yuan("30"), "园区配套": yuan("0")},
        yuan("20"),
        yuan("50"),
    )


def test_an_overspent_source_hides_no_surplus_of_another(project: Project) -> None:
    moved(project, "支出", "园区配套", "7.00", "2026-01-01")

    assert surplus_of(project, on=TODAY).total == yuan("50")


def test_it_is_kept_for_the_months_of_the_batch() -> None:
    project = spent_project("acceptance", cluster=make_cluster(batch=make_batch(surplus_months="12")))
    moved(project, "拨付单位", "省拨款", "20.00", "2023-01-01")
    accepted(project)

    decision = decide(project)

    assert (decision.amount, decision.kept_until) == (yuan("50"), day("2027-06-01"))
    step = Step.objects.of(decision).get()
    assert (step.act, step.reason, step.details["use"]) == ("decide", "用于后续研发", "kept")
    assert not Refund.objects.exists()


def test_the_province_may_say_until_when(paid_on: Project) -> None:
    accepted(paid_on)

    assert decide(paid_on, kept_until=day("2026-12-31")).kept_until == day("2026-12-31")


@pytest.mark.parametrize("verdict", ["结题", "不通过验收"])
def test_it_is_kept_only_where_acceptance_was_passed(verdict: str, paid_on: Project) -> None:
    accepted(paid_on, verdict)

    with pytest.raises(MustNotBeKept):
        decide(paid_on)


def test_without_a_verdict_nothing_is_kept(paid_on: Project) -> None:
    with pytest.raises(MustNotBeKept):
        decide(paid_on)

    assert not SurplusDecision.objects.exists()


def test_what_the_park_holds_is_not_for_the_unit_to_keep(project: Project) -> None:
    accepted(project)

    with pytest.raises(MustNotBeKept) as refusal:
        decide(project)
    assert refusal.value.details == {"held": "20.00"}


def test_given_back_it_is_asked_of_every_holder(project: Project) -> None:
    decision = decide(project, "returned", reason="结余交回")

    assert (decision.amount, decision.kept_until) == (yuan("50"), None)
    assert sorted(
        Refund.objects.filter(project=project).values_list("cause", "source", "holder", "amount")
    ) == [
        ("surplus", "省拨款", "park", yuan("20")),
        ("surplus", "省拨款", "unit", yuan("30")),
    ]


def test_a_surplus_asked_back_is_withdrawn_before_it_is_decided_anew(project: Project) -> None:
    accepted(project)
    decide(project, "returned")

    with pytest.raises(SurplusDecided):
        decide(project, "returned")

    for refund in Refund.objects.filter(project=project):
        withdraw_refund(refund=refund, on=TODAY, reason="改为留用", actor=PROVINCE, today=TODAY)
    moved(project, "拨付单位", "省拨款", "20.00", "2023-01-01")
    assert decide(project).use == "kept"


def test_the_same_is_not_decided_twice(paid_on: Project) -> None:
    accepted(paid_on)
    decide(paid_on)

    with pytest.raises(SurplusDecided):
        decide(paid_on)

    moved(paid_on, "支出", "省拨款", "1.00", "2026-05-01")
    assert decide(paid_on).amount == yuan("49")


def test_where_nothing_is_left_nothing_is_decided() -> None:
    with pytest.raises(NoSurplus):
        decide(make_project(state="acceptance", milestones=False), "returned")


@pytest.mark.parametrize("state", ["implementing", "closed", "terminated"])
def test_it_is_decided_in_acceptance(state: str) -> None:
    with pytest.raises(StageForbids):
        decide(spent_project(state), "returned")


@pytest.mark.parametrize(
    ("use", "changes", "field"),
    [
        ("eaten", {}, "use"),
        ("returned", {"reason": " "}, "reason"),
        ("returned", {"on": day("2026-05-19")}, "on"),
        ("returned", {"on": day("2026-07-01")}, "on"),
        ("returned", {"kept_until": day("2026-12-31")}, "kept_until"),
        ("kept", {"kept_until": day("2026-05-31")}, "kept_until"),
    ],
)
def test_a_decision_has_its_shape(use: str, changes: dict[str, Any], field: str, project: Project) -> None:
    accepted(project)

    with pytest.raises(Invalid) as refusal:
        decide(project, use, **changes)

    assert set(refusal.value.details) == {field}


def test_none_is_dated_before_the_last(paid_on: Project) -> None:
    accepted(paid_on)
    decide(paid_on)

    with pytest.raises(Invalid):
        decide(paid_on, "returned", on=day("2026-05-31"))


def test_the_latest_decision_by_the_day_holds(paid_on: Project) -> None:
    accepted(paid_on)
    first = decide(paid_on)
    later = decide(paid_on, "returned", on=day("2026-06-10"))

    assert decision_on(paid_on, on=day("2026-05-31")) is None
    assert decision_on(paid_on, on=day("2026-06-09")) == first
    assert decision_on(paid_on, on=day("2026-06-10")) == later


def test_the_database_keeps_a_decision_as_it_was(paid_on: Project) -> None:
    decision = decide(paid_on, "returned")

    with pytest.raises(IntegrityError), transaction.atomic():
        SurplusDecision.objects.filter(pk=decision.pk).update(amount=yuan("1"))
