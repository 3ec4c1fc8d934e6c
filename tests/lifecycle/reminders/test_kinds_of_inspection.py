"""The mid-term and the findings: who holds, who mends, who closes, and by when."""

from __future__ import annotations

from typing import Any

import pytest

from lifecycle import findings
from lifecycle.models import DatedEvent, Finding, Project
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import Organisation
from tests.builders import day, make_batch, make_cluster, make_project, walked
from tests.due import due
from tests.lifecycle.inspecting import TODAY, WHOLE, answered, found, held, planned, raised

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


def city(project: Project) -> Organisation:
    above = project.cluster.park.parent
    assert above is not None
    return above


@pytest.mark.parametrize(("on", "count"), [("2023-11-30", 0), ("2023-12-01", 1), ("2025-01-01", 1)])
def test_a_mid_term_is_the_citys_from_its_window_on(project: Project, on: str, count: int) -> None:
    rows = due(project, "mid_term", on, "2025-12-31")

    assert len(rows) == count
    assert {(row.responsible, row.due_on) for row in rows} <= {(city(project).pk, day("2024-06-01"))}


def test_months_after_a_day_end_with_the_month() -> None:
    project = make_project(start_on=day("2022-05-31"), milestones=False)

    assert [row.due_on for row in due(project, "mid_term", "2023-08-31")] == []
    assert [row.due_on for row in due(project, "mid_term", "2023-12-01")] == [day("2024-02-29")]


def test_the_window_is_the_batchs() -> None:
    batch = make_batch(midterm_from_months="10", midterm_until_months="12")
    project = make_project(cluster=make_cluster(batch=batch), milestones=False)

    assert [row.due_on for row in due(project, "mid_term", "2023-07-01")] == [day("2023-09-01")]


def test_a_mid_term_that_was_passed_is_done_from_that_day_on(project: Project) -> None:
    held(planned(project), "2024-03-05")

    assert due(project, "mid_term", "2024-03-05") == []
    assert len(due(project, "mid_term", "2024-03-04")) == 1


@pytest.mark.parametrize(
    ("held_on", "result", "facts", "due_on"),
    [
        ("2024-03-05", "限期整改", {"findings": [found("2024-04-30")]}, "2024-06-01"),
        ("2024-03-05", "限期整改", {"findings": [found("2024-04-30"), found("2024-05-31")]}, "2024-06-15"),
        ("2024-05-20", "不通过", {}, "2024-06-04"),
        ("2024-03-05", "不通过", {}, "2024-06-01"),
    ],
)
def test_a_mid_term_that_was_not_passed_is_held_again(
    project: Project, held_on: str, result: str, facts: dict[str, Any], due_on: str
) -> None:
    held(planned(project), held_on, result, **facts)

    [row] = due(project, "mid_term", held_on)

    assert row.due_on == day(due_on)
    assert (row.figures["checked"], row.figures["result"]) == (held_on, result)
    held(planned(project, planned_on="2024-06-01"), "2024-06-01")
    assert due(project, "mid_term", "2024-06-01") == []


@pytest.mark.parametrize("state", ["approved", "funding", "suspended", "acceptance", "closed", "terminated"])
def test_a_mid_term_is_wanted_only_where_it_may_be_held(state: str) -> None:
    assert due(make_project(milestones=False, state=state), "mid_term", "2024-03-01") == []


def test_a_check_without_a_result_is_none(project: Project) -> None:
    DatedEvent.objects.create(project=project, kind="中期检查", happened_on=day("2024-03-01"))

    assert len(due(project, "mid_term", "2024-03-02")) == 1


def test_a_finding_is_the_units_until_it_is_answered_and_again_once_given_back(project: Project) -> None:
    one = raised(project)
    [row] = due(project, "finding", "2024-03-05")
    assert (row.subject, row.due_on) == (one.pk, day("2024-06-01"))
    assert (row.responsible, row.waits_for, row.label) == (project.unit_id, None, "台账不全")
    assert row.figures == {"finding": "台账不全", "severity": "较重"}
    assert due(project, "finding", "2024-03-04") == []
    assert due(project, "finding", "2024-03-05", "2024-05-31") == []

    answered(one, "2024-05-01")
    [row], [check] = (due(project, code, "2024-05-01") for code in ("finding", "finding_check"))
    assert row.waits_for == check.responsible == city(project).pk
    assert check.due_on == day("2024-05-16")
    assert [row.waits_for for row in due(project, "finding", "2024-04-30")] == [None]
    assert due(project, "finding_check", "2024-04-30") == []

    said: dict[str, Any] = {"actor": OPERATOR_ACTOR, "today": TODAY}
    findings.give_back(finding=one, reason="证明不足", on=day("2024-05-10"), **said)
    assert [row.waits_for for row in due(project, "finding", "2024-05-10")] == [None]
    assert due(project, "finding_check", "2024-05-10") == []
    answered(one, "2024-05-20")
    findings.shut(finding=one, on=day("2024-05-25"), **said)
    assert due(project, "finding", "2024-05-25") == due(project, "finding_check", "2024-05-25") == []
    assert len(due(project, "finding_check", "2024-05-24")) == 1


def test_whoever_inspected_checks_the_answer_where_the_inspector_is_one_of_the_organisations(
    project: Project,
) -> None:
    province = city(project).parent
    assert province is not None
    for name, expected in ((province.name, province.pk), ("科技评估中心", city(project).pk)):
        held(
            planned(project, "spot", inspector=name),
            "2024-03-05",
            checklist=WHOLE[:1],
            findings=[found(text=name)],
        )
        answered(Finding.objects.get(text=name))
        assert [
            row.responsible for row in due(project, "finding_check", "2024-05-01") if row.label == name
        ] == [expected]


def test_what_acceptance_found_the_province_checks(project: Project) -> None:
    one = raised(project)
    Finding.objects.filter(pk=one.pk).update(origin="acceptance")
    answered(one)

    assert [row.responsible for row in due(project, "finding_check", "2024-05-01")] == [
        city(project).parent_id
    ]


def test_a_long_finding_is_cut_and_stands_on_one_line(project: Project) -> None:
    raised(project, found=found(text="台账\n不全。" * 30))

    [row] = due(project, "finding", "2024-03-05")

    assert len(row.label) == 60
    assert row.label.startswith("台账 不全。台账 不全。")
    assert row.label.endswith("…")


@pytest.mark.parametrize(
    ("state", "count"), [("suspended", 1), ("acceptance", 1), ("terminated", 0), ("revoked", 0)]
)
def test_a_project_broken_off_mends_nothing_any_more(project: Project, state: str, count: int) -> None:
    raised(project)
    walked(project, state)

    assert len(due(project, "finding", "2024-03-05")) == count
