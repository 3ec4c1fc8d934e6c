"""Whatever happens to the facts and on whatever days rounds are made, what is said keeps its promises."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle.calendar import Calendar
from lifecycle.models import Delivery, Matter, Message, Milestone, Project
from lifecycle.parties.models import Role
from lifecycle.reminders.sending import send_round
from tests.builders import make_project
from tests.lifecycle.reminders.planting import clock, make_work, staffed, two_kinds
from tests.people import make_person

__all__ = ["two_kinds"]

FIRST = date(2025, 8, 25)
DAYS = st.integers(0, 120).map(lambda number: FIRST + timedelta(days=number))


def moves() -> st.SearchStrategy:
    """What happens next: a fact changes, or days go by and rounds are made on some of them."""
    return st.one_of(
        st.tuples(st.just("due"), DAYS),
        st.tuples(
            st.just("state"), st.sampled_from(["planned", "handed_in", "returned", "verified", "waived"])
        ),
        st.tuples(
            st.just("round"), st.tuples(st.integers(0, 9), st.sampled_from(["10:00", "08:00", "16:59"]))
        ),
        st.tuples(st.just("rounds"), st.integers(1, 10)),
        st.tuples(st.just("unit"), st.booleans()),
    )


class Story:
    """One milestone of one project, and a clock that only goes on."""

    def __init__(self, due: date) -> None:
        self.project = make_project(milestones=False)
        staffed(self.project)
        other = make_project(cluster=self.project.cluster, milestones=False)
        make_person((Role.UNIT, other.unit))
        self.units = (self.project.unit, other.unit)
        self.work = make_work(due.isoformat(), self.project)
        self.at = FIRST

    def change(self, **facts: object) -> None:
        Milestone.objects.filter(pk=self.work.pk).update(**facts)

    def step(self, what: str, how) -> None:
        if what == "due":
            self.change(planned_on=how)
        elif what == "state":
            done = self.at if how in ("handed_in", "verified") else None
            self.change(state=how, completed_on=done, waived_on=self.at if how == "waived" else None)
        elif what == "unit":
            Project.objects.filter(pk=self.project.pk).update(unit=self.units[how])
        elif what == "round":
            days, time = how
            self.at += timedelta(days=days)
            self.send(time)
        else:
            for _ in range(how):
                self.at += timedelta(days=1)
                self.send("10:00")

    def send(self, time: str) -> None:
        now = clock(self.at, time)
        before = set(Message.objects.filter(state="sent").values_list("pk", flat=True))
        ran = send_round(now=now)
        fresh = list(Message.objects.filter(state="sent").exclude(pk__in=before).select_related("matter"))
        assert len(fresh) == ran.sent
        work = Milestone.objects.get(pk=self.work.pk)
        plain = Calendar()
        for message in fresh:
            assert plain.is_working_day(self.at)
            assert time != "08:00"
            assert work.state in ("planned", "returned")
            assert message.due_on == work.planned_on == message.matter.due_on
            assert message.send_on <= self.at
            assert message.deliveries.filter(way="bell").exists()
        # One to each organisation at most, and nothing is left that was to be said before it.
        told = [message.organisation_id for message in fresh]
        assert len(told) == len(set(told))
        for message in fresh:
            steps = Message.objects.filter(
                matter=message.matter, organisation=message.organisation, due_on=message.due_on
            )
            assert not steps.filter(state="planned", step__lt=message.step).exists()
            assert not steps.filter(state="sent", step__gt=message.step).exists()

    def check(self) -> None:
        keys = list(Message.objects.values_list("matter", "organisation", "due_on", "step"))
        assert len(keys) == len(set(keys))
        assert Delivery.objects.filter(way="bell").count() == Message.objects.filter(state="sent").count()
        for message in Message.objects.filter(state="planned").select_related("matter"):
            assert message.matter.state != "done"
            assert message.due_on == message.matter.due_on
            assert Calendar().is_working_day(message.send_on)


@pytest.mark.django_db
@pytest.mark.usefixtures("two_kinds")
@settings(max_examples=20)
@given(DAYS, st.lists(moves(), min_size=2, max_size=10))
def test_whatever_happens_each_thing_is_said_once_in_time_and_only_while_it_is_true(due, told):
    with transaction.atomic():
        story = Story(due)
        for what, how in told:
            story.step(what, how)
            story.send("10:00")
            assert send_round(now=clock(story.at, "10:00")).sent == 0
            story.check()
        assert Matter.objects.count() <= 1
        transaction.set_rollback(True)
