"""Annual reports: drafted, written, handed in, returned with marked points, accepted; then they stand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from lifecycle import annual_reports
from lifecycle.annual_reports import BENEFITS, COMPLETE, SECTIONS, ReportExists
from lifecycle.errors import ChangedMeanwhile, Invalid, StageForbids, WrongState
from lifecycle.guards import Case
from lifecycle.models import AnnualReport, FactVersion, Project, Step
from lifecycle.parties.log import OPERATOR_ACTOR, Actor
from lifecycle.parties.models import Role, SecurityEvent
from lifecycle.reporting import OwnWork
from tests.builders import day, make_project
from tests.people import make_person

pytestmark = pytest.mark.django_db

TODAY = date(2023, 12, 20)
WHOLE: dict[str, Any] = {
    "progress": "样机已完成",
    "results": "申请发明专利 2 件",
    "money": "省拨款已到位",
    "benefits": {
        "sales": "1200000.5",
        "tax": Decimal("3000"),
        "export": 0,
        "patents": 2,
        "standards": "0",
        "new_jobs": "12",
    },
    "problems": "关键部件交货推迟",
    "next_year": "小批量试产",
}


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def unit(project: Project) -> Actor:
    return Actor(make_person((Role.UNIT, project.unit)), role="unit")


def draft(
    project: Project,
    year: int = 2023,
    *,
    known: dict[str, Any] | None = None,
    today: date = TODAY,
) -> AnnualReport:
    return annual_reports.draft(
        project=project, year=year, known=known or {}, actor=OPERATOR_ACTOR, today=today
    )


def save(report: AnnualReport, content: dict[str, Any] | None = None, **said: Any) -> AnnualReport:
    values: dict[str, Any] = {"content": WHOLE if content is None else content, "pace": "按计划"}
    return annual_reports.save_draft(report=report, actor=OPERATOR_ACTOR, today=TODAY, **(values | said))


def hand_in(
    report: AnnualReport, on: str = "2023-12-10", *, actor: Actor = OPERATOR_ACTOR, today: date = TODAY
) -> AnnualReport:
    return annual_reports.hand_in(report=report, actor=actor, on=day(on), today=today)


def give_back(report: AnnualReport, on: str = "2023-12-12", *, points: Any = None) -> AnnualReport:
    marked = [{"section": "problems", "text": "请写明推迟原因"}] if points is None else points
    return annual_reports.give_back(
        report=report, points=marked, actor=OPERATOR_ACTOR, on=day(on), today=TODAY
    )


def accept(report: AnnualReport, on: str = "2023-12-15", *, actor: Actor = OPERATOR_ACTOR) -> AnnualReport:
    return annual_reports.accept(report=report, actor=actor, on=day(on), today=TODAY)


def in_state(project: Project, state: str) -> AnnualReport:
    report = save(draft(project))
    if state != "draft":
        report = hand_in(report)
    if state == "returned":
        report = give_back(report)
    return accept(report) if state == "accepted" else report


def as_it_stands(report: AnnualReport) -> dict[str, Any]:
    return AnnualReport.objects.values().get(pk=report.pk) | {
        "steps": Step.objects.count(),
        "log": SecurityEvent.objects.count(),
    }


def test_a_report_goes_from_draft_to_accepted_with_every_step_written_down(project: Project, unit: Actor):
    report = draft(project, known={"progress": "截至目前一切正常"})
    assert (report.state, report.content) == ("draft", {"progress": "截至目前一切正常"})

    save(report)
    hand_in(report, actor=unit)
    give_back(report)
    save(report, {"problems": "交货推迟两个月，已换供应商"})
    hand_in(report, "2023-12-13")
    accepted = accept(report)

    assert (accepted.state, accepted.submitted_on, accepted.reviewed_on, accepted.progress) == (
        "accepted",
        date(2023, 12, 10),
        date(2023, 12, 15),
        "按计划",
    )
    assert accepted.content["problems"] == "交货推迟两个月，已换供应商"
    assert accepted.content["progress"] == "样机已完成"
    assert accepted.points == [{"section": "problems", "text": "请写明推迟原因"}]
    assert list(Step.objects.of(accepted).values_list("act", "from_state", "to_state")) == [
        ("draft", "draft", "draft"),
        ("save_draft", "draft", "draft"),
        ("hand_in", "draft", "handed_in"),
        ("give_back", "handed_in", "returned"),
        ("save_draft", "returned", "returned"),
        ("hand_in", "returned", "handed_in"),
        ("accept", "handed_in", "accepted"),
    ]
    assert Step.objects.of(accepted).get(act="give_back").reason == "存在问题：请写明推迟原因"
    assert SecurityEvent.objects.get(act="annualreport_accept").subject == project.number


def test_benefits_are_kept_exactly(project: Project):
    assert save(draft(project)).content["benefits"] == {
        "sales": "1200000.50",
        "tax": "3000.00",
        "export": "0.00",
        "patents": 2,
        "standards": 0,
        "new_jobs": 12,
    }


def test_saving_part_of_it_leaves_the_rest_and_empty_takes_away(project: Project):
    report = save(draft(project))

    report = save(report, {"results": " ", "benefits": {"sales": "", "patents": 3}}, pace=None)

    assert "results" not in report.content
    assert report.content["benefits"]["patents"] == 3
    assert "sales" not in report.content["benefits"]
    assert (report.content["money"], report.progress) == ("省拨款已到位", "按计划")


def test_saying_the_same_again_changes_nothing(project: Project):
    report = save(draft(project))
    before = as_it_stands(report)

    save(report)

    assert as_it_stands(report) == before


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        ({"praise": "很好"}, {"praise"}),
        ({"progress": 7}, {"progress"}),
        ({"progress": "长" * 5001, "money": "a\x00"}, {"progress", "money"}),
        ({"benefits": "很多"}, {"benefits"}),
        (
            {"benefits": {"luck": 1, "sales": "许多", "tax": "-1", "export": "1.005"}},
            {"luck", "sales", "tax", "export"},
        ),
        (
            {"benefits": {"patents": "1.5", "standards": True, "new_jobs": "1_0"}},
            {"patents", "standards", "new_jobs"},
        ),
        (
            {"benefits": {"sales": "1" * 400, "patents": 10**30, "tax": Decimal("NaN")}},
            {"sales", "patents", "tax"},
        ),
    ],
)
def test_what_is_no_content_is_refused_all_at_once(project: Project, content: Any, fields: set[str]):
    report = draft(project)
    before = as_it_stands(report)

    with pytest.raises(Invalid) as refusal:
        save(report, content, pace="飞快")

    assert set(refusal.value.details) == fields | {"pace"}
    assert as_it_stands(report) == before


def test_what_somebody_else_saved_meanwhile_is_not_lost(project: Project):
    seen = AnnualReport.objects.get(pk=draft(project).pk)
    save(seen, seen=seen.recorded_at)

    with pytest.raises(ChangedMeanwhile):
        save(seen, {"progress": "我的文字"}, seen=seen.recorded_at)


@pytest.mark.parametrize(
    ("act", "states"),
    [
        (save, ("draft", "returned")),
        (lambda report: hand_in(report, "2023-12-20"), ("draft", "returned")),
        (lambda report: give_back(report, "2023-12-20"), ("handed_in",)),
        (lambda report: accept(report, "2023-12-20"), ("handed_in",)),
    ],
    ids=["save_draft", "hand_in", "give_back", "accept"],
)
@pytest.mark.parametrize("state", ["draft", "handed_in", "returned", "accepted"])
def test_an_act_starts_only_from_its_states(
    act: Callable[[AnnualReport], Any], states: tuple[str, ...], state: str, project: Project
):
    report = in_state(project, state)
    before = as_it_stands(report)

    if state in states:
        act(report)
        return
    with pytest.raises(WrongState) as refusal:
        act(report)
    assert refusal.value.details == {"state": state}
    assert as_it_stands(report) == before


@pytest.mark.parametrize("left_out", [*SECTIONS, *BENEFITS, "pace"])
def test_a_report_is_handed_in_whole(left_out: str, project: Project):
    content = {section: said for section, said in WHOLE.items() if section != left_out}
    if left_out in BENEFITS:
        content["benefits"] = {name: said for name, said in WHOLE["benefits"].items() if name != left_out}
    report = save(draft(project), content, pace="" if left_out == "pace" else "按计划")

    with pytest.raises(Invalid) as refusal:
        hand_in(report)

    assert set(refusal.value.details) == (set(BENEFITS) if left_out == "benefits" else {left_out})
    report.refresh_from_db()
    assert report.state == "draft"


@pytest.mark.parametrize(
    ("on", "is_taken"),
    [("2023-11-29", False), ("2023-11-30", True), ("2023-12-20", True), ("2023-12-21", False)],
)
def test_a_report_is_handed_in_from_its_cut_off_on(on: str, is_taken: bool, project: Project):
    report = save(draft(project, today=date(2023, 3, 1)))

    if is_taken:
        assert hand_in(report, on).submitted_on == day(on)
        return
    with pytest.raises(Invalid) as refusal:
        hand_in(report, on)
    assert set(refusal.value.details) == {"on"}


def test_the_cut_off_is_the_one_of_the_batch(project: Project):
    from tests.builders import set_limit

    set_limit(project.cluster.batch, "report_cutoff", "12-15", applies_from="2022-08-20")
    report = save(draft(project))

    with pytest.raises(Invalid):
        hand_in(report, "2023-12-14")
    assert hand_in(report, "2023-12-15").state == "handed_in"


@pytest.mark.parametrize("on", ["2023-12-09", "2023-12-21"])
def test_a_report_is_checked_between_the_handing_in_and_today(on: str, project: Project):
    report = in_state(project, "handed_in")

    for act in (accept, give_back):
        with pytest.raises(Invalid) as refusal:
            act(report, on)
        assert set(refusal.value.details) == {"on"}
    assert accept(report, "2023-12-10").reviewed_on == date(2023, 12, 10)


@pytest.mark.parametrize(
    ("points", "fields"),
    [
        ([], {"points"}),
        ([{"section": "praise", "text": "x"}], {"points"}),
        ([{"text": "x"}], {"points"}),
        (
            [{"section": "money", "text": " "}, {"section": "results", "text": "长" * 1001}],
            {"money", "results"},
        ),
        ([{"section": "money", "text": "a\x00"}], {"money"}),
        ([{"section": "money", "text": "x"}] * 51, {"points"}),
    ],
)
def test_a_return_needs_points_of_sections(points: Any, fields: set[str], project: Project):
    report = in_state(project, "handed_in")
    before = as_it_stands(report)

    with pytest.raises(Invalid) as refusal:
        give_back(report, points=points)

    assert set(refusal.value.details) == fields
    assert as_it_stands(report) == before


def test_nobody_accepts_what_they_handed_in(project: Project, unit: Actor):
    report = save(draft(project))
    hand_in(report, actor=unit)

    with pytest.raises(OwnWork):
        accept(report, actor=unit)


@pytest.mark.parametrize(
    ("year", "today", "is_taken"),
    [
        (2021, "2023-12-20", False),
        (2022, "2023-12-20", True),
        (2023, "2023-01-01", True),
        (2024, "2023-12-20", False),
        (2026, "2026-03-01", True),
        (2027, "2027-11-29", False),
        (2027, "2027-11-30", True),
    ],
)
def test_a_report_is_on_a_year_of_the_term_that_began_or_on_one_that_owes_it(
    year: int, today: str, is_taken: bool, project: Project
):
    if is_taken:
        assert draft(project, year, today=day(today)).year == year
        return
    with pytest.raises(Invalid) as refusal:
        draft(project, year, today=day(today))
    assert set(refusal.value.details) == {"year"}


def test_a_year_has_one_report(project: Project):
    draft(project, known={"progress": "一"})

    with pytest.raises(ReportExists) as refusal:
        draft(project, known={"progress": "二"})

    assert refusal.value.details == {"state": "draft"}


def test_an_empty_record_of_a_workbook_is_filled_and_a_handed_in_one_stands(project: Project):
    AnnualReport.objects.create(project=project, year=2023)
    AnnualReport.objects.create(project=project, year=2022, state="handed_in", submitted_on=day("2022-12-01"))

    assert draft(project, known={"progress": "一"}).content == {"progress": "一"}
    with pytest.raises(ReportExists):
        draft(project, 2022)


@pytest.mark.parametrize("state", ["approved", "suspended", "terminated", "revoked", "closed"])
def test_only_a_closed_project_takes_no_more_reports(state: str):
    project = make_project(state=state)
    if state != "closed":
        save(draft(project))
        return
    report = AnnualReport.objects.create(project=project, year=2023)
    for act in (lambda: draft(project), lambda: save(report), lambda: hand_in(report)):
        with pytest.raises(StageForbids):
            act()


@pytest.mark.parametrize(
    "change",
    [
        "content = '{}'",
        "points = '[{}]'",
        "progress = '超前'",
        "submitted_on = '2023-12-01'",
        "reviewed_on = '2023-12-19'",
        "state = 'returned'",
        "year = 2024",
    ],
)
@pytest.mark.parametrize("role", ["origin", "replica"])
def test_an_accepted_report_is_changed_by_nobody(change: str, role: str, project: Project):
    report = in_state(project, "accepted")

    with pytest.raises(IntegrityError, match="was accepted"), transaction.atomic():
        run(f"UPDATE lifecycle_annualreport SET {change} WHERE id = {report.pk}", role=role)


def test_an_accepted_report_is_not_deleted(project: Project):
    report = in_state(project, "accepted")

    with pytest.raises(IntegrityError, match="was accepted"), transaction.atomic():
        AnnualReport.objects.filter(pk=report.pk).delete()
    run(f"UPDATE lifecycle_annualreport SET year = year WHERE id = {report.pk}")
    assert not FactVersion.objects.filter(row_id=report.pk, content__state="accepted").exists()


@pytest.mark.parametrize("state", ["draft", "handed_in", "returned"])
def test_a_report_not_yet_accepted_and_one_of_a_workbook_may_be_put_right(state: str, project: Project):
    report = in_state(project, state)
    AnnualReport.objects.filter(pk=report.pk).update(progress="推迟")
    imported = AnnualReport.objects.create(
        project=project,
        year=2022,
        state="accepted",
        submitted_on=day("2022-12-01"),
        reviewed_on=day("2022-12-02"),
    )

    assert AnnualReport.objects.filter(pk=imported.pk).update(progress="推迟") == 1


def run(statement: str, *, role: str = "origin") -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL session_replication_role = {role}")
        cursor.execute(statement)


def complete(project: Project, on: str) -> Any:
    return COMPLETE.look(Case(project, on=day(on), today=day(on) + timedelta(days=400)))


def test_reports_are_complete_once_every_year_owing_one_is_accepted_by_the_day():
    project = make_project(start_on=day("2022-11-01"))
    assert complete(project, "2023-11-29").is_met
    assert complete(project, "2023-11-30").figures == {"missing": [2023]}

    in_state(project, "accepted")

    assert complete(project, "2023-12-09").figures == {"missing": [2023]}
    assert complete(project, "2023-12-10").figures == {"unaccepted": [2023]}
    assert complete(project, "2023-12-14").figures == {"unaccepted": [2023]}
    assert complete(project, "2023-12-15").is_met
    assert complete(project, "2023-12-15").figures == {"years": [2023]}


@pytest.mark.parametrize("state", ["draft", "handed_in", "returned"])
def test_a_report_not_accepted_leaves_the_year_open(state: str):
    project = make_project(start_on=day("2022-11-01"))
    in_state(project, state)

    outcome = complete(project, "2024-11-30")

    assert not outcome.is_met
    assert outcome.figures == (
        {"missing": [2023, 2024]} if state == "draft" else {"missing": [2024], "unaccepted": [2023]}
    )
