"""Refunds by API: workings, notice, receipts, interest, taking back; and putting misused money right."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries
from rest_framework.test import APIClient

from finance.models import Refund
from lifecycle.models import Project
from lifecycle.parties.models import Role
from tests.backend.api.test_settling import province_of
from tests.builders import make_project, moved
from tests.finance.settling import asked, spent_project
from tests.people import api_of, make_person

pytestmark = pytest.mark.django_db

ASK = {"cause": "disallowed", "source": "省拨款", "holder": "unit", "amount": "30.00", "on": "2026-06-01"}


@pytest.fixture
def project() -> Project:
    return spent_project()


@pytest.fixture
def province(project: Project) -> APIClient:
    return province_of(project)


@pytest.fixture
def park(project: Project) -> APIClient:
    return api_of(make_person((Role.PARK, project.cluster.park)))


def address(project: Project, more: str = "") -> str:
    return f"/api/v1/projects/{project.number}/refunds/{more}"


def test_the_ledger_says_what_is_due(project: Project, park: APIClient) -> None:
    answer = park.get(address(project, "workings/?cause=termination&on=2026-06-15")).json()

    assert (answer["cause"], answer["on"]) == ("termination", "2026-06-15")
    assert [(each["source"], each["holder"], each["amount"]) for each in answer["workings"]] == [
        ("省拨款", "unit", "30.00"),
        ("园区配套", "unit", "0.00"),
        ("省拨款", "park", "20.00"),
    ]
    named = park.get(address(project, "workings/?cause=disallowed&entry=5&entry=6")).json()
    assert [each["misused"] for each in named["workings"]] == ["50.00", "80.00", "0.00"]
    rated = park.get(address(project, "workings/?cause=revocation&on=2024-10-05&rate_percent=3.65")).json()
    assert rated["workings"][0]["interest"] == "5.85"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "cause"),
        ("cause=anger", "cause"),
        ("cause=surplus&on=x", "on"),
        ("cause=revocation&rate_percent=-1", "rate_percent"),
        ("cause=revocation&rate_percent=25", "rate_percent"),
        ("cause=surplus&rate_percent=1", "rate_percent"),
        ("cause=disallowed&entry=x", "entry"),
        ("cause=disallowed&entry=1", "entries"),
    ],
)
def test_wrong_questions_are_refused(query: str, field: str, project: Project, park: APIClient) -> None:
    answer = park.get(address(project, f"workings/?{query}"))

    assert (answer.status_code, list(answer.json()["details"])) == (400, [field])


def test_a_notice_goes_out_and_is_read(project: Project, province: APIClient, park: APIClient) -> None:
    answer = province.post(
        address(project), ASK | {"notice_no": "苏科退 1 号", "entries": [5], "reason": "超范围"}
    )

    body = answer.json()
    assert answer.status_code == 201
    assert (body["amount"], body["interest"], body["open_amount"], body["state"]) == (
        "30.00",
        "0.00",
        "30.00",
        "asked",
    )
    assert (body["asked_on"], body["due_on"], body["notice_no"]) == (
        "2026-06-01",
        "2026-07-01",
        "苏科退 1 号",
    )
    assert body["workings"]["entries"] == [5]
    assert park.get(address(project)).json()["results"] == [body]
    assert park.get(f"{address(project)}?state=received").json()["count"] == 0


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"amount": "80.01"}, 409),
        ({"cause": "termination"}, 409),
        ({"amount": "-1"}, 400),
        ({"source": "单位自筹"}, 400),
        ({"holder": "city"}, 400),
        ({"entries": [0]}, 400),
        ({"entries": [1]}, 400),
        ({"rate_percent": "1"}, 400),
        ({"on": "2099-01-01"}, 400),
    ],
)
def test_a_wrong_notice_is_refused(
    change: dict[str, Any], status: int, project: Project, province: APIClient
) -> None:
    assert province.post(address(project), ASK | change).status_code == status
    assert not Refund.objects.exists()


def test_what_came_back_is_recorded_once(project: Project, province: APIClient) -> None:
    refund = asked(project)
    receipt = {"on": "2026-06-10", "amount": "30.00", "voucher": "收-1"}
    where = address(project, f"{refund.pk}/receipts/")

    first = province.post(where, receipt, headers={"Idempotency-Key": "k-1"})
    again = province.post(where, receipt, headers={"Idempotency-Key": "k-1"})
    other = province.post(where, receipt | {"amount": "1.00"}, headers={"Idempotency-Key": "k-1"})

    assert (first.status_code, again.status_code, again.json()) == (201, 200, first.json())
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    body = first.json()
    assert (body["state"], body["open_amount"]) == ("received", "0.00")
    assert body["receipts"] == [
        {
            "id": body["receipts"][0]["id"],
            "on": "2026-06-10",
            "amount": "30.00",
            "interest": "0.00",
            "voucher": "收-1",
            "sequence": 8,
            "document": None,
            "is_counted": True,
        }
    ]


def test_a_reversed_return_is_shown_as_not_counting(
    project: Project, province: APIClient, park: APIClient
) -> None:
    refund = asked(project)
    moved(project, "退回", "省拨款", "30.00", "2026-06-05")
    body = {"on": "2026-06-10", "amount": "30.00", "voucher": "收-1", "sequence": 8}
    assert province.post(address(project, f"{refund.pk}/receipts/"), body).status_code == 201

    park.post(f"/api/v1/projects/{project.number}/entries/8/reverse/", {"reason": "误记"})

    (shown,) = park.get(address(project)).json()["results"]
    assert (shown["state"], shown["open_amount"], shown["receipts"][0]["is_counted"]) == (
        "asked",
        "30.00",
        False,
    )


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"amount": "30.01"}, 409, "more_than_asked"),
        ({"sequence": 1}, 409, "entry_does_not_fit"),
        ({"sequence": 99}, 404, "not_found"),
        ({"voucher": ""}, 400, "invalid"),
        ({"amount": "0"}, 400, "invalid"),
        ({"document": 999999}, 400, "invalid"),
    ],
)
def test_a_wrong_receipt_is_refused(
    change: dict[str, Any], status: int, code: str, project: Project, province: APIClient
) -> None:
    refund = asked(project)

    answer = province.post(
        address(project, f"{refund.pk}/receipts/"),
        {"on": "2026-06-10", "amount": "30.00", "voucher": "收-1"} | change,
    )

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_interest_is_charged_and_a_refund_taken_back(project: Project, province: APIClient) -> None:
    refund = asked(project)

    charged = province.post(address(project, f"{refund.pk}/interest/"), {"interest": "1.50"})
    withdrawn = province.post(address(project, f"{refund.pk}/withdraw/"), {"reason": "误发"})
    again = province.post(address(project, f"{refund.pk}/withdraw/"), {"reason": "误发"})

    assert (charged.status_code, charged.json()["interest"]) == (200, "1.50")
    assert (withdrawn.status_code, withdrawn.json()["state"]) == (200, "withdrawn")
    assert (again.status_code, again.json()["code"]) == (409, "refund_closed")


@pytest.mark.parametrize("what", ["receipts", "withdraw", "interest"])
def test_a_refund_of_another_project_is_not_found(what: str, project: Project, province: APIClient) -> None:
    other = asked(spent_project())

    assert province.post(address(project, f"{other.pk}/{what}/"), {}).status_code == 404


@pytest.mark.parametrize("count", [1, 4])
def test_a_list_costs_the_same_however_many_there_are(
    count: int, project: Project, park: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _each in range(count):
        asked(project, "1.00")
    park.get(address(project))

    with django_assert_num_queries(6):
        assert park.get(address(project)).json()["count"] == count


def test_misused_spending_becomes_the_units_own(project: Project, park: APIClient) -> None:
    where = f"/api/v1/projects/{project.number}/entries/5/disallow/"

    first = park.post(where, {"reason": "超出开支范围"}, headers={"Idempotency-Key": "k-1"})
    again = park.post(where, {"reason": "超出开支范围"}, headers={"Idempotency-Key": "k-1"})

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["reversal"]["reverses"] == 5
    assert (first.json()["spending"]["source"], first.json()["spending"]["on"]) == ("单位自筹", "2023-01-10")
    assert again.json()["spending"]["hash"] == first.json()["spending"]["hash"]


@pytest.mark.parametrize(("sequence", "status"), [(1, 409), (99, 404)])
def test_what_is_no_fiscal_spending_is_not_disallowed(
    sequence: int, status: int, project: Project, park: APIClient
) -> None:
    where = f"/api/v1/projects/{project.number}/entries/{sequence}/disallow/"

    assert park.post(where, {"reason": "超出开支范围"}).status_code == status


def test_the_province_posts_no_spending_and_so_disallows_none(project: Project, province: APIClient) -> None:
    where = f"/api/v1/projects/{project.number}/entries/5/disallow/"

    assert province.post(where, {"reason": "超出开支范围"}).status_code == 403


def test_a_project_without_money_owes_nothing(park: APIClient) -> None:
    project = make_project(milestones=False)
    unit = api_of(make_person((Role.UNIT, project.unit)))

    workings = unit.get(address(project, "workings/?cause=revocation")).json()["workings"]

    assert {each["amount"] for each in workings} == {"0.00"}
