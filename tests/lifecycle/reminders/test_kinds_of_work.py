"""Milestones and annual reports: when they are due, while they wait for the park, and when they are done."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from lifecycle import annual_reports, milestones
from lifecycle.models import AnnualReport, DatedEvent, Milestone, Project
from lifecycle.parties.log import OPERATOR_ACTOR
from tests.builders import day, make_batch, make_cluster, make_milestone, make_project, set_limit, walked
from tests.due import due
from tests.papers import evidence_of

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 21)
WHOLE = {
    "progress": "样机完成",
    "results": "授权专利两项",
    "money": "按计划到位",
    "benefits": {"sales": "0", "tax": "0", "export": "0", "patents": 2, "standards": 0, "new_jobs": 5},
    "problems": "无",
    "next_year": "小批量试产",
}


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


def milestone(project: Project, planned_on: str = "2025-06-30") -> Milestone:
    return make_milestone(project, planned_on)


def hand_in(each: Milestone, on: str) -> Milestone:
    evidence_of(each)
    return milestones.hand_in(
        milestone=each, completed_on=day(on), statement="已完成", actor=OPERATOR_ACTOR, today=day(on)
    )


def give_back(each: Milestone, on: str) -> Milestone:
    return milestones.give_back(
        milestone=each, reason="缺少检测报告", actor=OPERATOR_ACTOR, on=day(on), today=TODAY
    )


def test_a_milestone_is_the_units_by_its_planned_day(project: Project) -> None:
    planned = milestone(project)

    [found] = due(project, "milestone", "2025-05-01")

    assert (found.subject, found.due_on) == (planned.pk, day("2025-06-30"))
    assert (found.responsible, found.waits_for) == (project.unit_id, None)
    assert found.label == f"2025 {planned.name}"
    assert found.figures == {"year": 2025, "milestone": planned.name}


@pytest.mark.parametrize(("until", "count"), [("2025-06-29", 0), ("2025-06-30", 1)])
def test_a_milestone_is_wanted_up_to_the_last_day_asked_for(project: Project, until: str, count: int) -> None:
    milestone(project)

    assert len(due(project, "milestone", "2025-03-01", until)) == count


def test_a_milestone_handed_in_waits_for_the_park_and_is_open_again_once_returned(project: Project) -> None:
    each = hand_in(milestone(project), "2025-06-20")
    assert [found.waits_for for found in due(project, "milestone", "2025-06-20")] == [project.cluster.park_id]
    assert [found.waits_for for found in due(project, "milestone", "2025-06-19")] == [None]

    give_back(each, "2025-06-25")
    assert [found.waits_for for found in due(project, "milestone", "2025-07-05")] == [None]
    assert due(project, "milestone_check", "2025-07-05") == []


def test_a_milestone_verified_or_waived_is_done_from_that_day_on(project: Project) -> None:
    verified = hand_in(milestone(project), "2025-06-20")
    milestones.verify(milestone=verified, actor=OPERATOR_ACTOR, on=day("2025-06-22"), today=TODAY)
    waived = milestone(project)
    milestones.waive(
        milestone=waived, reason="技术路线已调整", actor=OPERATOR_ACTOR, on=day("2025-06-25"), today=TODAY
    )

    assert {found.subject for found in due(project, "milestone", "2025-06-19")} == {verified.pk, waived.pk}
    assert {found.subject for found in due(project, "milestone", "2025-06-24")} == {waived.pk}
    assert due(project, "milestone", "2025-06-25") == []


@pytest.mark.parametrize(
    ("state", "count"),
    [
        ("approved", 1),
        ("implementing", 1),
        ("suspended", 1),
        ("acceptance", 1),
        ("closed", 0),
        ("terminated", 0),
        ("revoked", 0),
    ],
)
def test_milestones_go_on_until_the_project_is_closed_or_broken_off(state: str, count: int) -> None:
    project = make_project(milestones=False, state=state)
    milestone(project)

    assert len(due(project, "milestone", "2025-05-01")) == count


def test_what_was_handed_in_is_the_parks_to_check_fifteen_days_from_the_last_handing_in(
    project: Project,
) -> None:
    each = hand_in(milestone(project), "2025-06-20")
    give_back(each, "2025-06-25")
    hand_in(each, "2025-07-10")

    [found] = due(project, "milestone_check", "2025-07-10")

    assert found.due_on == day("2025-07-25")
    assert (found.responsible, found.waits_for) == (project.cluster.park_id, None)
    assert due(project, "milestone_check", "2025-07-10", "2025-07-24") == []
    milestones.verify(milestone=each, actor=OPERATOR_ACTOR, on=day("2025-07-12"), today=TODAY)
    assert due(project, "milestone_check", "2025-07-12") == []


def test_what_a_workbook_says_is_done_is_to_be_checked_from_when_it_came(project: Project) -> None:
    each = make_milestone(project, "2022-12-31", completed_on="2022-12-20")
    Milestone.objects.filter(pk=each.pk).update(state="handed_in")
    recorded = Milestone.objects.get(pk=each.pk).recorded_at.date()

    [found] = due(project, "milestone_check", recorded.isoformat())

    assert 14 <= (found.due_on - recorded).days <= 16


def years(project: Project, on: str, until: str | None = None) -> list[tuple[int, str]]:
    return [(found.subject, found.due_on.isoformat()) for found in due(project, "annual_report", on, until)]


def test_each_year_that_owes_a_report_has_one_and_so_has_the_coming_one(project: Project) -> None:
    assert years(project, "2023-11-29") == [(2023, "2023-12-26")]
    assert years(project, "2024-11-30") == [(2023, "2023-12-26"), (2024, "2024-12-26")]
    assert years(project, "2024-06-01") == [(2023, "2023-12-26")]
    assert years(project, "2024-06-01", "2025-12-31") == [
        (2023, "2023-12-26"),
        (2024, "2024-12-26"),
        (2025, "2025-12-26"),
    ]


@pytest.mark.parametrize(
    ("start", "first"), [("2022-08-30", 2022), ("2022-08-31", 2022), ("2022-09-01", 2023)]
)
def test_a_project_younger_than_three_months_at_the_cut_off_owes_none(start: str, first: int) -> None:
    project = make_project(milestones=False, start_on=day(start))

    assert years(project, "2023-12-01")[0][0] == first


@pytest.mark.parametrize(("filed", "last"), [("2024-11-30", 2023), ("2024-12-01", 2024)])
def test_once_it_filed_for_acceptance_no_later_year_owes_one(project: Project, filed: str, last: int) -> None:
    DatedEvent.objects.create(project=project, kind="验收申请", happened_on=day(filed))

    assert years(project, "2025-06-01", "2026-12-31")[-1][0] == last


@pytest.mark.parametrize(("ended", "last"), [("2024-11-30", 2023), ("2024-12-01", 2024)])
def test_a_project_broken_off_owes_the_years_before(ended: str, last: int) -> None:
    project = make_project(milestones=False, state="terminated")
    DatedEvent.objects.create(project=project, kind="终止", happened_on=day(ended))

    assert years(project, "2025-06-01", "2026-12-31")[-1][0] == last


def test_a_closed_project_owes_no_report_any_more() -> None:
    assert years(make_project(milestones=False, state="closed"), "2024-12-01") == []


def test_the_days_of_a_report_are_the_batchs_on_the_day() -> None:
    batch = make_batch()
    project = make_project(cluster=make_cluster(batch=batch), milestones=False)
    set_limit(batch, "report_cutoff", "10-31", applies_from="2024-01-01")
    set_limit(batch, "report_due", "02-30", applies_from="2024-01-01")
    set_limit(batch, "report_due", "12-20", applies_from="2023-01-01")

    # Before its first day the first value applies.
    assert years(project, "2022-12-31", "2023-12-31") == [(2023, "2023-12-20")]
    assert years(project, "2023-12-31", "2024-01-31")[0] == (2023, "2023-12-20")
    assert years(project, "2024-01-01", "2024-03-01") == [(2023, "2023-02-28"), (2024, "2024-02-29")]


def written(project: Project, year: int = 2023) -> AnnualReport:
    report = annual_reports.draft(project=project, year=year, known={}, actor=OPERATOR_ACTOR, today=TODAY)
    return annual_reports.save_draft(
        report=report, content=WHOLE, pace="按计划", actor=OPERATOR_ACTOR, today=TODAY
    )


def handed_in(report: AnnualReport, on: str) -> AnnualReport:
    return annual_reports.hand_in(report=report, actor=OPERATOR_ACTOR, on=day(on), today=TODAY)


def returned(report: AnnualReport, on: str) -> AnnualReport:
    points: list[dict[str, Any]] = [{"section": "problems", "text": "请写明"}]
    return annual_reports.give_back(
        report=report, points=points, actor=OPERATOR_ACTOR, on=day(on), today=TODAY
    )


def test_a_report_waits_for_the_park_and_is_due_anew_once_returned(project: Project) -> None:
    park, unit = project.cluster.park_id, project.unit_id
    report = written(project)
    assert [found.waits_for for found in due(project, "annual_report", "2023-12-10")] == [None]

    handed_in(report, "2023-12-10")
    [of_unit], [of_park] = (
        due(project, code, "2023-12-10") for code in ("annual_report", "annual_report_check")
    )
    assert (of_unit.responsible, of_unit.waits_for, of_unit.due_on) == (unit, park, day("2023-12-26"))
    assert (of_park.responsible, of_park.waits_for, of_park.due_on) == (park, None, day("2023-12-25"))

    returned(report, "2024-01-08")
    [of_unit] = due(project, "annual_report", "2024-01-08")
    assert (of_unit.waits_for, of_unit.due_on) == (None, day("2024-01-23"))
    assert of_unit.figures["returned"] == "2024-01-08"
    assert due(project, "annual_report_check", "2024-01-08") == []

    handed_in(report, "2024-01-20")
    assert [found.due_on for found in due(project, "annual_report_check", "2024-01-20")] == [
        day("2024-02-04")
    ]
    annual_reports.accept(report=report, actor=OPERATOR_ACTOR, on=day("2024-01-25"), today=TODAY)
    assert due(project, "annual_report", "2024-01-25") == []
    assert due(project, "annual_report_check", "2024-01-25") == []


def test_a_report_returned_early_keeps_the_day_of_all(project: Project) -> None:
    returned(handed_in(written(project), "2023-12-02"), "2023-12-04")

    assert years(project, "2023-12-04") == [(2023, "2023-12-26")]


def test_a_suspended_project_still_reports(project: Project) -> None:
    walked(project, "suspended")

    assert years(project, "2023-12-01") == [(2023, "2023-12-26")]
