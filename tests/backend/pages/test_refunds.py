"""Refunds by page: what is due, asking, receiving, interest, taking back; and putting misuse right."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from finance.models import Entry, Refund
from finance.posting import reverse_entry
from lifecycle.models import Project
from tests.backend.pages.browsing import text_of
from tests.backend.pages.test_settlement import people_of
from tests.builders import day, yuan
from tests.finance.settling import PARK, TODAY, asked, spent_project

pytestmark = pytest.mark.django_db

ASK = {
    "cause": "disallowed",
    "part": "unit:省拨款",
    "amount": "30",
    "interest": "",
    "on": "2026-06-01",
    "due_on": "",
    "notice_no": "苏科退 1 号",
    "entries": "5",
    "reason": "超范围",
}
RECEIPT = {
    "on": "2026-06-10",
    "amount": "30.00",
    "interest": "",
    "voucher": "收-1",
    "sequence": "",
    "document": "",
    "key": "page:1",
}


@pytest.fixture
def project() -> Project:
    return spent_project()


@pytest.fixture
def province(project: Project) -> Client:
    return people_of(project)["province"]


def address(project: Project, name: str = "refunds", *more: int) -> str:
    return reverse(name, args=[project.number, *more])


def test_a_project_without_refunds_says_so(project: Project, province: Client) -> None:
    text = text_of(province.get(address(project)))

    assert "没有应退款项" in text and text.count("<h1>") == 1


def test_the_ledger_is_asked_what_is_due(project: Project, province: Client) -> None:
    text = text_of(province.get(f"{address(project)}?cause=disallowed&on=2026-06-15"))
    assert "应退本金" in text and "期外及违规支出 － 此前已通知未退" in text

    assert "error-text" in text_of(province.get(f"{address(project)}?cause=disallowed&on=2099-01-01"))
    assert "error-text" in text_of(province.get(f"{address(project)}?cause=anger&on=2026-06-15"))


def test_only_those_who_may_find_the_forms(project: Project) -> None:
    asked(project)
    found = {who: text_of(browser.get(address(project))) for who, browser in people_of(project).items()}

    for words, allowed in (
        ("发出通知", {"province"}),
        ("登记到账", {"province"}),
        ("撤回通知", {"province"}),
        ("红冲并改列自筹", {"unit", "park"}),
    ):
        assert {who for who, text in found.items() if f"{words}</button>" in text} == allowed


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("refund-ask", "park"),
        ("refund-disallow", "city"),
        ("refund-disallow", "province"),
        ("refund-receipt", "unit"),
        ("refund-interest", "park"),
        ("refund-withdraw", "city"),
    ],
)
def test_others_are_refused(name: str, who: str, project: Project) -> None:
    more = () if name in ("refund-ask", "refund-disallow") else (asked(project).pk,)

    assert people_of(project)[who].post(address(project, name, *more), {}).status_code == 403


def test_a_notice_goes_out(project: Project, province: Client) -> None:
    assert province.post(address(project, "refund-ask"), ASK).status_code == 302

    refund = Refund.objects.get(project=project)
    assert (refund.amount, refund.due_on, refund.workings["entries"]) == (
        yuan("30"),
        day("2026-07-01"),
        [5],
    )
    text = text_of(province.get(address(project)))
    for words in ("违规支出追回", "苏科退 1 号", "2026-07-01", "逾期", "超范围", "通知退款"):
        assert words in text


@pytest.mark.parametrize(
    "change",
    [
        {"amount": "80.01"},
        {"amount": "-1"},
        {"part": "park:园区配套"},
        {"cause": "termination"},
        {"on": "2099-01-01"},
        {"entries": "1、2"},
        {"due_on": "2026-05-01"},
    ],
)
def test_a_wrong_notice_stays_on_the_form(change: dict[str, Any], project: Project, province: Client) -> None:
    answer = province.post(address(project, "refund-ask"), ASK | change)

    assert answer.status_code == 422
    assert 'role="alert"' in text_of(answer)
    assert not Refund.objects.exists()


def test_what_came_back_is_recorded_once(project: Project, province: Client) -> None:
    refund = asked(project)
    where = address(project, "refund-receipt", refund.pk)

    assert province.post(where, RECEIPT).status_code == 302
    assert province.post(where, RECEIPT).status_code == 302
    assert Entry.objects.filter(project=project).count() == 8
    text = text_of(province.get(address(project)))
    assert "已退清" in text and "收-1" in text

    reverse_entry(project=project, sequence=8, on=TODAY, reason="误记", actor=PARK, today=TODAY)
    assert "已红冲，不计入" in text_of(province.get(address(project)))


@pytest.mark.parametrize(
    "change",
    [
        {"amount": "30.01"},
        {"amount": ""},
        {"voucher": ""},
        {"sequence": "99"},
        {"sequence": "1"},
        {"on": "x"},
    ],
)
def test_a_wrong_receipt_stays_on_the_form(
    change: dict[str, Any], project: Project, province: Client
) -> None:
    refund = asked(project)

    answer = province.post(address(project, "refund-receipt", refund.pk), RECEIPT | change)

    assert answer.status_code == 422
    assert 'role="alert"' in text_of(answer)
    assert Entry.objects.filter(project=project).count() == 7


def test_interest_is_charged_and_a_refund_taken_back(project: Project, province: Client) -> None:
    refund = asked(project)
    charge = address(project, "refund-interest", refund.pk)
    withdraw = address(project, "refund-withdraw", refund.pk)

    assert province.post(charge, {"interest": "", "on": "2026-06-10"}).status_code == 422
    assert province.post(charge, {"interest": "1.50", "on": "2026-06-10"}).status_code == 302
    refund.refresh_from_db()
    assert refund.interest == yuan("1.50")

    assert province.post(withdraw, {"on": "2026-06-10", "reason": ""}).status_code == 422
    assert province.post(withdraw, {"on": "2026-06-10", "reason": "误发"}).status_code == 302
    assert province.post(withdraw, {"on": "2026-06-10", "reason": "误发"}).status_code == 422


@pytest.mark.parametrize("name", ["refund-receipt", "refund-interest", "refund-withdraw"])
def test_a_refund_of_another_project_is_not_found(name: str, project: Project, province: Client) -> None:
    other = asked(spent_project())

    assert province.post(address(project, name, other.pk), {}).status_code == 404


def test_misused_spending_becomes_the_units_own(project: Project) -> None:
    park = people_of(project)["park"]
    said = {
        "sequence": "5",
        "on": "2026-06-10",
        "spent_on": "",
        "voucher": "",
        "reason": "超范围",
        "key": "page:2",
    }
    where = address(project, "refund-disallow")

    assert park.post(where, said).status_code == 302
    assert park.post(where, said).status_code == 302
    assert Entry.objects.filter(project=project).count() == 9
    assert park.post(where, said | {"key": "page:3"}).status_code == 422
    assert park.post(where, said | {"sequence": "99"}).status_code == 422


def test_a_closed_project_offers_no_putting_right() -> None:
    project = spent_project("closed")

    assert "红冲并改列自筹" not in text_of(people_of(project)["park"].get(address(project)))


@pytest.mark.parametrize("count", [1, 4])
def test_the_page_costs_the_same_however_many_refunds(
    count: int, project: Project, province: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _each in range(count):
        asked(project, "1.00")
    province.get(address(project))

    with django_assert_num_queries(9):
        assert province.get(address(project)).status_code == 200
