"""Inspections: planned, held with a checklist and a result, or cancelled; and what LC-05 makes of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from lifecycle import inspections
from lifecycle.errors import Conflict, Invalid, StageForbids
from lifecycle.facts import life_facts
from lifecycle.inspections import (
    ITEMS,
    AlreadyPlanned,
    Checked,
    InspectionMoved,
    cancel,
    midterm_window,
)
from lifecycle.models import DatedEvent, Finding, Inspection, Project, Step
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import SecurityEvent
from lifecycle.rules import midterm
from lifecycle.rules.limits import Limits
from tests.builders import day, make_batch, make_cluster, make_project
from tests.lifecycle.inspecting import TODAY, WHOLE, found, held, planned

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


def midterm_answer(project: Project, on: str) -> str:
    return midterm.RULE.judge(life_facts([project.pk], on=day(on))[project.pk]).status


def call_off(inspection: Inspection, *, reason: str = "改期", on: str = "2024-02-01") -> Inspection:
    return cancel(inspection=inspection, reason=reason, on=day(on), actor=OPERATOR_ACTOR, today=TODAY)


def nothing_happened(project: Project) -> bool:
    """Whether only the planning is on record."""
    return (
        not DatedEvent.objects.filter(project=project).exists()
        and not Finding.objects.filter(project=project).exists()
        and list(Inspection.objects.filter(project=project).values_list("state", flat=True)) == ["planned"]
        and list(Step.objects.filter(project=project).values_list("act", flat=True)) == ["plan"]
    )


# Planning


def test_the_window_opens_fifteen_months_after_the_start_and_closes_after_twenty_one(project: Project):
    window = midterm_window(project, Limits())

    assert window == (day("2023-12-01"), day("2024-06-01"))
    assert [window.late_days(day(on)) for on in ("2023-01-01", "2024-06-01", "2024-06-02")] == [0, 0, 1]


def test_a_plan_is_kept_and_logged(project: Project):
    inspection = planned(project, inspector=" 市科技局 ")

    assert (inspection.state, inspection.inspector) == ("planned", "市科技局")
    step = Step.objects.of(inspection).get()
    assert (step.act, step.to_state, step.details["planned_on"]) == ("plan", "planned", "2024-03-01")
    assert SecurityEvent.objects.filter(act="inspection_plan", subject=project.number).exists()


@pytest.mark.parametrize("planned_on", ["2023-12-01", "2027-01-01"])
def test_a_midterm_is_planned_for_a_day_from_which_it_may_be_held(project: Project, planned_on: str):
    assert planned(project, planned_on=planned_on).planned_on == day(planned_on)


@pytest.mark.parametrize(
    ("kind", "facts", "field"),
    [
        ("midterm", {"planned_on": "2023-11-30"}, "planned_on"),
        ("spot", {"planned_on": "2022-08-31"}, "planned_on"),
        ("spot", {"planned_on": "2100-01-01"}, "planned_on"),
        ("annual", {}, "kind"),
        ("spot", {"inspector": " "}, "inspector"),
        ("spot", {"inspector": "长" * 201}, "inspector"),
        ("spot", {"inspector": "a\x00"}, "inspector"),
        ("spot", {"on": day("2026-11-22")}, "on"),
    ],
)
def test_a_wrong_plan_is_refused(project: Project, kind: str, facts: dict[str, Any], field: str):
    with pytest.raises(Invalid) as refusal:
        planned(project, kind, **facts)

    assert set(refusal.value.details) == {field}
    assert not Inspection.objects.exists()


def test_a_spot_check_needs_no_window(project: Project):
    assert planned(project, "spot", "2022-09-01").kind == "spot"


@pytest.mark.parametrize("state", ["approved", "funding", "acceptance", "suspended", "closed", "terminated"])
@pytest.mark.parametrize("kind", ["midterm", "spot"])
def test_only_a_project_under_way_is_inspected(state: str, kind: str):
    with pytest.raises(StageForbids):
        planned(make_project(milestones=False, state=state), kind)


def test_one_midterm_is_planned_at_a_time(project: Project):
    first = planned(project)
    planned(project, "spot")
    planned(project, "spot")

    with pytest.raises(AlreadyPlanned):
        planned(project)
    call_off(first)

    assert planned(project).state == "planned"


@pytest.mark.parametrize("kind", ["midterm", "spot"])
def test_the_database_takes_no_second_planned_midterm(project: Project, kind: str):
    planned(project)
    second = Inspection(project=project, kind=kind, planned_on=day("2024-03-01"), inspector="省")

    if kind == "spot":
        second.save()
        return
    with pytest.raises(IntegrityError, match="one_at_a_time"), transaction.atomic():
        Inspection.objects.bulk_create([second])


def test_the_window_is_that_of_the_batch():
    project = make_project(cluster=make_cluster(batch=make_batch(midterm_from_months="12")), milestones=False)

    assert planned(project, planned_on="2023-09-01").planned_on == day("2023-09-01")


# Holding


def test_a_midterm_that_was_held_is_what_lc_05_reads(project: Project):
    inspection = held(planned(project))

    assert (inspection.state, inspection.held_on, inspection.result) == ("held", day("2024-03-05"), "通过")
    event = DatedEvent.objects.get(project=project)
    assert (event.kind, event.happened_on, event.result) == ("中期检查", day("2024-03-05"), "通过")
    assert midterm_answer(project, "2024-03-04") == "warn"
    assert midterm_answer(project, "2024-03-05") == "pass"
    step = Step.objects.of(inspection).last()
    assert step is not None
    assert (step.act, step.from_state, step.to_state, step.on) == (
        "hold",
        "planned",
        "held",
        day("2024-03-05"),
    )


def test_a_spot_check_is_no_midterm(project: Project):
    held(planned(project, "spot"), checklist=WHOLE[5:])

    assert not DatedEvent.objects.filter(project=project).exists()
    assert midterm_answer(project, "2024-06-02") == "breach"


@pytest.mark.parametrize(("held_on", "late"), [("2023-12-01", 0), ("2024-06-01", 0), ("2024-06-11", 10)])
def test_from_the_first_day_of_its_window_on_it_is_held_and_late_after_it(
    project: Project, held_on: str, late: int
):
    inspection = held(planned(project), held_on)

    step = Step.objects.of(inspection).last()
    assert step is not None
    assert step.details["late_days"] == late


@pytest.mark.parametrize("held_on", ["2023-11-30", "2026-11-22", "1999-12-31"])
def test_it_is_not_held_before_its_window_nor_on_a_day_to_come(project: Project, held_on: str):
    inspection = planned(project)

    with pytest.raises(Invalid) as refusal:
        held(inspection, held_on)

    assert set(refusal.value.details) == {"held_on"}
    assert nothing_happened(project)


def test_the_checklist_stands_in_one_order_with_what_was_seen(project: Project):
    seen = [Checked(item, " 见附件 ", item != "知识产权") for item in reversed(ITEMS)]

    inspection = held(planned(project), checklist=seen)

    assert [row["item"] for row in inspection.checklist] == list(ITEMS)
    assert inspection.checklist[1] == {"item": "知识产权", "finding": "见附件", "is_met": False}


@pytest.mark.parametrize(
    "checklist",
    [
        [],
        WHOLE[1:],
        [*WHOLE, WHOLE[0]],
        [*WHOLE[1:], Checked("其他", "", True)],
        [*WHOLE[1:], Checked(ITEMS[0], " ", False)],
        [*WHOLE[1:], Checked(ITEMS[0], "长" * 1001, True)],
        [*WHOLE[1:], Checked(ITEMS[0], "\x00", True)],
    ],
)
def test_a_midterm_looks_at_everything_once(project: Project, checklist: list[Checked]):
    inspection = planned(project)

    with pytest.raises(Invalid) as refusal:
        held(inspection, checklist=checklist)

    assert set(refusal.value.details) == {"checklist"}
    assert nothing_happened(project)


def test_a_spot_check_looks_at_something(project: Project):
    inspection = planned(project, "spot")

    with pytest.raises(Invalid):
        held(inspection, checklist=[])

    assert held(inspection, checklist=WHOLE[:1]).state == "held"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"result": "合格"}, "result"),
        ({"opinion": " "}, "opinion"),
        ({"opinion": "长" * 5001}, "opinion"),
        ({"result": "限期整改"}, "findings"),
        ({"findings": [found(), found("2024-03-04")]}, "findings"),
        ({"findings": [found(text=" ")]}, "findings"),
        ({"findings": [found(severity="worst")]}, "findings"),
    ],
)
def test_what_is_said_with_it_is_looked_over(project: Project, facts: dict[str, Any], field: str):
    inspection = planned(project)

    with pytest.raises(Invalid) as refusal:
        held(inspection, **facts)

    assert set(refusal.value.details) == {field}
    assert nothing_happened(project)


def test_a_fault_of_a_finding_names_its_row(project: Project):
    with pytest.raises(Invalid, match="第 2 项"):
        held(planned(project), findings=[found(), found(text="")])


def test_what_is_to_be_mended_is_found_that_day(project: Project):
    inspection = held(planned(project), result="限期整改", findings=[found("2024-03-05"), found(text="乙")])

    first, second = Finding.objects.filter(inspection=inspection).order_by("pk")
    assert (first.origin, first.found_on, first.due_on) == (
        "inspection",
        day("2024-03-05"),
        day("2024-03-05"),
    )
    assert second.text == "乙"
    assert midterm_answer(project, "2024-03-05") == "warn"
    assert Step.objects.of(second).get().act == "raise"


def test_a_recheck_is_another_midterm_and_the_last_one_counts(project: Project):
    held(planned(project), "2024-06-10", result="限期整改", findings=[found("2024-08-01")])
    recheck = held(planned(project, planned_on="2024-08-05"), "2024-08-05")

    assert midterm_answer(project, "2024-08-04") == "warn"
    assert midterm_answer(project, "2024-08-05") == "pass"
    step = Step.objects.of(recheck).last()
    assert step is not None
    assert step.details["late_days"] == 0


@pytest.mark.parametrize("held_on", ["2024-03-04", "2024-03-05"])
def test_a_recheck_follows_the_last_one(project: Project, held_on: str):
    DatedEvent.objects.create(
        project=project, kind="中期检查", happened_on=day("2024-03-05"), result="限期整改"
    )
    inspection = planned(project)

    with pytest.raises(Invalid) as refusal:
        held(inspection, held_on)

    assert set(refusal.value.details) == {"held_on"}
    assert held(inspection, "2024-03-06").state == "held"


def test_a_midterm_out_of_a_workbook_that_waits_for_its_result_gets_it(project: Project):
    DatedEvent.objects.create(project=project, kind="中期检查", happened_on=day("2024-03-05"), note="现场")

    held(planned(project))

    event = DatedEvent.objects.get(project=project)
    assert (event.result, event.note) == ("通过", "现场")


def test_a_result_that_came_in_meanwhile_is_not_overwritten(
    project: Project, monkeypatch: pytest.MonkeyPatch
):
    DatedEvent.objects.create(
        project=project, kind="中期检查", happened_on=day("2024-03-05"), result="不通过"
    )
    inspection = planned(project)
    monkeypatch.setattr(inspections, "_not_after_the_last", lambda *_: "")

    with pytest.raises(inspections.AlreadyRecorded):
        held(inspection)

    inspection.refresh_from_db()
    assert (inspection.state, DatedEvent.objects.get(project=project).result) == ("planned", "不通过")


def test_one_that_is_past_planning_is_neither_held_nor_cancelled(project: Project):
    inspection = planned(project)
    stale = Inspection.objects.get(pk=inspection.pk)
    held(inspection)

    for act in (held, call_off):
        with pytest.raises(InspectionMoved, match="已检查") as refusal:
            act(stale)
        assert isinstance(refusal.value, Conflict)
        assert refusal.value.details == {"state": "held"}
    assert Step.objects.of(inspection).count() == 2


@pytest.mark.parametrize("state", ["acceptance", "suspended"])
def test_a_plan_of_a_project_that_went_on_is_only_cancelled(state: str):
    project = make_project(milestones=False, state=state)
    inspection = Inspection.objects.create(
        project=project, kind="spot", planned_on=day("2024-03-01"), inspector="省"
    )

    with pytest.raises(StageForbids):
        held(inspection)

    assert call_off(inspection).state == "cancelled"


# Cancelling


def test_a_cancelled_one_says_why(project: Project):
    inspection = call_off(planned(project), reason=" 与审计合并 ")

    assert inspection.state == "cancelled"
    step = Step.objects.of(inspection).last()
    assert step is not None
    assert (step.act, step.reason) == ("cancel", "与审计合并")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"reason": "长" * 2001}, "reason"),
        ({"on": "2023-11-30"}, "on"),
        ({"on": "2026-11-22"}, "on"),
    ],
)
def test_a_wrong_cancelling_is_refused(project: Project, said: dict[str, str], field: str):
    inspection = planned(project)

    with pytest.raises(Invalid) as refusal:
        call_off(inspection, **said)

    assert set(refusal.value.details) == {field}
    assert nothing_happened(project)


def test_the_database_knows_no_held_one_without_day_and_result(project: Project):
    inspection = planned(project)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE lifecycle_inspection SET state = 'held' WHERE id = %s", [inspection.pk])
