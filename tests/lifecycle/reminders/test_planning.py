"""What is planned out of the facts, and how the plan follows them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from lifecycle.calendar_days import remove_day, set_days
from lifecycle.models import Matter, Message, Milestone, PlanMark, Project
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import Organisation
from lifecycle.reminders.kinds import Kind, register
from lifecycle.reminders.planning import HORIZON, plan
from tests.builders import day, make_cluster, make_project, moved
from tests.lifecycle.reminders.planting import (
    clock,
    make_fault,
    make_work,
    states,
    two_kinds,
)

__all__ = ["two_kinds"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("two_kinds")]

DUE = "2025-06-20"
SEND_ON = {
    ("unit", -60): "2025-04-21",
    ("unit", -30): "2025-05-21",
    ("unit", -15): "2025-06-05",
    ("unit", -7): "2025-06-13",
    ("unit", -3): "2025-06-17",
    ("unit", -1): "2025-06-19",
    ("unit", 0): "2025-06-20",
    ("unit", 1): "2025-06-23",
    ("park", 1): "2025-06-23",
    ("unit", 7): "2025-06-27",
    ("city", 7): "2025-06-27",
    ("unit", 30): "2025-07-21",
    ("province", 30): "2025-07-21",
}
"""Of what a unit has to do by a Friday; 21 June is a Saturday, 20 July a Sunday."""


def planned(on: str, projects=None) -> int:
    return plan(Project.objects.all() if projects is None else projects, on=day(on), now=clock(on))


def send_days(**of) -> dict[tuple[str, int], str]:
    return {(m.organisation.kind, m.step): m.send_on.isoformat() for m in Message.objects.filter(**of)}


def test_every_step_has_its_day_and_its_organisation():
    make_work(DUE)

    planned("2025-04-01")

    assert send_days() == SEND_ON
    assert set(states().values()) == {"planned"}


def test_of_what_is_found_late_only_the_latest_past_step_is_planned():
    make_work(DUE)

    planned("2025-06-14")

    assert send_days() == {key: on for key, on in SEND_ON.items() if key[1] >= -7}


def test_of_what_is_very_late_each_level_has_one_message():
    make_work("2023-06-20")

    planned("2025-06-14")

    assert set(states()) == {("unit", 30), ("park", 1), ("city", 7), ("province", 30)}


def test_what_a_park_is_responsible_for_goes_past_it():
    make_fault(make_project(milestones=False), DUE)

    planned("2025-04-01")

    assert {key for key in states() if key[1] > 0} == {
        ("park", 1),
        ("park", 7),
        ("city", 7),
        ("park", 30),
        ("province", 30),
    }


@pytest.mark.parametrize("kind", ["city", "province"])
def test_whoever_stands_above_all_others_is_told_alone(kind: str):
    project = make_project(milestones=False)
    city = project.cluster.park.parent
    responsible = city if kind == "city" else city.parent
    register(
        [
            Kind(
                "theirs",
                "事项",
                "%(label)s",
                f"SELECT project_id, project_id, date '{DUE}', {responsible.pk}, NULL, '', '{{}}' FROM chosen",
            )
        ]
    )

    planned("2025-06-20")

    above = {("province", 30)} if kind == "city" else set()
    assert set(states(matter__kind="theirs")) == {(kind, step) for step in (0, 1, 7, 30)} | above


def test_the_only_province_is_told_where_nothing_stands_above_the_city():
    project = make_project(milestones=False)
    city = project.cluster.park.parent
    Organisation.objects.filter(pk=city.pk).update(parent=None)
    make_work(DUE, project)

    planned("2025-06-20")

    assert ("province", 30) in states()


def test_a_park_without_a_city_is_told_and_then_nobody_until_the_province():
    project = make_project(milestones=False)
    park = project.cluster.park
    Organisation.objects.filter(pk=park.pk).update(parent=park.parent.parent)
    make_work(DUE, project)

    planned("2025-06-20")

    assert set(states()) == {
        ("unit", 0),
        ("unit", 1),
        ("park", 1),
        ("unit", 7),
        ("unit", 30),
        ("province", 30),
    }


def test_only_what_is_due_within_the_horizon_is_a_matter():
    on = day("2025-01-10")
    project = make_project(milestones=False)
    near = make_work((on + HORIZON).isoformat(), project)
    make_work((on + HORIZON + timedelta(days=1)).isoformat(), project)

    planned(on.isoformat())

    assert [matter.subject for matter in Matter.objects.all()] == [near.pk]


def test_days_of_sending_fold_before_and_after_a_golden_week():
    make_work("2025-10-03")

    planned("2025-09-01")

    assert {key: on for key, on in send_days().items() if key[0] == "unit" and key[1] >= -7} == {
        ("unit", -7): "2025-09-26",
        ("unit", -3): "2025-09-30",
        ("unit", -1): "2025-09-30",
        ("unit", 0): "2025-09-30",
        ("unit", 1): "2025-10-09",
        ("unit", 7): "2025-10-10",
        ("unit", 30): "2025-11-03",
    }


def test_a_worked_saturday_is_a_day_for_sending():
    make_work("2025-10-11")

    planned("2025-09-01")

    assert send_days()[("unit", 0)] == "2025-10-11"


def test_what_was_planned_is_not_planned_again(django_assert_num_queries):
    make_work(DUE)
    assert planned("2025-04-01") == 1
    kept = list(Message.objects.order_by("pk").values())

    with django_assert_num_queries(1):
        assert planned("2025-04-01") == 0
    assert planned("2025-04-02") == 1
    assert list(Message.objects.order_by("pk").values()) == kept


def test_a_mark_follows_facts_journal_day_kinds_and_calendar():
    work = make_work(DUE)
    project = work.project
    other = make_project(milestones=False)
    assert planned("2025-04-01") == 2

    Milestone.objects.filter(pk=work.pk).update(name="另一个名字")
    assert planned("2025-04-01") == 1
    assert Matter.objects.get().label == "另一个名字"

    moved(other, "资金到位", "单位自筹", "1000", "2025-03-01")
    assert planned("2025-04-01") == 1

    register([Kind("none", "无", "", "SELECT NULL, NULL, NULL::date, NULL, NULL, NULL, NULL WHERE false")])
    assert planned("2025-04-01") == 2

    set_days(first=day(DUE), is_working=False, reason="省运会", actor=OPERATOR_ACTOR)
    assert planned("2025-04-01") == 2
    assert planned("2025-04-01", [project.pk]) == 0


def test_who_is_told_follows_who_stands_above_whom():
    work = make_work(DUE)
    planned("2025-06-20")
    park, other = work.project.cluster.park, make_project(milestones=False).cluster.park.parent

    Organisation.objects.filter(pk=park.pk).update(parent=other)
    planned("2025-06-20")

    told = Message.objects.filter(organisation__kind="city").values_list("organisation", "state")
    assert dict(told) == {park.parent_id: "withdrawn", other.pk: "planned"}


def test_nothing_is_planned_of_no_projects(django_assert_num_queries):
    make_work(DUE)

    assert planned("2025-04-01", []) == 0
    assert planned("2025-04-01", Project.objects.none()) == 0
    assert not Matter.objects.exists()


def test_without_kinds_what_stood_falls_away(monkeypatch):
    make_work(DUE)
    planned("2025-04-01")

    monkeypatch.setattr("lifecycle.reminders.kinds._kinds", {})
    planned("2025-04-01")

    assert Matter.objects.get().state == "done"
    assert set(states().values()) == {"withdrawn"}


def test_another_due_day_takes_the_place_of_the_former_and_back():
    work = make_work(DUE)
    planned("2025-04-01")

    Milestone.objects.filter(pk=work.pk).update(planned_on=day("2025-07-18"))
    planned("2025-05-01")
    assert set(states(due_on=DUE).values()) == {"withdrawn"}
    assert set(states(due_on="2025-07-18").values()) == {"planned"}
    assert Matter.objects.get().due_on == day("2025-07-18")

    Milestone.objects.filter(pk=work.pk).update(planned_on=day(DUE))
    planned("2025-06-14")
    assert set(states(due_on="2025-07-18").values()) == {"withdrawn"}
    assert states(due_on=DUE) == {key: "planned" if key[1] >= -7 else "withdrawn" for key in SEND_ON}
    assert not Message.objects.filter(state="planned", ended_at__isnull=False).exists()


def test_what_is_done_is_withdrawn_and_comes_back_when_it_is_not():
    work = make_work(DUE)
    planned("2025-06-14")
    Milestone.objects.filter(pk=work.pk).update(state="verified", completed_on=day("2025-06-15"))

    planned("2025-06-16")

    matter = Matter.objects.get()
    assert (matter.state, matter.done_on) == ("done", day("2025-06-16"))
    assert set(states().values()) == {"withdrawn"}
    assert Message.objects.filter(ended_at=clock("2025-06-16")).count() == Message.objects.count()

    Milestone.objects.filter(pk=work.pk).update(state="planned", completed_on=None)
    planned("2025-06-17")

    matter.refresh_from_db()
    assert (matter.state, matter.done_on, matter.opened_on) == ("open", None, day("2025-06-17"))
    assert states()[("unit", -3)] == "planned"
    assert states()[("unit", -7)] == "withdrawn"


def test_what_is_answered_waits_with_its_messages_planned():
    work = make_work(DUE)
    planned("2025-06-14")
    Milestone.objects.filter(pk=work.pk).update(state="handed_in", completed_on=day("2025-06-15"))

    planned("2025-06-16")

    matter = Matter.objects.get()
    assert (matter.state, matter.waits_for) == ("answered", work.project.cluster.park)
    assert set(states().values()) == {"planned"}


def test_another_unit_is_told_in_place_of_the_former():
    work = make_work(DUE)
    planned("2025-04-01")
    other = make_project(cluster=work.project.cluster, milestones=False).unit
    Project.objects.filter(pk=work.project_id).update(unit=other)

    planned("2025-04-01")

    former, present = (
        {state for (_kind, _step), state in states(organisation=unit).items()}
        for unit in (work.project.unit, other)
    )
    assert (former, present) == ({"withdrawn"}, {"planned"})


def test_days_of_sending_follow_the_calendar_of_the_province():
    make_work(DUE)
    planned("2025-06-01")

    set_days(first=day("2025-06-19"), last=day(DUE), is_working=False, reason="省运会", actor=OPERATOR_ACTOR)
    planned("2025-06-01")
    moved_to = {("unit", -1): "2025-06-18", ("unit", 0): "2025-06-18"}
    assert send_days() == {key: on for key, on in (SEND_ON | moved_to).items() if key[1] >= -30}

    remove_day(on=day("2025-06-19"), actor=OPERATOR_ACTOR)
    remove_day(on=day(DUE), actor=OPERATOR_ACTOR)
    planned("2025-06-01")
    assert send_days() == {key: on for key, on in SEND_ON.items() if key[1] >= -30}


def statements(projects: int, on: str) -> int:
    for _ in range(projects):
        project = make_project(cluster=CLUSTER[0], milestones=False)
        make_work(DUE, project)
        make_work("2025-05-01", project)
        make_fault(project, DUE)
    with CaptureQueriesContext(connection) as captured:
        assert planned(on) >= projects
    return len(captured)


CLUSTER: list = []


def test_thirty_projects_cost_the_statements_of_one():
    CLUSTER[:] = [make_cluster()]

    assert statements(1, "2025-04-01") == statements(29, "2025-04-02") <= 9


def test_a_page_plans_a_bounded_number_what_changed_first():
    works = [make_work(DUE) for _ in range(4)]
    planned("2025-04-01")
    Milestone.objects.filter(pk=works[3].pk).update(name="变了")

    assert plan(Project.objects.all(), on=day("2025-04-02"), waits=False, at_most=1) == 1
    assert Matter.objects.filter(label="变了").exists()
    assert plan(Project.objects.all(), on=day("2025-04-02"), waits=False, at_most=10) == 3


def test_a_mark_says_on_what_a_project_was_planned():
    work = make_work(DUE)
    planned("2025-04-01")

    assert PlanMark.objects.get(project=work.project).on == day("2025-04-01")


@pytest.mark.parametrize(
    "change",
    [
        "state = 'planned', sent_at = NULL",
        "state = 'withdrawn', sent_at = NULL",
        "sent_at = sent_at + interval '1 day'",
        "step = 30",
        "due_on = due_on + 1",
    ],
)
def test_what_was_sent_is_never_changed(change: str):
    make_work(DUE)
    planned("2025-06-14")
    Message.objects.filter(step=-7).update(state="sent", sent_at=clock("2025-06-16"))

    with (
        pytest.raises(IntegrityError, match="it was sent"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE lifecycle_message SET {change} WHERE state = 'sent'")
    assert Message.objects.filter(state="sent").update(state="sent") == 1


def test_what_was_sent_is_never_deleted():
    work = make_work(DUE)
    planned("2025-06-14")
    Message.objects.filter(step=-7).update(state="sent", sent_at=clock("2025-06-16"))

    with pytest.raises(IntegrityError, match="it was sent"), transaction.atomic():
        Matter.objects.all().delete()
    connection.check_constraints()
    with pytest.raises(IntegrityError, match="refused"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE lifecycle_message CASCADE")
    assert Matter.objects.filter(project=work.project).exists()
    assert Message.objects.filter(state="planned").delete()[0]


@pytest.mark.parametrize("former", ["withdrawn", "overtaken"])
def test_only_what_is_planned_is_sent(former: str):
    make_work(DUE)
    planned("2025-06-14")
    Message.objects.filter(step=-7).update(state=former, ended_at=clock("2025-06-16"))

    with pytest.raises(IntegrityError, match="not planned"), transaction.atomic():
        Message.objects.filter(step=-7).update(state="sent", sent_at=clock("2025-06-16"))


def test_a_message_is_never_made_into_another():
    make_work(DUE)
    planned("2025-06-14")

    with pytest.raises(IntegrityError, match="another message"), transaction.atomic():
        Message.objects.filter(step=-7).update(step=-8)
