"""Tranches by API: the plan, arrivals, payments, confirmations, and who pays first."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from finance.models import Entry
from lifecycle.models import Project, Tranche
from lifecycle.parties.models import Role
from tests.builders import make_project, make_tranche, moved
from tests.people import api_of, make_person

pytestmark = pytest.mark.django_db

QUERIES = 15
"""Token with person, memberships; the project; tranches, flows, reports, eight of the project's life."""


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


@pytest.fixture
def tranche(project: Project) -> Tranche:
    return make_tranche(project, amount="1000", condition="合同签订后")


@pytest.fixture
def unit(project: Project) -> APIClient:
    return api_of(make_person((Role.UNIT, project.unit), username="unit.1"))


@pytest.fixture
def park(project: Project) -> APIClient:
    return api_of(make_person((Role.PARK, project.cluster.park)))


@pytest.fixture
def province(project: Project) -> APIClient:
    city = project.cluster.park.parent
    assert city is not None and city.parent is not None
    return api_of(make_person((Role.PROVINCE, city.parent)))


def address(project: Project, *rest: object) -> str:
    return f"/api/v1/projects/{project.number}/" + "".join(f"{part}/" for part in rest)


def post(client: APIClient, path: str, body: dict[str, Any], key: str | None = None) -> Any:
    headers = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    return client.post(path, body, format="json", **headers)


def test_the_plan_tells_how_far_each_tranche_is(project: Project, tranche: Tranche, unit: APIClient):
    make_tranche(project, 1, "2099-01-01", "50.5", source="园区配套", condition="按工程进度", is_tail=True)
    moved(project, "到账园区", "省拨款", "700", "2022-11-01")
    moved(project, "拨付单位", "省拨款", "300", "2022-11-05")

    told = unit.get(address(project, "tranches") + "?on=2022-11-20").json()

    assert (told["count"], told["next"]) == (2, None)
    assert told["results"][0] == {
        "id": tranche.pk,
        "source": "省拨款",
        "number": 1,
        "planned_on": "2022-10-31",
        "amount": "1000.00",
        "condition": "合同签订后",
        "is_tail": False,
        "state": "due",
        "state_label": "已到期",
        "arrived": "700.00",
        "to_arrive": "300.00",
        "paid": "300.00",
        "left": "700.00",
        "confirmed": "0.00",
        "waiting": "400.00",
        "waiting_since": "2022-11-01",
        "days_waited": 19,
        "arrived_on": None,
        "paid_on": None,
        "confirmed_on": None,
        "late_days": 20,
        "conditions": [{"code": "contract_signed", "met": True, "message": "合同已于 2022-09-10 签订。"}],
    }
    of_park = told["results"][1]
    assert (of_park["arrived"], of_park["to_arrive"], of_park["state"]) == (None, None, "planned")
    assert of_park["conditions"][0] == {
        "code": "for_people",
        "met": None,
        "message": "“按工程进度”由经办人判断是否满足。",
    }


def test_a_list_costs_the_same_however_long(
    project: Project, unit: APIClient, django_assert_num_queries: DjangoAssertNumQueries
):
    for number in range(1, 6):
        make_tranche(project, number, condition="中期检查通过、年度报告审核通过")
        moved(project, "直接拨付", "省拨款", "10", "2022-11-01")

    with django_assert_num_queries(QUERIES):
        assert unit.get(address(project, "tranches")).json()["count"] == 5
    paged = unit.get(address(project, "tranches") + "?page=2&page_size=2").json()
    assert [row["number"] for row in paged["results"]] == [3, 4]
    assert unit.get(address(project, "tranches") + "?page=9").status_code == 404
    assert unit.get(address(project, "tranches") + "?nonsense=1").status_code == 400


PLANNED = {"source": "省拨款", "number": 1, "planned_on": "2022-10-31", "amount": "2450000"}


def test_the_plan_is_written_before_the_contract(park: APIClient, project: Project, province: APIClient):
    young = make_project(milestones=False, state="approved", cluster=project.cluster)
    plan = address(young, "tranches")

    added = post(park, plan, PLANNED | {"condition": "合同签订后"})
    assert (added.status_code, added.json()["state"], added.json()["amount"]) == (201, "due", "2450000.00")
    own = address(young, "tranches", added.json()["id"])
    changed = province.patch(own, {"amount": "2400000.00", "is_tail": False}, format="json")
    assert (changed.status_code, changed.json()["amount"], changed.json()["condition"]) == (
        200,
        "2400000.00",
        "合同签订后",
    )
    again = post(park, plan, PLANNED)
    assert (again.status_code, again.json()["code"]) == (409, "tranche_exists")
    assert park.delete(own).status_code == 204
    assert park.delete(own).status_code == 404


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["source", "number", "planned_on", "amount"]),
        (PLANNED | {"source": "单位自筹"}, ["source"]),
        (PLANNED | {"number": 10**30}, ["number"]),
        (PLANNED | {"amount": "0"}, ["amount"]),
        (PLANNED | {"planned_on": "2022-13-01"}, ["planned_on"]),
        (PLANNED | {"is_tail": True}, ["planned_on"]),
        (PLANNED | {"condition": "\x00"}, ["condition"]),
    ],
)
def test_a_wrong_plan_is_refused(project: Project, park: APIClient, body: dict[str, Any], fields: list[str]):
    young = make_project(milestones=False, state="approved", cluster=project.cluster)

    answer = post(park, address(young, "tranches"), body)

    assert (answer.status_code, list(answer.json()["details"])) == (400, fields)
    assert not young.tranches.exists()


def test_a_settled_plan_moves_by_change_requests_alone(project: Project, tranche: Tranche, park: APIClient):
    own = address(project, "tranches", tranche.pk)

    answers = [
        post(park, address(project, "tranches"), PLANNED | {"number": 2}),
        park.patch(own, {"amount": "1"}, format="json"),
        park.delete(own),
    ]

    assert {(each.status_code, each.json()["code"]) for each in answers} == {(409, "plan_stands")}


def test_money_goes_its_way_from_the_province_to_the_units_word(
    project: Project, tranche: Tranche, park: APIClient, unit: APIClient
):
    own = ("tranches", tranche.pk)
    arrived = post(park, address(project, *own, "arrive"), {"on": "2022-11-01", "voucher": "收-1"})
    paid = post(park, address(project, *own, "pay"), {"on": "2022-11-05", "voucher": "付-1"})
    word = post(unit, address(project, "payments", 2, "confirm"), {"on": "2022-11-06"})

    assert (arrived.status_code, arrived.json()["kind"], arrived.json()["amount"]) == (
        201,
        "到账园区",
        "1000.00",
    )
    assert (paid.status_code, paid.json()["kind"], paid.json()["previous_hash"]) == (
        201,
        "拨付单位",
        arrived.json()["hash"],
    )
    assert (word.status_code, word.json()) == (
        201,
        {"sequence": 2, "confirmed_on": "2022-11-06", "confirmed_by": "unit.1"},
    )
    again = post(unit, address(project, "payments", 2, "confirm"), {})
    assert (again.status_code, again.json()["code"]) == (409, "already_confirmed")
    assert unit.get(address(project, "tranches")).json()["results"][0]["state"] == "confirmed"


def test_what_awaits_the_units_word_is_listed(
    project: Project, unit: APIClient, django_assert_num_queries: DjangoAssertNumQueries
):
    moved(project, "到账园区", "省拨款", "300.00", "2022-11-01")
    moved(project, "拨付单位", "省拨款", "100.00", "2022-11-05", voucher="付-1")
    moved(project, "直接拨付", "园区配套", "50.00", "2022-11-03", voucher="付-2")
    moved(project, "资金到位", "单位自筹", "70.00", "2022-11-03")
    post(unit, address(project, "payments", 2, "confirm"), {"on": "2022-11-06"})

    def listed(query: str = "") -> list[tuple[int, str | None]]:
        found = unit.get(address(project, "payments") + query).json()
        assert found["count"] == len(found["results"])
        return [(each["sequence"], each["confirmed_on"]) for each in found["results"]]

    assert listed() == [(3, None), (2, "2022-11-06")]
    assert listed("?confirmed=no") == [(3, None)]
    assert listed("?confirmed=yes") == [(2, "2022-11-06")]
    assert listed("?on=2022-11-05") == [(3, None), (2, None)]
    assert listed("?on=2022-11-04") == [(3, None)]
    assert unit.get(address(project, "payments") + "?confirmed=1").status_code == 400
    (first, _) = unit.get(address(project, "payments")).json()["results"]
    assert first == {
        "sequence": 3,
        "kind": "直接拨付",
        "source": "园区配套",
        "on": "2022-11-03",
        "amount": "50.00",
        "voucher": "付-2",
        "confirmed_on": None,
    }


def test_a_repeat_of_the_key_pays_once(project: Project, tranche: Tranche, province: APIClient):
    pay = address(project, "tranches", tranche.pk, "pay")
    body = {"kind": "直接拨付", "on": "2022-11-05", "voucher": "付-1"}

    first, again = post(province, pay, body, "k-1"), post(province, pay, body, "k-1")
    other = post(province, pay, body | {"voucher": "付-2"}, "k-1")

    assert (first.status_code, again.status_code, first.json()) == (201, 200, again.json())
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    assert Entry.objects.count() == 1
    assert post(province, pay, body, "键").status_code == 400


def test_unmet_conditions_are_listed(project: Project, park: APIClient):
    tranche = make_tranche(project, source="园区配套", condition="中期检查通过、验收通过后")

    answer = post(park, address(project, "tranches", tranche.pk, "pay"), {"voucher": "付-1"})

    told = answer.json()
    assert (answer.status_code, told["code"]) == (409, "not_released")
    assert [each["code"] for each in told["details"]["conditions"]] == ["midterm_passed", "acceptance_passed"]
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("who", "act", "body", "status"),
    [
        ("unit", "arrive", {}, 403),
        ("unit", "pay", {}, 403),
        ("province", "arrive", {}, 403),
        ("province", "pay", {}, 403),
        ("province", "pay", {"kind": "直接拨付"}, 201),
        ("park", "arrive", {}, 201),
        ("park", "pay", {"kind": "直接拨付"}, 403),
        ("park", "pay", {"kind": "支出"}, 400),
        ("park", "pay", {"amount": "0"}, 400),
        ("park", "pay", {"on": "2999-01-01"}, 400),
    ],
)
def test_who_posts_which_money_moves_a_tranche_on(
    who: str,
    act: str,
    body: dict[str, str],
    status: int,
    project: Project,
    tranche: Tranche,
    request: pytest.FixtureRequest,
):
    client = request.getfixturevalue(who)

    answer = post(client, address(project, "tranches", tranche.pk, act), {"voucher": "凭-1"} | body)

    assert answer.status_code == status
    assert Entry.objects.exists() is (status == 201)


def test_a_tranche_or_payment_of_another_project_is_not_found(
    project: Project, park: APIClient, unit: APIClient
):
    elsewhere = make_project(milestones=False)
    other = make_tranche(elsewhere)
    moved(elsewhere, "拨付单位", "园区配套", "10", "2022-11-01")

    assert post(park, address(project, "tranches", other.pk, "pay"), {"voucher": "付-1"}).status_code == 404
    assert park.patch(address(project, "tranches", other.pk), {}, format="json").status_code == 404
    assert post(unit, address(project, "payments", 1, "confirm"), {}).status_code == 404


def test_who_pays_first_is_told_for_any_day(project: Project, unit: APIClient):
    make_tranche(project, amount="2450000")
    moved(project, "拨付单位", "园区配套", "1000000", "2022-11-05")

    now = unit.get(address(project, "pay-first")).json()
    then = unit.get(address(project, "pay-first") + "?on=2022-11-04").json()

    assert (now["park_now"], then["park_now"], now["ratio"]) == ("1450000.00", "2450000.00", "1:1")
    assert now["province_most"] == {"amount": "1000000.00", "binds": ["FIN-04"]}
    assert now["messages"][0].startswith("园区现在应先支付 1,450,000.00 元，之后省可拨付 2,450,000.00 元")
    assert unit.get(address(project, "pay-first") + "?on=x").status_code == 400
