"""What is issued is numbered, kept as bytes, and never altered; paper in hand can be told genuine."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from threading import Barrier, Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, connections, transaction

from lifecycle.models import Project
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import SecurityEvent
from lifecycle.parties.sight import sight_of
from reports import issuing
from reports.built import Built
from reports.document import Document
from reports.genuine import verdict_on
from reports.issuing import IssuedFileChanged, content_of, issue, note_print
from reports.models import Issue, IssuedFile, LedgerPrint
from reports.renderers import Rendered
from tests.builders import day, make_project, moved
from tests.people import people_around
from tests.reports.quick import quick_render

NOW = datetime(2026, 11, 26, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(autouse=True)
def quick_renderers(monkeypatch: pytest.MonkeyPatch, own_files: Path) -> list[Document]:
    """Renderers that cost nothing; the documents they were given, in order."""
    given: list[Document] = []

    def render(document: Document, form: str) -> Rendered:
        given.append(document)
        return quick_render(document, form)

    monkeypatch.setattr(issuing, "render", render)
    return given


def built(project: Project, facts: bytes = b'{"received":"1.00"}', kind: str = "acceptance") -> Built:
    document = Document(kind=kind, title="验收报告", subject=project.number, cover=(), sections=())
    return Built(kind, project.number, day("2026-11-26"), facts, document, project=project)


def issued(report: Built) -> tuple[Issue, bool]:
    return issue(report, check_url=lambda digest: f"https://pilot/{digest}", actor=OPERATOR_ACTOR, now=NOW)


@pytest.mark.django_db
def test_an_issue_is_numbered_and_kept_in_every_format():
    project = make_project(number="BA1")

    kept, is_new = issued(built(project))

    assert is_new
    assert kept.number == "BA1-YS-01"
    assert {file.format: file.pages for file in kept.files.all()} == {"pdf": 2, "docx": None, "xlsx": None}
    assert content_of(kept.files.get(format="docx")) == b"docx BA1-YS-01"
    assert SecurityEvent.objects.filter(act="issue_report", subject="BA1-YS-01").count() == 1


@pytest.mark.django_db
def test_what_is_rendered_bears_number_digest_and_address(quick_renderers: list[Document]):
    report = built(make_project(number="BA1"))

    issued(report)

    assert {(d.number, d.digest, d.check_url) for d in quick_renderers} == {
        ("BA1-YS-01", report.digest, f"https://pilot/{report.digest}")
    }


@pytest.mark.django_db
def test_the_same_facts_are_the_same_issue_and_are_not_rendered_again(quick_renderers: list[Document]):
    project = make_project()
    first, _ = issued(built(project))
    rendered = len(quick_renderers)

    again, is_new = issued(built(project))

    assert (again.pk, is_new, len(quick_renderers)) == (first.pk, False, rendered)


@pytest.mark.django_db
def test_other_facts_are_the_next_issue_and_overtake_the_former():
    project = make_project(number="BA1")
    issued(built(project))
    second, _ = issued(built(project, b'{"received":"2.00"}'))

    assert second.number == "BA1-YS-02"
    overtaken = dict(Issue.objects.with_overtaken().values_list("number", "is_overtaken"))
    assert overtaken == {"BA1-YS-01": True, "BA1-YS-02": False}


@pytest.mark.django_db
def test_kinds_and_subjects_are_counted_apart():
    one, other = make_project(number="BA1"), make_project(number="BA2")

    numbers = [
        issued(built(one))[0].number,
        issued(built(one, kind="settlement"))[0].number,
        issued(built(other))[0].number,
    ]

    assert numbers == ["BA1-YS-01", "BA1-JS-01", "BA2-YS-01"]


@pytest.mark.django_db
def test_a_rendering_that_fails_leaves_neither_row_nor_file(monkeypatch: pytest.MonkeyPatch, own_files: Path):
    def fails(document: Document, form: str) -> Rendered:
        if form == "xlsx":
            raise RuntimeError("no ink")
        return quick_render(document, form)

    monkeypatch.setattr(issuing, "render", fails)

    with pytest.raises(RuntimeError), transaction.atomic():
        issued(built(make_project()))

    assert not Issue.objects.exists()
    assert not [path for path in own_files.rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_a_failure_after_the_files_takes_them_away(monkeypatch: pytest.MonkeyPatch, own_files: Path):
    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError("no log")

    monkeypatch.setattr(issuing, "record", fails)

    with pytest.raises(RuntimeError), transaction.atomic():
        issued(built(make_project()))

    assert not [path for path in own_files.rglob("*") if path.is_file()]


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["reports_issue", "reports_issuedfile", "reports_ledgerprint"])
@pytest.mark.parametrize("act", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_nobody_alters_what_was_issued(table: str, act: str):
    project = make_project()
    issued(built(project))
    note_print(project.pk, head="a" * 64, sequence=3, now=NOW)
    sql = act.format(table).replace(
        "SET id = id", "SET head = head" if table.endswith("print") else "SET id = id"
    )

    connection.check_constraints()

    with pytest.raises(DatabaseError, match="append"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.django_db
def test_a_file_that_was_tampered_with_is_not_handed_out():
    kept, _ = issued(built(make_project()))
    file = kept.files.get(format="xlsx")
    Path(default_storage.path(file.stored_as)).chmod(0o600)
    Path(default_storage.path(file.stored_as)).write_bytes(b"xlsx BA1-YS-99")

    with pytest.raises(IssuedFileChanged):
        content_of(file)


@pytest.mark.django_db
def test_a_lost_file_is_said_to_be_lost():
    kept, _ = issued(built(make_project()))
    file = kept.files.get(format="xlsx")
    default_storage.delete(file.stored_as)

    with pytest.raises(IssuedFileChanged):
        content_of(file)


@pytest.mark.django_db
def test_each_sees_the_issues_of_the_projects_in_sight():
    project, elsewhere = make_project(), make_project()
    mine, _ = issued(built(project))
    other, _ = issued(built(elsewhere))
    people = people_around(project)

    seen = {
        role: set(Issue.objects.visible_to(sight_of(person))) for role, person in people.items() if person
    }

    for role in ("unit", "park", "city"):
        assert seen[role] == {mine}, role
    assert seen["province"] == {mine, other}
    assert seen["other park"] == set()
    assert seen["administrator"] == set()


@pytest.mark.django_db
def test_paper_is_genuine_by_its_digest_or_that_of_its_file():
    report = built(make_project(number="BA1"))
    kept, _ = issued(report)

    for digest in (report.digest, kept.files.get(format="pdf").sha256):
        verdict = verdict_on(digest)
        assert verdict is not None
        assert (verdict.number, verdict.pages, verdict.is_overtaken) == ("BA1-YS-01", 2, False)
    assert verdict_on("0" * 64) is None


@pytest.mark.django_db
def test_overtaken_paper_is_told_what_stands_in_its_place():
    project = make_project(number="BA1")
    report = built(project)
    issued(report)
    issued(built(project, b"{}"))

    verdict = verdict_on(report.digest)

    assert verdict is not None
    assert (verdict.later, verdict.is_overtaken) == ("BA1-YS-02", True)


@pytest.mark.django_db
def test_a_printed_ledger_is_genuine_and_counts_what_came_after():
    project = make_project()
    moved(project, "资金到位", "单位自筹", "10.00", "2024-01-01")
    note_print(project.pk, head=project.journal.head_hash, sequence=1, now=NOW)
    head = LedgerPrint.objects.get().head
    moved(project, "资金到位", "单位自筹", "10.00", "2024-01-02")

    verdict = verdict_on(head)

    assert verdict is not None
    assert (verdict.kind, verdict.sequence, verdict.entries_since) == ("ledger", 1, 1)


@pytest.mark.django_db
def test_telling_paper_genuine_costs_three_queries_at_most(django_assert_max_num_queries: Any):
    report = built(make_project())
    issued(report)

    with django_assert_max_num_queries(3):
        verdict_on(report.digest)
    with django_assert_max_num_queries(3):
        verdict_on("0" * 64)


def test_two_who_press_at_once_get_one_issue(committed_db: str):
    project = make_project(number="BA1")
    start = Barrier(2)
    found: list[tuple[str, bool]] = []

    def press() -> None:
        start.wait()
        kept, is_new = issued(built(project))
        found.append((kept.number, is_new))
        connections.close_all()

    threads = [Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found) == [("BA1-YS-01", False), ("BA1-YS-01", True)]
    assert IssuedFile.objects.count() == 3
