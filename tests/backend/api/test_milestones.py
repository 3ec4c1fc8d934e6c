"""Milestones by API: reading, logging, adding."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from lifecycle.models import FactVersion, Milestone, Project
from lifecycle.parties.models import Role
from tests.builders import make_milestone, make_project
from tests.people import api_of, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


@pytest.fixture
def milestone(project: Project) -> Milestone:
    return make_milestone(project, "2023-06-30")


@pytest.fixture
def unit(project: Project) -> APIClient:
    return api_of(make_person((Role.UNIT, project.unit), username="unit.1"))


@pytest.fixture
def park(project: Project) -> APIClient:
    return api_of(make_person((Role.PARK, project.cluster.park)))


def address(project: Project) -> str:
    return f"/api/v1/projects/{project.number}/milestones/"


def test_progress_is_logged_by_the_unit_under_its_name(
    project: Project, milestone: Milestone, unit: APIClient
):
    answer = unit.post(
        f"{address(project)}{milestone.pk}/progress/",
        {"progress": "样机已完成", "completed_on": "2023-06-29"},
    )

    assert (answer.status_code, answer.json()["completed_on"]) == (200, "2023-06-29")
    assert unit.get(address(project)).json()["results"] == [answer.json()]
    assert FactVersion.objects.get(table_name="lifecycle_milestone").changed_by == "unit.1"


def test_what_is_left_out_stays_as_it_is(project: Project, milestone: Milestone, unit: APIClient):
    progress = f"{address(project)}{milestone.pk}/progress/"
    unit.post(progress, {"progress": "样机已完成", "completed_on": "2023-06-29"})

    assert unit.post(progress, {"progress": "已验收"}).json()["completed_on"] == "2023-06-29"
    assert unit.post(progress, {"completed_on": None}).json()["completed_on"] is None
    assert unit.post(progress, {}).json()["progress"] == "已验收"


@pytest.mark.parametrize(
    "body", [{"completed_on": "2999-01-01"}, {"completed_on": "x"}, {"progress": "长" * 2001}]
)
def test_wrong_progress_is_refused(
    project: Project, milestone: Milestone, unit: APIClient, body: dict[str, str]
):
    answer = unit.post(f"{address(project)}{milestone.pk}/progress/", body)

    assert (answer.status_code, list(answer.json()["details"])) == (400, list(body))


def test_a_milestone_of_another_project_is_not_found(project: Project, unit: APIClient):
    other = make_milestone(make_project(milestones=False), "2023-06-30")

    assert unit.post(f"{address(project)}{other.pk}/progress/", {}).status_code == 404


def test_the_park_adds_to_the_plan(project: Project, park: APIClient):
    body = {"year": 2024, "name": "小批量试产", "planned_on": "2024-06-30"}

    added = park.post(address(project), body)
    again = park.post(address(project), body)

    assert (added.status_code, added.json()["completed_on"]) == (201, None)
    assert (again.status_code, again.json()["code"]) == (409, "milestone_exists")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["year", "name", "planned_on"]),
        ({"year": 10**30, "name": "x", "planned_on": "2024-06-30"}, ["year"]),
        ({"year": 2024, "name": "x", "planned_on": "2034-06-30"}, ["planned_on"]),
        ({"year": 2024, "name": "\x00", "planned_on": "2024-06-30"}, ["name"]),
    ],
)
def test_a_wrong_plan_is_refused(
    project: Project, park: APIClient, body: dict[str, object], fields: list[str]
):
    answer = park.post(address(project), body)

    assert (answer.status_code, list(answer.json()["details"])) == (400, fields)


def test_milestones_are_searched_and_sorted(project: Project, park: APIClient):
    for day in ("2024-06-30", "2023-06-30"):
        make_milestone(project, day)

    assert [row["year"] for row in park.get(address(project)).json()["results"]] == [2023, 2024]
    assert [row["year"] for row in park.get(f"{address(project)}?ordering=-year").json()["results"]] == [
        2024,
        2023,
    ]
    assert park.get(f"{address(project)}?q=没有").json()["count"] == 0
    assert park.get(f"{address(project)}?ordering=recorded_at").status_code == 400
