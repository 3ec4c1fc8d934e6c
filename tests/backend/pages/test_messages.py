"""What was said to one: the list, seen by opening it, and the whole story of a message."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lifecycle.models import Delivery, Digest, Matter, Message, Project
from lifecycle.parties.models import Person, Role
from tests.backend.pages.browsing import browser_of, text_of
from tests.backend.pages.matters import stand_still
from tests.builders import instant, make_matter, make_message, make_project
from tests.people import make_person, people_around

pytestmark = pytest.mark.django_db
MESSAGES = "/messages/"


@pytest.fixture(autouse=True)
def nothing_is_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_still(monkeypatch)


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


@pytest.fixture
def matter(project: Project) -> Matter:
    return make_matter(project, label="中试线建成")


@pytest.fixture
def person(project: Project) -> Person:
    return make_person((Role.UNIT, project.unit), username="wang")


@pytest.fixture
def browser(person: Person) -> Client:
    return browser_of(person)


def seen(person: Person) -> list[bool]:
    rows = Delivery.objects.filter(person=person, way="bell").order_by("pk")
    return [row.seen_at is not None for row in rows]


def mailed(message: Message, person: Person, state: str, **facts: Any) -> None:
    digest = Digest.objects.create(way="mail", person=person, on=message.send_on, state=state, **facts)
    Delivery.objects.create(message=message, way="mail", person=person, digest=digest, made_at=instant())


def test_the_list_says_what_when_and_by_which_way(
    matter: Matter, project: Project, person: Person, browser: Client
):
    make_message(matter, person, step=-30)
    mailed(make_message(matter, person, step=-7), person, "sent", sent_at=instant())
    make_message(matter, make_person((Role.UNIT, project.unit)), step=-3)

    shown = browser.get(MESSAGES)

    assert [item.delivery.message.step for item in shown.context["items"]] == [-7, -30]
    text = text_of(shown)
    for words in ("里程碑：中试线建成", "邮件（已发送）", "站内提醒", "未读", f"{project.number}"):
        assert words in text
    assert text.count("<h1>") == 1


def test_opening_a_message_marks_it_seen_and_no_other(matter: Matter, person: Person, browser: Client):
    first, second = make_message(matter, person, step=-30), make_message(matter, person, step=-7)
    address = reverse("message", args=[second.pk])

    browser.head(address)
    assert seen(person) == [False, False]
    browser.get(address)

    assert seen(person) == [False, True]
    assert [item.delivery.message_id for item in browser.get(f"{MESSAGES}?seen=no").context["items"]] == [
        first.pk
    ]


def test_all_are_marked_seen_at_once_ones_own_alone(matter: Matter, project: Project, person: Person):
    other = make_person((Role.UNIT, project.unit))
    for step in (-30, -7):
        make_message(matter, person, other, step=step)

    answer = browser_of(person).post(reverse("messages-seen"), follow=True)

    assert "2 条" in text_of(answer)
    assert (seen(person), seen(other)) == ([True, True], [False, False])


def test_the_story_goes_from_the_plan_to_the_end(matter: Matter, person: Person, browser: Client):
    message = make_message(matter, person, step=-7)
    mailed(message, person, "bounced", error="550 no such user")
    Matter.objects.filter(pk=matter.pk).update(state="done", done_on=timezone.localdate())

    text = text_of(browser.get(reverse("message", args=[message.pk])))

    for words in ("列入计划", "发出", "送达", "被退回", "550 no such user", "已查看", "事项办结", "wang"):
        assert words in text
    assert text.count("<h1>") == 1


def test_a_planned_message_says_when_it_is_to_go_out(matter: Matter, browser: Client):
    message = make_message(matter, send_on="2026-06-23")

    text = text_of(browser.get(reverse("message", args=[message.pk])))

    assert "待发送" in text
    assert "2026-06-23" in text


def test_a_story_is_told_to_whoever_sees_the_project(matter: Matter, project: Project):
    message = make_message(matter)
    found = {
        who: browser_of(person).get(reverse("message", args=[message.pk])).status_code
        for who, person in people_around(project).items()
    }

    assert found == {
        "nobody": 302,
        **dict.fromkeys(("unit", "park", "city", "province", "auditor"), 200),
        **dict.fromkeys(("other unit", "other park"), 404),
        **dict.fromkeys(("administrator", "log_reader", "without role"), 403),
    }


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_costs_the_same_for_any_number(
    count: int, matter: Matter, person: Person, browser: Client, django_assert_num_queries: Any
):
    for step in range(count):
        make_message(matter, person, step=step)

    with django_assert_num_queries(6):
        browser.get(MESSAGES)


@pytest.mark.parametrize("count", [1, 12])
def test_a_story_costs_the_same_for_any_number_of_people(
    count: int, matter: Matter, project: Project, browser: Client, django_assert_num_queries: Any
):
    message = make_message(matter, *(make_person((Role.UNIT, project.unit)) for _ in range(count)))

    with django_assert_num_queries(7):
        browser.get(reverse("message", args=[message.pk]))
