"""Credit records by API: recorded and lifted by the province, seen by whoever sees the project."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from lifecycle.models import CreditRecord, Project
from lifecycle.parties.models import Role
from tests.builders import make_project
from tests.lifecycle.inspecting import attached, raised, recorded
from tests.people import api_of, make_person

pytestmark = pytest.mark.django_db

BODY = {
    "subject_kind": "unit",
    "subject_name": "某公司",
    "grade": "minor",
    "behaviour": "逾期未整改",
    "recorded_on": "2025-03-01",
}


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


@pytest.fixture
def province(project: Project) -> APIClient:
    city = project.cluster.park.parent
    assert city is not None and city.parent is not None
    return api_of(make_person((Role.PROVINCE, city.parent)))


def address(project: Project, more: str = "") -> str:
    return f"/api/v1/projects/{project.number}/credit/{more}"


def test_a_record_is_made_with_its_paper_and_lifted(project: Project, province: APIClient):
    paper = attached(raised(project), category="decision", subject="", subject_id=None)

    made = province.post(address(project), {**BODY, "document_id": paper.pk}, format="json")

    assert (made.status_code, made.json()["until"], made.json()["document_id"]) == (201, None, paper.pk)
    unit = api_of(make_person((Role.UNIT, project.unit)))
    assert unit.get(address(project)).json()["results"] == [made.json()]
    assert unit.post(address(project), BODY, format="json").status_code == 403

    where = address(project, f"{made.json()['id']}/lift/")
    lifted = province.post(where, {"reason": "已修复", "on": "2026-01-05"}, format="json")
    again = province.post(where, {"reason": "已修复"}, format="json")

    assert (lifted.status_code, lifted.json()["lifted_on"]) == (200, "2026-01-05")
    assert (again.status_code, again.json()["code"]) == (409, "not_in_force")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"subject_kind": "city"}, "subject_kind"),
        ({"subject_name": ""}, "subject_name"),
        ({"grade": "x"}, "grade"),
        ({"behaviour": "\x00"}, "behaviour"),
        ({"recorded_on": "2999-01-01"}, "recorded_on"),
        ({"until": "2025-02-28"}, "until"),
        ({"document_id": 999}, "document_id"),
        ({"document_id": 10**30}, "document_id"),
    ],
)
def test_a_wrong_record_is_refused(project: Project, province: APIClient, change: dict[str, Any], field: str):
    answer = province.post(address(project), BODY | change, format="json")

    assert (answer.status_code, list(answer.json()["details"])) == (400, [field])
    assert not CreditRecord.objects.exists()


def test_the_record_of_another_project_is_not_found(project: Project, province: APIClient):
    other = recorded(make_project(milestones=False))

    assert (
        province.post(address(project, f"{other.pk}/lift/"), {"reason": "x"}, format="json").status_code
        == 404
    )
