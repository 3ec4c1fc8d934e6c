"""Audits, settlement and surplus by API."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from lifecycle.models import Project
from lifecycle.parties.models import Role
from tests.builders import make_project, moved
from tests.finance.settling import accepted, paper, spent_project
from tests.people import api_of, make_person

pytestmark = pytest.mark.django_db

AUDIT = {
    "on": "2026-03-01",
    "firm": "江苏天衡会计师事务所",
    "report_no": "天衡审字（2026）12 号",
    "opinion": "无保留意见",
    "audited_investment": "24000000.00",
}


@pytest.fixture
def project() -> Project:
    return spent_project()


@pytest.fixture
def park(project: Project) -> APIClient:
    return api_of(make_person((Role.PARK, project.cluster.park)))


def province_of(project: Project) -> APIClient:
    city = project.cluster.park.parent
    assert city is not None and city.parent is not None
    return api_of(make_person((Role.PROVINCE, city.parent)))


def address(project: Project, what: str) -> str:
    return f"/api/v1/projects/{project.number}/{what}/"


def test_an_audit_is_put_on_file_and_read_again(project: Project, park: APIClient) -> None:
    document = paper(project, "audit")

    added = park.post(address(project, "audits"), AUDIT | {"document": document.pk})

    assert added.status_code == 201
    assert added.json() == {"id": added.json()["id"], "document": document.pk, **AUDIT}
    page = park.get(address(project, "audits")).json()
    assert (page["count"], page["results"]) == (1, [added.json()])
    assert park.post(address(project, "audits"), AUDIT).json()["code"] == "audit_exists"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"on": "2999-01-01"}, "on"),
        ({"opinion": "很好"}, "opinion"),
        ({"audited_investment": "0"}, "audited_investment"),
        ({"document": 999999}, "document"),
        ({"firm": ""}, "firm"),
    ],
)
def test_a_wrong_audit_is_refused_at_its_field(
    change: dict[str, Any], field: str, project: Project, park: APIClient
) -> None:
    answer = park.post(address(project, "audits"), AUDIT | change)

    assert (answer.status_code, list(answer.json()["details"])) == (400, [field])


def test_a_paper_of_another_project_does_not_exist_here(project: Project, park: APIClient) -> None:
    other = paper(make_project(milestones=False), "audit")

    answer = park.post(address(project, "audits"), AUDIT | {"document": other.pk})

    assert (answer.status_code, list(answer.json()["details"])) == (400, ["document"])


def test_the_settlement_is_read_live_and_frozen(project: Project, park: APIClient) -> None:
    frozen = park.post(address(project, "settlement"), {"on": "2026-03-01"})

    assert (frozen.status_code, frozen.json()["number"], frozen.json()["differences"]) == (201, 1, [])
    assert frozen.json()["is_whole"] is True
    answer = park.get(f"{address(project, 'settlement')}?on=2026-03-01").json()
    assert answer["frozen"] == [frozen.json()]
    assert answer["live"]["spent"][0] == {
        "category": "设备费",
        "amounts": {"省拨款": "50.00", "园区配套": "0.00", "单位自筹": "0.00", "社会资本": "0.00"},
        "total": "50.00",
    }
    assert (answer["live"]["surplus"], answer["live"]["held_at_park"]) == ("30.00", "20.00")
    for name in ("funding", "total", "spent", "surplus", "held_at_park"):
        assert answer["live"][name] == frozen.json()["content"][name]


def test_where_it_parts_from_the_ledger_is_told(project: Project, park: APIClient) -> None:
    park.post(address(project, "settlement"), {"on": "2026-03-01"})
    moved(project, "到账园区", "省拨款", "1.00", "2026-03-01")

    (frozen,) = park.get(address(project, "settlement")).json()["frozen"]

    assert frozen["differences"] == [
        {"source": "省拨款", "item": "arrived_at_park", "frozen": "100.00", "in_ledger": "101.00"},
        {"source": "省拨款", "item": "held_at_park", "frozen": "20.00", "in_ledger": "21.00"},
    ]


def test_it_is_frozen_for_today_unless_said_otherwise(project: Project, park: APIClient) -> None:
    assert park.post(address(project, "settlement")).json()["settled_on"] == timezone.localdate().isoformat()


def test_a_day_to_come_cannot_be_settled(project: Project, park: APIClient) -> None:
    answer = park.post(address(project, "settlement"), {"on": "2099-01-01"})

    assert (answer.status_code, list(answer.json()["details"])) == (400, ["on"])


def test_the_surplus_is_read_and_decided() -> None:
    project = spent_project("acceptance")
    moved(project, "拨付单位", "省拨款", "20.00", "2023-01-01")
    accepted(project)
    province = province_of(project)

    decided = province.post(
        address(project, "surplus"), {"use": "kept", "on": "2026-06-01", "reason": "用于后续研发"}
    )

    assert decided.status_code == 201
    assert decided.json() == {
        "on": "2026-06-01",
        "use": "kept",
        "amount": "50.00",
        "kept_until": "2028-06-01",
        "reason": "用于后续研发",
    }
    answer = province.get(address(project, "surplus")).json()
    assert answer["decisions"] == [decided.json()]
    assert (answer["at_unit"], answer["at_park"], answer["total"]) == (
        {"省拨款": "50.00", "园区配套": "0.00"},
        "0.00",
        "50.00",
    )


def test_what_may_not_be_kept_is_refused() -> None:
    project = spent_project("acceptance")
    answer = province_of(project).post(address(project, "surplus"), {"use": "kept", "reason": "留用"})

    assert (answer.status_code, answer.json()["code"]) == (409, "must_not_be_kept")


@pytest.mark.parametrize("what", ["settlement", "surplus", "audits"])
def test_a_misspelt_filter_is_not_taken_for_none(what: str, project: Project, park: APIClient) -> None:
    assert park.get(f"{address(project, what)}?day=2026-01-01").status_code == 400
