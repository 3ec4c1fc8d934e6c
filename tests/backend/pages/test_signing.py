"""Signing in and out by page, one's own password, and the language."""

from __future__ import annotations

import pytest
from django.test import Client

from lifecycle.parties.accounts import FAILURES_BY_NAME_AND_ADDRESS
from lifecycle.parties.models import Person, SecurityEvent
from tests.backend.pages.browsing import browser_of, text_of
from tests.people import PASSWORD, make_person

pytestmark = pytest.mark.django_db


def sign_in(username: str, password: str, **more: str):
    return Client().post("/sign-in/", {"username": username, "password": password, **more})


def test_name_and_password_lead_to_where_one_wanted():
    person = make_person()

    answer = sign_in(person.username, PASSWORD, next="/compliance/?rule=FIN-04")

    assert answer.headers["Location"] == "/compliance/?rule=FIN-04"
    assert SecurityEvent.objects.filter(act="sign_in", actor=person).count() == 1


@pytest.mark.parametrize(
    "target",
    ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"],
)
def test_signing_in_leads_to_no_other_site(target: str):
    assert sign_in(make_person().username, PASSWORD, next=target).headers["Location"] == "/"


def test_a_wrong_password_and_an_unknown_name_are_told_alike():
    person = make_person()

    wrong, unknown = (
        sign_in(person.username, "not-the-password"),
        sign_in("nobody-here", "not-the-password"),
    )

    assert wrong.status_code == unknown.status_code == 400
    assert "用户名或密码不正确" in text_of(wrong)
    assert "用户名或密码不正确" in text_of(unknown)
    assert "not-the-password" not in text_of(wrong)


def test_an_empty_form_says_what_is_missing():
    answer = sign_in("", "")

    assert answer.status_code == 400
    assert text_of(answer).count('aria-invalid="true"') == 2


def test_too_many_wrong_passwords_close_the_door():
    person = make_person()
    for _ in range(FAILURES_BY_NAME_AND_ADDRESS):
        sign_in(person.username, "wrong-password")

    answer = sign_in(person.username, PASSWORD)

    assert answer.status_code == 429
    assert answer.headers["Retry-After"]
    assert "请在" in text_of(answer)


def test_sample_accounts_are_not_named_without_the_sample():
    assert "Pilot-demo-2026" not in text_of(Client().get("/sign-in/"))


def test_leaving_takes_a_click_and_ends_the_session():
    person = make_person()
    browser = browser_of(person)

    assert browser.post("/sign-out/").headers["Location"] == "/sign-in/"
    assert browser.get("/password/").status_code == 302
    assert SecurityEvent.objects.filter(act="sign_out", actor=person).count() == 1


def test_a_password_set_by_another_has_to_be_changed_first():
    person = make_person(must_change=True)
    browser = browser_of(person)

    assert browser.get("/").headers["Location"] == "/password/"
    changed = browser.post(
        "/password/",
        {"old": PASSWORD, "new": "a-new-horse-77", "again": "a-new-horse-77"},
    )

    assert changed.headers["Location"] == "/"
    assert browser.get("/").status_code == 200
    assert Person.objects.get(pk=person.pk).check_password("a-new-horse-77")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"old": "wrong"}, "原密码不正确"),
        ({"again": "another-horse"}, "两次输入的新密码不一致"),
        ({"new": "short", "again": "short"}, "密码"),
        ({"new": PASSWORD, "again": PASSWORD}, "不能与原密码相同"),
    ],
)
def test_a_new_password_is_refused_at_its_field(typed: dict[str, str], sentence: str):
    answer = browser_of(make_person()).post(
        "/password/",
        {"old": PASSWORD, "new": "a-new-horse-77", "again": "a-new-horse-77"} | typed,
    )

    assert answer.status_code == 400
    assert sentence in text_of(answer)
    assert "error-text" in text_of(answer)


def test_the_language_stays_with_browser_and_person():
    person = make_person()
    browser = browser_of(person)

    answer = browser.post("/language/", {"language": "en", "next": "/password/"})

    assert answer.headers["Location"] == "/password/"
    assert '<html lang="en">' in text_of(browser.get("/password/"))
    assert Person.objects.get(pk=person.pk).language == "en"
    assert sign_in(person.username, PASSWORD).cookies["django_language"].value == "en"


def test_an_unknown_language_changes_nothing():
    browser = browser_of(make_person())
    browser.post("/language/", {"language": "xx", "next": "/"})

    assert '<html lang="zh-Hans">' in text_of(browser.get("/password/"))


def test_a_part_asked_for_without_a_session_sends_the_whole_page_to_sign_in():
    answer = Client().get(
        "/projects/",
        HTTP_HX_REQUEST="true",
        HTTP_HX_CURRENT_URL="http://testserver/projects/?q=a",
    )

    assert answer.headers["HX-Redirect"] == "/sign-in/?next=%2Fprojects%2F%3Fq%3Da"


def test_pages_allow_only_our_own_scripts_and_styles():
    policy = Client().get("/sign-in/").headers["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_no_page_carries_inline_script_or_style():
    page = text_of(Client().get("/sign-in/"))

    assert "<style" not in page
    assert " style=" not in page
    assert page.count("<script") == page.count("<script src=")
