"""Exceptions by API: asked for by the park, decided by the province."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from rest_framework.test import APIClient

from lifecycle.models import Exemption, Project
from tests.builders import make_exemption, make_project
from tests.papers import make_document
from tests.people import api_of, people_around

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_files")]


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


@pytest.fixture
def clients(project: Project) -> dict[str, APIClient]:
    return {who: api_of(person) for who, person in people_around(project).items()}


def address(project: Project, rest: str = "") -> str:
    return f"/api/v1/projects/{project.number}/exemptions/{rest}"


def asked(client: APIClient, project: Project, **facts: Any) -> Any:
    return client.post(address(project), {"rule": "FIN-04", "reason": "调剂", **facts})


def test_an_exception_goes_its_way(project: Project, clients: dict[str, APIClient]) -> None:
    first = asked(clients["park"], project).json()
    assert (first["state"], first["asked_on"]) == ("asked", date.today().isoformat())  # noqa: DTZ011
    assert first["asked_by"] == project.cluster.park.name
    paper = make_document(project, category="decision").pk

    granted = clients["province"].post(
        address(project, f"{first['id']}/grant/"), {"document": paper, "until": "2099-12-31"}
    )

    assert (granted.status_code, granted.json()["state"]) == (200, "granted")
    assert (granted.json()["document"], granted.json()["until"]) == (paper, "2099-12-31")
    again = clients["province"].post(address(project, f"{first['id']}/refuse/"), {"reason": "不同意"})
    assert (again.status_code, again.json()["code"]) == (409, "already_decided")


def test_a_refused_and_a_withdrawn_one(project: Project, clients: dict[str, APIClient]) -> None:
    first = asked(clients["unit"], project).json()["id"]
    second = asked(clients["unit"], project, rule="LC-06", on="2024-01-01").json()["id"]

    refused = clients["province"].post(address(project, f"{first}/refuse/"), {"reason": "不同意"})
    assert (refused.status_code, refused.json()["state"]) == (200, "refused")
    not_theirs = clients["park"].post(address(project, f"{second}/withdraw/"), {})
    assert (not_theirs.status_code, not_theirs.json()["code"]) == (403, "not_yours")
    early = clients["unit"].post(address(project, f"{second}/withdraw/"), {"on": "2023-12-31"})
    assert (early.status_code, list(early.json()["details"])) == (400, ["on"])
    withdrawn = clients["unit"].post(address(project, f"{second}/withdraw/"), {})
    assert (withdrawn.status_code, withdrawn.json()["state"]) == (200, "withdrawn")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["rule", "reason"]),
        ({"rule": "FIN-03", "reason": "x"}, ["rule"]),
        ({"rule": "FIN-01", "reason": "x", "on": "2099-01-01"}, ["on"]),
        ({"rule": "FIN-01", "reason": "\x00"}, ["reason"]),
    ],
)
def test_what_is_wrong_is_refused_at_its_field(
    project: Project, clients: dict[str, APIClient], body: dict[str, Any], fields: list[str]
) -> None:
    answer = clients["park"].post(address(project), body)

    assert (answer.status_code, list(answer.json()["details"])) == (400, fields)
    assert not Exemption.objects.exists()


@pytest.mark.parametrize("body", [{}, {"document": 1}, {"document": "x"}, {"document": 1, "until": "x"}])
def test_nothing_is_granted_without_paper(
    project: Project, clients: dict[str, APIClient], body: dict[str, Any]
) -> None:
    pk = asked(clients["park"], project).json()["id"]

    assert clients["province"].post(address(project, f"{pk}/grant/"), body).status_code == 400
    assert Exemption.objects.get().state == "asked"


def test_one_of_another_project_does_not_exist(project: Project, clients: dict[str, APIClient]) -> None:
    other = make_exemption(make_project(milestones=False))

    for act in ("grant", "refuse"):
        assert clients["province"].post(address(project, f"{other.pk}/{act}/"), {}).status_code == 404


def test_they_are_filtered(project: Project, clients: dict[str, APIClient]) -> None:
    first, second = make_exemption(project), make_exemption(project, "LC-06", state="refused")
    make_exemption(make_project(milestones=False))

    def listed(query: str = "") -> list[int]:
        return [row["id"] for row in clients["auditor"].get(address(project, query)).json()["results"]]

    assert listed() == [first.pk, second.pk]
    assert listed("?rule=LC-06") == listed("?state=refused") == [second.pk]
    assert listed("?ordering=-id") == [second.pk, first.pk]
    assert clients["auditor"].get(address(project, "?rule=FIN-03")).status_code == 400
