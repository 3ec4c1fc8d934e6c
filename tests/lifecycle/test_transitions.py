"""Moves between stages: made by their own function, recorded whole, refused without a trace."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation
from django_fsm import TransitionNotAllowed

from lifecycle.errors import Invalid
from lifecycle.gates import gates_of
from lifecycle.models import (
    DatedEvent,
    Document,
    DocumentCategory,
    Finding,
    Project,
    ProjectState,
    StateChange,
)
from lifecycle.moves import MOVES, Move
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import SecurityEvent
from lifecycle.transitions import FUNCTIONS, Said, TransitionBlocked, WrongStage
from tests.builders import day, make_project
from tests.people import now

TODAY = day("2026-11-26")


def make(name: str, project: Project, on: str | date = "2024-03-01", **said: Any) -> StateChange:
    return FUNCTIONS[name](
        project_id=project.pk,
        actor=OPERATOR_ACTOR,
        on=day(on) if isinstance(on, str) else on,
        today=TODAY,
        now=now(),
        said=Said(**said),
    )


def decision(project: Project) -> Document:
    return paper(project, number="苏科〔2024〕9号")


def paper(project: Project, **facts: Any) -> Document:
    said: dict[str, Any] = {"category": DocumentCategory.DECISION, "stored_as": f"test/{project.pk}"} | facts
    return Document.objects.create(
        project=project,
        title="决定",
        file_name="决定.pdf",
        media_type="application/pdf",
        size=1,
        sha256="0" * 64,
        **said,
    )


def state_of(project: Project) -> str:
    return Project.objects.values_list("state", flat=True).get(pk=project.pk)


def moves_of(project: Project) -> list[str]:
    return list(
        StateChange.objects.filter(project=project).order_by("sequence").values_list("move", flat=True)
    )


@pytest.mark.django_db
def test_a_move_is_kept_with_who_when_why_and_every_condition():
    project = make_project()

    change = make("suspend", project, reason=" 设备改造 ")

    assert state_of(project) == ProjectState.SUSPENDED
    assert (change.sequence, change.move, change.from_state, change.to_state) == (
        2,
        "suspend",
        "implementing",
        "suspended",
    )
    assert (change.effective_on, change.reason, change.role) == (day("2024-03-01"), "设备改造", "province")
    assert change.actor_name == "operator"
    assert len(change.rule_set) == 16
    for when in ("on", "today"):
        conditions = {each["code"]: each["met"] for each in change.conditions[when]}
        assert conditions == {"day_in_order": True, "event_day_free": True}
    assert SecurityEvent.objects.get(act="move_suspend").subject == project.number


@pytest.mark.django_db
def test_rules_know_of_a_move_by_its_dated_event():
    project = make_project()
    make("suspend", project, reason="设备改造")
    make("resume", project, "2024-05-01", reason="改造完成")

    events = DatedEvent.objects.filter(project=project).order_by("happened_on")
    assert [(each.kind, each.happened_on, each.result, each.note) for each in events] == [
        ("暂停", day("2024-03-01"), "批准", "设备改造"),
        ("恢复", day("2024-05-01"), "批准", "改造完成"),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("name", list(MOVES))
def test_a_move_begins_only_where_its_arrow_does(name: str):
    for state in ProjectState.values:
        if state in MOVES[name].sources:
            continue
        project = make_project(state=state, milestones=False)
        with pytest.raises(WrongStage) as refused:
            make(name, project, reason="理由")
        assert refused.value.details == {"state": state, "move": name}
        assert moves_of(project) == ["entered"]


@pytest.mark.django_db
def test_the_arrows_of_the_model_are_the_moves():
    for name, move in MOVES.items():
        for state in ProjectState.values:
            project = Project(state=state)
            if state in move.sources:
                getattr(project, name)()
                assert project.state == move.target
            else:
                with pytest.raises(TransitionNotAllowed):
                    getattr(project, name)()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("on", "blocked"), [("2024-02-29", True), ("2024-03-01", False), ("2024-03-02", False)]
)
def test_a_move_is_not_before_the_last(on: str, blocked: bool):
    project = make_project()
    make("suspend", project, reason="设备改造")
    if not blocked:
        assert make("resume", project, on, reason="完成").to_state == "implementing"
        return
    with pytest.raises(TransitionBlocked) as refused:
        make("resume", project, on, reason="完成")

    assert [each.code for each in refused.value.unmet] == ["day_in_order"]
    assert "2024-03-01" in refused.value.message
    assert moves_of(project) == ["entered", "suspend"]
    assert state_of(project) == "suspended"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("on", "field"), [("2026-11-27", "on"), ("2022-08-19", "on"), ("2026-11-26", None), ("2022-08-20", None)]
)
def test_a_moves_day_is_neither_to_come_nor_before_the_award(on: str, field: str | None):
    project = make_project()
    if field is None:
        assert make("suspend", project, on, reason="理由").effective_on == day(on)
        return
    with pytest.raises(Invalid) as refused:
        make("suspend", project, on, reason="理由")
    assert set(refused.value.details) == {field}
    assert moves_of(project) == ["entered"]


@pytest.mark.django_db
def test_the_same_stop_twice_on_a_day_is_refused():
    project = make_project()
    make("suspend", project, reason="一")
    make("resume", project, reason="二")

    with pytest.raises(TransitionBlocked) as refused:
        make("suspend", project, reason="三")

    assert [each.code for each in refused.value.unmet] == ["event_day_free"]
    assert state_of(project) == "implementing"


@pytest.mark.django_db
def test_conditions_hold_on_the_day_and_today():
    """On the effective day the term was over; since then an extension moved its end into the future."""
    project = make_project(end_on=day("2027-02-28"))
    DatedEvent.objects.create(
        project=project,
        kind="延期",
        happened_on=day("2025-10-01"),
        decided_on=day("2026-06-01"),
        result="批准",
        value=12,
    )

    with pytest.raises(TransitionBlocked) as refused:
        make("apply_for_acceptance", project, "2026-03-15")

    then = {each["code"]: each["met"] for each in refused.value.details["conditions"]}
    today = {each["code"]: each["met"] for each in refused.value.details["today"]}
    assert (then["term_ended"], today["term_ended"]) == (True, False)


@pytest.mark.django_db
@pytest.mark.parametrize(("on", "met"), [("2026-02-28", False), ("2026-03-01", True)])
def test_the_term_has_ended_the_day_after_its_last(on: str, met: bool):
    gates = {gate.move.name: gate for gate in gates_of(make_project(), on=day(on), today=TODAY)}

    conditions = {each.code: each.is_met for each in gates["apply_for_acceptance"].conditions}
    assert conditions["term_ended"] is met


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["suspend", "resume", "terminate", "revoke", "return_for_rectification"])
def test_what_a_move_needs_is_named_all_at_once(name: str):
    move = MOVES[name]
    project = make_project(state=move.sources[-1], milestones=False)

    with pytest.raises(Invalid) as refused:
        make(name, project, reason="  ")

    wanted = set(move.needs) | ({"due_on"} if "findings" in move.needs else set())
    assert set(refused.value.details) == wanted
    assert moves_of(project) == ["entered"]


@pytest.mark.django_db
def test_a_paper_of_another_project_decides_nothing_here():
    project, other = make_project(), make_project()

    with pytest.raises(Invalid) as refused:
        make("terminate", project, reason="停产", reason_class="objective", document=decision(other).pk)

    assert set(refused.value.details) == {"document"}


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["terminate", "revoke"])
def test_only_a_decision_breaks_a_project_off(name: str):
    project = make_project()
    theirs = paper(project, category=DocumentCategory.OTHER)

    with pytest.raises(Invalid) as refused:
        make(name, project, reason="停产", reason_class="objective", document=theirs.pk)

    assert set(refused.value.details) == {"document"}
    assert state_of(project) == "implementing"


@pytest.mark.django_db
def test_a_decision_that_was_replaced_decides_no_more():
    project = make_project()
    former = decision(project)
    paper(project, stored_as=f"test/{project.pk}-2", version=2, replaces=former)

    with pytest.raises(Invalid) as refused:
        make("terminate", project, reason="停产", reason_class="objective", document=former.pk)

    assert set(refused.value.details) == {"document"}


@pytest.mark.parametrize("move", MOVES.values(), ids=lambda move: move.name)
def test_a_move_is_called_otherwise_than_the_stage_it_leads_to_where_the_language_tells_them_apart(
    move: Move,
):
    with translation.override("en"):
        assert move.title != str(ProjectState(move.target).label)


@pytest.mark.django_db
@pytest.mark.parametrize("state", MOVES["terminate"].sources)
@pytest.mark.parametrize(("name", "kind"), [("terminate", "终止"), ("revoke", "撤销")])
def test_every_stage_before_closeout_can_be_broken_off(name: str, kind: str, state: str):
    project = make_project(state=state, milestones=False)

    change = make(name, project, reason="停产", reason_class="fault", document=decision(project).pk)

    assert state_of(project) == MOVES[name].target
    assert change.document is not None
    event = DatedEvent.objects.get(project=project)
    assert (event.kind, event.document_no) == (kind, "苏科〔2024〕9号")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("due_on", "fits"), [("2026-03-01", False), ("2026-06-01", True), ("2026-06-02", False)]
)
def test_a_rectification_is_due_within_three_months(due_on: str, fits: bool):
    project = make_project(state="acceptance", milestones=False)
    DatedEvent.objects.create(project=project, kind="验收申请", happened_on=day("2026-02-20"))
    findings = [{"severity": "major", "text": "检测报告不全"}]

    if fits:
        make(
            "return_for_rectification",
            project,
            "2026-03-01",
            reason="整改",
            findings=findings,
            due_on=day(due_on),
        )
        assert state_of(project) == "implementing"
        return
    with pytest.raises(Invalid) as refused:
        make(
            "return_for_rectification",
            project,
            "2026-03-01",
            reason="整改",
            findings=findings,
            due_on=day(due_on),
        )
    assert set(refused.value.details) == {"due_on"}
    assert not Finding.objects.exists()


def test_of_two_who_press_at_once_one_wins(committed_db: str):
    project = make_project()
    barrier = threading.Barrier(2)
    outcomes: list[str] = []

    def press() -> None:
        barrier.wait(30)
        try:
            make("suspend", project, reason="设备改造")
            outcomes.append("made")
        except WrongStage as refusal:
            outcomes.append(refusal.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(outcome == "made" for outcome in outcomes) == [False, True]
    assert "operator 已办理“暂停”" in next(outcome for outcome in outcomes if outcome != "made")
    assert moves_of(project) == ["entered", "suspend"]


class TestTheDatabaseAsWitness:
    """Side doors move no state unrecorded, and no record stands without its move."""

    @pytest.mark.django_db
    @pytest.mark.parametrize("role", ["origin", "replica"])
    def test_a_state_does_not_move_without_a_record(self, role: str):
        project = make_project()

        with (
            pytest.raises(IntegrityError, match="without a record"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"SET LOCAL session_replication_role = {role}")
            cursor.execute("UPDATE lifecycle_project SET state = 'closed' WHERE id = %s", [project.pk])

    @pytest.mark.django_db
    def test_neither_update_nor_bulk_update_moves_it(self):
        project = make_project()
        with pytest.raises(IntegrityError), transaction.atomic():
            Project.objects.filter(pk=project.pk).update(state="closed")
        changed = Project.objects.get(pk=project.pk)
        changed.__dict__["state"] = "closed"
        with pytest.raises(IntegrityError), transaction.atomic():
            Project.objects.bulk_update([changed], ["state"])
        with pytest.raises(AttributeError):
            project.state = "closed"

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        "facts",
        [
            {"sequence": 3},
            {"move": "close", "to_state": "closed"},
            {"from_state": "acceptance", "to_state": "closed", "move": "close"},
            {"effective_on": day("2099-01-01")},
            {"effective_on": None},
            {"move": "entered", "sequence": 1, "from_state": ""},
        ],
    )
    def test_a_record_goes_on_from_where_the_project_stands(self, facts: dict[str, Any]):
        project = make_project()
        values: dict[str, Any] = {
            "project": project,
            "sequence": 2,
            "move": "suspend",
            "from_state": "implementing",
            "to_state": "suspended",
            "effective_on": day("2024-03-01"),
        }
        with pytest.raises(IntegrityError), transaction.atomic():
            StateChange.objects.bulk_create([StateChange(**(values | facts))])

    @pytest.mark.django_db
    def test_a_record_without_its_move_is_not_committed(self):
        project = make_project()
        with pytest.raises(IntegrityError, match="has not"), transaction.atomic():
            StateChange.objects.create(
                project=project,
                sequence=2,
                move="suspend",
                from_state="implementing",
                to_state="suspended",
                effective_on=day("2024-03-01"),
            )
            connection.check_constraints()

    @pytest.mark.django_db
    @pytest.mark.parametrize("act", ["update", "delete"])
    def test_history_is_never_changed(self, act: str):
        make_project()
        rows = StateChange.objects.all()
        with pytest.raises(IntegrityError, match="appended only"), transaction.atomic():
            rows.update(reason="别的") if act == "update" else rows._raw_delete("default")

    @pytest.mark.django_db
    def test_a_project_comes_in_with_its_first_record(self):
        project = make_project(state="acceptance")

        first = StateChange.objects.get(project=project)
        assert (first.move, first.sequence, first.to_state) == ("entered", 1, "acceptance")

    @pytest.mark.django_db
    def test_the_database_knows_the_same_arrows(self):
        with connection.cursor() as cursor:
            for name, move in MOVES.items():
                for state in ProjectState.values:
                    cursor.execute("SELECT lifecycle_arrow_exists(%s, %s, %s)", [name, state, move.target])
                    assert cursor.fetchone()[0] is (state in move.sources), (name, state)
