"""The unit's rating of itself: written before an application, frozen with it, written anew after a rectification."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from finance.self_rating import execution_of, standing_of
from lifecycle.acceptance.self_rating import FIELDS, REASON_LENGTH, RatingFiled, latest_rating, rate
from lifecycle.errors import ChangedMeanwhile, Invalid, StageForbids
from lifecycle.models import Acceptance, FactVersion, Project, SelfRating, Step
from lifecycle.parties.log import OPERATOR_ACTOR
from tests.builders import make_project, moved, walked

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 21)
SCORES: dict[str, Any] = {
    "output": Decimal("45.5"),
    "output_reason": "八项指标完成七项。",
    "benefit": Decimal("28"),
    "benefit_reason": "销售收入超额完成。",
    "satisfaction": Decimal("9"),
    "satisfaction_reason": "用户调查满意度 95%。",
}


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


def write(project: Project, seen: Any = None, **changes: Any) -> SelfRating:
    return rate(project=project, scores=SCORES | changes, seen=seen, actor=OPERATOR_ACTOR, today=TODAY)


def test_a_rating_is_written_and_mended_with_its_story(project):
    rating = write(project)
    write(project)
    write(project, output=Decimal("46"))

    rating.refresh_from_db()
    assert (rating.round, rating.output, rating.filed_on, rating.execution) == (
        1,
        Decimal("46.00"),
        None,
        None,
    )
    assert [step.details["output"] for step in Step.objects.of(rating)] == ["45.50", "46.00"]
    assert FactVersion.objects.filter(table_name="lifecycle_selfrating").count() == 1


def test_total_and_band_follow_from_the_ledger_until_it_is_filed(project):
    moved(project, "资金到位", "单位自筹", "12000000", "2023-03-01")
    moved(project, "支出", "单位自筹", "12000000", "2023-04-01")
    rating = write(project)

    now = standing_of(rating, project, on=TODAY)

    assert now.execution == execution_of(project, on=TODAY) == Decimal("5.00")
    assert (now.total, now.band) == (Decimal("87.50"), "良")
    assert standing_of(rating, project, on=date(2023, 3, 31)).execution == Decimal("0.00")


def test_without_money_in_the_contract_there_is_no_total():
    project = make_project(
        milestones=False, provincial_grant=0, park_matching=0, self_raised=0, total_investment=0
    )

    now = standing_of(write(project), project, on=TODAY)

    assert (now.execution, now.total, now.band) == (None, None, None)


@pytest.mark.parametrize(("name", "most"), [("output", 50), ("benefit", 30), ("satisfaction", 10)])
def test_a_score_lies_within_its_weight(project, name, most):
    write(project, **{name: Decimal(most)})
    write(project, **{name: Decimal(0)})

    for wrong in (
        Decimal(most) + Decimal("0.01"),
        Decimal("-0.01"),
        Decimal("1.005"),
        Decimal("NaN"),
        None,
        5,
    ):
        with pytest.raises(Invalid) as refusal:
            write(project, **{name: wrong})
        assert set(refusal.value.details) == {name}
    assert getattr(latest_rating(project), name) == 0


def test_every_fault_is_named(project):
    with pytest.raises(Invalid) as refusal:
        rate(
            project=project,
            scores={"output_reason": " ", "benefit_reason": "长" * (REASON_LENGTH + 1), "gold": 1},
            actor=OPERATOR_ACTOR,
            today=TODAY,
        )

    assert set(refusal.value.details) == {*FIELDS, "gold"}
    assert not SelfRating.objects.exists()


def test_who_read_before_somebody_saved_is_refused(project):
    seen = write(project).recorded_at
    write(project, seen=seen, output=Decimal("40"))

    with pytest.raises(ChangedMeanwhile):
        write(project, seen=seen, output=Decimal("41"))

    assert latest_rating(project).output == 40


def test_after_the_application_it_stands(project):
    write(project)
    walked(project, "acceptance")

    with pytest.raises(RatingFiled):
        write(project, output=Decimal("1"))

    assert latest_rating(project).output == Decimal("45.50")


def test_a_second_round_has_a_rating_of_its_own(project):
    write(project)
    SelfRating.objects.update(filed_on=date(2026, 4, 1), execution=Decimal("9.00"))
    Acceptance.objects.create(project=project, round=1, applied_on=date(2026, 4, 1), state="returned")

    second = write(project, output=Decimal("50"))

    assert (second.round, latest_rating(project).output) == (2, 50)
    assert SelfRating.objects.get(round=1).output == Decimal("45.50")


@pytest.mark.parametrize("state", ["suspended", "closed", "terminated", "revoked"])
def test_a_project_that_stands_still_takes_none(state):
    project = walked(make_project(milestones=False), state)

    with pytest.raises(StageForbids):
        write(project)

    assert not SelfRating.objects.exists()


@pytest.mark.parametrize("role", ["origin", "replica"])
def test_the_database_refuses_to_change_a_filed_rating(project, role):
    write(project)
    SelfRating.objects.update(filed_on=date(2026, 4, 1), execution=Decimal("9.00"))

    for statement in (
        "UPDATE lifecycle_selfrating SET output = 50",
        "UPDATE lifecycle_selfrating SET filed_on = NULL, execution = NULL",
        "DELETE FROM lifecycle_selfrating",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL session_replication_role = {role}")
            cursor.execute(statement)
    SelfRating.objects.update(output=Decimal("45.50"))


@pytest.mark.parametrize(
    "wrong",
    [{"output": 51}, {"benefit": 31}, {"satisfaction": 11}, {"output": -1}, {"execution": 9}, {"round": 3}],
)
def test_the_database_refuses_what_cannot_be(project, wrong):
    write(project)

    with pytest.raises(IntegrityError), transaction.atomic():
        SelfRating.objects.update(**wrong)
