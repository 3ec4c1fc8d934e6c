"""Pages for what went wrong: in the same frame, in plain words, telling nothing they should not."""

from __future__ import annotations

import pytest
from django.test import Client

from backend.pages import projects as page
from lifecycle.parties.models import Role
from tests.backend.pages.browsing import browser_of, text_of
from tests.builders import make_park
from tests.people import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return make_person((Role.PARK, make_park()))


def test_an_address_that_leads_nowhere(person):
    answer = browser_of(person).get("/nothing/here/")

    assert answer.status_code == 404
    assert "没有这个页面" in text_of(answer)
    assert 'href="/projects/"' in text_of(answer)
    assert Client().get("/nothing/here/").status_code == 404


def test_what_broke_is_not_told_in_detail(person, monkeypatch):
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(page, "rows_of", broken)
    browser = browser_of(person)
    browser.raise_request_exception = False

    answer = browser.get("/projects/")

    assert answer.status_code == 500
    assert "系统出错" in text_of(answer)
    assert "secret of the house" not in text_of(answer)


def test_a_role_that_does_not_allow_it(person):
    answer = browser_of(person).get("/people/")

    assert answer.status_code == 403
    assert "没有权限" in text_of(answer)


def test_a_page_that_stood_open_too_long():
    answer = Client(enforce_csrf_checks=True).post("/sign-in/", {"username": "a", "password": "b"})

    assert answer.status_code == 403
    assert "页面已过期" in text_of(answer)


@pytest.mark.parametrize(
    "address", ["/projects/?q=%00", "/projects/%00/", "/people/?q=%00", "/compliance/?rule=%00"]
)
def test_a_zero_byte_breaks_nothing(address: str, person):
    assert browser_of(person).get(address).status_code in (200, 400, 403, 404)
