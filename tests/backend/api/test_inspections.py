"""Inspections and findings by API: by whom, in which shape, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from lifecycle.inspections import ITEMS
from lifecycle.models import Finding, Inspection, Project, Step
from lifecycle.parties.models import Role
from tests.builders import day, make_project
from tests.lifecycle.inspecting import answered, attached, held, planned, raised
from tests.people import api_of, make_person

pytestmark = pytest.mark.django_db

HELD: dict[str, Any] = {
    "held_on": "2024-03-05",
    "checklist": [{"item": item, "finding": "", "is_met": True} for item in ITEMS],
    "result": "限期整改",
    "opinion": "台账须补齐。",
    "findings": [{"severity": "major", "text": "台账不全", "due_on": "2024-06-01"}],
}


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


@pytest.fixture
def city(project: Project) -> APIClient:
    assert project.cluster.park.parent is not None
    return api_of(make_person((Role.CITY, project.cluster.park.parent), username="city.1"))


@pytest.fixture
def unit(project: Project) -> APIClient:
    return api_of(make_person((Role.UNIT, project.unit)))


def address(project: Project, more: str = "inspections/") -> str:
    return f"/api/v1/projects/{project.number}/{more}"


def test_an_inspection_goes_from_its_plan_to_its_findings(project: Project, city: APIClient):
    plan = {"kind": "midterm", "planned_on": "2024-03-01", "inspector": "市科技局"}
    added = city.post(address(project), plan, format="json")
    again = city.post(address(project), plan, format="json")

    assert (added.status_code, added.json()["state"]) == (201, "planned")
    assert (again.status_code, again.json()["code"]) == (409, "midterm_planned")

    where = address(project, f"inspections/{added.json()['id']}/")
    done = city.post(f"{where}hold/", HELD, format="json")
    late = city.post(f"{where}cancel/", {"reason": "改期"}, format="json")

    assert (done.status_code, done.json()["result"], len(done.json()["checklist"])) == (200, "限期整改", 6)
    assert (late.status_code, late.json()["code"]) == (409, "inspection_moved")
    assert city.get(address(project)).json()["results"] == [done.json()]
    (found,) = city.get(address(project, "findings/")).json()["results"]
    assert (found["inspection"], found["due_on"], found["proof"]) == (added.json()["id"], "2024-06-01", [])
    step = Step.objects.filter(subject="inspection").last()
    assert step is not None
    assert (step.actor_name, step.role) == ("city.1", "city")


def test_a_plan_is_cancelled_with_its_reason(project: Project, city: APIClient):
    where = address(project, f"inspections/{planned(project).pk}/cancel/")

    assert list(city.post(where, {}, format="json").json()["details"]) == ["reason"]
    assert city.post(where, {"reason": "改期"}, format="json").json()["state"] == "cancelled"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"held_on": "2023-11-30", "findings": HELD["findings"]}, "held_on"),
        ({"held_on": "x"}, "held_on"),
        ({"checklist": HELD["checklist"][1:]}, "checklist"),
        ({"checklist": [{"item": "天气", "is_met": True}]}, "checklist"),
        ({"checklist": "x"}, "checklist"),
        ({"result": "合格"}, "result"),
        ({"findings": []}, "findings"),
        ({"findings": [{"severity": "major", "text": "x", "due_on": "2024-03-04"}]}, "findings"),
        ({"findings": [{**HELD["findings"][0], "text": "\x00"}]}, "findings"),
        ({"findings": HELD["findings"] * 51}, "findings"),
    ],
)
def test_what_is_wrong_with_it_is_named_and_nothing_is_kept(
    project: Project, city: APIClient, change: dict[str, Any], field: str
):
    inspection = planned(project)

    answer = city.post(address(project, f"inspections/{inspection.pk}/hold/"), HELD | change, format="json")

    assert (answer.status_code, list(answer.json()["details"])) == (400, [field])
    assert Inspection.objects.get().state == "planned"
    assert not Finding.objects.exists()


@pytest.mark.parametrize(
    "more", ["inspections/{}/hold/", "inspections/{}/cancel/", "findings/{}/close/", "findings/{}/return/"]
)
def test_things_of_another_project_are_not_found(project: Project, city: APIClient, more: str):
    other = make_project(milestones=False)
    pk = planned(other).pk if more.startswith("i") else raised(other).pk

    assert city.post(address(project, more.format(pk)), HELD, format="json").status_code == 404


def test_a_finding_is_raised_answered_given_back_and_closed(
    project: Project, city: APIClient, unit: APIClient
):
    body = {"severity": "grave", "text": "挤占专项资金", "due_on": "2024-06-01", "found_on": "2024-03-05"}
    added = city.post(address(project, "findings/"), body, format="json")
    assert (added.status_code, added.json()["origin"]) == (201, "inspection")
    where = address(project, f"findings/{added.json()['id']}/")

    without = unit.post(f"{where}reply/", {"answer": "已归还"}, format="json")
    assert (without.status_code, without.json()["code"]) == (409, "proof_missing")

    paper = attached(Finding.objects.get())
    replied = unit.post(f"{where}reply/", {"answer": "已归还", "on": "2024-05-01"}, format="json")
    assert (replied.json()["state"], replied.json()["proof"]) == ("answered", [paper.pk])
    back = city.post(f"{where}return/", {"reason": "缺银行回单", "on": "2024-05-02"}, format="json")
    assert (back.json()["state"], back.json()["answered_on"]) == ("open", None)
    assert city.post(f"{where}close/", {}, format="json").json()["code"] == "finding_moved"
    unit.post(f"{where}reply/", {"answer": "已补", "on": "2024-05-03"}, format="json")
    closed = city.post(f"{where}close/", {"on": "2024-05-04"}, format="json")
    assert (closed.json()["state"], closed.json()["closed_on"]) == ("closed", "2024-05-04")
    assert unit.post(f"{where}close/", {}, format="json").status_code == 403


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"due_on": "2024-03-04"}, "due_on"),
        ({"origin": "acceptance"}, "origin"),
        ({"inspection": 999}, "inspection"),
        ({"inspection": 10**30}, "inspection"),
        ({"severity": "x"}, "severity"),
        ({"text": ""}, "text"),
    ],
)
def test_a_wrong_finding_is_refused(project: Project, city: APIClient, change: dict[str, Any], field: str):
    body = {"severity": "grave", "text": "x", "due_on": "2024-06-01", "found_on": "2024-03-05"}

    answer = city.post(address(project, "findings/"), body | change, format="json")

    assert (answer.status_code, list(answer.json()["details"])) == (400, [field])


def test_the_inspection_of_another_project_found_nothing_here(project: Project, city: APIClient):
    other = held(planned(make_project(milestones=False)))
    body = {"severity": "grave", "text": "x", "due_on": "2024-06-01", "inspection": other.pk}

    assert list(city.post(address(project, "findings/"), body, format="json").json()["details"]) == [
        "inspection"
    ]


def test_lists_are_filtered_and_sorted(project: Project, city: APIClient):
    planned(project, "spot", "2024-05-01")
    held(planned(project))
    raised(project, due_on="2024-07-01")
    answered(raised(project))

    def ids(more: str) -> list[str]:
        return [row["kind"] for row in city.get(address(project, more)).json()["results"]]

    assert ids("inspections/") == ["midterm", "spot"]
    assert ids("inspections/?ordering=-planned_on") == ["spot", "midterm"]
    assert ids("inspections/?kind=spot") == ids("inspections/?state=planned") == ["spot"]
    rows = city.get(address(project, "findings/?state=open")).json()["results"]
    assert [row["due_on"] for row in rows] == ["2024-07-01"]
    assert city.get(address(project, "findings/?state=x")).status_code == 400


def test_the_list_of_findings_costs_the_same_however_many_there_are(
    project: Project, city: APIClient, django_assert_num_queries: DjangoAssertNumQueries
):
    where = address(project, "findings/")
    for count in (1, 9):
        for _each in range(count):
            attached(raised(project))
        with django_assert_num_queries(6):
            rows = city.get(where).json()["results"]
        assert all(len(row["proof"]) == 1 for row in rows)


def test_the_rule_tells_of_what_is_late(project: Project, city: APIClient):
    raised(project, due_on="2024-06-01")

    rules = city.get(f"{address(project, 'rules/')}?on=2024-06-11").json()["rules"]

    (answer,) = (row for row in rules if row["code"] == "LC-10")
    assert (answer["status"], answer["mend"]) == ("breach", "findings")
    assert answer["figures"] == {
        "count": 1,
        "severity": "较重",
        "finding": "台账不全",
        "due": "2024-06-01",
        "days": 10,
    }
    assert day(answer["figures"]["due"]) == Finding.objects.get().due_on
