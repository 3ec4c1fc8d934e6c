"""The security log by page."""

from __future__ import annotations

import pytest
from django.utils import timezone

from backend.pages import security_log as page
from lifecycle.parties.log import OPERATOR_ACTOR, record
from lifecycle.parties.models import Role
from tests.backend.pages.browsing import browser_of, text_of
from tests.builders import make_park
from tests.people import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser():
    return browser_of(make_person((Role.LOG_READER, make_park())))


def test_the_newest_stands_first_and_filters_cut(browser):
    record(OPERATOR_ACTOR, "post_entry", at=timezone.now(), subject="BA1", amount="1.00")
    record(OPERATOR_ACTOR, "sign_out", at=timezone.now(), subject="")

    rows = browser.get("/security-log/").context["page"].rows
    cut = browser.get("/security-log/?act=post_entry&actor=operator").context["page"].rows

    assert [row.act for row in rows[:2]] == ["sign_out", "post_entry"]
    assert [row.subject for row in cut] == ["BA1"]
    assert browser.get("/security-log/?since=2999-01-01").context["page"].rows == []
    assert "amount 1.00" in text_of(browser.get("/security-log/?act=post_entry"))


def test_pages_by_key(browser, monkeypatch):
    monkeypatch.setattr(page, "PAGE_SIZE", 2)
    at = timezone.now()
    for index in range(5):
        record(OPERATOR_ACTOR, "sign_out", at=at, subject=str(index))
    seen, address = [], "/security-log/?act=sign_out"
    while address:
        found = browser.get(address).context["page"]
        seen += [row.subject for row in found.rows]
        address = f"/security-log/?act=sign_out&after={found.after}" if found.after else ""

    assert seen == ["4", "3", "2", "1", "0"]
