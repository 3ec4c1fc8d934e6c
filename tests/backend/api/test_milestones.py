"""Milestones by API: reading, logging, adding."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from lifecycle.models import FactVersion, Milestone, Project
from lifecycle.parties.models import Role
from tests.builders import make_milestone, make_project
from tests.papers import evidence_of
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
    answer = unit.post(f"{address(project)}{milestone.pk}/progress/", {"progress": "样机已完成"})

    assert (answer.status_code, answer.json()["state"]) == (200, "in_progress")
    assert unit.get(address(project)).json()["results"] == [answer.json()]
    assert FactVersion.objects.get(table_name="lifecycle_milestone").changed_by == "unit.1"


def test_a_day_of_completion_hands_the_milestone_in(project: Project, milestone: Milestone, unit: APIClient):
    progress = f"{address(project)}{milestone.pk}/progress/"
    body = {"progress": "样机已完成", "completed_on": "2023-06-29"}

    without = unit.post(progress, body)
    evidence_of(milestone)
    handed_in = unit.post(progress, body)

    assert (without.status_code, without.json()["code"]) == (409, "evidence_missing")
    assert (handed_in.status_code, handed_in.json()["state"], handed_in.json()["completed_on"]) == (
        200,
        "handed_in",
        "2023-06-29",
    )


def test_progress_that_is_left_out_stays_as_it_is(project: Project, milestone: Milestone, unit: APIClient):
    progress = f"{address(project)}{milestone.pk}/progress/"
    unit.post(progress, {"progress": "样机已完成"})
    evidence_of(milestone)

    assert unit.post(progress, {}).json()["progress"] == "样机已完成"
    assert unit.post(progress, {"completed_on": "2023-06-29"}).json()["progress"] == "样机已完成"


@pytest.mark.parametrize(
    "body",
    [
        {"completed_on": "2999-01-01"},
        {"completed_on": "x"},
        {"completed_on": None},
        {"progress": "长" * 2001},
    ],
)
def test_wrong_progress_is_refused(
    project: Project, milestone: Milestone, unit: APIClient, body: dict[str, str]
):
    Milestone.objects.filter(pk=milestone.pk).update(progress="样机", state="in_progress")

    answer = unit.post(f"{address(project)}{milestone.pk}/progress/", body)

    assert (answer.status_code, list(answer.json()["details"])) == (400, list(body))


def test_a_milestone_goes_its_whole_way(
    project: Project, milestone: Milestone, unit: APIClient, park: APIClient
):
    def act(who: APIClient, name: str, **body: str) -> Any:
        return who.post(f"{address(project)}{milestone.pk}/{name}/", body)

    evidence_of(milestone)
    said = {"completed_on": "2023-06-29", "statement": "样机通过测试"}
    assert act(unit, "hand-in", **said).json()["state"] == "handed_in"
    assert act(unit, "take-back").json()["state"] == "in_progress"
    assert act(unit, "hand-in", **said).status_code == 200
    assert act(park, "return", reason="缺少报告").json()["completed_on"] is None
    assert act(unit, "hand-in", **said).json()["progress"] == "样机通过测试"
    assert act(park, "verify").json()["state"] == "verified"
    again = act(park, "verify")

    assert (again.status_code, again.json()["code"], again.json()["details"]) == (
        409,
        "wrong_state",
        {"state": "verified"},
    )


def test_the_province_waives_a_milestone_from_a_day_on(project: Project, milestone: Milestone):
    park = project.cluster.park
    assert park.parent is not None and park.parent.parent is not None
    province = api_of(make_person((Role.PROVINCE, park.parent.parent)))

    answer = province.post(
        f"{address(project)}{milestone.pk}/waive/", {"reason": "路线调整", "on": "2023-06-01"}
    )

    assert (answer.json()["state"], answer.json()["waived_on"]) == ("waived", "2023-06-01")


@pytest.mark.parametrize(
    ("act", "body", "fields"),
    [
        ("hand-in", {}, ["completed_on", "statement"]),
        ("hand-in", {"completed_on": "2999-01-01", "statement": "x"}, ["completed_on"]),
        ("return", {}, ["reason"]),
        ("return", {"reason": "x", "on": "2999-01-01"}, ["on"]),
        ("verify", {"on": "x"}, ["on"]),
    ],
)
def test_an_act_says_what_it_wants(
    act: str, body: dict[str, str], fields: list[str], project: Project, milestone: Milestone, park: APIClient
):
    evidence_of(milestone)
    if act != "hand-in":
        Milestone.objects.filter(pk=milestone.pk).update(state="handed_in", completed_on="2023-06-29")

    answer = park.post(f"{address(project)}{milestone.pk}/{act}/", body)

    assert (answer.status_code, list(answer.json()["details"])) == (400, fields)


def test_nobody_verifies_their_own(project: Project, milestone: Milestone, park: APIClient):
    evidence_of(milestone)
    park.post(
        f"{address(project)}{milestone.pk}/hand-in/", {"completed_on": "2023-06-29", "statement": "完成"}
    )

    answer = park.post(f"{address(project)}{milestone.pk}/verify/", {})

    assert (answer.status_code, answer.json()["code"]) == (409, "own_work")


def test_a_milestone_of_another_project_is_not_found(project: Project, unit: APIClient):
    other = make_milestone(make_project(milestones=False), "2023-06-30")

    for act in ("progress", "hand-in", "take-back"):
        assert unit.post(f"{address(project)}{other.pk}/{act}/", {}).status_code == 404


def test_the_park_adds_to_the_plan(project: Project, park: APIClient):
    body = {
        "year": 2024,
        "name": "小批量试产",
        "planned_on": "2024-06-30",
        "weight": 60,
        "planned_spend": "1200.50",
    }

    added = park.post(address(project), body)
    heavy = park.post(address(project), {**body, "name": "量产"})
    again = park.post(address(project), {**body, "weight": None})

    assert (added.status_code, added.json()["state"]) == (201, "planned")
    assert (added.json()["weight"], added.json()["planned_spend"]) == (60, "1200.50")
    assert park.get(address(project)).json()["results"] == [added.json()]
    assert (heavy.status_code, heavy.json()["details"]) == (409, {"left": 40})
    assert (again.status_code, again.json()["code"]) == (409, "milestone_exists")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["year", "name", "planned_on"]),
        ({"year": 10**30, "name": "x", "planned_on": "2024-06-30"}, ["year"]),
        ({"year": 2024, "name": "x", "planned_on": "2034-06-30"}, ["planned_on"]),
        ({"year": 2024, "name": "\x00", "planned_on": "2024-06-30"}, ["name"]),
        ({"year": 2024, "name": "x", "planned_on": "2024-06-30", "weight": 101}, ["weight"]),
        ({"year": 2024, "name": "x", "planned_on": "2024-06-30", "planned_spend": "x"}, ["planned_spend"]),
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
