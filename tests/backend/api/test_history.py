"""The moves of a project by API."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from lifecycle.models import Project, StateChange
from lifecycle.parties.models import Role
from tests.builders import day, make_project, walked
from tests.people import api_of, make_person

pytestmark = pytest.mark.django_db

CONDITIONS = {
    "on": [
        {
            "code": "FIN-05",
            "met": False,
            "status": "breach",
            "sentence": "有 %(held)s 元自 %(since)s 起滞留。",
            "figures": {"held": "1234.50", "since": "2024-01-05"},
        }
    ],
    "today": [],
}


@pytest.fixture
def project() -> Project:
    project = walked(make_project(milestones=False, state="approved"), "implementing")
    StateChange.objects.create(
        project=project,
        sequence=4,
        move="suspend",
        from_state="implementing",
        to_state="suspended",
        effective_on=day("2024-02-01"),
        actor_name="province",
        role="province",
        reason="停工",
        conditions=CONDITIONS,
        rule_set="abc",
    )
    Project.objects.filter(pk=project.pk).update(state="suspended")
    return project


@pytest.fixture
def park(project: Project) -> APIClient:
    return api_of(make_person((Role.PARK, project.cluster.park)))


def test_every_move_is_told_with_its_conditions(project: Project, park: APIClient) -> None:
    told = park.get(f"/api/v1/projects/{project.number}/history/").json()

    assert told["count"] == 4
    assert [row["move"] for row in told["results"]] == [
        "entered",
        "start_funding",
        "start_implementation",
        "suspend",
    ]
    came, *_others, last = told["results"]
    assert (came["title"], came["from_state"], came["effective_on"]) == ("录入系统", "", None)
    assert {name: last[name] for name in last if name != "at"} == {
        "sequence": 4,
        "move": "suspend",
        "title": "暂停",
        "from_state": "implementing",
        "to_state": "suspended",
        "effective_on": "2024-02-01",
        "actor": "province",
        "role": "province",
        "reason": "停工",
        "reason_class": "",
        "document": None,
        "rule_set": "abc",
        "conditions": [
            {"code": "FIN-05", "met": False, "message": "有 1,234.50 元自 2024-01-05 起滞留。", "basis": ""}
        ],
        "conditions_today": [],
    }


def test_it_is_paged_and_turned_round(
    project: Project, park: APIClient, django_assert_num_queries: Any
) -> None:
    address = f"/api/v1/projects/{project.number}/history/"

    with django_assert_num_queries(5):
        first = park.get(f"{address}?ordering=-sequence&page_size=1").json()

    assert first["results"][0]["sequence"] == 4
    assert first["next"]
    assert park.get(f"{address}?page=9").status_code == 404
    assert park.get(f"{address}?ordering=at").status_code == 400
