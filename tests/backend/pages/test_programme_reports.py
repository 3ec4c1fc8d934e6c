"""Reports about many projects on their page: who sees which, looking at them, drafts, issues and their files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from backend import made_files, report_jobs
from backend.pages import jobs as job_page
from lifecycle.jobs.working import work
from lifecycle.models import JobRun, Project
from lifecycle.parties.models import Organisation, Person, SecurityEvent
from reports import issuing
from reports.models import Issue
from tests.backend.pages.browsing import browser_of, text_of
from tests.builders import make_project
from tests.people import now, people_around
from tests.reports.quick import quick_render

pytestmark = pytest.mark.django_db


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


def address_of(project: Project, kind: str, name: str = "programme-report") -> str:
    return reverse(name, args=[kind, around(project)[kind][1].pk])


def asked(person: Person | None, project: Project, kind: str, **wish: Any) -> JobRun:
    """The run that the page asked for."""
    query = around(project)[kind][2]
    answer = browser_of(person).post(address_of(project, kind), {**query, **wish})
    run = JobRun.objects.latest("asked_at")
    assert answer.headers["Location"] == reverse("job", args=[run.pk])
    return run


def done(run: JobRun) -> JobRun:
    """The run once it was worked on; inside a test's transaction nobody rings."""
    work(run.pk, worker="test", clock=now)
    run.refresh_from_db()
    assert run.state == "done", run.error
    return run


@pytest.mark.parametrize("kind", list(SEES))
def test_a_report_opens_to_those_above_the_projects_and_is_issued_by_who_answers_for_it(
    kind, project, people
):
    query = around(project)[kind][2]
    for name, person in people.items():
        browser = browser_of(person)
        looked = browser.get(address_of(project, kind), query)
        sent = browser.post(address_of(project, kind), {**query, "form": "pdf"})
        issued = browser.post(address_of(project, kind, "programme-report-issue"), query)
        if name == "nobody":
            statuses = (302, 302, 302)
        elif name in NO_ROLE:
            statuses = (403, 403, 403)
        elif name not in SEES[kind]:
            statuses = (404, 404, 404)
        else:
            statuses = (200, 302, 302 if name in ISSUES[kind] else 403)
        assert (name, looked.status_code, sent.status_code, issued.status_code) == (name, *statuses)
    for run in JobRun.objects.all():
        done(run)
    assert Issue.objects.count() == 1, "the same facts are issued once"


def test_a_draft_is_made_behind_the_scenes_and_offered_on_the_page_of_the_job(project, people):
    run = done(asked(people["park"], project, "park", form="docx"))

    browser = browser_of(people["park"])
    said = text_of(browser.get(reverse("job", args=[run.pk])))
    assert reverse("job-file", args=[run.pk]) in said
    assert f"{address_of(project, 'park')}?job={run.pk}" in said
    file = browser.get(reverse("job-file", args=[run.pk]))
    assert b"".join(file.streaming_content) == b"docx "
    assert not Issue.objects.exists()
    event = SecurityEvent.objects.get(act="draft_report")
    assert (event.actor_id, event.details["format"]) == (people["park"].pk, "docx")


def test_what_was_issued_is_told_on_the_page_of_the_job(project, people):
    browser = browser_of(people["park"])
    query = around(project)["park"][2]
    said = []
    for _each in range(2):
        answer = browser.post(address_of(project, "park", "programme-report-issue"), query)
        run = done(JobRun.objects.latest("asked_at"))
        assert answer.headers["Location"] == reverse("job", args=[run.pk])
        said.append(text_of(browser.get(reverse("job", args=[run.pk]))))

    number = Issue.objects.get().number
    assert all(f"报告编号：{number}" in each for each in said)
    assert ["未重复出具" in each for each in said] == [False, True]


def test_what_was_issued_is_fetched_by_those_in_sight_alone(project, people):
    _kind, park, query = around(project)["park"]
    browser_of(people["park"]).post(address_of(project, "park", "programme-report-issue"), query)
    done(JobRun.objects.get())
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
    run = done(asked(people["park"], project, "park"))

    said = text_of(browser_of(people["park"]).get(address_of(project, "park"), {"job": run.pk}))

    assert reverse("project", args=[project.number]) in said
    assert said.count("<h1") == 1
    assert run.result is not None and not made_files.has_file(run)


def test_one_that_is_soon_done_opens_at_once(project, people, monkeypatch):
    monkeypatch.setattr("backend.pages.programme_reports.wait_for", lambda run: done(run))
    query = around(project)["park"][2]

    answer = browser_of(people["park"]).post(address_of(project, "park"), query)

    assert answer.headers["Location"] == f"{address_of(project, 'park')}?job={JobRun.objects.get().pk}"
    assert job_page.PATIENCE_SECONDS <= 5


def test_a_file_of_what_is_on_the_screen_says_what_the_screen_says(project, people):
    looked = done(asked(people["province"], project, "brief", on="2026-09-30"))
    Project.objects.filter(pk=project.pk).update(name="后来的名称")
    make_project(cluster=project.cluster)

    drawn = done(asked(people["province"], project, "brief", form="pdf", seen=str(looked.pk)))

    assert drawn.arguments["on"] == "2026-09-30"
    kept = [made_files.piece_of(each.pk, "facts") for each in (looked, drawn)]
    assert kept[0] == kept[1]


def test_a_report_that_another_has_drawn_up_is_not_there(project, people):
    run = done(asked(people["park"], project, "park"))
    waiting = asked(people["city"], project, "park")

    def status(who: str, kind: str, job: Any) -> int:
        return browser_of(people[who]).get(address_of(project, kind), {"job": job}).status_code

    assert status("park", "park", run.pk) == 200
    assert status("city", "park", run.pk) == 404
    assert status("province", "park", run.pk) == 404
    assert status("city", "due", waiting.pk) == 404
    assert status("city", "park", waiting.pk) == 302
    assert status("park", "park", uuid4()) == 404
    assert status("park", "park", "x") == 404
    sent = browser_of(people["city"]).post(address_of(project, "park"), {"form": "pdf", "seen": run.pk})
    assert sent.status_code == 404


def test_a_report_that_was_cleared_away_is_said_to_be(project, people):
    run = done(asked(people["park"], project, "park"))
    made_files.sweep(now=now() + made_files.KEPT_FOR * 2)

    answer = browser_of(people["park"]).get(address_of(project, "park"), {"job": run.pk})

    assert answer.status_code == 409
    assert "文件已过保存期" in text_of(answer)


@pytest.mark.parametrize(
    ("kind", "query", "status"),
    [
        ("park", {"which": "999999"}, 409),
        ("park", {}, 409),
        ("park", {"on": "2999-01-01"}, 400),
        ("park", {"form": "odt"}, 404),
        ("settlement", {}, 404),
        ("due", {}, 404),
    ],
)
def test_what_is_not_there_is_refused_in_words(kind, query, status, project, people):
    address = reverse("programme-report", args=[kind, project.cluster.park.pk])

    answer = browser_of(people["province"]).post(address, query)

    assert answer.status_code == status
    assert not JobRun.objects.exists()


def test_a_batch_without_projects_has_no_page(project, people):
    address = address_of(project, "park")

    assert browser_of(people["province"]).get(address, {"which": "999999"}).status_code == 409


def test_a_page_costs_the_same_for_many_projects(project, people, django_assert_max_num_queries):
    for _each in range(5):
        make_project(cluster=project.cluster)
    run = done(asked(people["province"], project, "brief"))
    browser = browser_of(people["province"])
    browser.get(address_of(project, "brief"), {"job": run.pk})

    with django_assert_max_num_queries(12):
        browser.get(address_of(project, "brief"), {"job": run.pk})


def test_the_list_costs_the_same_for_many_parks(project, people, django_assert_max_num_queries):
    for _each in range(5):
        make_project(milestones=False)
    browser = browser_of(people["province"])
    browser.get(reverse("programme-reports"))

    with django_assert_max_num_queries(14):
        browser.get(reverse("programme-reports"))
