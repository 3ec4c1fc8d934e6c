"""Papers: taken in whole or not at all, kept as they came, version after version."""

from __future__ import annotations

import stat
import threading
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import IntegrityError, connection, transaction

from lifecycle import documents
from lifecycle.documents import (
    AFTER_CLOSEOUT,
    AlreadyFiled,
    AlreadyReplaced,
    FileLost,
    file_document,
    open_document,
    subject,
    subject_of,
    subjects_of,
    versions_of,
)
from lifecycle.errors import DomainError, Invalid, StageForbids
from lifecycle.files import Unfit
from lifecycle.models import Document, DocumentCategory, Milestone, Project, Step, Target
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import SecurityEvent
from tests.builders import make_milestone, make_project
from tests.papers import NOW, make_document, pdf, upload

pytestmark = pytest.mark.usefixtures("own_files")


@pytest.fixture
def project(db: None) -> Project:
    return make_project(milestones=False)


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def refused(project: Project, folder: Path, kind: type[DomainError], **facts: Any) -> DomainError:
    """The refusal, once it has shown that nothing was left behind."""
    rows, kept = Document.objects.count(), len(files_in(folder))
    with pytest.raises(kind) as refusal:
        make_document(project, **facts)
    assert (Document.objects.count(), len(files_in(folder))) == (rows, kept)
    return refusal.value


def test_a_paper_is_kept_as_it_came_and_written_down(project: Project, own_files: Path) -> None:
    content = pdf()

    document = make_document(
        project,
        content=content,
        name="检测 报告.pdf",
        category="technical_report",
        title=" 检测  报告 ",
        number="苏检 ２０２６-1",
    )

    document.refresh_from_db()
    assert (document.title, document.number, document.file_name) == (
        "检测 报告",
        "苏检 2026-1",
        "检测 报告.pdf",
    )
    assert (document.media_type, document.size) == ("application/pdf", len(content))
    assert document.sha256 == sha256(content).hexdigest()
    assert (document.version, document.replaces, document.uploader_name) == (1, None, "operator")
    with open_document(document) as file:
        assert file.read() == content
    (step,) = Step.objects.of(document)
    assert (step.act, step.on, step.details["sha256"]) == ("file", date(2026, 11, 21), document.sha256)
    assert SecurityEvent.objects.get(act="document_file").subject == project.number


def test_it_lies_under_a_name_that_says_nothing_where_only_the_program_reads(
    project: Project, own_files: Path
) -> None:
    document = make_document(project, name="../../合同.pdf")

    (path,) = files_in(own_files)
    assert path == own_files / document.stored_as
    folder, month, name = document.stored_as.split("/")
    assert (folder, month, len(name)) == ("documents", "2026-11", 32)
    assert set(name) <= set("0123456789abcdef")
    assert document.file_name == "合同.pdf"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_month_is_that_of_the_office_clock(project: Project) -> None:
    late = make_document(project, now=datetime(2026, 11, 30, 16, 30, tzinfo=UTC))

    assert late.stored_as.startswith("documents/2026-12/")


def test_a_large_file_is_copied_from_where_the_web_server_put_it(project: Project) -> None:
    content = pdf("x" * 300_000)
    big = TemporaryUploadedFile("大.pdf", "application/pdf", len(content), None)
    big.write(content)

    document = file_document(
        project=project, upload=big, category="other", title="", actor=OPERATOR_ACTOR, now=NOW
    )

    assert Path(big.temporary_file_path()).exists()
    assert (document.title, document.size) == ("大", len(content))
    assert document.sha256 == sha256(content).hexdigest()
    big.close()


@pytest.mark.parametrize(
    ("facts", "fields"),
    [
        ({"content": b""}, ["file"]),
        ({"content": b"<html>"}, ["file"]),
        ({"name": "a.exe"}, ["file"]),
        ({"name": "\u200b.\u200b"}, ["file"]),
        ({"title": "长" * 201}, ["title"]),
        ({"title": "a\x00b"}, ["title"]),
        ({"number": "1\x07"}, ["number"]),
        ({"category": "nonsense"}, ["category"]),
        ({"subject": "milestone"}, ["subject"]),
        ({"subject_id": 1}, ["subject"]),
        ({"subject": "project", "subject_id": 1}, ["subject"]),
        ({"subject": "milestone", "subject_id": 10**18}, ["subject"]),
        ({"subject": "milestone", "subject_id": 10**30}, ["subject"]),
        ({"replaces": 10**30}, ["replaces"]),
        ({"title": "长" * 201, "category": "", "content": b""}, ["title", "category", "file"]),
    ],
)
def test_what_is_wrong_is_refused_all_at_once_and_nothing_stays(
    project: Project, own_files: Path, facts: dict[str, Any], fields: list[str]
) -> None:
    assert list(refused(project, own_files, Invalid, **facts).details) == fields


def test_a_file_is_as_large_as_allowed_and_no_larger(
    project: Project, own_files: Path, monkeypatch: Any
) -> None:
    content = pdf()
    monkeypatch.setattr(documents, "LARGEST_FILE", len(content))
    make_document(project, content=content)

    monkeypatch.setattr(documents, "LARGEST_FILE", len(content) - 1)
    refusal = refused(project, own_files, Unfit, content=pdf("x" * len(content)))
    assert refusal.code == "too_large"


class TestSubjects:
    def test_a_paper_is_attached_to_a_thing_of_its_project(self, project: Project) -> None:
        milestone = make_milestone(project, "2024-12-31")
        first = make_document(project, subject="milestone", subject_id=milestone.pk)
        make_document(project)
        second = make_document(project, subject="milestone", subject_id=milestone.pk)

        assert list(Document.objects.attached_to(milestone)) == [first, second]
        assert subjects_of([first, second]) == {("milestone", milestone.pk): milestone}

    def test_a_thing_of_another_project_is_none(self, project: Project, own_files: Path) -> None:
        other = make_milestone(make_project(milestones=False), "2024-12-31")

        refusal = refused(project, own_files, Invalid, subject="milestone", subject_id=other.pk)
        assert list(refusal.details) == ["subject"]
        assert subject_of(project, "milestone", other.pk) is None
        assert subject_of(other.project, "milestone", other.pk) == other

    @pytest.mark.parametrize("name", documents.subject_names())
    def test_every_subject_can_be_looked_for(self, project: Project, name: str) -> None:
        assert subject_of(project, name, 1) is None

    def test_a_name_stands_for_one_model(self) -> None:
        subject("milestone", Milestone)
        for name, model in (("milestone", Target), ("paper", Milestone)):
            with pytest.raises(ValueError, match=name):
                subject(name, model)
        assert {"milestone", "exemption", "refund", "signature"} <= set(documents.subject_names())


class TestVersions:
    def test_a_new_version_stands_in_the_place_of_the_last(self, project: Project) -> None:
        first = make_document(project)
        second = make_document(project, replaces=first.pk, title="新版")
        third = make_document(project, replaces=second.pk)
        other = make_document(project)

        assert [each.version for each in (first, second, third)] == [1, 2, 3]
        assert set(Document.objects.present()) == {third, other}
        chains = versions_of([first.pk, third.pk, other.pk])
        assert chains == {
            first.pk: [third, second, first],
            third.pk: [third, second, first],
            other.pk: [other],
        }

    def test_chains_are_read_by_one_query(self, project: Project, django_assert_num_queries: Any) -> None:
        papers = [make_document(project) for _ in range(3)]
        with django_assert_num_queries(1):
            versions_of([paper.pk for paper in papers])

    def test_what_is_replaced_already_is_not_replaced_again(self, project: Project, own_files: Path) -> None:
        first = make_document(project)
        second = make_document(project, replaces=first.pk)

        refusal = refused(project, own_files, AlreadyReplaced, replaces=first.pk)
        assert refusal.details == {"document": second.pk}

    @pytest.mark.parametrize("facts", [{"category": "audit"}, {"subject": "milestone"}])
    def test_a_version_is_of_the_same_category_and_thing(
        self, project: Project, own_files: Path, facts: dict[str, Any]
    ) -> None:
        former = make_document(project)
        if "subject" in facts:
            facts = {**facts, "subject_id": make_milestone(project, "2024-12-31").pk}

        refusal = refused(project, own_files, Invalid, replaces=former.pk, **facts)
        assert list(refusal.details) == ["replaces"]

    def test_a_paper_of_another_project_is_not_replaced(self, project: Project, own_files: Path) -> None:
        other = make_document(make_project(milestones=False))

        refused(project, own_files, Invalid, replaces=other.pk)

    def test_the_same_file_is_filed_once_for_the_same_thing(self, project: Project, own_files: Path) -> None:
        content = pdf()
        first = make_document(project, content=content)

        assert refused(project, own_files, AlreadyFiled, content=content).details == {"document": first.pk}
        refused(project, own_files, AlreadyFiled, content=content, replaces=first.pk)
        make_document(project, content=content, category="audit")
        second = make_document(project, replaces=first.pk)
        assert make_document(project, content=content, replaces=second.pk).version == 3


@pytest.mark.parametrize("category", DocumentCategory.values)
def test_a_closed_project_takes_papers_for_its_archive(own_files: Path, category: str, db: None) -> None:
    closed = make_project(milestones=False, state="closed")

    if category in AFTER_CLOSEOUT:
        assert make_document(closed, category=category).pk
    else:
        refused(closed, own_files, StageForbids, category=category)


@pytest.mark.parametrize("state", ["approved", "suspended", "terminated", "revoked"])
def test_a_project_at_any_other_stage_takes_all_papers(state: str, db: None) -> None:
    assert make_document(make_project(milestones=False, state=state), category="rectification").pk


def test_the_file_goes_when_the_row_does_not_stay(
    project: Project, own_files: Path, monkeypatch: Any
) -> None:
    def fail(*args: Any, **facts: Any) -> None:
        raise RuntimeError("no step")

    monkeypatch.setattr(documents, "take_step", fail)
    with pytest.raises(RuntimeError):
        make_document(project)

    assert files_in(own_files) == []
    assert not Document.objects.exists()


def test_a_lost_file_is_said(project: Project, own_files: Path) -> None:
    document = make_document(project)
    (own_files / document.stored_as).unlink()

    with pytest.raises(FileLost):
        open_document(document)


@pytest.mark.parametrize("act", ["update", "delete"])
def test_a_paper_is_never_changed_or_deleted(project: Project, act: str) -> None:
    document = make_document(project)
    papers = Document.objects.filter(pk=document.pk)

    with pytest.raises(IntegrityError), transaction.atomic():
        papers.update(sha256="0" * 64) if act == "update" else papers._raw_delete("default")


def test_of_two_new_versions_at_once_one_is_taken(committed_db: str, own_files: Path) -> None:
    first = make_document(make_project(milestones=False))
    barrier = threading.Barrier(2)
    ends: list[str] = []

    def file_next() -> None:
        content = pdf()
        barrier.wait(30)
        try:
            make_document(first.project, content=content, replaces=first.pk)
            ends.append("taken")
        except AlreadyReplaced as refusal:
            ends.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=file_next) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(ends) == ["already_replaced", "taken"]
    assert Document.objects.count() == len(files_in(own_files)) == 2


def test_a_name_with_a_path_stays_a_name_whatever_the_upload_says(project: Project) -> None:
    came = upload()
    came._name = "..\\..\\boot.pdf"

    document = file_document(
        project=project, upload=came, category="other", title="", actor=OPERATOR_ACTOR, now=NOW
    )

    assert document.file_name == "boot.pdf"
