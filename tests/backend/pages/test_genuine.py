"""The check page: anybody may ask whether paper is genuine, and learns nothing else."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from reports.issuing import note_print
from tests.builders import make_project, moved
from tests.people import people_around

NOW = datetime(2026, 11, 26, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


def a_printed_ledger() -> tuple[str, str, str]:
    """The head that was printed, and the number and name of the project."""
    project = make_project()
    moved(project, "资金到位", "单位自筹", "10.00", "2024-01-01")
    project.refresh_from_db()
    head = project.journal.head_hash
    note_print(project.pk, head=head, sequence=1, now=NOW)
    return head, project.number, project.name


@pytest.mark.django_db
def test_what_was_printed_is_told_genuine_and_whose_it_is_not(client: Client):
    head, number, name = a_printed_ledger()

    answer = client.get(f"/verify/{head}/")

    assert answer.status_code == 200
    said = answer.content.decode()
    assert "确由本系统出具" in said
    assert number not in said
    assert name not in said


@pytest.mark.django_db
def test_what_was_not_is_not_found(client: Client):
    answer = client.get(f"/verify/{'0' * 64}/")

    assert answer.status_code == 404
    assert "未查到此校验码" in answer.content.decode()


@pytest.mark.django_db
def test_the_address_below_the_api_is_the_same_page(client: Client):
    head, *_ = a_printed_ledger()

    assert "确由本系统出具" in client.get(f"/api/v1/verify/{head}/").content.decode()


@pytest.mark.django_db
def test_a_digest_typed_from_paper_may_have_spaces_and_capitals(client: Client):
    typed = " ".join(("AB" * 32)[start : start + 8] for start in range(0, 64, 8))

    answer = client.get("/verify/", {"digest": typed})

    assert answer.status_code == 302
    assert answer["Location"] == f"/verify/{'ab' * 32}/"


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["", "abc", "g" * 64, "a" * 63])
def test_what_is_no_digest_is_refused_with_a_word(client: Client, typed: str):
    answer = client.get("/verify/", {"digest": typed})

    assert answer.status_code == 400


@pytest.mark.django_db
def test_a_ledger_that_was_downloaded_is_genuine(client: Client):
    project = make_project()
    moved(project, "资金到位", "单位自筹", "10.00", "2024-01-01")
    park = people_around(project)["park"]
    assert park is not None
    client.force_login(park)
    answer = client.get(f"/projects/{project.number}/ledger/download/json/")
    answer.getvalue()
    project.refresh_from_db()

    assert client.get(f"/verify/{project.journal.head_hash}/").status_code == 200
