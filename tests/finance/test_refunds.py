"""Asking money back, taking a refund back, and what follows a termination or a revocation."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from finance.models import Refund
from finance.receipts import record_receipt
from finance.refunds import (
    CauseForbids,
    NothingToReturn,
    RefundClosed,
    charge_interest,
    open_refunds,
    withdraw_refund,
    workings_of,
)
from lifecycle.errors import Invalid
from lifecycle.guards import Made, effects_of
from lifecycle.models import Project, StateChange, Step
from lifecycle.parties.models import SecurityEvent
from tests.builders import day, make_batch, make_cluster, moved, walked, yuan
from tests.finance.settling import PROVINCE, TODAY, asked, paper, spent_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return spent_project()


def test_a_refund_is_due_after_the_days_of_the_batch_with_its_workings() -> None:
    cluster = make_cluster(batch=make_batch(refund_days="20"))
    project = spent_project(cluster=cluster)

    refund = asked(
        project, "30.00", on="2026-06-01", notice_no=" 苏科退〔2026〕1 号 ", entries=[5], reason="超范围"
    )

    assert (refund.state, refund.asked_on, refund.due_on) == ("asked", day("2026-06-01"), day("2026-06-21"))
    assert (refund.notice_no, refund.interest) == ("苏科退〔2026〕1 号", yuan("0"))
    assert refund.workings["misused"] == "50.00"
    assert (refund.workings["entries"], refund.workings["reason"]) == ([5], "超范围")
    step = Step.objects.of(refund).get()
    assert (step.act, step.to_state, step.details["amount"]) == ("ask", "asked", "30.00")
    assert SecurityEvent.objects.latest("pk").act == "refund_ask"


def test_what_is_left_out_follows_from_the_workings(project: Project) -> None:
    refund = asked(project, None, cause="surplus")

    assert refund.amount == yuan("30.00")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"cause": "anger"}, "cause"),
        ({"source": "单位自筹"}, "source"),
        ({"holder": "city"}, "holder"),
        ({"holder": "park", "source": "园区配套"}, "holder"),
        ({"on": "2026-07-01"}, "on"),
        ({"due_on": day("2026-05-31")}, "due_on"),
        ({"amount": "0.001"}, "amount"),
        ({"interest": yuan("-1")}, "interest"),
        ({"rate_percent": yuan("3")}, "rate_percent"),
        ({"cause": "revocation", "rate_percent": yuan("24.01")}, "rate_percent"),
        ({"entries": [1]}, "entries"),
        ({"entries": [7]}, "entries"),
        ({"entries": [99]}, "entries"),
        ({"notice_no": "号" * 201}, "notice_no"),
        ({"reason": "\x00"}, "reason"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_its_field(
    changes: dict[str, Any], field: str, project: Project
) -> None:
    with pytest.raises(Invalid) as refusal:
        asked(project, **changes)

    assert set(refusal.value.details) == {field}
    assert not Refund.objects.exists()


@pytest.mark.parametrize("cause", ["termination", "revocation"])
def test_such_a_cause_needs_the_stage(cause: str, project: Project) -> None:
    with pytest.raises(CauseForbids):
        asked(project, cause=cause)


def test_a_terminated_project_out_of_a_workbook_is_asked_by_hand() -> None:
    assert asked(spent_project(state="terminated"), cause="termination").amount == yuan("30")


@pytest.mark.parametrize(
    ("source", "holder", "most"),
    [("省拨款", "unit", "80.00"), ("园区配套", "unit", "80.00"), ("省拨款", "park", "20.00")],
)
def test_nobody_gives_back_more_than_they_have_received(
    source: str, holder: str, most: str, project: Project
) -> None:
    with pytest.raises(NothingToReturn) as refusal:
        asked(project, f"{yuan(most) + yuan('0.01')}", source=source, holder=holder)
    assert refusal.value.details == {"available": most}

    assert asked(project, most, source=source, holder=holder).amount == yuan(most)
    with pytest.raises(NothingToReturn):
        asked(project, "0.01", source=source, holder=holder)


def test_nothing_cannot_be_asked_for(project: Project) -> None:
    with pytest.raises(NothingToReturn):
        asked(project, "0.00")


def test_interest_alone_can(project: Project) -> None:
    assert asked(project, "0.00", interest=yuan("1.00")).interest == yuan("1.00")


def test_the_workings_are_checked_before_they_are_shown(project: Project) -> None:
    with pytest.raises(Invalid):
        workings_of(project, cause="anger", on=TODAY, today=TODAY)

    assert len(workings_of(project, cause="surplus", on=TODAY, today=TODAY)) == 3


# Interest


def charge(refund: Refund, **given: Any) -> Refund:
    facts: dict[str, Any] = {"on": day("2024-10-05")} | given
    return charge_interest(refund=refund, actor=PROVINCE, today=TODAY, **facts)


@pytest.fixture
def revoked() -> Refund:
    """80 of 省拨款, received on 2022-10-05, asked back on 2024-10-05."""
    return asked(spent_project(state="revoked"), None, cause="revocation", on="2024-10-05")


def test_a_revocation_bears_the_interest_of_a_rate(revoked: Refund) -> None:
    refund = charge(revoked, rate_percent=yuan("3.65"))

    assert (refund.interest, refund.amount) == (yuan("5.85"), yuan("80.00"))
    assert (refund.workings["interest"], refund.workings["rate_percent"]) == ("5.85", "3.65")
    step = Step.objects.of(refund).latest("pk")
    assert (step.act, step.details) == ("charge", {"interest": "5.85", "rate_percent": "3.65"})


def test_it_grows_with_the_days_and_is_said_anew(revoked: Refund) -> None:
    charge(revoked, rate_percent=yuan("3.65"))

    assert charge(revoked, rate_percent=yuan("3.65"), on=day("2024-10-15")).interest == yuan("5.93")


def test_the_amount_that_the_province_gives_wins(revoked: Refund) -> None:
    charge(revoked, rate_percent=yuan("3.65"))

    refund = charge(revoked, interest=yuan("4.00"))

    assert (refund.interest, refund.workings["interest"]) == (yuan("4.00"), "4.00")
    assert "rate_percent" not in refund.workings


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "interest"),
        ({"interest": yuan("-1")}, "interest"),
        ({"rate_percent": yuan("24.01")}, "rate_percent"),
        ({"interest": yuan("1"), "on": day("2024-10-04")}, "on"),
        ({"interest": yuan("1"), "on": day("2026-07-01")}, "on"),
    ],
)
def test_interest_has_its_shape(given: dict[str, Any], field: str, revoked: Refund) -> None:
    with pytest.raises(Invalid) as refusal:
        charge(revoked, **given)

    assert set(refusal.value.details) == {field}


def test_other_causes_bear_what_the_province_says(project: Project) -> None:
    refund = asked(project, on="2024-10-05")
    with pytest.raises(Invalid):
        charge(refund, rate_percent=yuan("3.65"))

    assert charge(refund, interest=yuan("1.00")).interest == yuan("1.00")


def test_a_refund_of_interest_alone_is_withdrawn_not_emptied(project: Project) -> None:
    refund = asked(project, "0.00", interest=yuan("5.00"))

    with pytest.raises(Invalid):
        charge(refund, interest=yuan("0"), on=TODAY)


def test_interest_that_came_stays_owed_and_the_rest_may_be_let_off(project: Project) -> None:
    refund = asked(project, interest=yuan("5.00"))
    record_receipt(
        refund=refund,
        on=day("2026-06-10"),
        amount=yuan("30.00"),
        interest=yuan("2.00"),
        voucher="收-1",
        actor=PROVINCE,
        today=TODAY,
    )

    with pytest.raises(Invalid):
        charge(refund, interest=yuan("1.99"), on=TODAY)
    assert charge(refund, interest=yuan("2.00"), on=TODAY).state == "received"
    with pytest.raises(RefundClosed):
        charge(refund, interest=yuan("3.00"), on=TODAY)


# Taking back


def withdraw(refund: Refund, **changes: Any) -> Refund:
    facts: dict[str, Any] = {"on": day("2026-06-20"), "reason": "误发"} | changes
    return withdraw_refund(refund=refund, actor=PROVINCE, today=TODAY, **facts)


def test_a_refund_is_taken_back_with_a_reason(project: Project) -> None:
    refund = withdraw(asked(project))

    assert refund.state == "withdrawn"
    assert [(step.act, step.from_state, step.reason) for step in Step.objects.of(refund)] == [
        ("ask", "", ""),
        ("withdraw", "asked", "误发"),
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"on": day("2026-05-31")}, "on"),
        ({"on": day("2026-07-01")}, "on"),
    ],
)
def test_taking_back_has_its_shape(changes: dict[str, Any], field: str, project: Project) -> None:
    refund = asked(project)

    with pytest.raises(Invalid) as refusal:
        withdraw(refund, **changes)

    assert set(refusal.value.details) == {field}
    refund.refresh_from_db()
    assert refund.state == "asked"


def test_what_is_over_is_not_taken_back(project: Project) -> None:
    refund = withdraw(asked(project))

    with pytest.raises(RefundClosed):
        withdraw(refund)


# After a move


def made(project: Project, state: str, *, on: str = "2026-06-15", **said: Any) -> Made:
    moved_on = walked(project, state)
    change = StateChange.objects.filter(project=project).latest("sequence")
    now = datetime(2026, 6, 30, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    return Made(moved_on, change, PROVINCE, day(on), TODAY, now, said)


def opened(project: Project) -> dict[tuple[str, str], Refund]:
    return {(refund.source, refund.holder): refund for refund in Refund.objects.filter(project=project)}


def test_a_termination_asks_back_what_is_unspent_held_or_misused(project: Project) -> None:
    moved(project, "支出", "园区配套", "5.00", "2022-08-31")
    move = made(project, "terminated")

    open_refunds(move)

    found = opened(project)
    assert {key: f"{refund.amount}" for key, refund in found.items()} == {
        ("省拨款", "unit"): "30.00",
        ("省拨款", "park"): "20.00",
        ("园区配套", "unit"): "5.00",
    }
    for refund in found.values():
        assert (refund.cause, refund.state_change, refund.due_on) == (
            "termination",
            move.change,
            day("2026-07-15"),
        )
        assert refund.workings["formula"] == "unspent + misused - asked"


def test_a_revocation_asks_back_everything_received(project: Project) -> None:
    open_refunds(made(project, "revoked"))

    found = opened(project)
    assert {key: f"{refund.amount}" for key, refund in found.items()} == {
        ("省拨款", "unit"): "80.00",
        ("省拨款", "park"): "20.00",
        ("园区配套", "unit"): "80.00",
    }
    assert {refund.interest for refund in found.values()} == {yuan("0")}
    assert found["省拨款", "park"].workings["formula"] == "unspent - asked"


def test_where_there_is_no_money_nothing_is_asked(project: Project) -> None:
    empty = spent_project()
    moved(empty, "退回", "省拨款", "30.00", "2026-06-01")
    moved(empty, "园区退回", "省拨款", "20.00", "2026-06-01")

    open_refunds(made(empty, "terminated"))

    assert opened(empty) == {}


def test_what_was_asked_for_before_is_not_asked_again(project: Project) -> None:
    asked(project, "12.00", on="2026-06-01")

    open_refunds(made(project, "terminated"))

    assert sorted(f"{refund.amount}" for refund in Refund.objects.filter(project=project)) == [
        "12.00",
        "18.00",
        "20.00",
    ]


def test_finance_follows_both_moves() -> None:
    assert open_refunds in effects_of("terminate")
    assert open_refunds in effects_of("revoke")


# The database as witness


@pytest.mark.parametrize(
    "change",
    [
        {"amount": -1},
        {"amount": 0, "interest": 0},
        {"source": "单位自筹"},
        {"holder": "city"},
        {"cause": "anger"},
        {"due_on": day("2026-05-31")},
    ],
)
def test_the_database_refuses_what_is_no_refund(change: dict[str, Any], project: Project) -> None:
    refund = asked(project)

    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.filter(pk=refund.pk).update(**change)


def test_papers_of_a_notice_and_receipts_may_stand_beside_it(project: Project) -> None:
    refund = asked(project)

    recorded = record_receipt(
        refund=refund,
        on=day("2026-06-10"),
        amount=yuan("30.00"),
        interest=yuan("0"),
        voucher="收-1",
        document=paper(project, "refund"),
        actor=PROVINCE,
        today=TODAY,
    )

    assert recorded.receipt.document is not None
