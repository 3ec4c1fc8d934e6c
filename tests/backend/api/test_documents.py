"""Papers by API: in as multipart, out as they came, and what an attacker makes of both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from lifecycle.models import Document, Project
from lifecycle.parties.models import Role, SecurityEvent
from tests.builders import make_milestone, make_project
from tests.papers import make_document, office, pdf, upload
from tests.people import api_of, make_person, people_around

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_files")]


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False, number="P/1")


@pytest.fixture
def unit(project: Project) -> APIClient:
    return api_of(make_person((Role.UNIT, project.unit), username="unit.1"))


@pytest.fixture
def park(project: Project) -> APIClient:
    return api_of(make_person((Role.PARK, project.cluster.park)))


@pytest.fixture
def province(project: Project) -> APIClient:
    return api_of(people_around(project)["province"])


def address(project: Project, rest: str = "") -> str:
    return f"/api/v1/projects/{project.number.replace('/', '%2F')}/documents/{rest}"


def sent(client: APIClient, project: Project, *, name: str = "证明.pdf", **facts: Any) -> Any:
    content = facts.pop("content", None)
    body = {"file": upload(content, name), "category": "milestone", **facts}
    return client.post(address(project), body, format="multipart")


class TestIn:
    def test_a_paper_is_filed_and_answered_with_its_digest(self, project: Project, unit: APIClient) -> None:
        milestone = make_milestone(project, "2024-12-31")

        answer = sent(
            unit, project, title="检测报告", number="检 1", subject="milestone", subject_id=milestone.pk
        )

        told = answer.json()
        document = Document.objects.get()
        assert answer.status_code == 201
        assert told == unit.get(address(project)).json()["results"][0]
        assert (told["id"], told["sha256"], told["uploader"]) == (document.pk, document.sha256, "unit.1")
        assert (told["subject"], told["subject_id"], told["version"]) == ("milestone", milestone.pk, 1)
        assert list(Document.objects.attached_to(milestone)) == [document]

    @pytest.mark.parametrize(
        ("facts", "fields"),
        [
            ({"name": "证书.svg"}, ["file"]),
            ({"content": b""}, ["file"]),
            ({"content": b"<html>", "name": "a.pdf"}, ["file"]),
            (
                {"content": office("word/document.xml", **{"word/vbaProject.bin": b"x"}), "name": "a.docx"},
                ["file"],
            ),
            ({"category": "nonsense"}, ["category"]),
            ({"title": "长" * 201}, ["title"]),
            ({"subject": "milestone"}, ["subject"]),
            ({"subject": "milestone", "subject_id": "1"}, ["subject"]),
            ({"subject_id": "x", "replaces": "0"}, ["subject_id", "replaces"]),
        ],
    )
    def test_what_is_wrong_is_refused_at_its_field(
        self, project: Project, unit: APIClient, facts: dict[str, Any], fields: list[str]
    ) -> None:
        answer = sent(unit, project, **facts)

        assert (answer.status_code, list(answer.json()["details"])) == (400, fields)
        assert not Document.objects.exists()

    def test_a_body_too_large_is_refused_before_it_is_read(self, project: Project, unit: APIClient) -> None:
        answer = unit.post(address(project), {}, format="multipart", CONTENT_LENGTH=str(10**10))

        assert (answer.status_code, answer.json()["code"]) == (400, "too_large")

    def test_json_is_no_file(self, project: Project, unit: APIClient) -> None:
        assert unit.post(address(project), {}, format="json").status_code == 415

    @pytest.mark.parametrize("category", ["decision", "exemption"])
    def test_papers_of_decision_come_from_the_province(
        self, project: Project, unit: APIClient, park: APIClient, province: APIClient, category: str
    ) -> None:
        for client in (unit, park):
            assert sent(client, project, category=category).status_code == 403
        assert not Document.objects.exists()
        assert sent(province, project, category=category).status_code == 201

    def test_a_second_next_version_is_a_conflict(self, project: Project, unit: APIClient) -> None:
        first = make_document(project, category="milestone")

        assert sent(unit, project, replaces=first.pk).json()["version"] == 2
        again = sent(unit, project, replaces=first.pk)

        assert (again.status_code, again.json()["code"]) == (409, "already_replaced")

    def test_a_closed_project_takes_no_more_evidence(self) -> None:
        closed = make_project(milestones=False, state="closed")
        unit = api_of(make_person((Role.UNIT, closed.unit)))

        answer = sent(unit, closed)

        assert (answer.status_code, answer.json()["code"]) == (409, "stage_forbids")

    @pytest.mark.parametrize(
        ("name", "kept"),
        [
            ("../../../../etc/cron.d/x.pdf", "x.pdf"),
            ("..\\..\\x.pdf", "x.pdf"),
            ("证书.html.pdf", "证书.html.pdf"),
        ],
    )
    def test_a_name_that_wants_out_stays_in(
        self, project: Project, unit: APIClient, own_files: Path, name: str, kept: str
    ) -> None:
        file = SimpleUploadedFile("a.pdf", pdf())
        file._name = name
        answer = unit.post(address(project), {"file": file, "category": "other"}, format="multipart")

        assert answer.json()["file_name"] == kept
        assert {path.parent.parent.name for path in own_files.rglob("*") if path.is_file()} == {"documents"}


class TestOut:
    def test_the_bytes_come_back_as_they_came(self, project: Project, park: APIClient) -> None:
        content = pdf("x" * 100_000)
        document = make_document(project, content=content, name="检测 报告.pdf")

        answer = park.get(address(project, f"{document.pk}/content/"))

        assert (answer.status_code, answer.streaming, answer["Content-Type"]) == (
            200,
            True,
            "application/pdf",
        )
        assert answer.getvalue() == content
        assert answer["Content-Length"] == str(len(content))
        assert answer["Content-Disposition"] == (
            "attachment; filename*=utf-8''%E6%A3%80%E6%B5%8B%20%E6%8A%A5%E5%91%8A.pdf"
        )
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert answer["Cache-Control"] == "private, no-store"
        event = SecurityEvent.objects.get(act="download_document")
        assert (event.subject, event.details["document"]) == ("P/1", document.pk)

    def test_no_name_gets_into_another_header(self, project: Project, park: APIClient) -> None:
        document = make_document(project, name='a";\r\nSet-Cookie: x=1; filename="b.pdf')

        answer = park.get(address(project, f"{document.pk}/content/"))
        answer.getvalue()

        assert "Set-Cookie" not in answer.headers
        assert answer["Content-Disposition"].count('"') == 2

    def test_a_paper_of_another_park_does_not_exist(self, project: Project, park: APIClient) -> None:
        other = make_document(make_project(milestones=False))

        for number in (project, other.project):
            for rest in (f"{other.pk}/", f"{other.pk}/content/"):
                answer = park.get(address(number, rest))
                assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert not SecurityEvent.objects.filter(act="download_document").exists()

    @pytest.mark.parametrize(
        "start", ["/", "/files/", "/media/", "/static/", "/var/files/", "/api/v1/files/"]
    )
    def test_where_it_is_stored_leads_nowhere(self, project: Project, park: APIClient, start: str) -> None:
        document = make_document(project)

        assert park.get(f"{start}{document.stored_as}").status_code in (301, 404)
        assert park.get(f"{start}{document.stored_as}/").status_code == 404
        assert document.stored_as not in park.get(address(project)).content.decode()

    def test_a_lost_file_is_a_conflict_and_no_torn_answer(
        self, project: Project, park: APIClient, own_files: Path
    ) -> None:
        document = make_document(project)
        (own_files / document.stored_as).unlink()

        answer = park.get(address(project, f"{document.pk}/content/"))

        assert (answer.status_code, answer.json()["code"]) == (409, "file_lost")


class TestListed:
    def test_they_are_filtered_and_only_the_newest_are_shown(self, project: Project, park: APIClient) -> None:
        milestone = make_milestone(project, "2024-12-31")
        first = make_document(project, category="audit", title="审计报告", number="审 1")
        second = make_document(project, category="audit", replaces=first.pk)
        third = make_document(project, subject="milestone", subject_id=milestone.pk)

        def listed(query: str = "") -> list[int]:
            return [row["id"] for row in park.get(address(project, query)).json()["results"]]

        assert listed() == [second.pk, third.pk]
        assert listed("?versions=all&ordering=-id") == [third.pk, second.pk, first.pk]
        assert listed("?category=audit") == [second.pk]
        assert listed(f"?subject=milestone&subject_id={milestone.pk}") == [third.pk]
        assert listed("?subject=contract") == []
        assert listed("?versions=all&q=审 1") == [first.pk]
        for wrong in ("?category=x", "?subject=project", "?subject_id=x", "?id=1", "?versions=1"):
            assert park.get(address(project, wrong)).status_code == 400

    def test_a_list_costs_the_same_however_long(
        self, project: Project, park: APIClient, django_assert_num_queries: Any
    ) -> None:
        def queries(count: int) -> None:
            with django_assert_num_queries(count):
                assert park.get(address(project)).status_code == 200

        make_document(project)
        queries(5)
        for _ in range(3):
            make_document(project)
        queries(5)

    def test_one_tells_its_versions_and_where_else_it_stands(self, project: Project, park: APIClient) -> None:
        content = pdf("the same")
        first = make_document(project, category="audit", number="审 1")
        document = make_document(project, category="audit", number="审 1", content=content, replaces=first.pk)
        neighbour = make_document(make_project(cluster=project.cluster), category="audit", content=content)
        make_document(make_project(milestones=False), category="audit", number="审 1")

        told = park.get(address(project, f"{document.pk}/")).json()

        assert [version["id"] for version in told["versions"]] == [document.pk, first.pk]
        assert told["duplicates"] == {
            "same_content": {
                "documents": [
                    {
                        "id": neighbour.pk,
                        "project": neighbour.project.number,
                        "category": "audit",
                        "title": "证明",
                        "version": 1,
                    }
                ],
                "elsewhere": 0,
            },
            "same_number": {"documents": [], "elsewhere": 1},
        }
