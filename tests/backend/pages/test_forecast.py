"""What will be said to whom: through sight, day by day; the rehearsal; and what the province says of kinds."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lifecycle.models import Delivery, KindSetting, Message, Project
from lifecycle.parties.models import Person, Role, SecurityEvent
from tests.backend.pages.browsing import browser_of, text_of
from tests.backend.pages.matters import stand_still
from tests.builders import make_matter, make_message, make_project
from tests.people import make_person, people_around
from tests.reminding import know_kinds

pytestmark = pytest.mark.django_db
FORECAST = "/forecast/"


@pytest.fixture(autouse=True)
def nothing_is_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_still(monkeypatch)


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


@pytest.fixture
def around(project: Project) -> dict[str, Person | None]:
    return people_around(project)


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def planned(project: Project, days: int, **facts: Any) -> Message:
    """To be sent in so many days, about a matter that is due a week later."""
    matter = make_matter(project, due_on=in_days(days + 7).isoformat())
    return make_message(matter, send_on=in_days(days).isoformat(), **facts)


def foretold(browser: Client, **asked: str) -> list[int]:
    days = browser.get(FORECAST, asked).context["days"]
    return [item.message.pk for day in days for item in day.items]


def test_what_is_past_its_day_stands_with_today_as_what_the_next_round_sends(
    project: Project, around: dict[str, Person | None]
):
    overdue, older, today, later = (planned(project, days) for days in (-1, -8, 0, 3))

    days = browser_of(around["province"]).get(FORECAST).context["days"]

    assert [(day.on, day.is_next) for day in days] == [(in_days(0), True), (in_days(3), False)]
    assert [item.message.pk for item in days[0].items] == [older.pk, overdue.pk, today.pk]
    assert [item.message.pk for item in days[1].items] == [later.pk]


def test_messages_stand_under_their_days_with_whom_they_reach(
    project: Project, around: dict[str, Person | None]
):
    later, sooner = planned(project, 20), planned(project, 3)
    beyond = planned(project, 91)

    context = browser_of(around["unit"]).get(FORECAST).context

    assert [day.on for day in context["days"]] == [in_days(3), in_days(20)]
    assert [item.message.pk for day in context["days"] for item in day.items] == [sooner.pk, later.pk]
    ((item,), _) = (day.items for day in context["days"])
    assert item.people == [f"{around['unit']}（站内提醒）"]
    assert beyond.pk not in foretold(browser_of(around["province"]))


def test_one_knows_of_what_is_for_oneself_and_those_below(project: Project, around: dict[str, Person | None]):
    park = project.cluster.park
    to_unit = planned(project, 3).pk
    to_park = planned(project, 4, organisation=park).pk
    to_city = planned(project, 5, organisation=park.parent).pk
    elsewhere = planned(make_project(milestones=False), 6).pk
    everything = [to_unit, to_park, to_city, elsewhere]

    assert {who: foretold(browser_of(around[who])) for who in ("unit", "park", "city", "province")} == {
        "unit": [to_unit],
        "park": [to_unit, to_park],
        "city": [to_unit, to_park, to_city],
        "province": everything,
    }
    assert foretold(browser_of(around["auditor"])) == everything
    assert foretold(browser_of(around["other park"])) == []


def test_a_year_whose_days_off_are_not_announced_is_marked(
    project: Project, around: dict[str, Person | None], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("lifecycle.calendar.is_noticed", lambda year: False)
    planned(project, 3)

    assert "暂定" in text_of(browser_of(around["unit"]).get(FORECAST))


def test_the_rehearsal_is_the_provinces_and_sends_nothing(project: Project, around: dict[str, Person | None]):
    planned(project, 0)

    found = {who: browser_of(around[who]).post(reverse("rehearsal")).status_code for who in around}

    assert found == {who: 302 if who == "nobody" else 200 if who == "province" else 403 for who in found}
    assert "演练：现在会发什么" in text_of(browser_of(around["province"]).get(FORECAST))
    assert "演练：现在会发什么" not in text_of(browser_of(around["park"]).get(FORECAST))
    assert Message.objects.get().state == "planned"
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("count", [1, 20])
def test_the_page_costs_the_same_for_any_number(
    count: int, project: Project, around: dict[str, Person | None], django_assert_num_queries: Any
):
    for number in range(count):
        planned(project, number)
    browser = browser_of(around["province"])

    # Session, person, roles; a page of messages, whom they reach, the calendar; the bell.
    with django_assert_num_queries(7):
        browser.get(FORECAST)


def test_the_province_says_which_kinds_bind_and_which_are_urgent(
    around: dict[str, Person | None], monkeypatch: pytest.MonkeyPatch
):
    know_kinds(monkeypatch)
    browser = browser_of(around["province"])
    address = reverse("reminder-kinds")

    done = browser.post(
        address,
        {"test_money-binding": "on", "test_money-urgent": "on", "test_alarm-urgent": "on"},
        follow=True,
    )
    again = browser.post(
        address,
        {"test_money-binding": "on", "test_money-urgent": "on", "test_alarm-urgent": "on"},
        follow=True,
    )

    assert "已改动 2 类" in text_of(done)
    assert "已改动 0 类" in text_of(again)
    assert set(KindSetting.objects.values_list("kind", "is_binding", "is_urgent")) == {
        ("test_work", False, False),
        ("test_money", True, True),
    }
    assert SecurityEvent.objects.filter(act="set_reminders").count() == 1
    assert 'name="test_money-binding" id="id_test_money-binding" checked' in text_of(browser.get(address))


def test_nobody_else_says_it(around: dict[str, Person | None]):
    for who in ("park", "city", "auditor", "administrator"):
        assert browser_of(around[who]).post(reverse("reminder-kinds"), {}).status_code == 403
    assert not KindSetting.objects.exists()


def test_whom_a_message_reaches_follows_the_caretaker(project: Project, around: dict[str, Person | None]):
    make_person((Role.UNIT, project.unit), username="zhao")
    planned(project, 3)
    browser = browser_of(around["unit"])
    assert "zhao（站内提醒）" in text_of(browser.get(FORECAST))

    unit = around["unit"]
    assert unit is not None
    address = reverse("caretaker", args=[project.number, project.unit_id])
    browser.post(address, {"person": str(unit.pk)})

    assert "zhao（站内提醒）" not in text_of(browser.get(FORECAST))
