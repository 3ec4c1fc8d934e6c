"""Reports about many projects through the API: what is offered to whom, asked for as a job, fetched from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from backend import report_jobs
from lifecycle.jobs.working import work
from lifecycle.models import JobRun, Project
from lifecycle.parties.models import Organisation, Person
from reports import issuing
from reports.models import Issue
from tests.builders import make_project
from tests.people import api_of, now, people_around
from tests.reports.quick import quick_render

pytestmark = pytest.mark.django_db

SEES = {
    "park": {"park", "city", "province", "auditor"},
    "due": {"city", "province", "auditor"},
    "brief": {"province", "auditor"},
}
ISSUES = {"park": {"park", "province"}, "due": {"city", "province"}, "brief": {"province"}}
NO_ROLE = {"unit", "administrator", "log_reader", "other unit", "without role"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, own_files: Path) -> Iterator[None]:
    monkeypatch.setattr(issuing, "render", quick_render)
    monkeypatch.setattr(report_jobs, "render", quick_render)
    yield


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


@pytest.fixture
def people(project: Project) -> dict[str, Person | None]:
    return people_around(project)


def wished(project: Project, kind: str, **more: Any) -> dict[str, Any]:
    park = project.cluster.park
    city = park.parent
    assert city is not None and city.parent is not None
    about: dict[str, Organisation] = {"park": park, "due": city, "brief": city.parent}
    which = {"which": str(project.cluster.batch_id)} if kind == "park" else {}
    return {"organisation": about[kind].pk, "format": "pdf", **which, **more}


def post(person: Person | None, kind: str, wish: dict[str, Any]) -> Any:
    return api_of(person).post(f"/api/v1/reports/{kind}/", wish, format="json")


@pytest.mark.parametrize("kind", list(SEES))
def test_each_role_drafts_what_it_sees_and_issues_what_it_answers_for(kind, project, people):
    for name, person in people.items():
        drafted = post(person, kind, wished(project, kind)).status_code
        issued = post(person, kind, wished(project, kind, issue=True)).status_code
        if name == "nobody":
            statuses = (401, 401)
        elif name in NO_ROLE:
            statuses = (403, 403)
        elif name not in SEES[kind]:
            statuses = (404, 404)
        else:
            statuses = (202, 202 if name in ISSUES[kind] else 403)
        assert (name, drafted, issued) == (name, *statuses)
    assert JobRun.objects.count() == len(SEES[kind]) + len(ISSUES[kind])


def test_it_is_asked_for_made_and_fetched_by_whoever_asked_alone(project, people):
    answer = post(people["park"], "park", wished(project, "park", issue=True))
    run = UUID(answer.json()["job"])
    work(run, worker="test", clock=now)

    api = api_of(people["park"])
    told = api.get(f"/api/v1/jobs/{run}/").json()
    number = Issue.objects.get().number
    assert (told["state"], told["result"]["number"]) == ("done", number)
    assert b"".join(api.get(f"/api/v1/jobs/{run}/file/").streaming_content).startswith(b"%PDF")
    for name in ("city", "province", "administrator"):
        assert api_of(people[name]).get(f"/api/v1/jobs/{run}/file/").status_code == 404, name


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"format": "doc"}, "format"),
        ({"format": None}, "format"),
        ({"organisation": None}, "organisation"),
        ({"organisation": "高新区"}, "organisation"),
        ({"on": "2999-01-01"}, "on"),
        ({"on": "2024-01-01", "issue": True}, "on"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_with_a_word(wish, field, project, people):
    answer = post(people["province"], "park", wished(project, "park", **wish))

    assert answer.status_code == 400
    assert field in answer.json()["details"]
    assert not JobRun.objects.exists()


@pytest.mark.parametrize(
    ("kind", "wish", "status"),
    [
        ("park", {"which": "999999"}, 409),
        ("park", {"which": ""}, 400),
        ("park", {"organisation": 999_999_999}, 404),
        ("settlement", {}, 404),
        ("poem", {}, 404),
    ],
)
def test_what_is_not_there_is_refused(kind, wish, status, project, people):
    answer = post(people["province"], kind, {**wished(project, "park"), **wish})

    assert answer.status_code == status
    assert not JobRun.objects.exists()


def test_a_report_of_another_kind_of_organisation_does_not_exist(project, people):
    park = wished(project, "park")["organisation"]

    assert post(people["province"], "due", {"organisation": park, "format": "pdf"}).status_code == 404


def test_the_list_offers_what_one_may_look_at(project, people):
    for name in ("park", "city", "province", "auditor"):
        answer = api_of(people[name]).get("/api/v1/reports/").json()
        offered = {
            each["kind"]: each["may_issue"]
            for each in answer["results"]
            if each["organisation"]["id"] == wished(project, each["kind"])["organisation"]
        }
        assert offered == {kind: name in ISSUES[kind] for kind in SEES if name in SEES[kind]}, name
        assert answer["count"] == len(answer["results"])
    park = next(each for each in answer["results"] if each["kind"] == "park")
    assert park["which"] == str(project.cluster.batch_id)
    assert park["title"].endswith(project.cluster.batch.name)


def test_the_list_comes_in_pages_and_costs_the_same_for_many_parks(
    project, people, django_assert_max_num_queries
):
    for _each in range(5):
        make_project(milestones=False)
    api = api_of(people["province"])

    with django_assert_max_num_queries(8):
        first = api.get("/api/v1/reports/?page_size=2").json()
    rest = api.get("/api/v1/reports/?page_size=200").json()

    assert len(first["results"]) == 2 and first["next"]
    assert first["count"] == rest["count"] == len(rest["results"])
    assert api.get("/api/v1/reports/?page=99").status_code == 404
