"""Jobs through the API: state, progress, result, and being cancelled."""

from __future__ import annotations

from uuid import uuid4

import pytest

from lifecycle.models import JobRun
from lifecycle.parties.models import Person, Role
from tests.builders import make_park
from tests.jobs import at
from tests.people import api_of, make_person

pytestmark = pytest.mark.django_db
NOW = at("2026-03-03 09:00")


@pytest.fixture
def asker() -> Person:
    return make_person((Role.PARK, make_park()))


def test_a_run_tells_how_far_it_is_and_then_what_came_of_it(asker: Person) -> None:
    run = JobRun.objects.create(
        job="reports.refresh",
        asked_by=asker,
        state="running",
        worker="w",
        lease_until=NOW,
        done=2,
        total=5,
        note="正在判定各项目",
    )
    address = f"/api/v1/jobs/{run.pk}/"

    assert api_of(asker).get(address).json() == {
        "state": "running",
        "progress": {"done": 2, "total": 5, "note": "正在判定各项目"},
        "result": None,
    }
    JobRun.objects.update(state="done", lease_until=None, finished_at=NOW, done=5, note="", result={"a": 1})
    assert api_of(asker).get(address).json() == {
        "state": "done",
        "progress": {"done": 5, "total": 5, "note": ""},
        "result": {"a": 1},
    }


def test_an_administrator_is_told_no_result_and_others_that_there_is_none(asker: Person) -> None:
    run = JobRun.objects.create(
        job="reports.refresh", asked_by=asker, state="done", finished_at=NOW, result={"a": 1}
    )
    address = f"/api/v1/jobs/{run.pk}/"

    assert api_of(make_person((Role.ADMINISTRATOR, make_park()))).get(address).json()["result"] is None
    assert api_of(make_person((Role.PARK, make_park()))).get(address).status_code == 404
    assert api_of(asker).get(f"/api/v1/jobs/{uuid4()}/").status_code == 404


def test_cancelling_answers_how_it_stands_then_and_409_once_it_is_over(asker: Person) -> None:
    run = JobRun.objects.create(job="reports.refresh", asked_by=asker)
    client = api_of(asker)

    assert client.post(f"/api/v1/jobs/{run.pk}/cancel/").json()["state"] == "cancelled"
    again = client.post(f"/api/v1/jobs/{run.pk}/cancel/")

    assert again.status_code == 409
    assert again.json()["code"] == "job_over"
