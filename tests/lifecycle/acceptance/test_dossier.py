"""The dossier: computed from papers and events, frozen with the application; the technical report before it."""

from __future__ import annotations

from typing import Any

import pytest

from lifecycle.acceptance.dossier import (
    DOSSIER,
    DOSSIER_COMPLETE,
    TECHNICAL_REPORT_FILED,
    Paper,
    TechnicalReportStands,
    checklist,
    checklist_of,
    record_technical_report,
)
from lifecycle.errors import Invalid, StageForbids
from lifecycle.guards import Case, say
from lifecycle.models import DatedEvent, Document, DocumentCategory, Project, Step
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import SecurityEvent
from tests.builders import day, make_project
from tests.lifecycle.acceptance.builders import TODAY, applied, on_file


def met(papers: list[Paper], events: set[str] | None = None) -> list[str]:
    return [row.requirement.code for row in checklist(papers, events or set()) if row.is_met]


def test_without_papers_nothing_is_met():
    rows = checklist([], set())

    assert [row.requirement.code for row in rows] == [
        "application_form",
        "contract_copy",
        "approval_notice",
        "summary_report",
        "settlement_table",
        "audit_report",
        "completion_report",
        "technical_report",
        "results",
    ]
    assert not any(row.is_met for row in rows)
    assert [row.requirement.code for row in rows if row.requirement.is_required] == [
        "application_form",
        "summary_report",
    ]


@pytest.mark.parametrize(
    ("category", "number", "code"),
    [
        ("acceptance", "application_form", "application_form"),
        ("acceptance", "summary_report", "summary_report"),
        ("acceptance", "results", "results"),
        ("contract", "苏合〔2022〕8号", "contract_copy"),
        ("audit", "", "audit_report"),
        ("technical_report", "", "technical_report"),
    ],
)
def test_a_paper_meets_its_line(category, number, code):
    assert met([Paper(1, category, number)]) == [code]


@pytest.mark.parametrize(
    ("category", "number"),
    [("acceptance", ""), ("acceptance", "Summary_report"), ("other", "summary_report"), ("decision", "")],
)
def test_another_paper_meets_none(category, number):
    assert met([Paper(1, category, number)]) == []


@pytest.mark.parametrize(
    ("event", "code"), [("科技报告", "technical_report"), ("专项审计", "audit_report"), ("中期检查", None)]
)
def test_an_event_meets_its_line_without_a_paper(event, code):
    assert met([], {event}) == ([code] if code else [])
    assert all(row.document is None for row in checklist([], {event}))


def test_the_paper_recorded_last_stands_for_its_line():
    rows = checklist([Paper(7, "audit", ""), Paper(9, "audit", ""), Paper(8, "audit", "")], {"专项审计"})

    assert next(row.document for row in rows if row.requirement.code == "audit_report") == 9


def test_titles_are_words_and_codes_are_once():
    assert len({requirement.code for requirement in DOSSIER}) == len(DOSSIER)
    assert [row.title for row in checklist([], set())][:2] == ["验收申请表", "项目合同书"]


@pytest.fixture
def project(db: None) -> Project:
    return make_project(milestones=False)


def test_of_the_project_latest_versions_count_and_events_from_their_day(
    project: Project, django_assert_num_queries: Any
):
    first = on_file(project, number="summary_report")
    second = Document.objects.create(
        **{
            field: getattr(first, field)
            for field in ("project", "category", "title", "file_name", "media_type", "size", "sha256")
        },
        number="other",
        stored_as="later",
        version=2,
        replaces=first,
    )
    DatedEvent.objects.create(project=project, kind="科技报告", happened_on=day("2026-03-02"))
    on_file(make_project(milestones=False), number="application_form")

    with django_assert_num_queries(2):
        before = checklist_of(project, on=day("2026-03-01"))
    after = checklist_of(project, on=day("2026-03-02"))

    assert second.replaces == first
    assert [row.requirement.code for row in before if row.is_met] == []
    assert [row.requirement.code for row in after if row.is_met] == ["technical_report"]


def record(project: Project, **changes: Any) -> DatedEvent:
    values: dict[str, Any] = {"document_no": "苏科报-2026-001", "on": day("2026-03-01"), "document": None}
    return record_technical_report(project=project, actor=OPERATOR_ACTOR, today=TODAY, **(values | changes))


def test_a_technical_report_becomes_a_dated_event_with_its_step(project: Project):
    paper = on_file(project, DocumentCategory.TECHNICAL_REPORT)

    event = record(project, document=paper.pk, document_no=" 苏科报-2026-001 ")

    assert (event.kind, event.happened_on, event.result, event.document_no) == (
        "科技报告",
        day("2026-03-01"),
        "收录",
        "苏科报-2026-001",
    )
    step = Step.objects.of(event).get()
    assert (step.act, step.on, step.details["document"]) == ("technical_report", day("2026-03-01"), paper.pk)
    assert SecurityEvent.objects.get(act="datedevent_technical_report").subject == project.number


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"document_no": "  "}, "document_no"),
        ({"document_no": "x" * 201}, "document_no"),
        ({"document_no": "a\x00"}, "document_no"),
        ({"on": day("2026-11-22")}, "on"),
        ({"on": day("2022-08-31")}, "on"),
        ({"document": 0}, "document"),
    ],
)
def test_what_is_wrong_with_it_is_named_and_nothing_is_kept(project: Project, changes, field):
    with pytest.raises(Invalid) as refusal:
        record(project, **changes)

    assert set(refusal.value.details) == {field}
    assert not DatedEvent.objects.exists()
    assert not Step.objects.exists()


@pytest.mark.parametrize("on", ["2022-09-01", "2026-11-21"])
def test_it_may_be_taken_in_on_any_day_of_the_project_until_today(project: Project, on: str):
    assert record(project, on=day(on)).happened_on == day(on)


def test_a_paper_of_another_project_or_kind_is_none(project: Project):
    for paper in (
        on_file(project, DocumentCategory.OTHER),
        on_file(make_project(milestones=False), DocumentCategory.TECHNICAL_REPORT),
    ):
        with pytest.raises(Invalid):
            record(project, document=paper.pk)


def test_one_a_day(project: Project):
    record(project)

    with pytest.raises(TechnicalReportStands):
        record(project, document_no="苏科报-2026-002")
    assert record(project, on=day("2026-03-02")).pk


@pytest.mark.parametrize("state", ["funding", "suspended", "acceptance", "closed"])
def test_only_while_the_work_goes_on(db: None, state: str):
    with pytest.raises(StageForbids) as refusal:
        record(make_project(milestones=False, state=state))

    assert refusal.value.details == {"state": state}


@pytest.mark.parametrize(("on", "is_met"), [("2026-03-01", False), ("2026-03-02", True)])
def test_the_gate_asks_for_the_technical_report_by_its_day(project: Project, on: str, is_met: bool):
    DatedEvent.objects.create(project=project, kind="科技报告", happened_on=day("2026-03-02"), result="收录")

    found = TECHNICAL_REPORT_FILED.look(Case(project, day(on), TODAY))

    assert found.is_met is is_met
    assert ("2026-03-02" in say(found.sentence, found.figures)) is is_met


def test_a_refused_technical_report_is_none(project: Project):
    DatedEvent.objects.create(
        project=project, kind="科技报告", happened_on=day("2026-03-02"), result="不批准"
    )

    assert not TECHNICAL_REPORT_FILED.look(Case(project, TODAY, TODAY)).is_met
    assert not any(row.is_met for row in checklist_of(project, on=TODAY))


def test_the_gate_names_the_papers_that_are_missing(project: Project):
    on_file(project, number="application_form")
    found = DOSSIER_COMPLETE.look(Case(project, TODAY, TODAY))
    assert (found.is_met, say(found.sentence, found.figures)) == (False, "验收材料缺少：项目实施总结报告。")

    on_file(project, number="summary_report")
    found = DOSSIER_COMPLETE.look(Case(project, TODAY, TODAY))
    assert (found.is_met, found.figures) == (True, {"count": 9, "present": 2})


def test_a_project_that_came_in_at_acceptance_needs_no_papers(db: None):
    assert DOSSIER_COMPLETE.look(Case(applied(), TODAY, TODAY)).is_met
