"""Posting by API: exact amounts, repeatable, refused with the reason; reading a journal however long."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from finance.models import Entry
from lifecycle.models import Project
from lifecycle.parties.models import Role, SecurityEvent
from tests.builders import make_project, moved
from tests.people import api_of, make_person

pytestmark = pytest.mark.django_db

SPENDING = {
    "kind": "支出",
    "source": "单位自筹",
    "category": "设备费",
    "amount": "100.50",
    "on": "2022-11-01",
    "voucher": "记-1",
    "invoice": "F-1",
    "counterparty": "某公司",
    "memo": "试剂",
}


@pytest.fixture
def project() -> Project:
    project = make_project()
    moved(project, "资金到位", "单位自筹", "1000", "2022-10-01", voucher="V1")
    return project


@pytest.fixture
def unit(project: Project) -> APIClient:
    return api_of(make_person((Role.UNIT, project.unit), username="unit.1"))


def entries(project: Project) -> str:
    return f"/api/v1/projects/{project.number}/entries/"


def post(client: APIClient, project: Project, key: str | None = "k-1", **facts: Any) -> Any:
    headers = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    return client.post(entries(project), SPENDING | facts, format="json", **headers)


def test_a_posting_answers_with_its_place_in_the_chain(project: Project, unit: APIClient):
    answer = post(unit, project)

    told = answer.json()
    assert answer.status_code == 201
    assert (told["sequence"], told["amount"], told["on"]) == (2, "100.50", "2022-11-01")
    assert told["previous_hash"] == Entry.objects.get(sequence=1).hash
    assert told["lines"] == [
        {"account": "项目支出-单位自筹-设备费", "debit": "100.50", "credit": "0.00"},
        {"account": "单位资金-单位自筹", "debit": "0.00", "credit": "100.50"},
    ]
    assert told["recorded_by"] == "unit.1"
    assert SecurityEvent.objects.get(act="post_entry").actor_name == "unit.1"


def test_what_a_posting_answers_is_what_the_list_shows(project: Project, unit: APIClient):
    told = post(unit, project).json()

    assert unit.get(entries(project)).json()["results"][1] == told


def test_a_repeat_of_the_key_answers_with_the_first_entry(project: Project, unit: APIClient):
    first = post(unit, project)
    again = post(unit, project, amount=Decimal("100.5"))

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert project.entries.count() == 2


def test_the_key_with_other_facts_is_refused(project: Project, unit: APIClient):
    post(unit, project)

    answer = post(unit, project, amount="100.51")

    assert (answer.status_code, answer.json()["code"], answer.json()["details"]) == (
        409,
        "key_reused",
        {"sequence": 2},
    )


def test_the_same_movement_without_a_key_is_not_posted_twice(project: Project, unit: APIClient):
    assert post(unit, project, key=None).status_code == 201

    answer = post(unit, project, key=None)

    assert (answer.status_code, answer.json()["code"]) == (409, "already_posted")


def test_spending_more_than_there_is_tells_what_there_is(project: Project, unit: APIClient):
    answer = post(unit, project, amount="1000.01")

    told = answer.json()
    assert (answer.status_code, told["code"]) == (409, "insufficient_funds")
    assert (told["details"]["available"], told["details"]["wanted"]) == ("1000.00", "1000.01")
    assert project.entries.count() == 1


def with_amount(literal: str) -> str:
    """The body of a spending whose amount is written as the JSON literal."""
    return json.dumps(SPENDING | {"amount": "?"}, ensure_ascii=False).replace('"?"', literal)


@pytest.mark.parametrize("amount", ['"0.10"', "0.10", "0.1", "1e-1", '" 0.1 "'])
def test_an_amount_is_read_exactly_as_text_or_number(project: Project, unit: APIClient, amount: str):
    answer = unit.generic("POST", entries(project), with_amount(amount), content_type="application/json")

    assert (answer.status_code, answer.json()["amount"]) == (201, "0.10")


@pytest.mark.parametrize(
    "amount",
    [
        '"1.001"',
        "1.001",
        "0",
        "-1",
        '"-1.00"',
        '"1,000"',
        '"１"',
        '"NaN"',
        '"1e2"',
        "true",
        "null",
        "[]",
        "{}",
        '""',
        "1e400",
        "1e-400",
        "9" * 400,
        '"10000000000000000.00"',
    ],
)
def test_an_amount_that_is_none_is_refused(project: Project, unit: APIClient, amount: str):
    answer = unit.generic("POST", entries(project), with_amount(amount), content_type="application/json")

    assert (answer.status_code, list(answer.json()["details"])) == (400, ["amount"])


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity", "9" * 5000])
def test_a_number_that_json_does_not_know_is_no_json(project: Project, unit: APIClient, amount: str):
    answer = unit.generic("POST", entries(project), with_amount(amount), content_type="application/json")

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"kind": "发奖金", "category": ""}, "kind"),
        ({"kind": "资金到位", "source": "省拨款", "category": ""}, "source"),
        ({"category": ""}, "category"),
        ({"category": "差旅费"}, "category"),
        ({"on": "1999-12-31"}, "on"),
        ({"on": "2022-1-1"}, "on"),
        ({"on": 20220101}, "on"),
        ({"voucher": " "}, "voucher"),
        ({"voucher": "长" * 101}, "voucher"),
        ({"memo": "a\x00b"}, "memo"),
        ({"memo": "a\x1fb"}, "memo"),
        ({"memo": ["a"]}, "memo"),
    ],
)
def test_a_movement_of_wrong_shape_is_refused_field_by_field(
    project: Project, unit: APIClient, facts: dict[str, Any], field: str
):
    answer = post(unit, project, **facts)

    assert (answer.status_code, list(answer.json()["details"])) == (400, [field])
    assert project.entries.count() == 1


def test_a_day_to_come_is_refused(project: Project, unit: APIClient):
    today = timezone.localdate()

    assert post(unit, project, on=(today + timedelta(days=1)).isoformat()).status_code == 400
    assert post(unit, project, on=today.isoformat()).status_code == 201


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "键".encode().decode("latin-1")])
def test_a_key_that_is_none_is_refused(project: Project, unit: APIClient, key: str):
    answer = post(unit, project, key=key)

    assert (answer.status_code, list(answer.json()["details"])) == (400, ["Idempotency-Key"])


def test_a_unit_may_not_post_what_the_park_posts(project: Project, unit: APIClient):
    answer = post(unit, project, kind="拨付单位", source="园区配套", category="")

    assert (answer.status_code, answer.json()["details"]["wanted"]) == (403, ["park"])


def test_a_role_counts_only_where_it_is_held(project: Project):
    other = make_project()
    both = api_of(make_person((Role.UNIT, project.unit), (Role.PARK, other.cluster.park)))
    paying = {"kind": "拨付单位", "source": "园区配套", "category": ""}

    assert post(both, other, **paying).status_code == 201
    assert post(both, project, **paying).status_code == 403


def test_a_reversal_stands_beside_the_entry(project: Project, unit: APIClient):
    post(unit, project)
    address = f"{entries(project)}2/reverse/"

    reversal = unit.post(address, {"reason": "记错科目", "on": "2022-11-02"}, HTTP_IDEMPOTENCY_KEY="r-1")
    again = unit.post(address, {"reason": "记错科目", "on": "2022-11-02"}, HTTP_IDEMPOTENCY_KEY="r-1")
    twice = unit.post(address, {"reason": "再来一次"})

    assert (reversal.status_code, again.status_code, twice.status_code) == (201, 200, 409)
    assert (reversal.json()["reverses"], reversal.json()["memo"]) == (2, "记错科目")
    assert reversal.json() == again.json()
    assert twice.json()["code"] == "not_reversible"
    assert unit.get(entries(project)).json()["results"][1]["reversed_by"] == 3


@pytest.mark.parametrize("sequence", ["99", "0", "999999999", "9" * 30])
def test_an_entry_that_is_not_there_is_not_reversed(project: Project, unit: APIClient, sequence: str):
    assert unit.post(f"{entries(project)}{sequence}/reverse/", {"reason": "x"}).status_code == 404


def test_who_may_not_post_it_may_not_reverse_it(project: Project, unit: APIClient):
    moved(project, "拨付单位", "园区配套", "10", "2022-10-02")

    answer = unit.post(f"{entries(project)}2/reverse/", {"reason": "x"})

    assert answer.status_code == 403


def test_entries_are_filtered(project: Project, unit: APIClient):
    moved(project, "支出", "单位自筹", "5", "2022-11-01", voucher="V2", invoice="F9", category="业务费")

    for query in (
        "kind=支出",
        "category=业务费",
        "from=2022-10-02",
        "q=f9",
        "q=V2",
        "source=单位自筹&from=2022-11-01",
    ):
        found = unit.get(f"{entries(project)}?{query}").json()
        assert [row["voucher"] for row in found["results"]] == ["V2"], query
    assert unit.get(f"{entries(project)}?to=2022-10-31").json()["count"] == 1
    assert unit.get(f"{entries(project)}?kind=发奖金").status_code == 400


@pytest.mark.parametrize("order", ["sequence", "-sequence", "on", "-amount"])
def test_every_page_of_a_journal_shows_each_entry_once(project: Project, unit: APIClient, order: str):
    for number in range(2, 8):
        moved(project, "资金到位", "单位自筹", f"{number % 3 + 1}", f"2022-10-0{number}")

    pages = [
        unit.get(f"{entries(project)}?page_size=3&page={page}&ordering={order}").json() for page in (1, 2, 3)
    ]

    shown = [row["sequence"] for page in pages for row in page["results"]]
    assert sorted(shown) == [1, 2, 3, 4, 5, 6, 7]
    if "sequence" in order:
        assert shown == sorted(shown, reverse=order.startswith("-"))
    assert {page["count"] for page in pages} == {7}
    assert unit.get(f"{entries(project)}?page_size=3&page=4").status_code == 404


def test_reading_and_posting_cost_what_they_say(
    project: Project, unit: APIClient, django_assert_num_queries: DjangoAssertNumQueries
):
    # Token, roles, project, length of the journal, rows.
    with django_assert_num_queries(5):
        unit.get(entries(project))
    # Who changes facts is told and taken back; token, roles, project; the posting itself is one.
    with django_assert_num_queries(6):
        post(unit, project)
