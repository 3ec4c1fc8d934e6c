"""Annual reports and the years of a plan by API."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from lifecycle.models import AnnualReport, Milestone, Project
from lifecycle.parties.models import Role
from tests.builders import day, make_milestone, make_project, moved
from tests.people import api_of, make_person

pytestmark = pytest.mark.django_db

CONTENT: dict[str, Any] = {
    "progress": "样机已完成",
    "results": "申请发明专利 2 件",
    "money": "省拨款已到位",
    "benefits": {"sales": "1200000.5", "tax": "0", "export": 0, "patents": 2, "standards": 0, "new_jobs": 12},
    "problems": "关键部件交货推迟",
    "next_year": "小批量试产",
}


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


@pytest.fixture
def unit(project: Project) -> APIClient:
    return api_of(make_person((Role.UNIT, project.unit)))


@pytest.fixture
def park(project: Project) -> APIClient:
    return api_of(make_person((Role.PARK, project.cluster.park)))


def address(project: Project, rest: str = "") -> str:
    return f"/api/v1/projects/{project.number}/annual-reports/{rest}"


def test_a_report_goes_its_whole_way(project: Project, unit: APIClient, park: APIClient):
    begun = unit.post(address(project), {"year": 2023})
    assert (begun.status_code, begun.json()["state"]) == (201, "draft")
    assert "累计到位" in begun.json()["content"]["money"]

    written = unit.patch(address(project, "2023/"), {"content": CONTENT, "pace": "按计划"})
    assert written.json()["content"]["benefits"]["sales"] == "1200000.50"
    assert unit.post(address(project, "2023/hand-in/"), {}).json()["state"] == "handed_in"
    points = [{"section": "problems", "text": "请写明原因"}]
    returned = park.post(address(project, "2023/return/"), {"points": points})
    assert (returned.json()["state"], returned.json()["points"]) == ("returned", points)
    assert unit.post(address(project, "2023/hand-in/"), {}).status_code == 200
    accepted = park.post(address(project, "2023/accept/"), {})

    assert (accepted.json()["state"], accepted.json()["pace"]) == ("accepted", "按计划")
    assert unit.get(address(project, "2023/")).json() == accepted.json()
    row = unit.get(address(project)).json()["results"][0]
    assert set(row) == {"year", "state", "pace", "submitted_on", "reviewed_on"}
    stands = unit.patch(address(project, "2023/"), {"content": {"money": "x"}})
    assert (stands.status_code, stands.json()["code"]) == (409, "wrong_state")


def test_a_report_that_is_not_whole_is_told_what_it_lacks(project: Project, unit: APIClient):
    unit.post(address(project), {"year": 2023})

    answer = unit.post(address(project, "2023/hand-in/"), {})

    assert answer.status_code == 400
    assert {"pace", "problems", "sales"} <= set(answer.json()["details"])
    assert "money" not in answer.json()["details"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [({}, ["year"]), ({"year": 2021}, ["year"]), ({"year": 2099}, ["year"]), ({"year": 10**30}, ["year"])],
)
def test_a_year_without_a_report_is_refused(
    project: Project, unit: APIClient, body: dict[str, int], fields: list[str]
):
    answer = unit.post(address(project), body)

    assert (answer.status_code, list(answer.json()["details"])) == (400, fields)
    assert not AnnualReport.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"content": []}, "content"),
        ({"content": {"praise": "x"}}, "praise"),
        ({"content": {"benefits": {"sales": [1]}}}, "sales"),
        ({"content": {"progress": None}}, "progress"),
        ({"pace": "飞快"}, "pace"),
    ],
)
def test_what_is_no_content_is_refused(project: Project, unit: APIClient, body: Any, field: str):
    unit.post(address(project), {"year": 2023})

    answer = unit.patch(address(project, "2023/"), body)

    assert (answer.status_code, list(answer.json()["details"])) == (400, [field])


@pytest.mark.parametrize(
    "body", [{}, {"points": []}, {"points": [{"section": "x", "text": "y"}]}, {"points": ["x"]}]
)
def test_a_return_needs_points(project: Project, park: APIClient, body: Any):
    AnnualReport.objects.create(project=project, year=2023, state="handed_in", submitted_on=day("2023-12-01"))

    answer = park.post(address(project, "2023/return/"), body)

    assert (answer.status_code, list(answer.json()["details"])) == (400, ["points"])


def test_a_second_report_on_a_year_is_refused(project: Project, unit: APIClient):
    unit.post(address(project), {"year": 2023})

    again = unit.post(address(project), {"year": 2023})

    assert (again.status_code, again.json()["code"]) == (409, "report_exists")


def test_a_year_without_a_report_is_not_found(project: Project, unit: APIClient):
    for rest in ("2023/", "20230000/", "1/"):
        assert unit.get(address(project, rest)).status_code == 404
    assert unit.post(address(project, "2023/hand-in/"), {}).status_code == 404


def test_reports_are_listed_by_page(project: Project, unit: APIClient, django_assert_max_num_queries: Any):
    for year in range(2022, 2026):
        AnnualReport.objects.create(project=project, year=year, content={"progress": "x"})

    with django_assert_max_num_queries(9):
        first = unit.get(f"{address(project)}?page_size=3&ordering=-year").json()

    assert (first["count"], [row["year"] for row in first["results"]]) == (4, [2025, 2024, 2023])
    assert unit.get(f"{address(project)}?ordering=content").status_code == 400


def test_the_years_of_a_plan_stand_against_what_was_done_and_spent(project: Project, unit: APIClient):
    milestone = make_milestone(project, "2023-06-30", completed_on="2023-06-30")
    Milestone.objects.filter(pk=milestone.pk).update(weight=30, planned_spend=Decimal("1000"))
    moved(project, "支出", "省拨款", "100", "2023-05-01")

    answer = unit.get(f"/api/v1/projects/{project.number}/years/?on=2024-01-01").json()

    assert (answer["on"], [year["year"] for year in answer["years"]]) == (
        "2024-01-01",
        [2022, 2023, 2024, 2025, 2026],
    )
    assert answer["years"][1] == {
        "year": 2023,
        "planned": 1,
        "done": 1,
        "late": 0,
        "waived": 0,
        "weight": 30,
        "weight_done": 30,
        "planned_spend": "1000.00",
        "spent": "100.00",
    }
    assert answer["years"][0]["planned_spend"] is None
    assert answer["total"]["spent"] == "100.00"
    assert unit.get(f"/api/v1/projects/{project.number}/years/?year=2023").status_code == 400
