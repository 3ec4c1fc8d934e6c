"""The page of an expert: opened by a personal link alone, and closed by what they submit."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backend.logs import WithoutPersonalLinks
from lifecycle.acceptance.scoring import ITEMS
from lifecycle.models import Panelist, Target
from tests.backend.pages.browsing import browser_of, text_of
from tests.builders import moved
from tests.lifecycle.acceptance.builders import agreed, linked, on_file, paneled
from tests.people import people_around

pytestmark = pytest.mark.django_db


@pytest.fixture
def expert() -> Panelist:
    return paneled(agreed())[0]


@pytest.fixture
def address(expert: Panelist) -> str:
    return address_of(linked(expert, now=timezone.now()))


def address_of(token: str) -> str:
    return reverse("expert", args=[token])


def sheet(**changes: Any) -> dict[str, Any]:
    return {
        **{code: str(item.most) for code, item in ITEMS.items()},
        "task_verdict": "通过验收",
        "finance_verdict": "结题",
        "opinion": "完成任务。",
        "has_no_conflict": "on",
    } | changes


def test_the_page_shows_what_is_to_be_judged(expert: Panelist, address: str):
    project = expert.acceptance.project
    Target.objects.create(
        project=project, category="技术指标", name="能效提升", contract_value="30", unit_of_measure="%"
    )
    moved(project, "资金到位", "单位自筹", "1234", "2022-10-01")
    on_file(project, number="summary_report")

    page = text_of(Client().get(address))

    for text in (project.name, project.unit.name, "能效提升", "1,234.00", "summary_report", "张组长"):
        assert text in page
    assert page.count("<h1") == 1
    assert all(f'name="{code}"' in page for code in ITEMS)


def test_it_is_found_by_no_search_kept_by_no_cache_and_told_to_no_other_site(address: str):
    for answer in (Client().get(address), Client().post(address, {}), Client().get(reverse("expert-done"))):
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert "no-store" in answer.headers["Cache-Control"]
        assert "private" in answer.headers["Cache-Control"]


def test_opening_is_noted_and_sets_no_session(expert: Panelist, address: str):
    browser = Client()
    browser.get(address)

    expert.refresh_from_db()
    assert expert.opened_at is not None
    assert "sessionid" not in browser.cookies


def test_what_is_submitted_is_kept_and_the_link_is_dead(expert: Panelist, address: str):
    browser = Client()

    answer = browser.post(address, sheet(content="18"))

    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("expert-done"))
    assert "感谢您参加评审" in text_of(browser.get(answer.headers["Location"]))
    expert.refresh_from_db()
    assert (expert.scores["content"], expert.finance_verdict, expert.opinion) == (18, "结题", "完成任务。")
    assert browser.get(address).status_code == 404
    assert browser.post(address, sheet()).status_code == 404


def test_a_browser_that_names_no_origin_may_send_the_sheet(address: str):
    browser = Client(enforce_csrf_checks=True)

    assert browser.post(address, sheet(), headers={"origin": "null"}).status_code == 302


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"content": "21"}, "小于或等于"),
        ({"content": "-1"}, "大于或等于"),
        ({"content": ""}, "必填"),
        ({"content": "9.5"}, "整数"),
        ({"task_verdict": ""}, "必填"),
        ({"finance_verdict": "合格"}, "合格"),
        ({"opinion": ""}, "必填"),
        ({"has_no_conflict": ""}, "有利益关系的应当回避"),
    ],
)
def test_what_is_wrong_is_said_and_the_link_lives_on(
    expert: Panelist, address: str, changes: dict[str, str], sentence: str
):
    answer = Client().post(address, sheet(**changes))

    assert answer.status_code == 422
    assert "error-text" in text_of(answer) and sentence in text_of(answer)
    expert.refresh_from_db()
    assert expert.submitted_at is None
    assert Client().get(address).status_code == 200


@pytest.mark.parametrize("token", ["a" * 43, "A1_-" * 10 + "abc"])
def test_an_unknown_link_is_not_found(token: str):
    for answer in (Client().get(address_of(token)), Client().post(address_of(token), sheet())):
        assert answer.status_code == 404
        assert "链接无效或已失效" in text_of(answer)


@pytest.mark.parametrize("path", ["/expert/", "/expert/short/", "/expert/" + "a" * 44 + "/"])
def test_what_is_no_token_has_no_address(path: str):
    assert Client().get(path).status_code == 404


def test_an_expired_link_is_not_found(expert: Panelist):
    token = linked(expert, now=timezone.now() - timedelta(days=15))

    assert Client().get(address_of(token)).status_code == 404


def test_whoever_is_signed_in_the_page_is_the_experts(expert: Panelist, address: str):
    person = people_around(expert.acceptance.project)["unit"]
    assert person is not None

    page = text_of(browser_of(person).get(address))

    assert person.username not in page
    assert reverse("sign-out") not in page


def test_the_log_of_the_program_never_holds_a_token(address: str):
    record = logging.LogRecord(
        "django.request", logging.WARNING, "", 0, "%s: %s", ("Unprocessable Entity", address), None
    )

    assert WithoutPersonalLinks().filter(record)
    assert record.getMessage() == "Unprocessable Entity: /expert/…/"
    other = logging.LogRecord("x", logging.INFO, "", 0, "%s of %s", ("one", "two"), None)
    assert WithoutPersonalLinks().filter(other)
    assert (other.msg, other.args) == ("%s of %s", ("one", "two"))


def test_the_page_costs_the_same_few_queries(address: str, django_assert_max_num_queries: Any):
    Client().get(address)

    with django_assert_max_num_queries(6):
        Client().get(address)
