"""What is put together into one mail or one call, from when, for whom no more, and in how many statements."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.ways.digests import Gathered, gather
from lifecycle.models import Delivery, Digest, JobRun, KindSetting, Project, Webhook
from lifecycle.parties.models import Membership, Person, Role
from tests.builders import make_project
from tests.reminding import at, deliver_to, hook, make_matter, make_message, reader

pytestmark = pytest.mark.django_db


MORNING = at("2026-11-26T09:05")


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


def gathered(now: datetime = MORNING, *, by_mail: bool = True) -> Gathered:
    return gather(now=now, by_mail=by_mail)


def digests() -> list[tuple[bool, int]]:
    """(urgent, deliveries) of each."""
    return sorted((digest.is_urgent, digest.deliveries.count()) for digest in Digest.objects.all())


def test_all_that_waits_for_a_person_is_one_mail_a_day(project: Project):
    person, other = reader(project), reader(project)
    for _ in range(3):
        matter = make_matter(project)
        deliver_to(person, matter, at=MORNING)
        deliver_to(other, matter, at=MORNING)

    assert gathered() == Gathered(urgent=0, ordinary=2, calls=0, dropped=0)
    deliver_to(person, make_matter(project), at=MORNING)
    assert gathered(at("2026-11-26T16:00")) == Gathered(0, 0, 0, 0)
    assert gathered(at("2026-11-27T09:00")) == Gathered(0, 1, 0, 0)
    assert digests() == [(False, 1), (False, 3), (False, 3)]


@pytest.mark.parametrize(("now", "made"), [("2026-11-26T14:59", 0), ("2026-11-26T15:00", 1)])
def test_the_mail_of_the_day_goes_out_from_the_hour_of_its_reader(project: Project, now: str, made: int):
    deliver_to(reader(project, mail_from=15), make_matter(project), at=MORNING)

    assert gathered(at(now)).ordinary == made


def test_urgent_kinds_go_out_at_once_by_themselves_unless_their_reader_would_rather_not(project: Project):
    eager, calm = reader(project, mail_from=15), reader(project, mail_from=15, urgent_at_once=False)
    for person in (eager, calm):
        deliver_to(person, make_matter(project, kind="test_alarm"), at=MORNING)
        deliver_to(person, make_matter(project), at=MORNING)

    assert gathered() == Gathered(urgent=1, ordinary=0, calls=0, dropped=0)
    assert gathered(at("2026-11-26T15:05")) == Gathered(urgent=0, ordinary=2, calls=0, dropped=0)
    assert digests() == [(False, 1), (False, 2), (True, 1)]


def test_the_province_says_what_is_urgent(project: Project):
    KindSetting.objects.create(kind="test_alarm", is_urgent=False)
    KindSetting.objects.create(kind="test_work", is_urgent=True)
    person = reader(project, mail_from=15)
    deliver_to(person, make_matter(project, kind="test_alarm"), at=MORNING)
    deliver_to(person, make_matter(project), at=MORNING)

    assert gathered().urgent == 1
    assert Digest.objects.get().deliveries.get().message.matter.kind == "test_work"


def test_without_a_mail_server_mail_waits_and_is_one_mail_when_there_is_one(project: Project):
    person = reader(project)
    done = make_matter(project)
    for matter in (done, make_matter(project), make_matter(project)):
        deliver_to(person, matter, at=MORNING)

    assert gathered(by_mail=False) == Gathered(0, 0, 0, 0)
    assert gathered(at("2026-11-27T09:30"), by_mail=False) == Gathered(0, 0, 0, 0)
    type(done).objects.filter(pk=done.pk).update(state="done", done_on="2026-11-27")
    assert gathered(at("2026-11-30T09:30")) == Gathered(urgent=0, ordinary=1, calls=0, dropped=1)
    assert digests() == [(False, 2)]


def test_the_mail_of_the_day_waits_for_the_messages_of_the_day_but_not_for_ever(project: Project):
    deliver_to(reader(project), make_matter(project), at=MORNING)
    make_message(make_matter(project, "2026-12-03"), -7)
    make_message(make_matter(project, "2026-12-04"), -7)

    assert gathered().ordinary == 0
    assert gathered(at("2026-11-26T10:59")).ordinary == 0
    assert gathered(at("2026-11-26T11:00")).ordinary == 1


def test_what_a_round_of_the_day_left_reaches_nobody_and_keeps_no_mail_back(project: Project):
    deliver_to(reader(project), make_matter(project), at=MORNING)
    make_message(make_matter(project, "2026-12-03"), -7)
    run = JobRun.objects.create(
        job="reminders.round",
        state="done",
        started_at=at("2026-11-25T17:50"),
        finished_at=at("2026-11-25T17:51"),
    )
    assert gathered().ordinary == 0

    JobRun.objects.filter(pk=run.pk).update(started_at=at("2026-11-26T09:00"))
    assert gathered().ordinary == 1


def test_a_message_to_an_organisation_without_people_keeps_no_mail_back(project: Project):
    deliver_to(reader(project), make_matter(project), at=MORNING)
    make_message(make_matter(project, "2026-12-03"), -7, organisation=project.cluster.park)

    assert gathered().ordinary == 1


def test_what_is_held_while_a_reply_is_pending_keeps_no_mail_back(project: Project):
    deliver_to(reader(project), make_matter(project), at=MORNING)
    held = make_matter(project, "2026-12-03", state="answered", waits_for=project.cluster.park)
    make_message(held, -7)

    assert gathered().ordinary == 1


@pytest.mark.parametrize("why", ["switched off", "no address", "no mail wanted", "left"])
def test_who_is_to_be_told_no_more_gets_no_mail(project: Project, why: str):
    person = reader(project, by_mail=why != "no mail wanted")
    deliver_to(person, make_matter(project), at=MORNING)
    deliver_to(person, make_matter(project), at=MORNING, way="bell")
    deliver_to(reader(project), make_matter(project), at=MORNING)
    people = Person.objects.filter(pk=person.pk)
    if why == "switched off":
        people.update(is_active=False)
    elif why == "no address":
        people.update(email="")
    elif why == "left":
        # Who only keeps the accounts of an organisation does not act for it.
        Membership.objects.filter(person=person).update(role=Role.ADMINISTRATOR)

    assert gathered() == Gathered(urgent=0, ordinary=1, calls=0, dropped=1)
    assert [each.way for each in Delivery.objects.filter(person=person)] == ["bell"]


def test_what_waits_for_a_webhook_is_one_call_and_no_second_before_it_is_over(project: Project):
    first = hook(project)
    for _ in range(2):
        deliver_to(first, make_matter(project), at=MORNING)

    assert gathered(by_mail=False).calls == 1
    deliver_to(first, make_matter(project), at=MORNING)
    assert gathered(by_mail=False).calls == 0
    Digest.objects.update(state="failed")
    assert gathered(by_mail=False).calls == 1
    assert digests() == [(False, 1), (False, 2)]


@pytest.mark.parametrize(
    ("facts", "calls"),
    [
        ({"is_active": False}, 0),
        ({"paused_until": at("2026-11-26T09:06")}, 0),
        ({"paused_until": MORNING}, 1),
    ],
)
def test_a_webhook_that_rests_keeps_its_messages_waiting(project: Project, facts: dict, calls: int):
    deliver_to(hook(project, **facts), make_matter(project), at=MORNING)

    assert gathered().calls == calls
    assert Delivery.objects.filter(digest=None).count() == 1 - calls


def test_a_call_carries_no_more_than_its_share(project: Project, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("backend.ways.digests.CALL_MOST", 2)
    for _ in range(3):
        deliver_to(
            hook(project) if not Webhook.objects.exists() else Webhook.objects.get(),
            make_matter(project),
            at=MORNING,
        )

    gathered()

    assert digests() == [(False, 2)]
    assert Delivery.objects.filter(digest=None).count() == 1


def test_gathering_costs_the_same_statements_for_one_and_for_many(project: Project):
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            gathered()
        return len(queries)

    deliver_to(reader(project), make_matter(project), at=MORNING)
    of_one = cost()
    for _ in range(5):
        person = reader(project)
        for kind in ("test_work", "test_alarm"):
            deliver_to(person, make_matter(project, kind=kind), at=MORNING)

    assert cost() == of_one <= 9
