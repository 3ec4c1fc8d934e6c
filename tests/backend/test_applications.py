"""Applying for several projects at once, by API and page: all of them or none."""

from __future__ import annotations

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from lifecycle.guards import Guard, met
from lifecycle.models import Project, StateChange
from lifecycle.parties.models import Person, Role
from tests.backend.pages.browsing import browser_of, text_of
from tests.builders import make_project
from tests.people import api_of, make_person

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/applications/"


@pytest.fixture
def project() -> Project:
    return make_project(number="BA1")


@pytest.fixture
def other(project: Project) -> Project:
    return make_project(number="BA2", cluster=project.cluster)


@pytest.fixture
def person(project: Project) -> Person:
    return make_person((Role.PARK, project.cluster.park))


@pytest.fixture
def park(person: Person) -> APIClient:
    return api_of(person)


@pytest.fixture
def open_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every project met every condition."""
    gate = Guard("day_in_order", "", "", "history", (), lambda case: met("办理条件已满足。"))
    monkeypatch.setattr("lifecycle.guards.guards_of", lambda move: (gate,))


def states() -> list[str]:
    return list(Project.objects.order_by("number").values_list("state", flat=True))


def test_one_that_may_not_keeps_all_back(park: APIClient, project: Project, other: Project):
    answer = park.post(ADDRESS, {"projects": ["BA1", "BA2"]})

    assert answer.status_code == 409
    assert set(answer.json()["details"]["projects"]) == {"BA1", "BA2"}
    assert states() == ["implementing", "implementing"]
    assert StateChange.objects.count() == 2


@pytest.mark.usefixtures("open_gate")
def test_all_are_filed_together(park: APIClient, project: Project, other: Project):
    answer = park.post(ADDRESS, {"projects": ["BA1", "BA2"]})

    assert answer.status_code == 201, answer.json()
    assert [each["project"] for each in answer.json()] == ["BA1", "BA2"]
    assert states() == ["acceptance", "acceptance"]


def test_what_is_out_of_sight_does_not_exist(park: APIClient, project: Project):
    make_project(number="BA9")

    assert park.post(ADDRESS, {"projects": ["BA1", "BA9"]}).status_code == 404
    assert park.post(ADDRESS, {"projects": []}).status_code == 400


def test_a_role_counts_on_each_project(project: Project, other: Project):
    elsewhere = make_project(number="BA8")
    both = make_person((Role.PARK, project.cluster.park), (Role.UNIT, elsewhere.unit))

    assert api_of(both).post(ADDRESS, {"projects": ["BA1", "BA8"]}).status_code == 403


@pytest.mark.usefixtures("open_gate")
def test_by_page(person: Person, project: Project, other: Project):
    address = reverse("acceptance-several", args=["BA1"])
    browser = browser_of(person)
    shown = text_of(browser.get(address))
    assert "BA2 " in shown

    assert browser.post(address, {"on": "2026-03-01"}).status_code == 422
    answer = browser.post(address, {"projects": [project.pk, other.pk], "on": "2026-03-01"})

    assert answer.status_code == 302
    assert states() == ["acceptance", "acceptance"]


def test_a_refusal_by_page_says_which(person: Person, project: Project, other: Project):
    browser = browser_of(person)

    answer = browser.post(
        reverse("acceptance-several", args=["BA1"]), {"projects": [project.pk], "on": "2025-03-01"}
    )

    assert answer.status_code == 422
    assert "BA1：" in text_of(answer)
    assert states() == ["implementing", "implementing"]
