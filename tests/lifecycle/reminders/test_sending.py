"""What goes out in a round, to whom, and once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lifecycle.calendar_days import set_days
from lifecycle.models import (
    Caretaker,
    Delivery,
    KindSetting,
    Matter,
    Message,
    Milestone,
    PlanMark,
    Preference,
    Webhook,
)
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import Person, Role
from lifecycle.reminders.recipients import recipients_of
from lifecycle.reminders.sending import Round, is_working_time, rehearse, send_round
from tests.builders import day, make_cluster, make_project
from tests.lifecycle.reminders.planting import (
    clock,
    make_fault,
    make_work,
    rounds,
    said,
    staffed,
    states,
    two_kinds,
)
from tests.people import make_person

__all__ = ["two_kinds"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("two_kinds")]

DUE = "2025-06-20"


def handed_in(work: Milestone, on: str) -> None:
    Milestone.objects.filter(pk=work.pk).update(state="handed_in", completed_on=day(on))


def given_back(work: Milestone) -> None:
    Milestone.objects.filter(pk=work.pk).update(state="returned", completed_on=None)


def verified(work: Milestone, on: str) -> None:
    Milestone.objects.filter(pk=work.pk).update(state="verified", completed_on=day(on))


def told(way: str = "bell") -> list[Person]:
    return [each.person for each in Delivery.objects.filter(way=way).order_by("pk")]


def test_every_step_is_said_on_its_day_and_once():
    work = make_work(DUE)
    staffed(work.project)

    ran = rounds("2025-04-18", "2025-08-01")

    assert said() == [
        ("2025-04-21", "unit", -60),
        ("2025-05-21", "unit", -30),
        ("2025-06-05", "unit", -15),
        ("2025-06-13", "unit", -7),
        ("2025-06-17", "unit", -3),
        ("2025-06-19", "unit", -1),
        ("2025-06-20", "unit", 0),
        ("2025-06-23", "unit", 1),
        ("2025-06-23", "park", 1),
        ("2025-06-27", "unit", 7),
        ("2025-06-27", "city", 7),
        ("2025-07-21", "unit", 30),
        ("2025-07-21", "province", 30),
    ]
    assert sum(result.sent for _, result in ran) == 13
    overdue = {on: result.overdue for on, result in ran}
    assert (overdue[day(DUE)], overdue[day("2025-06-21")]) == (0, 1)


def test_steps_that_fold_before_a_golden_week_are_one_message():
    work = make_work("2025-10-03")
    staffed(work.project)

    rounds("2025-09-20", "2025-10-13")

    assert said() == [
        ("2025-09-22", "unit", -15),
        ("2025-09-26", "unit", -7),
        ("2025-09-30", "unit", 0),
        ("2025-10-09", "unit", 1),
        ("2025-10-09", "park", 1),
        ("2025-10-10", "unit", 7),
        ("2025-10-10", "city", 7),
    ]
    assert states()[("unit", -3)] == states()[("unit", -1)] == "overtaken"


def test_after_a_week_without_rounds_only_the_latest_is_said():
    work = make_work(DUE)
    staffed(work.project)
    rounds("2025-06-10", "2025-06-12")

    rounds("2025-06-19", "2025-06-19")

    assert said() == [("2025-06-10", "unit", -15), ("2025-06-19", "unit", -1)]
    assert states()[("unit", -7)] == states()[("unit", -3)] == "overtaken"


def test_what_is_found_late_is_said_at_once():
    project = make_project(milestones=False)
    staffed(project)
    make_work("2025-06-20", project)

    assert send_round(now=clock("2025-06-10")).sent == 1
    assert said() == [("2025-06-10", "unit", -15)]


def test_an_old_project_is_one_message_to_each_level_and_not_ten():
    work = make_work("2023-06-20")
    staffed(work.project)

    assert send_round(now=clock("2025-06-10")).sent == 4
    assert send_round(now=clock("2025-06-11")).sent == 0


@pytest.mark.parametrize(
    ("on", "time", "sent"),
    [
        ("2025-06-13", "08:59", 0),
        ("2025-06-13", "09:00", 1),
        ("2025-06-13", "17:29", 1),
        ("2025-06-13", "17:30", 0),
        ("2025-06-14", "10:00", 0),
        ("2025-10-05", "10:00", 0),
        ("2025-10-11", "10:00", 4),
    ],
)
def test_nothing_goes_out_but_in_working_time(on: str, time: str, sent: int):
    work = make_work(DUE)
    staffed(work.project)

    ran = send_round(now=clock(on, time))

    assert (ran.sent, ran.sent + ran.skipped) == (sent, 4 if on.startswith("2025-10") else 1)
    assert is_working_time(clock(on, time)) is (sent > 0)


def test_the_same_round_twice_sends_nothing(django_assert_num_queries):
    work = make_work(DUE)
    staffed(work.project)
    first = send_round(now=clock("2025-06-13"))

    with django_assert_num_queries(6):
        again = send_round(now=clock("2025-06-13"))

    assert (first.sent, first.planned) == (1, 10)
    assert again == Round(planned=0, sent=0, skipped=0, overdue=0)
    assert Delivery.objects.filter(way="bell").count() == 1


def test_what_is_answered_is_not_chased_and_what_is_returned_is():
    work = make_work(DUE)
    staffed(work.project)
    rounds("2025-06-13", "2025-06-16")
    handed_in(work, "2025-06-16")
    held = rounds("2025-06-17", "2025-06-24")
    assert said() == [("2025-06-13", "unit", -7)]
    assert held[0][1].skipped == 1
    assert held[-1][1].overdue == 0

    given_back(work)
    rounds("2025-06-25", "2025-06-27")

    assert said()[1:] == [
        ("2025-06-25", "unit", 1),
        ("2025-06-25", "park", 1),
        ("2025-06-27", "unit", 7),
        ("2025-06-27", "city", 7),
    ]


def test_what_is_accepted_after_an_answer_is_said_no_more():
    work = make_work(DUE)
    staffed(work.project)
    handed_in(work, "2025-06-12")
    rounds("2025-06-13", "2025-06-18")
    verified(work, "2025-06-12")

    rounds("2025-06-19", "2025-08-01")

    assert said() == []
    assert set(states().values()) == {"withdrawn"}


def test_a_day_that_moves_to_and_fro_is_never_said_twice():
    work = make_work(DUE)
    staffed(work.project)
    rounds("2025-06-13", "2025-06-13")
    Milestone.objects.filter(pk=work.pk).update(planned_on=day("2025-09-30"))
    rounds("2025-06-16", "2025-06-16")
    Milestone.objects.filter(pk=work.pk).update(planned_on=day(DUE))

    rounds("2025-06-16", "2025-06-17")

    assert said(due_on=DUE) == [("2025-06-13", "unit", -7), ("2025-06-17", "unit", -3)]
    assert said(due_on="2025-09-30") == []


def test_what_is_done_stands_in_no_list_any_more():
    work = make_work(DUE)
    staffed(work.project)
    other = make_work(DUE, work.project)
    send_round(now=clock("2025-06-13"))
    verified(work, "2025-06-15")

    send_round(now=clock("2025-06-16", "11:00"))

    done = {
        matter.subject: set(Delivery.objects.filter(message__matter=matter).values_list("done_at", flat=True))
        for matter in Matter.objects.all()
    }
    assert done == {work.pk: {clock("2025-06-16", "11:00")}, other.pk: {None}}


def test_only_the_caretaker_is_told_where_there_is_one():
    work = make_work(DUE)
    make_person((Role.UNIT, work.project.unit))
    caretaker = make_person((Role.UNIT, work.project.unit))
    Caretaker.objects.create(project=work.project, organisation=work.project.unit, person=caretaker)

    send_round(now=clock("2025-06-13"))

    assert told() == [caretaker]


@pytest.mark.parametrize("left", ["inactive", "moved on"])
def test_a_caretaker_who_is_gone_leaves_it_to_the_others(left: str):
    work = make_work(DUE)
    colleague = make_person((Role.UNIT, work.project.unit))
    caretaker = make_person((Role.UNIT, work.project.unit))
    Caretaker.objects.create(project=work.project, organisation=work.project.unit, person=caretaker)
    if left == "inactive":
        Person.objects.filter(pk=caretaker.pk).update(is_active=False)
    else:
        caretaker.memberships.all().delete()

    send_round(now=clock("2025-06-13"))

    assert told() == [colleague]


def test_only_people_in_the_role_of_the_organisation_who_are_switched_on_are_told():
    work = make_work(DUE)
    unit = work.project.unit
    wanted = make_person((Role.UNIT, unit), (Role.ADMINISTRATOR, unit))
    make_person((Role.ADMINISTRATOR, unit))
    Person.objects.filter(pk=make_person((Role.UNIT, unit)).pk).update(is_active=False)

    send_round(now=clock("2025-06-13"))

    assert told() == [wanted]


def test_an_organisation_without_people_is_told_once_it_has_some():
    work = make_work(DUE)
    first = send_round(now=clock("2025-06-13"))
    assert (first.sent, first.skipped) == (0, 1)
    later = send_round(now=clock("2025-06-17"))
    assert (later.sent, later.skipped) == (0, 1)

    make_person((Role.UNIT, work.project.unit))
    assert send_round(now=clock("2025-06-18")).sent == 1

    assert said() == [("2025-06-18", "unit", -3)]
    assert states()[("unit", -7)] == "overtaken"


@pytest.mark.parametrize(
    ("kind", "setting", "reached"),
    [
        ("work", None, False),
        ("fault", None, True),
        ("work", {"is_binding": True}, True),
        ("work", {"is_binding": False}, False),
    ],
)
def test_what_is_muted_is_told_only_where_it_binds(kind: str, setting: dict | None, reached: bool):
    project = make_project(milestones=False)
    people = staffed(project)
    person = people["unit"] if kind == "work" else people["park"]
    Preference.objects.create(person=person, muted=["work"])
    if kind == "work":
        make_work(DUE, project)
    else:
        make_fault(project, DUE)
    if setting is not None:
        KindSetting.objects.create(kind="work", **setting)

    ran = send_round(now=clock("2025-06-13"))

    assert (ran.sent, ran.skipped) == ((1, 0) if reached else (0, 1))
    assert told() == ([person] if reached else [])


@pytest.mark.parametrize(
    ("email", "preference", "urgent", "mailed"),
    [
        ("a@example.cn", None, False, True),
        ("", None, False, False),
        ("a@example.cn", {"by_mail": False}, False, False),
        ("a@example.cn", {"by_mail": False}, True, True),
        ("a@example.cn", {"by_mail": False, "urgent_at_once": False}, True, False),
        ("a@example.cn", {"by_mail": True, "urgent_at_once": False}, True, True),
    ],
)
def test_mail_goes_to_who_has_an_address_and_wants_it(
    email: str, preference: dict | None, urgent: bool, mailed: bool
):
    work = make_work(DUE)
    person = make_person((Role.UNIT, work.project.unit))
    Person.objects.filter(pk=person.pk).update(email=email)
    if preference:
        Preference.objects.create(person=person, **preference)
    KindSetting.objects.create(kind="work", is_urgent=urgent)

    send_round(now=clock("2025-06-13"))

    assert (told("bell"), told("mail")) == ([person], [person] if mailed else [])


def test_webhooks_of_the_organisation_take_its_messages_even_without_people():
    work = make_work(DUE)
    hook = Webhook.objects.create(organisation=work.project.unit, name="工作群", url="https://example.cn/a")
    Webhook.objects.create(
        organisation=work.project.unit, name="停用", url="https://example.cn/b", is_active=False
    )
    Webhook.objects.create(organisation=work.project.cluster.park, name="园区", url="https://example.cn/c")

    assert send_round(now=clock("2025-06-13")).sent == 1

    delivery = Delivery.objects.get()
    assert (delivery.way, delivery.webhook, delivery.person, delivery.digest) == ("webhook", hook, None, None)


def test_one_who_sits_in_two_organisations_is_told_for_each():
    work = make_work("2025-06-10")
    project = work.project
    person = make_person((Role.UNIT, project.unit), (Role.PARK, project.cluster.park))

    send_round(now=clock("2025-06-11"))

    assert told() == [person, person]


def test_whom_a_message_would_reach_is_whom_it_reaches():
    work = make_work(DUE)
    people = staffed(work.project)
    Webhook.objects.create(organisation=work.project.unit, name="工作群", url="https://example.cn/a")
    rehearsal = rehearse(clock("2025-06-13"))
    assert not Matter.objects.exists()
    assert not PlanMark.objects.exists()

    ((message, foretold),) = rehearsal.messages
    assert rehearsal.round == send_round(now=clock("2025-06-13"))
    assert (message.step, message.matter.project) == (-7, work.project)
    assert [(each.way, each.name) for each in foretold] == [
        ("bell", people["unit"].username),
        ("mail", people["unit"].username),
        ("webhook", "工作群"),
    ]
    sent = Message.objects.get(state="sent")
    assert recipients_of([sent.pk]) == {sent.pk: foretold}


def test_a_rehearsal_of_a_day_off_says_so_and_of_a_day_to_come_sends_nothing():
    work = make_work(DUE)
    staffed(work.project)
    send_round(now=clock("2025-06-13"))
    before = list(Message.objects.order_by("pk").values()), list(PlanMark.objects.values())

    sunday, later = rehearse(clock("2025-06-15")), rehearse(clock("2025-07-21"))

    assert (sunday.is_working_time, sunday.messages) == (False, [])
    assert sorted((m.organisation.kind, m.step) for m, _ in later.messages) == [
        ("city", 7),
        ("park", 1),
        ("province", 30),
        ("unit", 30),
    ]
    assert later.round.sent == 4
    assert (list(Message.objects.order_by("pk").values()), list(PlanMark.objects.values())) == before
    assert Delivery.objects.filter(way="bell").count() == 1


def test_the_calendar_of_the_province_holds_messages_back():
    work = make_work(DUE)
    staffed(work.project)
    set_days(first=day("2025-06-13"), is_working=False, reason="省运会", actor=OPERATOR_ACTOR)

    rounds("2025-06-12", "2025-06-16")

    assert said() == [("2025-06-12", "unit", -7)]


def statements(projects: int, on: str) -> int:
    for _ in range(projects):
        project = make_project(cluster=CLUSTER[0], milestones=False)
        make_person((Role.UNIT, project.unit))
        make_work((day(on) + timedelta(days=7)).isoformat(), project)
        make_work("2025-05-01", project)
    with CaptureQueriesContext(connection) as captured:
        assert send_round(now=clock(on)).sent >= 2 * projects
    return len(captured)


CLUSTER: list = []


def test_thirty_projects_cost_the_statements_of_one():
    CLUSTER[:] = [make_cluster()]

    assert statements(1, "2025-06-12") == statements(29, "2025-06-13") <= 15
