"""Milestones: what may be logged and when, and what may be added to the plan."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from lifecycle.errors import Invalid
from lifecycle.milestones import MilestoneExists, StageForbids, add_milestone, log_progress
from lifecycle.models import FactVersion, Milestone, Project, ProjectState
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import SecurityEvent
from tests.builders import day, make_milestone, make_project

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 21)


@pytest.fixture
def milestone() -> Milestone:
    return make_milestone(make_project(milestones=False), "2026-06-30")


def log(
    milestone: Milestone, *, progress: str = "样机已完成", completed_on: str | None = "2026-11-20"
) -> Milestone:
    return log_progress(
        milestone=milestone,
        progress=progress,
        completed_on=completed_on and day(completed_on),  # type: ignore[arg-type]
        actor=OPERATOR_ACTOR,
        today=TODAY,
    )


def add(project: Project, **facts: Any) -> Milestone:
    values: dict[str, Any] = {
        "year": 2025,
        "name": "小批量试产",
        "planned_on": day("2025-06-30"),
        "owner": "",
    }
    return add_milestone(project=project, actor=OPERATOR_ACTOR, **(values | facts))


def test_progress_and_completion_are_kept_and_logged(milestone: Milestone):
    log(milestone)

    milestone.refresh_from_db()
    assert (milestone.progress, milestone.completed_on) == ("样机已完成", date(2026, 11, 20))
    event = SecurityEvent.objects.get(act="log_milestone")
    assert event.subject == milestone.project.number
    assert event.details["completed_on"] == "2026-11-20"


def test_saying_the_same_again_changes_nothing(milestone: Milestone):
    log(milestone)
    log(milestone)

    assert FactVersion.objects.filter(table_name="lifecycle_milestone").count() == 1
    assert SecurityEvent.objects.filter(act="log_milestone").count() == 1


def test_a_completion_logged_by_mistake_is_taken_back(milestone: Milestone):
    log(milestone)

    assert log(milestone, completed_on=None).completed_on is None


@pytest.mark.parametrize("completed_on", ["2026-11-21", "2000-01-01"])
def test_a_milestone_is_completed_by_today_at_the_latest(milestone: Milestone, completed_on: str):
    assert log(milestone, completed_on=completed_on).completed_on == day(completed_on)


@pytest.mark.parametrize("completed_on", ["2026-11-22", "1999-12-31"])
def test_a_day_to_come_or_absurd_is_refused(milestone: Milestone, completed_on: str):
    with pytest.raises(Invalid) as refusal:
        log(milestone, completed_on=completed_on)

    assert set(refusal.value.details) == {"completed_on"}
    milestone.refresh_from_db()
    assert milestone.completed_on is None


@pytest.mark.parametrize("progress", ["长" * 2001, "a\x00b"])
def test_a_text_too_long_or_with_control_signs_is_refused(milestone: Milestone, progress: str):
    with pytest.raises(Invalid):
        log(milestone, progress=progress)


@pytest.mark.parametrize("state", ["closed", "terminated", "revoked"])
def test_nothing_is_logged_after_the_end_of_a_project(milestone: Milestone, state: str):
    Project.objects.update(state=state)

    with pytest.raises(StageForbids):
        log(milestone)


@pytest.mark.parametrize("state", ["approved", "funding", "implementing"])
def test_the_plan_may_grow_until_the_work_is_handed_in(state: str):
    project = make_project(milestones=False, state=state)

    added = add(project, name="  小批量试产 ")

    assert (added.name, added.completed_on) == ("小批量试产", None)
    assert SecurityEvent.objects.filter(act="add_milestone", subject=project.number).exists()


@pytest.mark.parametrize(
    "state", [state for state in ProjectState if state not in ("approved", "funding", "implementing")]
)
def test_the_plan_stands_in_other_stages(state: str):
    with pytest.raises(StageForbids):
        add(make_project(milestones=False, state=state))


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"planned_on": day("2022-08-31")}, "planned_on"),
        ({"planned_on": day("2026-03-01")}, "planned_on"),
        ({"year": 2021}, "year"),
        ({"year": 2027}, "year"),
        ({"name": " "}, "name"),
        ({"name": "长" * 201}, "name"),
        ({"owner": "长" * 101}, "owner"),
    ],
)
def test_a_milestone_outside_the_term_or_without_a_name_is_refused(facts: dict[str, Any], field: str):
    with pytest.raises(Invalid) as refusal:
        add(make_project(milestones=False), **facts)

    assert set(refusal.value.details) == {field}


def test_a_name_stands_once_in_a_year():
    project = make_project(milestones=False)
    add(project)

    with pytest.raises(MilestoneExists):
        add(project)
    add(project, year=2024)

    assert project.milestones.count() == 2
