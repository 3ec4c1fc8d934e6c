"""What has to come back, out of the ledger."""

from __future__ import annotations

from typing import Any

import pytest

from finance.disallowing import disallow
from finance.posting import reverse_entry
from finance.receipts import record_receipt
from finance.refunds import withdraw_refund
from finance.workings import Working, refund_workings, simple_interest
from lifecycle.models import DatedEvent, Project
from tests.builders import day, make_project, moved, yuan
from tests.finance.settling import PARK, PROVINCE, TODAY, asked, spent_project

pytestmark = pytest.mark.django_db

ON = "2026-06-15"


@pytest.fixture
def project() -> Project:
    return spent_project()


def workings(project: Project, cause: str, on: str = ON, **more: Any) -> dict[str, Working]:
    found = refund_workings(project, cause=cause, on=day(on), **more)
    assert [(each.source, each.holder) for each in found] == [
        ("省拨款", "unit"),
        ("园区配套", "unit"),
        ("省拨款", "park"),
    ]
    return dict(zip(("province", "matching", "park"), found, strict=True))


def due(project: Project, cause: str, on: str = ON, **more: Any) -> list[str]:
    return [f"{each.amount}" for each in workings(project, cause, on, **more).values()]


@pytest.mark.parametrize(
    ("cause", "amounts"),
    [
        ("termination", ["30.00", "0.00", "20.00"]),
        ("revocation", ["80.00", "80.00", "20.00"]),
        ("surplus", ["30.00", "0.00", "20.00"]),
        ("disallowed", ["0.00", "0.00", "0.00"]),
    ],
)
def test_each_cause_has_its_formula(cause: str, amounts: list[str], project: Project) -> None:
    assert due(project, cause) == amounts


def test_a_project_without_money_owes_nothing() -> None:
    assert due(make_project(milestones=False), "revocation") == ["0.00", "0.00", "0.00"]


def test_the_figures_are_kept_with_their_formula(project: Project) -> None:
    assert workings(project, "termination")["province"].as_json() == {
        "cause": "termination",
        "source": "省拨款",
        "holder": "unit",
        "received": "80.00",
        "spent": "50.00",
        "refunded": "0.00",
        "unspent": "30.00",
        "misused": "0.00",
        "asked": "0.00",
        "amount": "30.00",
        "interest": "0.00",
        "formula": "unspent + misused - asked",
    }


@pytest.mark.parametrize(("spent_on", "misused"), [("2022-08-31", "5.00"), ("2022-09-01", "0.00")])
def test_spending_before_the_term_is_misused(spent_on: str, misused: str, project: Project) -> None:
    moved(project, "支出", "园区配套", "5.00", spent_on)

    assert workings(project, "disallowed")["matching"].amount == yuan(misused)


@pytest.mark.parametrize(("spent_on", "misused"), [("2026-03-10", "0.00"), ("2026-03-11", "5.00")])
def test_spending_after_the_application_is_misused(spent_on: str, misused: str, project: Project) -> None:
    for filed in ("2026-01-10", "2026-03-10"):
        DatedEvent.objects.create(project=project, kind="验收申请", happened_on=day(filed))
    moved(project, "支出", "省拨款", "5.00", spent_on)

    found = workings(project, "termination")["province"]
    assert (found.misused, found.amount) == (yuan(misused), yuan("25") + yuan(misused))


def test_an_overspent_source_leaves_nothing_yet_its_misuse_comes_back(project: Project) -> None:
    moved(project, "支出", "园区配套", "5.00", "2022-08-31")

    found = workings(project, "termination")["matching"]
    assert (found.unspent, found.amount) == (yuan("0"), yuan("5"))


def test_named_spending_is_misused_once(project: Project) -> None:
    moved(project, "支出", "省拨款", "5.00", "2022-08-31")

    assert due(project, "disallowed", named=[5, 8]) == ["55.00", "0.00", "0.00"]


def test_what_was_sent_back_before_is_taken_off_and_what_comes_from_that_day_on_is_not(
    project: Project,
) -> None:
    moved(project, "退回", "省拨款", "10.00", "2026-06-14")
    moved(project, "园区退回", "省拨款", "4.00", "2026-06-14")

    assert due(project, "revocation") == ["70.00", "80.00", "16.00"]
    assert due(project, "revocation", on="2026-06-14") == ["80.00", "80.00", "20.00"]


def test_what_was_paid_in_after_the_day_counts_until_the_day_it_is_written_down(project: Project) -> None:
    moved(project, "拨付单位", "省拨款", "20.00", "2026-06-20")
    moved(project, "支出", "省拨款", "7.00", "2026-06-20")

    assert due(project, "termination", until=TODAY) == ["50.00", "0.00", "0.00"]
    assert due(project, "termination") == ["30.00", "0.00", "20.00"]


def test_reversed_entries_count_for_nothing(project: Project) -> None:
    reverse_entry(project=project, sequence=5, on=TODAY, reason="误记", actor=PARK, today=TODAY)

    assert due(project, "termination") == ["80.00", "0.00", "20.00"]


def test_what_is_asked_for_and_open_is_not_asked_twice(project: Project) -> None:
    asked(project, "12.00", cause="surplus", on="2026-06-01")

    assert due(project, "termination") == ["18.00", "0.00", "20.00"]
    assert due(project, "surplus") == ["18.00", "0.00", "20.00"]
    assert due(project, "disallowed", named=[5]) == ["50.00", "0.00", "0.00"]


def test_disallowed_spending_asked_for_leaves_the_unspent_money_to_be_asked_for(project: Project) -> None:
    asked(project, "50.00", entries=[5])

    # 30 lie unspent beside the 50 that were misused and are asked for.
    assert due(project, "termination") == ["30.00", "0.00", "20.00"]
    assert due(project, "revocation") == ["30.00", "80.00", "20.00"]
    assert due(project, "surplus") == ["30.00", "0.00", "20.00"]


def test_disallowed_spending_posted_again_is_not_asked_for_as_what_is_left(project: Project) -> None:
    asked(project, "50.00", entries=[5])
    disallow(project=project, sequence=5, on=TODAY, reason="超范围", actor=PARK, today=TODAY)

    assert due(project, "termination") == ["30.00", "0.00", "20.00"]
    assert due(project, "surplus") == ["30.00", "0.00", "20.00"]

    moved(project, "退回", "省拨款", "50.00", "2026-06-10")

    assert due(project, "termination") == ["30.00", "0.00", "20.00"]
    assert due(project, "surplus") == ["30.00", "0.00", "20.00"]


@pytest.mark.parametrize("is_posted_again", [False, True])
def test_another_misuse_is_asked_for_beside_the_first(is_posted_again: bool, project: Project) -> None:
    moved(project, "支出", "省拨款", "6.00", "2024-01-10")
    asked(project, "50.00", entries=[5])
    if is_posted_again:
        disallow(project=project, sequence=5, on=TODAY, reason="超范围", actor=PARK, today=TODAY)

    assert due(project, "disallowed", named=[8]) == ["6.00", "0.00", "0.00"]


def test_a_notice_of_misuse_that_names_no_entry_leaves_the_surplus_as_it_is(project: Project) -> None:
    asked(project, "10.00")

    assert due(project, "surplus") == ["30.00", "0.00", "20.00"]


def test_what_came_for_it_is_off_both_sides(project: Project) -> None:
    refund = asked(project, "12.00", cause="surplus", on="2026-06-01")
    moved(project, "退回", "省拨款", "7.00", "2026-06-10")
    before_it_is_linked = due(project, "termination")

    record_receipt(
        refund=refund,
        on=day("2026-06-10"),
        amount=yuan("7.00"),
        interest=yuan("0"),
        voucher="收-1",
        sequence=8,
        actor=PROVINCE,
        today=TODAY,
    )

    assert due(project, "termination") == before_it_is_linked == ["18.00", "0.00", "20.00"]


def test_a_refund_taken_back_is_no_longer_asked_for(project: Project) -> None:
    refund = asked(project, "12.00", cause="surplus", on="2026-06-01")
    withdraw_refund(refund=refund, on=TODAY, reason="误发", actor=PROVINCE, today=TODAY)

    assert due(project, "surplus") == ["30.00", "0.00", "20.00"]


def test_interest_is_simple_on_each_days_balance(project: Project) -> None:
    moved(project, "退回", "省拨款", "80.00", "2023-10-05")

    found = workings(project, "revocation", on="2024-10-05", rate_percent=yuan("3.65"))

    # 80 for 365 days, and 80 for 731; the park held 100 for 4 days and 20 for 731.
    assert (found["province"].interest, found["matching"].interest) == (yuan("2.92"), yuan("5.85"))
    assert found["park"].interest == yuan("1.50")
    assert found["province"].as_json()["rate_percent"] == "3.65"
    assert "interest_formula" in found["province"].as_json()


@pytest.mark.parametrize("cause", ["termination", "surplus", "disallowed"])
def test_only_a_revocation_bears_interest_by_a_rate(cause: str, project: Project) -> None:
    assert workings(project, cause, rate_percent=yuan("3.65"))["province"].interest == 0


@pytest.mark.parametrize(
    ("flows", "interest"),
    [
        ([], "0.00"),
        ([("2024-01-01", "36500")], "3.00"),
        ([("2024-01-02", "36500")], "2.00"),
        ([("2024-01-04", "36500")], "0.00"),
        ([("2024-01-05", "36500")], "0.00"),
        ([("2024-01-01", "-36500")], "0.00"),
        ([("2024-01-03", "182.49")], "0.00"),
        ([("2024-01-03", "182.50")], "0.01"),
    ],
)
def test_a_day_is_a_three_hundred_and_sixty_fifth_of_a_year(
    flows: list[tuple[str, str]], interest: str
) -> None:
    daily = [(day(on), yuan(amount)) for on, amount in flows]

    assert simple_interest(daily, rate_percent=yuan("1"), on=day("2024-01-04")) == yuan(interest)


@pytest.mark.parametrize(("rate", "queries"), [(None, 3), ("3.65", 4)])
def test_the_queries_are_few(
    rate: str | None, queries: int, project: Project, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(queries):
        workings(project, "revocation", rate_percent=rate and yuan(rate))
