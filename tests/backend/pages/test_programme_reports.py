"""Reports about many projects on their page: who sees which, drafts, issues and their files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import reverse

from backend.pages import programme_reports as page
from lifecycle.models import Project
from lifecycle.parties.models import Organisation, Person, SecurityEvent
from reports import issuing
from reports.models import Issue
from tests.backend.pages.browsing import browser_of, text_of
from tests.builders import make_project
from tests.people import people_around
from tests.reports.quick import quick_render

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, own_files: Path) -> Iterator[None]:
    monkeypatch.setattr(issuing, "render", quick_render)
    monkeypatch.setattr(page, "rendered", quick_render)
    yield


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


@pytest.fixture
def people(project: Project) -> dict[str, Person | None]:
    return people_around(project)


def around(project: Project) -> dict[str, tuple[str, Organisation, dict[str, str]]]:
    """Each kind: whose it is here, and how it is asked for."""
    park = project.cluster.park
    city = park.parent
    assert city is not None and city.parent is not None
    return {
        "park": ("park", park, {"which": str(project.cluster.batch_id)}),
        "due": ("due", city, {}),
        "brief": ("brief", city.parent, {}),
    }


SEES = {
    "park": {"park", "city", "province", "auditor"},
    "due": {"city", "province", "auditor"},
    "brief": {"province", "auditor"},
}
ISSUES = {"park": {"park", "province"}, "due": {"city", "province"}, "brief": {"province"}}
NO_ROLE = {"unit", "administrator", "log_reader", "other unit", "without role"}


@pytest.mark.parametrize("kind", list(SEES))
def test_a_report_opens_to_those_above_the_projects_and_is_issued_by_who_answers_for_it(
    kind, project, people
):
    _kind, organisation, query = around(project)[kind]
    for name, person in people.items():
        browser = browser_of(person)
        looked = browser.get(reverse("programme-report", args=[kind, organisation.pk]), query)
        drafted = browser.get(reverse("programme-report-draft", args=[kind, organisation.pk, "pdf"]), query)
        sent = browser.post(reverse("programme-report-issue", args=[kind, organisation.pk]), query)
        if name == "nobody":
            statuses = (302, 302, 302)
        elif name in NO_ROLE:
            statuses = (403, 403, 403)
        elif name not in SEES[kind]:
            statuses = (404, 404, 404)
        else:
            statuses = (200, 200, 302 if name in ISSUES[kind] else 403)
        assert (name, looked.status_code, drafted.status_code, sent.status_code) == (name, *statuses)
    assert Issue.objects.count() == 1, "the same facts are issued once"


def test_what_was_issued_is_fetched_by_those_in_sight_alone(project, people):
    _kind, park, query = around(project)["park"]
    browser_of(people["park"]).post(reverse("programme-report-issue", args=["park", park.pk]), query)
    kept = Issue.objects.get()
    assert (kept.organisation, kept.project) == (park, None)
    assert kept.number == f"{park.pk:04}-B{project.cluster.batch_id}-YQ-01"

    for name, person in people.items():
        answer = browser_of(person).get(reverse("programme-report-issued", args=[kept.pk, "docx"]))
        expected = 302 if name == "nobody" else 403 if name in NO_ROLE else 404
        assert answer.status_code == (200 if name in SEES["park"] else expected), name
        listed = browser_of(person).get(reverse("programme-reports"))
        assert (kept.number in text_of(listed)) is (name in SEES["park"]), name
    event = SecurityEvent.objects.filter(act="issue_report").get()
    assert event.subject == kept.number


def test_the_list_offers_what_one_may_look_at_and_a_button_for_what_one_may_issue(project, people):
    offers = {
        name: text_of(browser_of(people[name]).get(reverse("programme-reports")))
        for name in ("park", "city", "province")
    }
    for name, said in offers.items():
        for kind, (_kind, organisation, _query) in around(project).items():
            assert (reverse("programme-report", args=[kind, organisation.pk]) in said) is (name in SEES[kind])
            assert (reverse("programme-report-issue", args=[kind, organisation.pk]) in said) is (
                name in ISSUES[kind]
            )


def test_a_report_on_the_screen_leads_to_its_projects(project, people):
    _kind, park, query = around(project)["park"]

    said = text_of(browser_of(people["park"]).get(reverse("programme-report", args=["park", park.pk]), query))

    assert reverse("project", args=[project.number]) in said
    assert said.count("<h1") == 1


@pytest.mark.parametrize(
    ("kind", "query", "status"),
    [
        ("park", {"which": "999999"}, 409),
        ("park", {}, 409),
        ("park", {"on": "2999-01-01"}, 400),
        ("settlement", {}, 404),
        ("due", {}, 404),
    ],
)
def test_what_is_not_there_is_refused_in_words(kind, query, status, project, people):
    park = project.cluster.park

    answer = browser_of(people["province"]).get(reverse("programme-report", args=[kind, park.pk]), query)

    assert answer.status_code == status


def test_the_list_costs_the_same_for_many_parks(project, people, django_assert_max_num_queries):
    for _each in range(5):
        make_project(milestones=False)
    browser = browser_of(people["province"])
    browser.get(reverse("programme-reports"))

    with django_assert_max_num_queries(14):
        browser.get(reverse("programme-reports"))
