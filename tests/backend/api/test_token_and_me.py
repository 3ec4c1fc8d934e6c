"""Getting a token, and what one is told about oneself."""

from __future__ import annotations

import pytest
from django.test import Client

from lifecycle.models import Project
from lifecycle.parties.models import Role, SecurityEvent
from tests.builders import make_project
from tests.people import PASSWORD, api_of, make_person

pytestmark = pytest.mark.django_db

TOKEN = "/api/v1/auth/token/"
ME = "/api/v1/me/"


@pytest.fixture
def project() -> Project:
    return make_project()


def test_name_and_password_buy_a_token_that_opens_the_api(project: Project):
    person = make_person((Role.PARK, project.cluster.park), username="park.1")
    answer = api_of(None).post(TOKEN, {"username": "park.1", "password": PASSWORD})

    assert answer.status_code == 200
    client = api_of(None)
    client.credentials(HTTP_AUTHORIZATION=f"Token {answer.json()['token']}")
    assert client.get(ME).json()["username"] == person.username
    assert set(SecurityEvent.objects.values_list("act", flat=True)) >= {"sign_in", "issue_token"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"username": "park.1", "password": "wrong"}, 401, "sign_in_refused"),
        ({"username": "park.1"}, 400, "invalid"),
        ({"username": "a\x00b", "password": "x"}, 400, "invalid"),
        ({"username": ["a"], "password": {}}, 400, "invalid"),
        ([], 400, "invalid"),
    ],
)
def test_a_wrong_sign_in_is_refused(body: object, status: int, code: str):
    answer = api_of(None).post(TOKEN, body, format="json")

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_too_many_wrong_sign_ins_are_told_to_wait():
    for _ in range(5):
        api_of(None).post(TOKEN, {"username": "park.1", "password": "wrong"})

    answer = api_of(None).post(TOKEN, {"username": "park.1", "password": "wrong"})

    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
    assert 0 < int(answer["Retry-After"]) <= 900


def test_a_password_given_out_buys_no_token_and_opens_no_door(project: Project):
    person = make_person((Role.PARK, project.cluster.park), username="park.1", must_change=True)

    answers = [
        api_of(None).post(TOKEN, {"username": "park.1", "password": PASSWORD}),
        api_of(person).get("/api/v1/projects/"),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (403, "password_change_required")
    ] * 2


@pytest.mark.parametrize("header", ["Token", "Token a b", "Token unknown", "Token ÿ", "token " + "x" * 5000])
def test_a_bad_token_is_told_how_to_authenticate(header: str):
    answer = api_of(None).get(ME, HTTP_AUTHORIZATION=header)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"


def test_a_session_opens_the_api_too_but_writes_only_with_its_mark(project: Project):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(make_person((Role.PARK, project.cluster.park)))

    assert browser.get(ME).status_code == 200
    refused = browser.post(f"/api/v1/projects/{project.number}/entries/", {}, content_type="application/json")
    assert refused.status_code == 403
    assert "CSRF" in refused.json()["message"]


def test_one_is_told_roles_organisations_and_what_waits(project: Project):
    Project.objects.filter(pk=project.pk).update(contract_signed_on=None)
    make_project()

    told = api_of(make_person((Role.PARK, project.cluster.park))).get(ME).json()

    assert told["roles"] == ["park"]
    assert [(each["name"], each["role"]) for each in told["organisations"]] == [
        (project.cluster.park.name, "park")
    ]
    assert told["todo"]["projects"] == 1
    assert told["todo"]["breaches"] >= 1


def test_without_a_role_nothing_waits():
    assert api_of(make_person()).get(ME).json()["todo"] == dict.fromkeys(
        ("projects", "breaches", "warnings", "late", "week", "all"), 0
    )
