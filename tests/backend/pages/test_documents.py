"""Papers by page: what is on file, filing, the way back, and what a browser is told of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from lifecycle.models import Document, Project
from lifecycle.parties.models import Role
from tests.backend.pages.browsing import browser_of, text_of
from tests.builders import make_exemption, make_milestone, make_project, moved
from tests.papers import PNG, make_document, pdf
from tests.people import make_person, people_around

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_files")]


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False, number="P/1")


@pytest.fixture
def address(project: Project) -> str:
    return reverse("documents", args=[project.number])


@pytest.fixture
def park(project: Project) -> Client:
    return browser_of(make_person((Role.PARK, project.cluster.park), username="park.1"))


@pytest.fixture
def auditor(project: Project) -> Client:
    return browser_of(people_around(project)["auditor"])


def sent(browser: Client, address: str, *, name: str = "证明.pdf", **facts: Any) -> Any:
    content = facts.pop("content", None)
    file = SimpleUploadedFile(name, pdf() if content is None else content)
    return browser.post(address, {"file": file, "category": "other", **facts})


class TestOnFile:
    def test_papers_stand_by_category_with_their_versions(
        self, project: Project, address: str, park: Client
    ) -> None:
        milestone = make_milestone(project, "2024-12-31")
        first = make_document(project, category="audit", title="审计报告", number="审 1")
        second = make_document(project, category="audit", title="审计报告", replaces=first.pk)
        make_document(project, category="milestone", subject="milestone", subject_id=milestone.pk)

        answer = park.get(address)
        shown = text_of(answer)

        assert [category for category, _ in answer.context["groups"]] == ["专项审计报告", "里程碑佐证"]
        assert "第 2 版" in shown and f"/documents/{first.pk}/" in shown
        assert second.sha256[:12] in shown
        assert f"里程碑 2024 {milestone.name}" in shown
        assert f"?replaces={second.pk}#file" in shown

    def test_what_is_used_twice_is_marked_and_what_is_out_of_sight_only_counted(
        self, project: Project, address: str, park: Client
    ) -> None:
        content = pdf("the same")
        make_document(project, content=content)
        neighbour = make_document(make_project(cluster=project.cluster), content=content, title="邻居的")
        stranger = make_document(make_project(milestones=False), content=content, title="别处的")

        shown = text_of(park.get(address))

        assert "重复使用" in shown
        assert f"{neighbour.project.number} 邻居的" in shown
        assert "另有 1 份内容相同，您无权查看" in shown
        assert "别处的" not in shown and stranger.project.number not in shown

    def test_invoices_used_twice_lead_to_the_ledger(
        self, project: Project, address: str, park: Client
    ) -> None:
        moved(project, "资金到位", "单位自筹", "1000", "2022-10-01")
        for voucher in ("记-1", "记-2"):
            moved(project, "支出", "单位自筹", "10", "2022-11-01", voucher=voucher, invoice="No/8 1")

        shown = text_of(park.get(address))

        assert "重复使用的票据号" in shown
        assert "?q=No%2F8%201" in shown
        assert "凭证 记-1、记-2，20.00 元" in shown

    def test_a_page_costs_the_same_however_much_is_on_file(
        self, project: Project, address: str, park: Client, django_assert_num_queries: Any
    ) -> None:
        milestone = make_milestone(project, "2024-12-31")
        exemption = make_exemption(project)

        def file(count: int) -> None:
            for _ in range(count):
                make_document(project, subject="milestone", subject_id=milestone.pk)
                make_document(project, subject="exemption", subject_id=exemption.pk, number="1")

        file(1)
        with django_assert_num_queries(14):
            park.get(address)
        file(4)
        with django_assert_num_queries(14):
            park.get(address)

    def test_a_long_list_is_turned_over(
        self, project: Project, address: str, park: Client, monkeypatch: Any
    ) -> None:
        monkeypatch.setattr("backend.pages.documents.PAGE_SIZE", 2)
        for category in ("other", "audit", "contract"):
            make_document(project, category=category, title=f"文件 {category}")

        first = park.get(address)
        second = park.get(f"{address}?after={first.context['page'].after}")

        assert [name for name, _ in first.context["groups"]] == ["专项审计报告", "合同"]
        assert [name for name, _ in second.context["groups"]] == ["其他"]

    def test_who_only_reads_gets_no_form(self, address: str, auditor: Client) -> None:
        shown = text_of(auditor.get(address))

        assert "还没有存档的文件" in shown
        assert "multipart/form-data" not in shown

    def test_a_closed_project_offers_what_it_takes(self) -> None:
        closed = make_project(milestones=False, state="closed")
        make_document(closed, category="certificate")
        browser = browser_of(make_person((Role.PARK, closed.cluster.park)))

        form = browser.get(reverse("documents", args=[closed.number])).context["form"]

        assert [key for key, _ in form.fields["category"].choices] == [
            "",
            "acceptance",
            "refund",
            "certificate",
        ]


class TestFiling:
    def test_a_paper_is_filed_and_said(self, project: Project, address: str, park: Client) -> None:
        answer = sent(park, address, title="检测报告", number="检 1")

        assert (answer.status_code, answer.headers["Location"]) == (302, address)
        document = Document.objects.get()
        assert (document.title, document.number, document.uploader_name) == ("检测报告", "检 1", "park.1")
        assert "“检测报告”已存档。" in text_of(park.get(address))

    def test_the_form_is_filled_from_the_address(self, project: Project, address: str, park: Client) -> None:
        milestone = make_milestone(project, "2024-12-31")

        answer = park.get(
            f"{address}?category=milestone&subject=milestone&id={milestone.pk}&number=检 1&next=/projects/"
        )

        shown = text_of(answer)
        assert f"里程碑 2024 {milestone.name}" in shown
        for value in ('value="milestone" selected', 'value="检 1"', f'value="{milestone.pk}"', "/projects/"):
            assert value in shown

    def test_a_paper_of_the_dossier_is_called_by_its_name_and_not_by_its_code(
        self, project: Project, address: str, park: Client
    ) -> None:
        back = reverse("acceptance", args=[project.number])
        asked = park.get(f"{address}?category=acceptance&number=summary_report&next={back}")

        form = asked.context["form"]
        assert (form["title"].value(), form["number"].value()) == ("项目实施总结报告", "summary_report")
        assert form["number"].is_hidden and form["category"].is_hidden
        assert "<dd>项目实施总结报告</dd>" in text_of(asked)

        answer = sent(park, address, category="acceptance", title="总结", number="summary_report", next=back)
        shown = text_of(park.get(address))
        again = park.get(f"{address}?replaces={Document.objects.get().pk}").context["form"]

        assert answer.headers["Location"] == back
        assert '<div class="small soft">项目实施总结报告</div>' in shown and "summary_report" not in shown
        assert again["number"].is_hidden and again["title"].value() == "总结"

    @pytest.mark.parametrize(
        "query", ["category=acceptance&number=苏 1", "category=other&number=summary_report"]
    )
    def test_any_other_number_is_typed(self, address: str, park: Client, query: str) -> None:
        assert not park.get(f"{address}?{query}").context["form"]["number"].is_hidden

    def test_it_leads_back_to_where_one_came_from(self, project: Project, address: str, park: Client) -> None:
        back = reverse("exemptions", args=[project.number])
        exemption = make_exemption(project)

        answer = sent(park, address, subject="exemption", id=exemption.pk, next=back)

        assert answer.headers["Location"] == back
        assert Document.objects.attached_to(exemption).count() == 1

    @pytest.mark.parametrize(
        "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""]
    )
    def test_and_to_no_other_site(self, address: str, park: Client, target: str) -> None:
        assert sent(park, address, next=target).headers["Location"] == address

    def test_a_new_version_takes_what_the_last_said(
        self, project: Project, address: str, park: Client
    ) -> None:
        former = make_document(project, category="audit", title="审计报告", number="审 1")

        form = park.get(f"{address}?replaces={former.pk}").context["form"]
        assert (form["category"].value(), form["title"].value(), form["number"].value()) == (
            "audit",
            "审计报告",
            "审 1",
        )
        assert sent(park, address, category="audit", replaces=former.pk).status_code == 302
        again = sent(park, address, category="audit", replaces=former.pk)

        assert again.status_code == 409
        assert "已有第 2 版" in text_of(again)
        assert Document.objects.count() == 2

    @pytest.mark.parametrize(
        ("facts", "sentence"),
        [
            ({"content": b"<html>", "name": "证书.pdf"}, "网页或矢量图"),
            ({"content": b""}, "文件是空的"),
            ({"name": "a.svg"}, "不接收这种文件"),
            ({"category": ""}, "error-text"),
            ({"title": "a\x00b"}, "error-text"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field(
        self, address: str, park: Client, facts: dict[str, Any], sentence: str
    ) -> None:
        answer = sent(park, address, **facts)

        assert answer.status_code == 422
        assert sentence in text_of(answer)
        assert not Document.objects.exists()

    def test_without_a_file_it_is_said(self, address: str, park: Client) -> None:
        assert park.post(address, {"category": "other"}).status_code == 422

    def test_a_version_of_another_kind_is_said_above_the_form(
        self, project: Project, address: str, park: Client
    ) -> None:
        former = make_document(project, category="audit")

        answer = sent(park, address, replaces=former.pk)

        assert answer.status_code == 422
        assert "只能替换本项目同一类别" in text_of(answer)

    @pytest.mark.parametrize(
        "query",
        [
            "subject=milestone&id=1",
            "subject=project&id=1",
            "subject=milestone",
            "id=x",
            "replaces=1",
            "replaces=x",
        ],
    )
    def test_what_is_not_of_the_project_does_not_exist(self, address: str, park: Client, query: str) -> None:
        other = make_project(milestones=False)
        make_milestone(other, "2024-12-31")
        make_document(other)

        assert park.get(f"{address}?{query}").status_code == 404

    def test_decision_papers_are_the_province_s(self, project: Project, address: str, park: Client) -> None:
        assert sent(park, address, category="decision").status_code == 403
        province = browser_of(people_around(project)["province"])
        assert sent(province, address, category="decision").status_code == 302

    def test_who_only_reads_files_nothing(self, address: str, auditor: Client) -> None:
        assert sent(auditor, address).status_code == 403
        assert not Document.objects.exists()


class TestHandedOut:
    def test_a_file_is_a_download_that_runs_nothing(self, project: Project, park: Client) -> None:
        content = pdf()
        document = make_document(project, content=content, name="报告.pdf")

        answer = park.get(reverse("document", args=[project.number, document.pk]))

        assert answer.getvalue() == content
        assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "private, no-store"

    @pytest.mark.parametrize(
        ("name", "content", "way"),
        [("a.pdf", None, "inline"), ("a.png", PNG, "inline"), ("a.txt", b"<b>hi</b>", "attachment")],
    )
    def test_only_pdf_and_pictures_are_shown(
        self, project: Project, park: Client, name: str, content: bytes | None, way: str
    ) -> None:
        document = make_document(project, name=name, content=content)

        answer = park.get(f"{reverse('document', args=[project.number, document.pk])}?inline=1")
        answer.getvalue()

        assert answer.headers["Content-Disposition"] == f'{way}; filename="{name}"'
        assert "sandbox" in answer.headers["Content-Security-Policy"]

    def test_a_paper_of_another_park_does_not_exist(self, project: Project, park: Client) -> None:
        other = make_document(make_project(milestones=False))

        for owner in (project, other.project):
            assert park.get(reverse("document", args=[owner.number, other.pk])).status_code == 404

    def test_an_id_beyond_all_does_not_exist(self, project: Project, park: Client) -> None:
        assert park.get(f"/projects/P~2F1/documents/{10**30}/").status_code == 404

    @pytest.mark.parametrize(
        "start", ["/", "/files/", "/media/", "/static/", "/static/../files/", "/var/files/"]
    )
    def test_where_it_is_stored_leads_nowhere(self, project: Project, park: Client, start: str) -> None:
        document = make_document(project)

        assert park.get(f"{start}{document.stored_as}").status_code in (301, 404)
        assert park.get(f"{start}{document.stored_as}/").status_code == 404

    def test_a_lost_file_is_said(self, project: Project, park: Client, own_files: Path) -> None:
        document = make_document(project)
        (own_files / document.stored_as).unlink()

        answer = park.get(reverse("document", args=[project.number, document.pk]))

        assert answer.status_code == 409
        assert "找不到" in text_of(answer)
