"""Pages about jobs: who sees which, and what of it."""

from __future__ import annotations

import pytest

from lifecycle.models import JobRun
from lifecycle.parties.models import Person, Role, SecurityEvent
from tests.backend.pages.browsing import HTMX, browser_of, text_of
from tests.builders import make_park
from tests.jobs import at
from tests.people import make_person

pytestmark = pytest.mark.django_db

NOW = at("2026-03-03 09:00")


@pytest.fixture
def asker() -> Person:
    return make_person((Role.PARK, make_park()))


@pytest.fixture
def administrator() -> Person:
    return make_person((Role.ADMINISTRATOR, make_park()))


def run_of(person: Person | None, state: str = "waiting", **facts: object) -> JobRun:
    over = {"finished_at": NOW} if state in ("done", "failed", "cancelled") else {}
    busy = {"worker": "w", "lease_until": NOW} if state == "running" else {}
    return JobRun.objects.create(
        **{
            "job": "reports.refresh",
            "asked_by": person,
            "state": state,
            "asked_at": NOW,
            **over,
            **busy,
            **facts,
        }
    )


def test_one_sees_what_one_asked_for_and_nothing_else(asker: Person) -> None:
    mine = run_of(asker)
    other = run_of(make_person())
    browser = browser_of(asker)

    shown = text_of(browser.get("/jobs/"))

    assert f"/jobs/{mine.pk}/" in shown
    assert f"/jobs/{other.pk}/" not in shown
    assert browser.get(f"/jobs/{mine.pk}/").status_code == 200
    assert browser.get(f"/jobs/{other.pk}/").status_code == 404
    assert browser.post(f"/jobs/{other.pk}/cancel/").status_code == 404


def test_an_administrator_sees_all_by_name_and_why_it_failed_but_no_result(
    asker: Person, administrator: Person
) -> None:
    result = {"name": "机密.xlsx", "ok": True, "created": {"项目": 3}, "updated": {"项目": 0}}
    outcome = {**result, "unchanged": {"项目": 0}, "faults": [], "warnings": []}
    done = run_of(
        asker, "done", job="backend.import_workbook", result=outcome, arguments={"name": "机密.xlsx"}
    )
    failed = run_of(asker, "failed", error="Traceback\nValueError: 坏了")

    browser = browser_of(administrator)
    assert "导入工作簿" in text_of(browser.get("/jobs/"))
    shown = text_of(browser.get(f"/jobs/{done.pk}/"))
    assert "结果只有发起人可见" in shown
    assert "机密" not in shown
    assert "ValueError: 坏了" in text_of(browser.get(f"/jobs/{failed.pk}/"))
    assert "“机密.xlsx”已导入" in text_of(browser_of(asker).get(f"/jobs/{done.pk}/"))
    assert "ValueError" not in text_of(browser_of(asker).get(f"/jobs/{failed.pk}/"))


def test_progress_says_how_far_it_is_in_the_readers_language(asker: Person) -> None:
    run = run_of(asker, "running", done=2, total=5, note="正在判定各项目")

    shown = text_of(browser_of(asker).get(f"/jobs/{run.pk}/", **HTMX))

    assert 'value="40"' in shown
    assert "2/5" in shown
    assert "正在判定各项目" in shown


def test_cancelling_is_heard_and_logged(asker: Person, administrator: Person) -> None:
    waits, runs = run_of(asker), run_of(asker, "running")

    assert browser_of(asker).post(f"/jobs/{waits.pk}/cancel/").headers["Location"] == f"/jobs/{waits.pk}/"
    assert browser_of(administrator).post(f"/jobs/{runs.pk}/cancel/").status_code == 302

    waits.refresh_from_db()
    runs.refresh_from_db()
    assert (waits.state, runs.state) == ("cancelled", "running")
    assert runs.cancel_asked_at is not None
    assert "正在停止" in text_of(browser_of(asker).get(f"/jobs/{runs.pk}/"))
    logged = SecurityEvent.objects.filter(act="cancel_job")
    assert set(logged.values_list("actor_name", "subject")) == {
        (str(asker), "reports.refresh"),
        (str(administrator), "reports.refresh"),
    }


def test_what_is_over_cannot_be_cancelled(asker: Person) -> None:
    run = run_of(asker, "done")

    answer = browser_of(asker).post(f"/jobs/{run.pk}/cancel/")

    assert answer.status_code == 409
    assert "任务已结束（已完成）" in text_of(answer)


def test_a_long_list_costs_as_many_queries_as_a_short_one(
    asker: Person, django_assert_num_queries: object
) -> None:
    browser = browser_of(asker)
    for _ in range(120):
        run_of(asker)

    with django_assert_num_queries(5):  # type: ignore[operator]
        shown = text_of(browser.get("/jobs/"))

    assert shown.count('href="/jobs/') == 101
    assert "以上为最近 100 次" in shown
