"""The reports of a project on its page: drafts, issues, their files and scans."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from backend.pages import reports as page
from lifecycle.models import Document, Project
from reports import issuing
from reports.document import Document as Report
from reports.models import Issue
from tests.builders import make_project, moved
from tests.people import people_around
from tests.reports.quick import blank_pdf, quick_render

pytestmark = pytest.mark.django_db

REPORT = Report(kind="settlement", title="经费决算表", subject="", cover=(), sections=())


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, own_files: Path) -> Iterator[None]:
    monkeypatch.setattr(issuing, "render", quick_render)
    monkeypatch.setattr(page, "render", quick_render)
    yield


def signed_in(client: Client, project: Project, role: str) -> Client:
    person = people_around(project)[role]
    assert person is not None
    client.force_login(person)
    return client


def test_the_page_offers_what_can_be_drawn_up(client: Client):
    project = make_project(number="BA1")

    said = signed_in(client, project, "park").get("/projects/BA1/reports/").content.decode()

    assert "验收报告" in said
    assert "经费决算表" in said
    assert "还没有出具过报告" in said


def test_a_report_on_the_screen_leads_from_a_figure_to_its_entries(client: Client):
    project = make_project(number="BA1")
    moved(project, "资金到位", "单位自筹", "123456.00", "2024-01-01")

    said = signed_in(client, project, "unit").get("/projects/BA1/reports/settlement/").content.decode()

    assert "12.35" in said
    assert "/projects/BA1/ledger/?" in said


def test_a_draft_is_no_issue(client: Client):
    project = make_project(number="BA1")

    answer = signed_in(client, project, "auditor").get("/projects/BA1/reports/settlement/draft/pdf/")

    assert answer["Content-Type"] == "application/pdf"
    assert not Issue.objects.exists()


def test_issuing_twice_on_the_same_facts_issues_once(client: Client):
    project = make_project(number="BA1")
    signed_in(client, project, "park")

    first = client.post("/projects/BA1/reports/settlement/issue/", follow=True).content.decode()
    again = client.post("/projects/BA1/reports/settlement/issue/", follow=True).content.decode()

    assert "报告已出具，编号 BA1-JS-01" in first
    assert "数据没有变化，仍是已出具的 BA1-JS-01" in again
    assert Issue.objects.count() == 1


def test_what_was_issued_is_handed_out_as_it_was(client: Client):
    project = make_project(number="BA1")
    signed_in(client, project, "park")
    client.post("/projects/BA1/reports/settlement/issue/")
    issue = Issue.objects.get()

    answer = client.get(f"/projects/BA1/reports/issued/{issue.pk}/xlsx/")

    assert answer.content == b"xlsx BA1-JS-01"
    assert client.get(f"/projects/BA1/reports/issued/{issue.pk}/odt/").status_code == 404


def test_an_issue_of_another_project_does_not_exist_here(client: Client):
    project, other = make_project(number="BA1"), make_project(number="BA2")
    signed_in(client, other, "province").post("/projects/BA2/reports/settlement/issue/")
    issue = Issue.objects.get()

    answer = signed_in(client, project, "province").get(f"/projects/BA1/reports/issued/{issue.pk}/pdf/")

    assert answer.status_code == 404


def test_a_stamped_scan_is_matched_with_the_pages_that_went_out(client: Client):
    project = make_project(number="BA1")
    signed_in(client, project, "park")
    client.post("/projects/BA1/reports/settlement/issue/")
    issue = Issue.objects.get()

    client.post(
        "/projects/BA1/documents/",
        {
            "file": SimpleUploadedFile("盖章.pdf", blank_pdf(REPORT), "application/pdf"),
            "category": "acceptance",
            "title": "盖章扫描件",
            "subject": "issue",
            "id": issue.pk,
        },
    )

    assert Document.objects.get().subject_id == issue.pk
    assert "扫描件 2 页，与原件一致" in client.get("/projects/BA1/reports/").content.decode()


@pytest.mark.parametrize("address", ["poem/", "poem/draft/pdf/", "settlement/draft/odt/"])
def test_what_there_is_not_is_not_found(client: Client, address: str):
    project = make_project(number="BA1")

    assert signed_in(client, project, "park").get(f"/projects/BA1/reports/{address}").status_code == 404


def test_a_batch_without_projects_is_refused_with_a_word(client: Client):
    project = make_project(number="BA1")

    answer = signed_in(client, project, "park").post(
        "/reports/batch/",
        {"kind": "settlement", "form": "pdf", "on": "2026-11-20", "state": "revoked", "cluster": ""},
    )

    assert answer.status_code == 400
    assert "没有符合条件的项目" in answer.content.decode()
