"""Ledgers out and workbooks in, by API."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from lifecycle.models import Batch, Project
from lifecycle.parties.models import Organisation, OrganisationKind, Role, SecurityEvent
from tests.builders import make_batch, make_cluster, make_project, moved
from tests.people import api_of, make_person

pytestmark = pytest.mark.django_db

IMPORTS = "/api/v1/imports/"
PROGRAMME = Path(__file__).parents[2] / "data" / "programme.xlsx"


@pytest.fixture
def project() -> Project:
    project = make_project(number="P/1")
    moved(project, "资金到位", "单位自筹", "1000", "2022-10-01", voucher="=1+1")
    moved(project, "支出", "单位自筹", "10", "2022-11-01")
    return project


@pytest.fixture
def park(project: Project) -> APIClient:
    return api_of(make_person((Role.PARK, project.cluster.park), username="park.1"))


@pytest.fixture
def province(db: None) -> APIClient:
    organisation = Organisation.objects.create(name="某省科技厅", kind=OrganisationKind.PROVINCE)
    return api_of(make_person((Role.PROVINCE, organisation)))


@pytest.mark.parametrize(
    ("form", "media_type", "beginning"),
    [
        ("csv", "text/csv; charset=utf-8", b"\xef\xbb\xbf"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK"),
        ("json", "application/json", b"{"),
        ("beancount", "text/plain; charset=utf-8", b""),
    ],
)
def test_a_ledger_is_streamed_in_each_format(
    project: Project, park: APIClient, form: str, media_type: str, beginning: bytes
):
    answer = park.get(f"/api/v1/projects/P%2F1/ledger/?format={form}")

    assert (answer.status_code, answer["Content-Type"], answer.streaming) == (200, media_type, True)
    content = b"".join(answer.streaming_content)
    assert content.startswith(beginning) and content
    assert f".{form}" in answer["Content-Disposition"] and "\n" not in answer["Content-Disposition"]


def test_csv_is_what_one_gets_without_asking_and_a_day_cuts_it(project: Project, park: APIClient):
    whole = b"".join(park.get("/api/v1/projects/P%2F1/ledger/").streaming_content)
    cut = b"".join(park.get("/api/v1/projects/P%2F1/ledger/?on=2022-10-31").streaming_content)

    assert (whole.count(b"\r\n"), cut.count(b"\r\n")) == (3, 2)
    assert whole.startswith(cut)


def test_who_took_a_ledger_is_logged(project: Project, park: APIClient):
    park.get("/api/v1/projects/P%2F1/ledger/?format=json")

    event = SecurityEvent.objects.get(act="download_ledger")
    assert (event.actor_name, event.subject, event.details["format"]) == ("park.1", "P/1", "json")


def test_an_unknown_format_is_refused(project: Project, park: APIClient):
    answer = park.get("/api/v1/projects/P%2F1/ledger/?format=pdf")

    assert (answer.status_code, list(answer.json()["details"])) == (400, ["format"])


def upload(
    client: APIClient, content: bytes, *, dry_run: object = None, name: str = "a.xlsx"
) -> tuple[int, dict[str, object]]:
    body: dict[str, object] = {"file": SimpleUploadedFile(name, content)}
    if dry_run is not None:
        body["dry_run"] = dry_run
    answer = client.post(IMPORTS, body, format="multipart")
    return answer.status_code, json.loads(answer.content)


def test_a_workbook_is_previewed_then_brought_in_then_known(province: APIClient):
    content = PROGRAMME.read_bytes()

    status, preview = upload(province, content, dry_run="true")
    assert (status, preview["ok"], Project.objects.count()) == (200, True, 0)
    status, outcome = upload(province, content)
    assert (status, outcome["created"], Project.objects.count()) == (200, preview["created"], 34)
    status, again = upload(province, content, dry_run="false")
    assert status == 200
    assert set(again["created"].values()) | set(again["updated"].values()) == {0}  # type: ignore[attr-defined]


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04broken"])
def test_a_file_that_is_no_workbook_is_refused_with_its_faults(province: APIClient, content: bytes):
    status, told = upload(province, content)

    assert (status, told["code"], told["ok"]) == (400, "workbook_faults", False)
    assert told["faults"]
    assert upload(province, content, dry_run="1")[0] == 200


def test_a_park_brings_in_no_batch(park: APIClient):
    status, told = upload(park, PROGRAMME.read_bytes())

    assert status == 400
    assert any(fault["sheet"] == "批次" for fault in told["faults"])  # type: ignore[attr-defined]
    assert Batch.objects.count() == 1


@pytest.mark.parametrize("body", [{}, {"file": "text"}, {"dry_run": "true"}])
def test_without_a_file_the_shape_is_wrong(province: APIClient, body: dict[str, str]):
    answer = province.post(IMPORTS, body, format="multipart")

    assert (answer.status_code, list(answer.json()["details"])) == (400, ["file"])


def test_a_file_too_large_is_refused_before_it_is_read(province: APIClient):
    answer = province.post(IMPORTS, {}, format="multipart", CONTENT_LENGTH=str(10**10))

    assert (answer.status_code, answer.json()["code"]) == (400, "too_large")


def test_json_is_no_file(province: APIClient):
    assert province.post(IMPORTS, {}, format="json").status_code == 415


def test_batches_tell_their_limits_to_those_whose_projects_they_bind(project: Project, park: APIClient):
    batch = make_batch(grant_cap="4000000")
    make_cluster(batch=batch)

    (told,) = park.get("/api/v1/batches/").json()["results"]

    assert told["name"] == project.cluster.batch.name
    assert {limit["code"]: limit["value"] for limit in told["limits"]}["matching_ratio"] == "1:1"
    assert all(limit["basis"] for limit in told["limits"])


def test_the_province_sees_every_batch_with_what_it_set(province: APIClient):
    make_batch(grant_cap="4000000")

    (told,) = province.get("/api/v1/batches/").json()["results"]

    (cap,) = [limit for limit in told["limits"] if limit["code"] == "grant_cap"]
    assert (cap["value"], cap["applies_from"]) == ("4000000", "2022-08-20")
    (pace,) = [limit for limit in told["limits"] if limit["code"] == "pace_days"]
    assert (pace["value"], pace["applies_from"]) == ("30", None)
