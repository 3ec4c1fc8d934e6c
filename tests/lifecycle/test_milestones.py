"""Milestones: how one goes from planned to verified, who may do what when, and what may be added to the plan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from lifecycle import milestones
from lifecycle.errors import Conflict, Forbidden, Invalid, StageForbids, WrongState
from lifecycle.guards import Case
from lifecycle.milestones import (
    ALL_DONE,
    EvidenceMissing,
    MilestoneExists,
    WeightsFull,
    add_milestone,
    log_progress,
)
from lifecycle.models import FactVersion, Milestone, Project, ProjectState, Step
from lifecycle.parties.log import OPERATOR_ACTOR, Actor
from lifecycle.parties.models import Role, SecurityEvent
from lifecycle.reporting import OwnWork
from tests.builders import day, make_milestone, make_project, walked
from tests.papers import evidence_of
from tests.people import make_person

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 21)
UNDONE = ("planned", "in_progress", "returned")


@pytest.fixture
def milestone() -> Milestone:
    return make_milestone(make_project(milestones=False), "2026-06-30")


@pytest.fixture
def unit(milestone: Milestone) -> Actor:
    return Actor(make_person((Role.UNIT, milestone.project.unit)), role="unit")


@pytest.fixture
def park(milestone: Milestone) -> Actor:
    return Actor(make_person((Role.PARK, milestone.project.cluster.park)), role="park")


def log(milestone: Milestone, progress: str = "样机已完成") -> Milestone:
    return log_progress(milestone=milestone, progress=progress, actor=OPERATOR_ACTOR, today=TODAY)


def hand_in(
    milestone: Milestone,
    completed_on: str = "2026-11-20",
    *,
    statement: str = "样机通过测试",
    actor: Actor = OPERATOR_ACTOR,
) -> Milestone:
    return milestones.hand_in(
        milestone=milestone, completed_on=day(completed_on), statement=statement, actor=actor, today=TODAY
    )


def judge(
    act: Callable[..., Milestone],
    milestone: Milestone,
    *,
    actor: Actor = OPERATOR_ACTOR,
    on: str = "2026-11-21",
    **said: str,
) -> Milestone:
    return act(milestone=milestone, actor=actor, on=day(on), today=TODAY, **said)


def verify(milestone: Milestone, **said: Any) -> Milestone:
    return judge(milestones.verify, milestone, **said)


def give_back(milestone: Milestone, *, reason: str = "缺少检测报告", **said: Any) -> Milestone:
    return judge(milestones.give_back, milestone, reason=reason, **said)


def waive(milestone: Milestone, *, reason: str = "技术路线已调整", **said: Any) -> Milestone:
    return judge(milestones.waive, milestone, reason=reason, **said)


def take_back(milestone: Milestone, *, actor: Actor) -> Milestone:
    return milestones.take_back(milestone=milestone, actor=actor, today=TODAY)


def in_state(milestone: Milestone, state: str) -> Milestone:
    """The milestone brought to the state by the acts that lead there."""
    if state == "in_progress":
        return log(milestone)
    if state == "waived":
        return waive(milestone)
    if state != "planned":
        evidence_of(milestone)
        milestone = hand_in(milestone)
    if state == "verified":
        return verify(milestone)
    return give_back(milestone) if state == "returned" else milestone


def add(project: Project, **facts: Any) -> Milestone:
    values: dict[str, Any] = {
        "year": 2025,
        "name": "小批量试产",
        "planned_on": day("2025-06-30"),
        "owner": "",
    }
    return add_milestone(project=project, actor=OPERATOR_ACTOR, today=TODAY, **(values | facts))


def story(milestone: Milestone) -> list[tuple[str, str, str]]:
    return list(Step.objects.of(milestone).values_list("act", "from_state", "to_state"))


def as_it_stands(milestone: Milestone) -> dict[str, Any]:
    return Milestone.objects.values().get(pk=milestone.pk) | {
        "steps": Step.objects.count(),
        "log": SecurityEvent.objects.count(),
    }


def test_a_milestone_goes_from_planned_to_verified_with_every_step_written_down(
    milestone: Milestone, unit: Actor, park: Actor
):
    log(milestone, "开始试制")
    paper = evidence_of(milestone)
    hand_in(milestone, actor=unit)
    verified = verify(milestone, actor=park)

    assert (verified.state, verified.completed_on, verified.progress) == (
        "verified",
        date(2026, 11, 20),
        "样机通过测试",
    )
    assert story(milestone) == [
        ("log_progress", "planned", "in_progress"),
        ("hand_in", "in_progress", "handed_in"),
        ("verify", "handed_in", "verified"),
    ]
    handed_in = Step.objects.of(milestone).get(act="hand_in")
    assert handed_in.details["documents"] == [paper.pk]
    assert (handed_in.actor_id, handed_in.role, handed_in.reason) == (unit.pk, "unit", "样机通过测试")
    event = SecurityEvent.objects.get(act="milestone_hand_in")
    assert (event.subject, event.details["completed_on"]) == (milestone.project.number, "2026-11-20")


def test_a_returned_milestone_is_not_done_and_can_be_handed_in_again(milestone: Milestone, unit: Actor):
    evidence_of(milestone)
    hand_in(milestone)
    returned = give_back(milestone)

    assert (returned.state, returned.completed_on) == ("returned", None)
    assert Step.objects.of(milestone).get(act="give_back").reason == "缺少检测报告"
    assert hand_in(milestone).state == "handed_in"


def test_saying_the_same_again_changes_nothing(milestone: Milestone):
    log(milestone)
    log(milestone)

    assert FactVersion.objects.filter(table_name="lifecycle_milestone").count() == 1
    assert SecurityEvent.objects.filter(act="milestone_log_progress").count() == 1


@pytest.mark.parametrize("state", UNDONE)
def test_progress_puts_undone_work_in_progress(milestone: Milestone, state: str):
    in_state(milestone, state)

    assert log(milestone, "重新试制").state == "in_progress"


@pytest.mark.parametrize(
    ("act", "states"),
    [
        (log, UNDONE),
        (hand_in, UNDONE),
        (waive, UNDONE),
        (verify, ("handed_in",)),
        (give_back, ("handed_in",)),
    ],
    ids=["log_progress", "hand_in", "waive", "verify", "give_back"],
)
@pytest.mark.parametrize("state", ["planned", "in_progress", "handed_in", "returned", "verified", "waived"])
def test_an_act_starts_only_from_its_states(
    act: Callable[[Milestone], Milestone], states: tuple[str, ...], state: str, milestone: Milestone
):
    in_state(milestone, state)
    evidence_of(milestone)
    before = as_it_stands(milestone)

    if state in states:
        act(milestone)
        return
    with pytest.raises(WrongState) as refusal:
        act(milestone)
    assert refusal.value.details == {"state": state}
    assert as_it_stands(milestone) == before


@pytest.mark.parametrize("completed_on", ["2026-11-21", "2022-09-01"])
def test_a_milestone_is_completed_between_the_start_and_today(milestone: Milestone, completed_on: str):
    evidence_of(milestone)

    assert hand_in(milestone, completed_on).completed_on == day(completed_on)


@pytest.mark.parametrize("completed_on", ["2026-11-22", "2022-08-31", "1999-12-31"])
def test_other_days_are_refused_and_nothing_changes(milestone: Milestone, completed_on: str):
    evidence_of(milestone)
    before = as_it_stands(milestone)

    with pytest.raises(Invalid) as refusal:
        hand_in(milestone, completed_on)

    assert set(refusal.value.details) == {"completed_on"}
    assert as_it_stands(milestone) == before


def test_every_fault_of_a_hand_in_is_told_at_once(milestone: Milestone):
    with pytest.raises(Invalid) as refusal:
        hand_in(milestone, "2026-11-22", statement=" ")

    assert set(refusal.value.details) == {"completed_on", "statement"}


def test_without_evidence_nothing_is_handed_in(milestone: Milestone):
    other = make_milestone(milestone.project, "2026-06-30")
    evidence_of(other)
    evidence_of(milestone, category="other")
    first = evidence_of(milestone)
    evidence_of(other, replaces=first, version=2)

    with pytest.raises(EvidenceMissing) as refusal:
        hand_in(milestone)

    assert refusal.value.details == {"wanted": "milestone"}
    milestone.refresh_from_db()
    assert (milestone.state, milestone.completed_on) == ("planned", None)


@pytest.mark.parametrize("progress", ["长" * 2001, "a\x00b"])
def test_a_text_too_long_or_with_control_signs_is_refused(milestone: Milestone, progress: str):
    for act in (lambda: log(milestone, progress), lambda: hand_in(milestone, statement=progress)):
        with pytest.raises(Invalid):
            act()


@pytest.mark.parametrize("reason", ["", "  ", "长" * 1001, "a\x07"])
def test_a_return_and_a_waiver_need_a_reason(milestone: Milestone, reason: str):
    with pytest.raises(Invalid) as waived:
        waive(milestone, reason=reason)
    in_state(milestone, "handed_in")
    with pytest.raises(Invalid) as returned:
        give_back(milestone, reason=reason)

    assert set(waived.value.details) == set(returned.value.details) == {"reason"}


@pytest.mark.parametrize("act", [verify, give_back], ids=["verify", "give_back"])
@pytest.mark.parametrize(
    ("on", "is_taken"), [("2026-11-20", False), ("2026-11-21", True), ("2026-11-22", False)]
)
def test_what_was_handed_in_is_judged_between_that_day_and_today(
    act: Callable[..., Milestone], on: str, is_taken: bool, milestone: Milestone
):
    in_state(milestone, "handed_in")

    if is_taken:
        act(milestone, on=on)
        return
    with pytest.raises(Invalid) as refusal:
        act(milestone, on=on)
    assert set(refusal.value.details) == {"on"}


@pytest.mark.parametrize(
    ("on", "is_taken"), [("2022-08-31", False), ("2022-09-01", True), ("2026-11-22", False)]
)
def test_a_milestone_is_waived_from_the_start_of_the_project_to_today(
    on: str, is_taken: bool, milestone: Milestone
):
    if is_taken:
        assert waive(milestone, on=on).waived_on == day(on)
        return
    with pytest.raises(Invalid):
        waive(milestone, on=on)


def test_a_waiver_does_not_lie_before_the_last_step(milestone: Milestone):
    in_state(milestone, "returned")

    with pytest.raises(Invalid):
        waive(milestone, on="2026-11-20")
    assert waive(milestone).waived_on == TODAY


def test_nobody_verifies_what_they_handed_in(milestone: Milestone, park: Actor, unit: Actor):
    evidence_of(milestone)
    hand_in(milestone, actor=park)

    with pytest.raises(OwnWork):
        verify(milestone, actor=park)
    assert verify(milestone, actor=unit).state == "verified"


def test_whoever_handed_in_after_a_return_counts(milestone: Milestone, park: Actor, unit: Actor):
    evidence_of(milestone)
    hand_in(milestone, actor=park)
    give_back(milestone, actor=park)
    hand_in(milestone, actor=unit)

    assert verify(milestone, actor=park).state == "verified"


def test_only_who_handed_in_takes_it_back(milestone: Milestone, park: Actor, unit: Actor):
    evidence_of(milestone)
    hand_in(milestone, actor=unit)
    before = as_it_stands(milestone)

    with pytest.raises(Forbidden):
        take_back(milestone, actor=park)
    assert as_it_stands(milestone) == before
    taken = take_back(milestone, actor=unit)
    assert (taken.state, taken.completed_on) == ("in_progress", None)
    with pytest.raises(WrongState):
        take_back(milestone, actor=unit)


def test_what_a_workbook_brought_is_taken_back_by_nobody(milestone: Milestone, unit: Actor):
    Milestone.objects.filter(pk=milestone.pk).update(state="handed_in", completed_on=day("2026-11-20"))

    with pytest.raises(Forbidden):
        take_back(milestone, actor=unit)
    assert verify(milestone, actor=unit, on="2026-11-20").state == "verified"


@pytest.mark.parametrize("state", ["suspended", "closed", "terminated", "revoked"])
def test_after_the_end_of_a_project_the_record_stands(state: str):
    project = make_project(milestones=False, state=state)
    planned, done = (make_milestone(project, "2026-06-30") for _ in range(2))
    evidence_of(planned)
    Milestone.objects.filter(pk=done.pk).update(state="handed_in", completed_on=day("2026-11-20"))

    acts: list[Callable[[], Any]] = [
        lambda: log(planned),
        lambda: hand_in(planned),
        lambda: waive(make_milestone(project, "2026-06-30")),
        lambda: verify(done),
    ]
    for act in acts:
        if state == "suspended":
            act()
        else:
            with pytest.raises(StageForbids):
                act()


@pytest.mark.parametrize("state", ["approved", "funding", "implementing"])
def test_the_plan_may_grow_until_the_work_is_handed_in(state: str):
    project = make_project(milestones=False, state=state)

    added = add(project, name="  小批量试产 ", weight=20, planned_spend=Decimal("120000.50"))

    assert (added.name, added.completed_on, added.weight) == ("小批量试产", None, 20)
    assert story(added) == [("add", "", "planned")]
    event = SecurityEvent.objects.get(act="milestone_add", subject=project.number)
    assert event.details["planned_spend"] == "120000.50"


@pytest.mark.parametrize(
    "state", [state for state in ProjectState if state not in ("approved", "funding", "implementing")]
)
def test_the_plan_stands_in_other_stages(state: str):
    with pytest.raises(StageForbids):
        add(make_project(milestones=False, state=state))


def test_the_stage_is_the_one_that_stands_and_not_the_one_that_was_read():
    project = make_project(milestones=False)
    walked(Project.objects.get(pk=project.pk), "terminated")

    with pytest.raises(StageForbids):
        add(project)


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
        ({"weight": 0}, "weight"),
        ({"weight": 101}, "weight"),
        ({"planned_spend": Decimal("-0.01")}, "planned_spend"),
        ({"planned_spend": Decimal("0.001")}, "planned_spend"),
        ({"planned_spend": Decimal("1e11")}, "planned_spend"),
        ({"planned_spend": Decimal("NaN")}, "planned_spend"),
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


def test_the_weights_of_a_plan_come_to_a_hundred_at_most():
    project = make_project(milestones=False)
    add(project, name="一", weight=60)
    with pytest.raises(WeightsFull) as refusal:
        add(project, name="二", weight=41)
    add(project, name="三", weight=40)

    assert refusal.value.details == {"left": 40}
    assert milestones.weights_of(project) == 100
    assert add(project, name="四").weight is None
    assert milestones.weights_of(make_project(milestones=False)) == 0


def done_on(project: Project, on: str) -> Any:
    return ALL_DONE.look(Case(project, on=day(on), today=TODAY))


def test_all_milestones_are_done_once_verified_or_waived_by_the_day(milestone: Milestone):
    project = milestone.project
    other = make_milestone(project, "2025-06-30")
    in_state(milestone, "verified")
    assert not done_on(project, "2026-11-21").is_met

    waive(other)

    assert done_on(project, "2026-11-21").is_met
    assert not done_on(project, "2026-11-20").is_met
    assert done_on(project, "2026-11-20").figures["milestones"] == [other.name]
    assert done_on(project, "2026-11-19").figures["milestones"] == [other.name, milestone.name]


@pytest.mark.parametrize("state", ["planned", "in_progress", "handed_in", "returned"])
def test_what_is_not_verified_is_not_done(milestone: Milestone, state: str):
    in_state(milestone, state)

    outcome = done_on(milestone.project, "2026-11-21")

    assert (outcome.is_met, outcome.figures["count"]) == (False, 1)


@pytest.mark.parametrize("count", [5, 6])
def test_at_most_five_are_named(count: int):
    project = make_project(milestones=False)
    for _ in range(count):
        make_milestone(project, "2025-06-30")

    outcome = done_on(project, "2026-11-21")

    assert (outcome.figures["count"], len(outcome.figures["milestones"])) == (count, 5)
    assert ("等" in outcome.sentence) is (count > 5)


def test_a_plan_without_milestones_is_not_done():
    assert not done_on(make_project(milestones=False), "2026-11-21").is_met


@pytest.mark.parametrize(
    "facts",
    [
        {"state": "handed_in"},
        {"state": "verified"},
        {"state": "waived"},
        {"state": "returned", "completed_on": "2026-01-01"},
        {"completed_on": "2026-01-01"},
        {"waived_on": "2026-01-01"},
        {"state": "lost"},
        {"weight": 101},
        {"planned_spend": "-1"},
    ],
)
def test_the_database_refuses_a_state_without_its_day(milestone: Milestone, facts: dict[str, Any]):
    with pytest.raises(IntegrityError), transaction.atomic():
        Milestone.objects.filter(pk=milestone.pk).update(**facts)


def test_a_refusal_is_a_conflict_for_the_edges():
    assert all(issubclass(error, Conflict) for error in (WrongState, StageForbids, EvidenceMissing, OwnWork))
