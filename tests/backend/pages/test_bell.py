"""The bell of the frame: whose it is, what it counts, what it costs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from lifecycle.models import Delivery, Project
from lifecycle.parties.models import Role
from lifecycle.reminders.bell import Bell, bell_of
from tests.backend.pages.browsing import browser_of, text_of
from tests.builders import instant, make_matter, make_message, make_project
from tests.people import make_person, people_around

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


def today() -> date:
    return timezone.localdate()


def test_it_counts_what_was_not_seen_and_what_is_late_of_ones_own(project: Project):
    person = make_person((Role.UNIT, project.unit))
    late = make_matter(project, due_on=str(today() - timedelta(days=1)))
    make_matter(project, due_on=str(today()))
    make_matter(project, due_on="2026-01-01", responsible=project.cluster.park)
    make_matter(project, due_on="2026-01-01", state="answered", waits_for=project.cluster.park)
    for step in (-30, -7, -3, -1):
        make_message(late, person, step=step)
    seen, done = Delivery.objects.order_by("pk")[:2]
    Delivery.objects.filter(pk=seen.pk).update(seen_at=instant())
    Delivery.objects.filter(pk=done.pk).update(done_at=instant())

    assert bell_of(person, [project.unit_id], today()) == Bell(unseen=2, late=1)
    assert bell_of(make_person(), [], today()) == Bell()


@pytest.mark.parametrize(
    ("who", "rings"),
    [
        ("unit", True),
        ("park", True),
        ("city", True),
        ("province", True),
        ("auditor", False),
        ("administrator", False),
        ("log_reader", False),
    ],
)
def test_it_is_for_those_who_have_something_to_do(who: str, rings: bool, project: Project):
    shown = text_of(browser_of(people_around(project)[who]).get("/password/"))

    assert ('id="bell"' in shown) is rings
    assert ('href="/todo/"' in shown) is rings


def test_it_says_both_counts_aloud(project: Project):
    person = make_person((Role.UNIT, project.unit))
    make_message(make_matter(project, due_on="2026-01-01"), person)

    shown = text_of(browser_of(person).get("/password/"))

    assert "消息，1 条未读" in shown
    assert "逾期 1" in shown


def test_it_costs_one_query_a_page(project: Project, django_assert_num_queries: Any):
    around = people_around(project)

    for who, cost in (("administrator", 4), ("park", 4)):
        browser = browser_of(around[who])
        with django_assert_num_queries(cost):
            browser.get("/password/")
