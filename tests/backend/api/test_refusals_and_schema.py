"""Every refusal has one shape, tells nothing it should not, and the description of the API is whole."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from backend.api import projects
from lifecycle.parties.models import Role
from tests.builders import make_project
from tests.people import api_of, make_person


@pytest.fixture
def client(db: None) -> APIClient:
    return api_of(make_person((Role.PARK, make_project(number="P-1").cluster.park)))


def shape_of(answer: Any) -> tuple[int, str]:
    told = answer.json()
    assert set(told) == {"code", "message", "details"}
    assert answer["Content-Type"] == "application/json"
    return answer.status_code, told["code"]


def test_each_refusal_has_its_status_and_code(client: APIClient):
    entries = "/api/v1/projects/P-1/entries/"

    assert shape_of(api_of(None).get("/api/v1/me/")) == (401, "not_authenticated")
    assert shape_of(client.get("/api/v1/projects/P-2/")) == (404, "not_found")
    assert shape_of(client.get("/api/v1/nothing/")) == (404, "not_found")
    assert shape_of(client.post("/api/nothing/at/all")) == (404, "not_found")
    assert shape_of(client.delete(entries)) == (405, "method_not_allowed")
    assert shape_of(client.post(entries, "<a/>", content_type="text/xml")) == (415, "unsupported_media_type")
    assert shape_of(client.post(entries, "a=1", content_type="application/x-www-form-urlencoded")) == (
        415,
        "unsupported_media_type",
    )


def test_a_body_of_another_type_is_named_in_one_sentence(client: APIClient):
    refused = client.post("/api/v1/projects/P-1/entries/", "<a/>", content_type="text/xml")

    assert refused.json()["message"] == "不支持这种正文格式：text/xml。"


@pytest.mark.parametrize(
    "path", ["/api/nothing/", "/api/v1/projects/a%0Ab/nothing/", "/api/v1/projects/%00/entries/"]
)
def test_what_is_sent_nowhere_is_refused_in_json_too(path: str, db: None):
    assert shape_of(Client(enforce_csrf_checks=True).post(path))[0] in (401, 404)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[1]",
        b"null",
        b'"text"',
        b"1",
        b"\xff\xfe",
        b'{"kind":"\xff"}',
        b"[" * 100_000,
        b"NaN",
        b'{"a":1}' + b" " * 1_100_000,
    ],
)
def test_a_body_that_is_none_is_a_fault_of_shape(client: APIClient, body: bytes):
    answer = client.generic("POST", "/api/v1/projects/P-1/entries/", body, content_type="application/json")

    assert shape_of(answer)[0] == 400


@pytest.mark.parametrize("charset", ["bz2_codec", "nothing", "utf-16"])
def test_a_charset_that_is_none_is_a_fault_of_shape(client: APIClient, charset: str):
    answer = client.generic(
        "POST", "/api/v1/projects/P-1/entries/", b"{}", content_type=f"application/json; charset={charset}"
    )

    assert answer.status_code in (400, 415)


def test_what_breaks_inside_is_logged_and_not_told(
    client: APIClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def broken(*args: object, **named: object) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(projects, "filtered", broken)
    client.raise_request_exception = False

    answer = client.get("/api/v1/projects/")

    assert shape_of(answer) == (500, "internal")
    assert "secret" not in answer.content.decode()
    assert "secret of the house" in caplog.text


def test_any_accept_header_is_answered_in_json(client: APIClient):
    for accept in ("text/html", "text/csv", "*/*", "nonsense"):
        assert client.get("/api/v1/projects/", HTTP_ACCEPT=accept)["Content-Type"] == "application/json"


def test_the_description_is_valid_and_complete(tmp_path: Any, db: None):
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yml"))

    described = (tmp_path / "schema.yml").read_text(encoding="utf-8")
    assert "/api/v1/projects/{number}/entries/{sequence}/reverse/" in described
    assert "#/components/schemas/Refusal" in described


def test_the_page_of_the_api_loads_nothing_from_elsewhere(db: None):
    page = Client().get("/api/docs/")

    assert page.status_code == 200
    assert "https://" not in page.content.decode()
    assert "script-src" not in page["Content-Security-Policy"]
    assert "<script>" not in page.content.decode()


def test_the_description_is_in_the_language_of_whoever_asks_however_often(db: None):
    def described(language: str) -> str:
        answer = Client().get("/api/schema/?format=json", HTTP_ACCEPT_LANGUAGE=language).json()
        return str(answer["paths"]["/api/v1/projects/{number}/"]["get"]["responses"]["404"]["description"])

    chinese, english = described("zh-hans"), described("en")

    assert chinese == "不存在，或无权查看。"
    assert english.isascii()
    assert (described("zh-hans"), described("en")) == (chinese, english)


def test_the_description_is_given_as_yaml_or_json(db: None):
    assert Client().get("/api/schema/").status_code == 200
    assert Client().get("/api/schema/?format=json").json()["openapi"].startswith("3")
