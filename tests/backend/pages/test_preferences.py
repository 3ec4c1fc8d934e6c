"""The page of one's own choices: kept, refused, the address behind the password, the calendar link shown once."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from lifecycle.models import CalendarLink, Digest, KindSetting, Preference, Project
from lifecycle.parties.models import Person, SecurityEvent
from tests.backend.pages.browsing import browser_of, text_of
from tests.builders import make_project
from tests.people import PASSWORD, make_person
from tests.reminding import at, know_kinds, make_matter, reader

pytestmark = pytest.mark.django_db

PAGE = "/preferences/"


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    know_kinds(monkeypatch)


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


@pytest.fixture
def person(project: Project) -> Person:
    return reader(project)


def test_without_a_choice_the_page_shows_the_defaults(person: Person):
    page = text_of(browser_of(person).get(PAGE))

    assert page.count("<h1") == 1
    assert '<option value="9" selected>' in page
    assert "省科技厅规定必须提醒" in page
    assert not Preference.objects.exists()


def test_choices_are_kept_and_shown_again(person: Person):
    browser = browser_of(person)
    told = {"mail_from": "15", "urgent_at_once": "on", "told": ["test_money"]}

    assert browser.post(PAGE, told).status_code == 302

    kept = Preference.objects.get(person=person)
    assert (kept.by_mail, kept.mail_from, kept.urgent_at_once) == (False, 15, True)
    assert kept.muted == ["test_alarm"]
    page = text_of(browser.get(PAGE))
    assert '<option value="15" selected>' in page
    assert re.search(r'value="test_money"[^>]*checked', page)
    assert not re.search(r'value="test_alarm"[^>]*checked', page)


def test_what_is_binding_cannot_be_turned_off(person: Person):
    KindSetting.objects.create(kind="test_money", is_binding=True)
    browser = browser_of(person)

    assert 'value="test_money"' not in text_of(browser.get(PAGE))
    browser.post(PAGE, {"mail_from": "9"})
    assert Preference.objects.get(person=person).muted == ["test_alarm"]


@pytest.mark.parametrize(
    "data",
    [{"mail_from": "8"}, {"mail_from": "18"}, {"mail_from": "x"}, {}, {"mail_from": "9", "told": ["none"]}],
)
def test_what_cannot_be_chosen_is_refused(person: Person, data: dict):
    answer = browser_of(person).post(PAGE, data)

    assert answer.status_code == 422
    assert 'role="alert"' in text_of(answer)
    assert not Preference.objects.exists()


def test_another_address_needs_the_password(person: Person):
    browser = browser_of(person)
    place = reverse("preferences-email")

    refused = browser.post(place, {"email": "new@example.org", "password": "wrong"})
    assert (refused.status_code, "密码不正确" in text_of(refused)) == (422, True)
    assert browser.post(place, {"email": "nonsense", "password": PASSWORD}).status_code == 422
    person.refresh_from_db()
    assert person.email == f"{person.username}@example.org"

    assert browser.post(place, {"email": "new@example.org", "password": PASSWORD}).status_code == 302
    person.refresh_from_db()
    assert person.email == "new@example.org"
    assert SecurityEvent.objects.filter(act="change_email", actor=person).count() == 1
    assert browser.post(place, {"email": "", "password": PASSWORD}).status_code == 302
    person.refresh_from_db()
    assert person.email == ""


def test_guessing_the_password_there_is_throttled_as_anywhere(person: Person):
    browser = browser_of(person)
    answers = [
        browser.post(reverse("preferences-email"), {"email": "a@example.org", "password": "wrong"})
        for _ in range(6)
    ]

    assert [answer.status_code for answer in answers] == [422] * 5 + [429]


def test_the_calendar_link_is_shown_once_renewed_and_revoked(
    person: Person, project: Project, settings: Settings
):
    settings.SITE_URL = "https://pilot.example.org"
    make_matter(project)
    browser = browser_of(person)

    answer = browser.post(reverse("calendar-make"))

    found = re.search(r"https://pilot\.example\.org(/api/v1/calendar/[\w-]{43}\.ics)", text_of(answer))
    assert found is not None
    assert "no-store" in answer.headers["Cache-Control"]
    assert b"VEVENT" in browser_of(None).get(found[1]).content
    page = text_of(browser.get(PAGE))
    assert "/calendar/" not in page.replace('action="/preferences/calendar/', "")
    assert "重新生成地址" in page

    browser.post(reverse("calendar-make"))
    assert browser_of(None).get(found[1]).status_code == 404
    assert browser.post(reverse("calendar-revoke")).status_code == 302
    assert not CalendarLink.objects.exists()


def test_one_cannot_touch_what_is_anothers(person: Person):
    other = make_person()
    browser_of(other).post(reverse("calendar-make"))
    browser_of(person).post(reverse("calendar-revoke"))

    assert CalendarLink.objects.get().person == other


def test_the_page_says_why_no_mail_comes(person: Person, settings: Settings):
    Digest.objects.create(
        way="mail", person=person, on="2026-11-26", state="bounced", sent_at=at("2026-11-26T09:05")
    )
    assert "被退回" in text_of(browser_of(person).get(PAGE))
    Person.objects.filter(pk=person.pk).update(email="")
    assert "尚未登记电子邮箱" in text_of(browser_of(person).get(PAGE))
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = ""
    assert "尚未配置邮件服务器" in text_of(browser_of(person).get(PAGE))


def test_the_page_costs_the_same_whatever_there_is(
    person: Person, django_assert_num_queries: DjangoAssertNumQueries
):
    browser = browser_of(person)
    with django_assert_num_queries(8):
        browser.get(PAGE)


def test_all_of_it_is_there_in_english(person: Person):
    answer = browser_of(person).get(PAGE, HTTP_ACCEPT_LANGUAGE="en")

    assert answer.status_code == 200
