"""What people read: what they have to do, who is late, what will be said, and the story of what was."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lifecycle.models import Caretaker, Delivery, Digest, Matter, Message, Milestone, Webhook
from lifecycle.parties.models import Person, Role
from lifecycle.parties.sight import OPERATOR, sight_of
from lifecycle.reminders.reading import (
    SOON,
    Event,
    Happening,
    LateCount,
    bell_of,
    forecast,
    late,
    late_by_park,
    later_of,
    mark_seen,
    story_of,
    todo_of,
)
from lifecycle.reminders.sending import send_round
from tests.builders import day, make_cluster, make_project
from tests.lifecycle.reminders.planting import (
    clock,
    make_fault,
    make_work,
    rounds,
    staffed,
    two_kinds,
)
from tests.people import make_person

__all__ = ["two_kinds"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("two_kinds")]

DUE = "2025-06-20"


def todo(person: Person, on: str, **how) -> list[int]:
    return [each.subject for each in todo_of(sight_of(person), person, day(on), now=clock(on), **how)]


def test_a_person_sees_what_their_organisation_has_to_do_the_soonest_first():
    project = make_project(milestones=False)
    people = staffed(project)
    second, first = make_work("2025-07-01", project), make_work(DUE, project)
    make_work("2025-06-01")

    assert todo(people["unit"], "2025-06-10") == [first.pk, second.pk]
    assert todo(make_person(), "2025-06-10") == []
    assert todo(make_person((Role.ADMINISTRATOR, project.unit)), "2025-06-10") == []


def test_what_is_further_ahead_stands_under_later():
    project = make_project(milestones=False)
    unit = staffed(project)["unit"]
    on = day("2025-06-10")
    near = make_work((on + SOON).isoformat(), project)
    far = make_work((on + SOON + timedelta(days=1)).isoformat(), project)

    assert todo(unit, "2025-06-10") == [near.pk]
    assert [each.subject for each in later_of(sight_of(unit), unit, on)] == [far.pk]


@pytest.mark.parametrize(
    ("who", "first"),
    [("unit", "2025-06-01"), ("park", "2025-06-21"), ("city", "2025-06-27"), ("province", "2025-07-20")],
)
def test_what_is_late_comes_up_level_by_level(who: str, first: str):
    work = make_work(DUE)
    person = staffed(work.project)[who]
    stranger = staffed(make_project(milestones=False))[who]
    before = (day(first) - timedelta(days=1)).isoformat()

    assert todo(person, first) == [work.pk]
    assert todo(person, before) == ([work.pk] if who == "unit" else [])
    assert todo(stranger, first) == ([work.pk] if who == "province" else [])


def test_what_is_the_parks_own_is_no_escalation_to_it():
    project = make_project(milestones=False)
    people = staffed(project)
    fault = make_fault(project, DUE)

    assert todo(people["park"], "2025-06-10") == [fault.pk]
    assert todo(people["unit"], "2025-07-30") == []
    assert todo(people["city"], "2025-06-27") == [fault.pk]


def test_what_waits_for_another_or_is_done_is_on_nobodys_list():
    work = make_work(DUE)
    people = staffed(work.project)
    Milestone.objects.filter(pk=work.pk).update(state="handed_in", completed_on=day("2025-06-10"))

    assert todo(people["unit"], "2025-06-10") == []
    Milestone.objects.filter(pk=work.pk).update(state="returned", completed_on=None)
    assert todo(people["unit"], "2025-06-10") == [work.pk]


def test_one_may_narrow_it_to_what_one_looks_after():
    cluster = make_cluster()
    first, second = (make_work(DUE, make_project(cluster=cluster, milestones=False)) for _ in range(2))
    person = make_person((Role.UNIT, first.project.unit), (Role.UNIT, second.project.unit))
    Caretaker.objects.create(project=second.project, organisation=second.project.unit, person=person)

    assert todo(person, "2025-06-10") == [first.pk, second.pk]
    assert todo(person, "2025-06-10", cared_for=True) == [second.pk]


def test_a_list_costs_two_queries_once_it_is_planned(django_assert_num_queries):
    project = make_project(milestones=False)
    people = staffed(project)
    person = make_person((Role.PARK, project.cluster.park), (Role.CITY, project.cluster.park.parent))
    for number in range(5):
        make_work(f"2025-06-{number + 1:02}", project)
    todo(people["unit"], "2025-06-10")
    sight = sight_of(person)

    with django_assert_num_queries(2):
        listed = list(todo_of(sight, person, day("2025-06-10")))
        assert len(listed) == 5
        assert {(each.project.cluster.park.parent.name, each.responsible.name) for each in listed}
    with django_assert_num_queries(1):
        assert len(late(sight, day("2025-06-10"))) == 5
    with django_assert_num_queries(1):
        assert len(late_by_park(sight, day("2025-06-10"))) == 1
    with django_assert_num_queries(1):
        assert {m.matter.project.cluster.park.parent.name for m in forecast(sight, day("2025-06-10"))}


def test_who_is_late_is_counted_by_park_and_city():
    work = make_work("2025-05-01")
    park = work.project.cluster.park
    for on in ("2025-06-03", "2025-06-09", "2025-06-10"):
        make_work(on, work.project)
    elsewhere = make_work("2025-06-09")
    staff = staffed(work.project)
    send_round(now=clock("2025-06-10"))

    assert late_by_park(sight_of(staff["city"]), day("2025-06-10")) == [
        LateCount(park.pk, park.name, park.parent.pk, park.parent.name, 3, 2, 1, day("2025-05-01"))
    ]
    assert sorted((each.park_id, each.late) for each in late_by_park(OPERATOR, day("2025-06-10"))) == [
        (park.pk, 3),
        (elsewhere.project.cluster.park_id, 1),
    ]
    assert [each.due_on.isoformat() for each in late(sight_of(staff["park"]), day("2025-06-10"))] == [
        "2025-05-01",
        "2025-06-03",
        "2025-06-09",
    ]


def test_the_forecast_is_what_then_happens():
    works = [make_work(on) for on in (DUE, "2025-07-15", "2025-10-03")]
    for work in works:
        staffed(work.project)
    send_round(now=clock("2025-06-12", "08:00"))
    foretold = sorted(
        (each.send_on.isoformat(), each.matter_id, each.organisation_id, each.step)
        for each in forecast(OPERATOR, day("2025-06-12"))
    )

    rounds("2025-06-12", "2025-09-10")

    happened = sorted(
        (each.sent_at.astimezone().date().isoformat(), each.matter_id, each.organisation_id, each.step)
        for each in Message.objects.filter(state="sent")
    )
    # What is past its day when it is planned goes out in the next round.
    assert sorted((max(on, "2025-06-12"), *rest) for on, *rest in foretold) == happened


def test_steps_that_fold_into_one_are_foretold_as_one():
    work = make_work("2025-10-03")
    staffed(work.project)
    send_round(now=clock("2025-09-27", "08:00"))

    steps = [(each.send_on.isoformat(), each.step) for each in forecast(OPERATOR, day("2025-09-27"), days=5)]

    assert steps == [("2025-09-26", -7), ("2025-09-30", 0)]


def test_what_is_held_back_or_out_of_sight_is_not_foretold():
    work = make_work(DUE)
    staff, stranger = staffed(work.project), make_person((Role.PARK, make_cluster().park))
    send_round(now=clock("2025-06-12", "08:00"))
    assert forecast(sight_of(staff["unit"]), day("2025-06-12")).count() > 0
    assert forecast(sight_of(stranger), day("2025-06-12")).count() == 0

    Milestone.objects.filter(pk=work.pk).update(state="handed_in", completed_on=day("2025-06-12"))
    send_round(now=clock("2025-06-12", "08:00"))
    assert forecast(OPERATOR, day("2025-06-12")).count() == 0


def test_the_bell_shows_what_is_neither_seen_nor_done_the_latest_first():
    work = make_work(DUE)
    staff = staffed(work.project)
    rounds("2025-06-13", "2025-06-17")
    unit = staff["unit"]
    assert [each.message.step for each in bell_of(unit)] == [-3, -7]
    assert list(bell_of(staff["park"])) == []

    latest = bell_of(unit)[0]
    assert mark_seen(staff["park"], [latest.pk], now=clock("2025-06-18")) == 0
    assert mark_seen(unit, [latest.pk], now=clock("2025-06-18")) == 1
    assert [each.message.step for each in bell_of(unit)] == [-7]
    assert mark_seen(unit, now=clock("2025-06-19")) == 1
    assert mark_seen(unit, now=clock("2025-06-20")) == 0
    assert not bell_of(unit).exists()


def test_what_is_done_leaves_the_bell():
    work = make_work(DUE)
    unit = staffed(work.project)["unit"]
    send_round(now=clock("2025-06-13"))
    Milestone.objects.filter(pk=work.pk).update(state="verified", completed_on=day("2025-06-13"))

    send_round(now=clock("2025-06-14"))

    assert not bell_of(unit).exists()


def test_the_story_of_a_message_from_the_plan_to_the_end(django_assert_num_queries):
    work = make_work(DUE)
    unit = staffed(work.project)["unit"]
    hook = Webhook.objects.create(organisation=work.project.unit, name="工作群", url="https://example.cn/a")
    send_round(now=clock("2025-06-12", "08:00"))
    send_round(now=clock("2025-06-13"))
    message = Message.objects.get(state="sent")
    mail = Digest.objects.create(
        way="mail",
        person=unit,
        on=day("2025-06-13"),
        state="bounced",
        claimed_at=clock("2025-06-13", "10:20"),
        error="550",
    )
    call = Digest.objects.create(
        way="webhook",
        webhook=hook,
        on=day("2025-06-13"),
        state="sent",
        claimed_at=clock("2025-06-13", "10:30"),
        sent_at=clock("2025-06-13", "10:31"),
    )
    Delivery.objects.filter(way="mail").update(digest=mail)
    Delivery.objects.filter(way="webhook").update(digest=call)
    mark_seen(unit, now=clock("2025-06-13", "11:00"))
    Matter.objects.update(state="done", done_on=day("2025-06-16"))
    message.refresh_from_db()

    with django_assert_num_queries(2):
        told = story_of(message)

    assert told == [
        Event(clock("2025-06-12", "08:00"), Happening.PLANNED),
        Event(clock("2025-06-13"), Happening.SENT),
        Event(clock("2025-06-13"), Happening.DELIVERED, "bell", unit.username),
        Event(clock("2025-06-13", "10:20"), Happening.CLAIMED, "mail", unit.username),
        Event(clock("2025-06-13", "10:20"), Happening.BOUNCED, "mail", unit.username, "550"),
        Event(clock("2025-06-13", "10:30"), Happening.CLAIMED, "webhook", "工作群"),
        Event(clock("2025-06-13", "10:31"), Happening.DELIVERED, "webhook", "工作群"),
        Event(clock("2025-06-13", "11:00"), Happening.SEEN, "bell", unit.username),
        Event(day("2025-06-16"), Happening.DONE),
    ]


def test_the_story_of_a_message_that_was_never_sent():
    work = make_work(DUE)
    send_round(now=clock("2025-06-12", "08:00"))
    Milestone.objects.filter(pk=work.pk).update(state="verified", completed_on=day("2025-06-12"))
    send_round(now=clock("2025-06-16", "08:00"))

    message = Message.objects.filter(step=0).get()

    assert [event.what for event in story_of(message)] == ["planned", "withdrawn", "done"]
