"""Moves by API: the gates, making a move, and the refusals."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from lifecycle.models import Project, StateChange
from lifecycle.moves import MOVES
from lifecycle.parties.models import Role
from tests.builders import make_project
from tests.people import api_of, make_person, people_around

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def province(project: Project) -> APIClient:
    return api_of(make_person((Role.PROVINCE, project.cluster.park.parent.parent)))


def address(project: Project, name: str) -> str:
    return f"/api/v1/projects/{project.number}/moves/{name}/"


def test_gates_and_readiness_are_told(project: Project, province: APIClient):
    told = province.get(f"/api/v1/projects/{project.number}/gates/?on=2025-06-01").json()

    assert (told["state"], told["on"]) == ("implementing", "2025-06-01")
    assert told["moves"]["suspend"]["needs"] == ["reason"]
    assert told["acceptance"]["first_day"] == "2026-03-01"
    assert 0 <= told["acceptance"]["percent"] < 100
    of_gate = told["moves"]["apply_for_acceptance"]["conditions"]
    assert told["acceptance"]["conditions"] == of_gate


def test_readiness_ends_with_acceptance(province: APIClient, project: Project):
    at_acceptance = make_project(cluster=project.cluster, state="acceptance", milestones=False)

    told = province.get(f"/api/v1/projects/{at_acceptance.number}/gates/").json()

    assert told["acceptance"] is None
    assert list(told["moves"]) == ["close", "return_for_rectification", "terminate", "revoke"]


def test_a_move_answers_what_was_made(project: Project, province: APIClient):
    answer = province.post(address(project, "suspend"), {"on": "2024-03-01", "reason": "设备改造"})

    assert answer.status_code == 201
    assert answer.json() == {
        "sequence": 2,
        "move": "suspend",
        "from_state": "implementing",
        "to_state": "suspended",
        "effective_on": "2024-03-01",
    }


def test_a_second_press_is_409_with_a_clear_word(project: Project, province: APIClient):
    province.post(address(project, "suspend"), {"reason": "设备改造"})

    answer = province.post(address(project, "suspend"), {"reason": "设备改造"})

    assert answer.status_code == 409
    assert answer.json()["code"] == "wrong_stage"
    assert "已办理“暂停”" in answer.json()["message"]


def test_a_blocked_move_lists_every_condition_and_changes_nothing(project: Project):
    park = api_of(make_person((Role.PARK, project.cluster.park)))

    answer = park.post(address(project, "apply_for_acceptance"), {"on": "2025-01-01"})

    assert answer.status_code == 409
    told = answer.json()
    assert told["code"] == "blocked"
    conditions = {each["code"]: each["met"] for each in told["details"]["conditions"]}
    assert conditions["term_ended"] is False
    assert conditions["day_in_order"] is True
    assert StateChange.objects.filter(project=project).count() == 1


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({}, "reason"),
        ({"reason": "x", "on": "2099-01-01"}, "on"),
        ({"reason": "x", "on": "yesterday"}, "on"),
        ({"reason": "x" * 2001}, "reason"),
        ({"reason": "x", "document": 1}, "document"),
        ({"reason": "x", "reason_class": "objective"}, "reason_class"),
        ({"reason": "x", "findings": [{"severity": "minor", "text": "y"}]}, "findings"),
    ],
)
def test_a_move_of_wrong_shape_names_its_fault(
    facts: dict[str, object], field: str, project: Project, province: APIClient
):
    answer = province.post(address(project, "suspend"), facts)

    assert answer.status_code == 400
    assert field in answer.json()["details"]
    assert StateChange.objects.filter(project=project).count() == 1


@pytest.mark.parametrize("name", list(MOVES))
def test_each_move_is_made_by_its_role_alone(name: str, project: Project):
    statuses = {
        who: api_of(person).post(address(project, name), {}).status_code
        for who, person in people_around(project).items()
    }

    let_in = {who for who, status in statuses.items() if status in (201, 400, 409)}
    assert let_in == {MOVES[name].role}
    assert {who for who, status in statuses.items() if status == 403} == {
        "unit",
        "park",
        "city",
        "province",
        "auditor",
    } - let_in
    assert statuses["nobody"] == 401
    assert statuses["other park"] == statuses["administrator"] == 404


def test_a_move_that_does_not_exist_is_not_found(project: Project, province: APIClient):
    assert province.post(address(project, "entered"), {}).status_code == 404
