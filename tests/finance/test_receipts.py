"""Recording what came back, and a refund that is asked for again when the ledger takes it back."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from finance.models import Entry, Refund, RefundReceipt
from finance.posting import InsufficientFunds, KeyReused, UnknownEntry, reverse_entry
from finance.receipts import EntryDoesNotFit, MoreThanAsked, Recorded, record_receipt
from finance.refunds import RefundClosed, withdraw_refund
from lifecycle.errors import Invalid
from lifecycle.models import Project, Step
from tests.builders import day, make_project, moved, yuan
from tests.finance.settling import PARK, PROVINCE, TODAY, asked, paper, spent_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return spent_project()


def receive(refund: Refund, amount: str = "30.00", interest: str = "0", **changes: Any) -> Recorded:
    facts: dict[str, Any] = {"on": day("2026-06-10"), "voucher": "收-1"} | changes
    return record_receipt(
        refund=refund, amount=yuan(amount), interest=yuan(interest), actor=PROVINCE, today=TODAY, **facts
    )


def test_the_province_posts_the_units_return_with_the_receipt(project: Project) -> None:
    recorded = receive(asked(project, notice_no="苏科退 1 号"), document=paper(project, "refund"))

    entry = Entry.objects.get(project=project, sequence=8)
    assert (entry.kind, entry.source, entry.amount, entry.on, entry.voucher, entry.memo) == (
        "退回",
        "省拨款",
        yuan("30"),
        day("2026-06-10"),
        "收-1",
        "应退款到账（苏科退 1 号）",
    )
    assert recorded.receipt.entry == entry
    assert (recorded.refund.state, recorded.refund.open_amount) == ("received", yuan("0"))
    step = Step.objects.of(recorded.refund).latest("pk")
    assert (step.act, step.from_state, step.to_state, step.details["sequence"]) == (
        "receive",
        "asked",
        "received",
        8,
    )


def test_part_of_it_leaves_the_rest_open(project: Project) -> None:
    refund = asked(project, "30.00", interest=yuan("2.00"))

    first = receive(refund, "10.00", "2.00").refund
    assert (first.state, first.open_amount, first.open_interest) == ("asked", yuan("20"), yuan("0"))

    assert receive(refund, "20.00", voucher="收-2").refund.state == "received"


def test_interest_never_enters_the_ledger(project: Project) -> None:
    recorded = receive(asked(project, "0.00", interest=yuan("2.00")), "0", "2.00")

    assert recorded.receipt.entry is None
    assert recorded.refund.state == "received"
    assert Entry.objects.filter(project=project).count() == 7


def test_a_return_that_stands_in_the_ledger_is_claimed(project: Project) -> None:
    moved(project, "退回", "省拨款", "30.00", "2026-06-05", voucher="退-1")

    recorded = receive(asked(project), sequence=8)

    assert recorded.receipt.entry is not None and recorded.receipt.entry.sequence == 8
    assert Entry.objects.filter(project=project).count() == 8


def test_the_parks_return_is_posted_by_the_park_and_claimed(project: Project) -> None:
    refund = asked(project, "20.00", holder="park")
    with pytest.raises(Invalid) as refusal:
        receive(refund, "20.00")
    assert set(refusal.value.details) == {"sequence"}

    moved(project, "园区退回", "省拨款", "20.00", "2026-06-05")
    assert receive(refund, "20.00", sequence=8).refund.state == "received"


def test_one_return_may_serve_two_refunds_up_to_its_amount(project: Project) -> None:
    first, second = asked(project, "10.00"), asked(project, "20.00")
    moved(project, "退回", "省拨款", "25.00", "2026-06-05")

    receive(first, "10.00", sequence=8)
    with pytest.raises(MoreThanAsked) as refusal:
        receive(second, "15.01", sequence=8)
    assert refusal.value.details == {"available": "15.00", "sequence": 8}
    assert receive(second, "15.00", sequence=8).refund.open_amount == yuan("5.00")


def test_a_refund_taken_back_lets_its_return_go(project: Project) -> None:
    first = asked(project)
    moved(project, "退回", "省拨款", "20.00", "2026-06-05")
    receive(first, "20.00", sequence=8)
    withdraw_refund(refund=first, on=TODAY, reason="金额有误", actor=PROVINCE, today=TODAY)

    assert receive(asked(project, "20.00"), "20.00", sequence=8).refund.state == "received"


@pytest.mark.parametrize(
    ("kind", "source", "on"),
    [
        ("园区退回", "省拨款", "2026-06-05"),
        ("退回", "园区配套", "2026-06-05"),
        ("支出", "省拨款", "2026-06-05"),
        ("退回", "省拨款", "2026-05-31"),
        ("退回", "省拨款", "2026-06-11"),
    ],
)
def test_an_entry_that_brings_nothing_back_for_it_does_not_fit(
    kind: str, source: str, on: str, project: Project
) -> None:
    refund = asked(project)
    moved(project, kind, source, "1.00", on)

    with pytest.raises(EntryDoesNotFit):
        receive(refund, "1.00", sequence=8)

    assert not RefundReceipt.objects.exists()


@pytest.mark.parametrize("on", ["2026-06-01", "2026-06-10"])
def test_from_the_notice_to_the_receipt_an_entry_fits(on: str, project: Project) -> None:
    refund = asked(project)
    moved(project, "退回", "省拨款", "1.00", on)

    assert receive(refund, "1.00", sequence=8).receipt.pk


def test_a_reversed_return_does_not_fit(project: Project) -> None:
    refund = asked(project)
    moved(project, "退回", "省拨款", "1.00", "2026-06-05")
    reverse_entry(project=project, sequence=8, on=TODAY, reason="误记", actor=PARK, today=TODAY)

    for sequence in (8, 9):
        with pytest.raises(EntryDoesNotFit):
            receive(refund, "1.00", sequence=sequence)


def test_an_entry_of_another_project_is_not_known(project: Project) -> None:
    other = spent_project()
    moved(other, "退回", "省拨款", "1.00", "2026-06-05")

    with pytest.raises(UnknownEntry):
        receive(asked(project), "1.00", sequence=8)


@pytest.mark.parametrize(
    ("amount", "interest", "changes", "field"),
    [
        ("0", "0", {}, "amount"),
        ("-1", "0", {}, "amount"),
        ("1", "-1", {}, "interest"),
        ("1", "0", {"voucher": " "}, "voucher"),
        ("1", "0", {"on": day("2026-05-31")}, "on"),
        ("1", "0", {"on": day("2026-07-01")}, "on"),
        ("0", "1", {"sequence": 8}, "amount"),
    ],
)
def test_a_receipt_has_its_shape(
    amount: str, interest: str, changes: dict[str, Any], field: str, project: Project
) -> None:
    refund = asked(project, interest=yuan("5"))

    with pytest.raises(Invalid) as refusal:
        receive(refund, amount, interest, **changes)

    assert set(refusal.value.details) == {field}


@pytest.mark.parametrize(("amount", "interest"), [("30.01", "0"), ("0", "5.01")])
def test_no_more_comes_than_was_asked(amount: str, interest: str, project: Project) -> None:
    with pytest.raises(MoreThanAsked):
        receive(asked(project, interest=yuan("5")), amount, interest)

    assert Entry.objects.filter(project=project).count() == 7


def test_money_that_was_spent_cannot_come_back_before_it_is_put_right(project: Project) -> None:
    with pytest.raises(InsufficientFunds):
        receive(asked(project, "50.00"), "50.00")

    assert not RefundReceipt.objects.exists()


def test_what_is_over_takes_no_more(project: Project) -> None:
    refund = asked(project)
    receive(refund)

    with pytest.raises(RefundClosed):
        receive(refund, "1.00", voucher="收-2")


@pytest.mark.parametrize("state", ["closed", "terminated", "revoked"])
def test_a_project_that_ended_still_gives_back(state: str) -> None:
    assert receive(asked(spent_project(state=state))).refund.state == "received"


# Repeated


@pytest.mark.parametrize(("amount", "interest", "entries"), [("30.00", "0", 8), ("0", "2.00", 7)])
def test_a_repeated_key_records_once(amount: str, interest: str, entries: int, project: Project) -> None:
    refund = asked(project, interest=yuan("2.00"))
    first = receive(refund, amount, interest, key="k-1")
    again = receive(refund, amount, interest, key="k-1")

    assert (first.repeated, again.repeated, again.receipt) == (False, True, first.receipt)
    assert RefundReceipt.objects.count() == 1
    assert Entry.objects.filter(project=project).count() == entries


@pytest.mark.parametrize("changes", [{"voucher": "收-2"}, {"on": day("2026-06-11")}, {"sequence": 1}])
def test_the_key_of_another_receipt_is_refused(changes: dict[str, Any], project: Project) -> None:
    refund = asked(project)
    receive(refund, "1.00", key="k-1")

    with pytest.raises(KeyReused):
        receive(refund, "1.00", **({"key": "k-1"} | changes))


# Taken back by the ledger


def test_a_reversed_return_no_longer_counts_and_is_asked_for_again(project: Project) -> None:
    refund = asked(project)
    receive(refund)

    reverse_entry(project=project, sequence=8, on=day("2026-06-20"), reason="误记", actor=PARK, today=TODAY)

    again = Refund.objects.with_receipts().get(pk=refund.pk)
    assert (again.state, again.open_amount) == ("asked", yuan("30"))
    step = Step.objects.of(refund).latest("pk")
    assert (step.act, step.from_state, step.details) == ("reopen", "received", {"reversed_entry": 8})
    assert receive(refund, voucher="收-2").refund.state == "received"


def test_a_reversal_elsewhere_changes_no_refund(project: Project) -> None:
    refund = asked(project)
    receive(refund)
    other = spent_project()
    moved(other, "退回", "省拨款", "1.00", "2026-06-05")

    reverse_entry(project=other, sequence=8, on=TODAY, reason="误记", actor=PARK, today=TODAY)
    reverse_entry(project=project, sequence=7, on=TODAY, reason="误记", actor=PARK, today=TODAY)

    refund.refresh_from_db()
    assert refund.state == "received"


# The database as witness


def test_the_database_holds_a_receipt_to_its_refund_and_entry(project: Project) -> None:
    refund = asked(project)
    moved(project, "退回", "省拨款", "10.00", "2026-06-05")
    facts: dict[str, Any] = {
        "project": project,
        "refund": refund,
        "entry": Entry.objects.get(project=project, sequence=8),
        "received_on": day("2026-06-10"),
        "amount": yuan("10"),
        "voucher": "收-1",
    }
    other = make_project(milestones=False)
    wrong: list[dict[str, Any]] = [
        {"project": other},
        {"entry": Entry.objects.get(project=project, sequence=2)},
        {"amount": yuan("10.01")},
        {"amount": yuan("0")},
        {"entry": None},
    ]
    for change in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            RefundReceipt.objects.create(**(facts | change))

    receipt = RefundReceipt.objects.create(**facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        RefundReceipt.objects.filter(pk=receipt.pk).update(amount=yuan("1"))
    with pytest.raises(IntegrityError), transaction.atomic():
        receipt.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        RefundReceipt.objects.create(**facts)
