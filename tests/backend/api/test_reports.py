"""Reports through the API: asked for as a job, fetched by whoever asked, many in one archive."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.files.storage import default_storage

from backend import made_files, report_jobs
from backend.report_batches import build_reports
from lifecycle.errors import Conflict
from lifecycle.jobs import ask
from lifecycle.jobs.working import work
from lifecycle.models import JobRun
from reports import issuing
from reports.models import Issue
from tests.builders import make_project
from tests.people import api_of, now, people_around
from tests.reports.quick import quick_render

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, own_files: Path) -> Iterator[None]:
    monkeypatch.setattr(issuing, "render", quick_render)
    monkeypatch.setattr(report_jobs, "render", quick_render)
    yield


def done(run: str | JobRun) -> JobRun:
    """The run once it was worked on; inside a test's transaction nobody rings."""
    pk = run.pk if isinstance(run, JobRun) else JobRun.objects.get(pk=run).pk
    work(pk, worker="test", clock=now)
    return JobRun.objects.get(pk=pk)


def test_a_draft_is_asked_for_made_and_fetched():
    project = make_project(number="BA1")
    api = api_of(people_around(project)["unit"])

    answer = api.post("/api/v1/projects/BA1/reports/settlement/", {"format": "pdf"}, format="json")
    assert answer.status_code == 202
    run = done(answer.json()["job"])

    told = api.get(f"/api/v1/jobs/{run.pk}/").json()
    assert told["state"] == "done"
    assert told["result"]["name"] == "BA1-settlement.pdf"
    file = api.get(f"/api/v1/jobs/{run.pk}/file/")
    assert file["Content-Type"] == "application/pdf"
    assert b"".join(file.streaming_content).startswith(b"%PDF")
    assert not Issue.objects.exists()


def test_an_issued_one_bears_its_number():
    project = make_project(number="BA1")
    api = api_of(people_around(project)["park"])

    answer = api.post(
        "/api/v1/projects/BA1/reports/settlement/", {"format": "docx", "issue": True}, format="json"
    )
    run = done(answer.json()["job"])

    assert run.result is not None
    assert run.result["number"] == "BA1-JS-01"
    assert b"".join(api.get(f"/api/v1/jobs/{run.pk}/file/").streaming_content) == b"docx BA1-JS-01"


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"format": "doc"}, "format"),
        ({}, "format"),
        ({"format": "pdf", "on": "2999-01-01"}, "on"),
        ({"format": "pdf", "on": "2024-01-01", "issue": True}, "on"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_with_a_word(wish: dict[str, Any], field: str):
    project = make_project(number="BA1")
    api = api_of(people_around(project)["park"])

    answer = api.post("/api/v1/projects/BA1/reports/settlement/", wish, format="json")

    assert answer.status_code == 400
    assert field in answer.json()["details"]
    assert not JobRun.objects.exists()


def test_an_unknown_kind_does_not_exist():
    project = make_project(number="BA1")
    api = api_of(people_around(project)["park"])

    assert api.post("/api/v1/projects/BA1/reports/poem/", {"format": "pdf"}, format="json").status_code == 404


@pytest.mark.parametrize(
    ("role", "status"), [("city", 403), ("auditor", 403), ("unit", 202), ("province", 202)]
)
def test_only_who_answers_for_it_issues(role: str, status: int):
    project = make_project(number="BA1")
    api = api_of(people_around(project)[role])

    answer = api.post(
        "/api/v1/projects/BA1/reports/settlement/", {"format": "pdf", "issue": True}, format="json"
    )

    assert answer.status_code == status


def test_nobody_else_fetches_the_file():
    project = make_project(number="BA1")
    people = people_around(project)
    answer = api_of(people["unit"]).post(
        "/api/v1/projects/BA1/reports/settlement/", {"format": "pdf"}, format="json"
    )
    run = done(answer.json()["job"])

    for role in ("park", "province", "administrator"):
        assert api_of(people[role]).get(f"/api/v1/jobs/{run.pk}/file/").status_code == 404, role


def test_many_come_in_one_archive_and_one_failure_does_not_stop_the_rest(monkeypatch: pytest.MonkeyPatch):
    one, two, three = (make_project(number=number) for number in ("BA1", "BA2", "BA3"))
    person = people_around(one)["province"]

    def built(kind: str, project: Any, **day: Any) -> Any:
        if project.pk == two.pk:
            raise Conflict("缺少数据", details={})
        return real(kind, project, **day)

    real = report_jobs.built
    monkeypatch.setattr(report_jobs, "built", built)
    answer = api_of(person).post(
        "/api/v1/reports/batch/",
        {"kind": "settlement", "format": "xlsx", "projects": ["BA1", "BA2", "BA3"]},
        format="json",
    )
    run = done(answer.json()["job"])

    assert run.result is not None
    assert (run.result["made"], run.result["failed"]) == (2, [{"project": "BA2", "message": "缺少数据"}])
    with default_storage.open(made_files.path_of(run.pk)) as file:
        assert ZipFile(BytesIO(file.read())).namelist() == ["BA1-settlement.xlsx", "BA3-settlement.xlsx"]
    assert default_storage.listdir(made_files.FOLDER)[1] == [run.pk.hex]
    assert three.number


def test_a_second_attempt_goes_on_where_the_first_broke_off(monkeypatch: pytest.MonkeyPatch):
    projects = [make_project(number=number) for number in ("BA1", "BA2")]
    person = people_around(projects[0])["province"]
    run = ask(
        build_reports,
        now=now(),
        by=person,
        projects=[each.pk for each in projects],
        kind="settlement",
        form="pdf",
        is_issued=False,
        on="2026-11-26",
        address="",
        language="zh-hans",
    )
    made: list[str] = []

    def built(kind: str, project: Any, **day: Any) -> Any:
        made.append(project.number)
        if project.number == "BA2" and made.count("BA2") == 1:
            raise SystemExit
        return real(kind, project, **day)

    real = report_jobs.built
    monkeypatch.setattr(report_jobs, "built", built)
    with pytest.raises(SystemExit):
        build_reports.act(_Held(run), **run.arguments)
    result = build_reports.act(_Held(run), **run.arguments)

    assert made == ["BA1", "BA2", "BA2"]
    assert result["made"] == 2


class _Held:
    """A run in hand, without a worker around it."""

    def __init__(self, run: JobRun) -> None:
        self.id = run.pk

    def now(self) -> Any:
        return now()

    def advance(self, done: int, total: int | None = None, note: str = "") -> None:
        pass

    def finish(self, result: Any, *, even_if_cancelled: bool = False) -> None:
        pass


def test_projects_out_of_sight_do_not_exist_in_a_batch():
    project, elsewhere = make_project(number="BA1"), make_project(number="BA2")
    api = api_of(people_around(project)["park"])

    answer = api.post(
        "/api/v1/reports/batch/",
        {"kind": "settlement", "format": "pdf", "projects": ["BA1", elsewhere.number]},
        format="json",
    )

    assert answer.status_code == 404
    assert not JobRun.objects.exists()


def test_a_file_that_was_cleared_away_is_said_to_be():
    project = make_project(number="BA1")
    api = api_of(people_around(project)["unit"])
    answer = api.post("/api/v1/projects/BA1/reports/settlement/", {"format": "pdf"}, format="json")
    run = done(answer.json()["job"])
    default_storage.delete(made_files.path_of(run.pk))

    answer = api.get(f"/api/v1/jobs/{run.pk}/file/")

    assert (answer.status_code, answer.json()["code"]) == (409, "made_file_gone")


def test_files_wait_a_week():
    project = make_project(number="BA1")
    api = api_of(people_around(project)["unit"])
    answer = api.post("/api/v1/projects/BA1/reports/settlement/", {"format": "pdf"}, format="json")
    run = done(answer.json()["job"])

    assert made_files.sweep(now=now()) == 0
    assert made_files.sweep(now=now() + made_files.KEPT_FOR * 2) == 1
    assert not default_storage.exists(made_files.path_of(run.pk))
