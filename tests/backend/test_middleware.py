"""Whose address a request has, and that the name of who changes facts stays with the request."""

from __future__ import annotations

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import DjangoAssertNumQueries, Settings

from backend.middleware import AttributionMiddleware, client_address
from lifecycle.parties.models import Person
from tests.people import make_person


@pytest.mark.parametrize(
    ("trusted", "forwarded", "expected"),
    [
        (0, "1.1.1.1", "9.9.9.9"),
        (1, "", "9.9.9.9"),
        (1, "1.1.1.1", "1.1.1.1"),
        (1, "forged, 1.1.1.1", "1.1.1.1"),
        (2, "forged, 1.1.1.1, 10.0.0.1", "1.1.1.1"),
        (3, "1.1.1.1", "1.1.1.1"),
        (1, " , ", "9.9.9.9"),
        (1, "x" * 500, "x" * 64),
    ],
)
def test_only_our_own_proxies_are_believed(settings: Settings, trusted: int, forwarded: str, expected: str):
    settings.TRUSTED_PROXIES = trusted
    request = RequestFactory().get("/", REMOTE_ADDR="9.9.9.9", HTTP_X_FORWARDED_FOR=forwarded)

    assert client_address(request) == expected


def named() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('pilot.actor', true)")
        return str(cursor.fetchone()[0] or "")


def request_of(person: Person, method: str) -> HttpRequest:
    request = RequestFactory().generic(method, "/")
    request.user = person  # type: ignore[assignment]
    return request


@pytest.mark.django_db
def test_the_name_is_known_during_a_request_that_may_change_something_and_gone_after_it():
    seen: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(named())
        return HttpResponse()

    AttributionMiddleware(view)(request_of(make_person(username="park.9"), "POST"))

    assert (seen, named()) == (["park.9"], "")


@pytest.mark.django_db
def test_the_name_is_gone_after_a_request_that_failed():
    def view(request: HttpRequest) -> HttpResponse:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        AttributionMiddleware(view)(request_of(make_person(username="park.9"), "POST"))

    assert named() == ""


@pytest.mark.django_db
def test_a_request_that_only_looks_costs_nothing(django_assert_num_queries: DjangoAssertNumQueries):
    person = make_person()

    with django_assert_num_queries(0):
        AttributionMiddleware(lambda request: HttpResponse())(request_of(person, "GET"))
