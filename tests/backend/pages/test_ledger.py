"""The page of a ledger: filter, pages by key, downloads, and reversing."""

from __future__ import annotations

import pytest
from django.urls import reverse

from backend.pages import ledger as page
from finance.models import Entry
from lifecycle.parties.models import Role
from tests.backend.pages.browsing import browser_of, text_of
from tests.builders import make_project, moved, walked
from tests.people import make_person

pytestmark = pytest.mark.django_db

QUERIES = 6
"""Session, person, memberships; the project; the entries."""


@pytest.fixture
def project():
    project = make_project()
    moved(project, "到账园区", "省拨款", "1000", "2022-10-01", voucher="收-1")
    moved(project, "拨付单位", "省拨款", "1000", "2022-10-05", voucher="付-1")
    moved(
        project,
        "支出",
        "省拨款",
        "300",
        "2023-02-01",
        voucher="记-1",
        category="设备费",
        invoice="发票甲",
    )
    moved(
        project,
        "支出",
        "省拨款",
        "200",
        "2023-03-01",
        voucher="记-2",
        category="业务费",
    )
    return project


@pytest.fixture
def address(project):
    return reverse("project-ledger", args=[project.number])


@pytest.fixture
def browser(project):
    return browser_of(make_person((Role.PARK, project.cluster.park)))


def sequences(answer) -> list[int]:
    return [entry.sequence for entry in answer.context["page"].rows]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [4, 3, 2, 1]),
        ("sort=sequence", [1, 2, 3, 4]),
        ("kind=支出", [4, 3]),
        ("source=园区配套", []),
        ("category=设备费", [3]),
        ("since=2022-10-05&until=2023-02-01", [3, 2]),
        ("q=发票甲", [3]),
        ("q=记-2", [4]),
        ("kind=nonsense", []),
        ("since=yesterday", []),
    ],
)
def test_filters(query: str, found: list[int], address: str, browser):
    assert sequences(browser.get(f"{address}?{query}")) == found


def test_a_filter_says_what_it_comes_to(address: str, browser):
    answer = browser.get(f"{address}?kind=支出")

    assert answer.context["sums"]["count"] == 2
    assert f"{answer.context['sums']['amount']:.2f}" == "500.00"


def test_a_filter_that_cannot_be_read_is_told_at_its_field_and_nothing_is_counted(address: str, browser):
    answer = browser.get(f"{address}?since=2022-13-45")

    assert answer.context["form"].has_error("since")
    assert 'id="id_since_error"' in text_of(answer)
    assert "筛选条件有误" in text_of(answer)
    assert "笔分录" not in text_of(answer)
    assert "清除条件" in text_of(answer)


def test_nothing_is_offered_for_reversal_once_the_project_is_closed(project, address: str):
    park = browser_of(make_person((Role.PARK, project.cluster.park)))
    assert "/reversal/" in text_of(park.get(address))

    walked(project, "closed")

    assert "/reversal/" not in text_of(park.get(address))


def test_pages_by_key_show_each_entry_once(address: str, browser, monkeypatch):
    monkeypatch.setattr(page, "PAGE_SIZE", 3)

    first = browser.get(address)
    second = browser.get(f"{address}?after={first.context['page'].after}")

    assert (sequences(first), sequences(second)) == ([4, 3, 2], [1])
    assert sequences(browser.get(f"{address}?before={second.context['page'].before}")) == [4, 3, 2]


@pytest.mark.parametrize("more", [0, 20])
def test_the_page_costs_the_same_queries_however_many_rows(
    more: int, project, address: str, browser, django_assert_num_queries
):
    for _ in range(more):
        moved(project, "支出", "省拨款", "1", "2023-04-01")

    with django_assert_num_queries(QUERIES):
        browser.get(address)


def test_the_chain_and_its_head_are_shown(project, address: str, browser):
    shown = text_of(browser.get(address))

    assert project.entries.get(sequence=4).hash in shown
    assert project.entries.get(sequence=1).hash[:12] in shown


def test_the_ledger_leads_to_the_other_pages_of_the_project(project, address: str, browser):
    shown = text_of(browser.get(address))

    assert f'<a href="{address}" aria-current="page">台账</a>' in shown
    assert f'<a href="{reverse("milestones", args=[project.number])}">里程碑</a>' in shown


@pytest.mark.parametrize("form", ["csv", "json", "beancount", "xlsx"])
def test_the_ledger_comes_as_a_file(form: str, project, browser):
    answer = browser.get(reverse("ledger-download", args=[project.number, form]))

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert len(answer.getvalue()) > 100


def test_a_file_of_a_day_that_cannot_be_is_refused(project, browser):
    address = reverse("ledger-download", args=[project.number, "csv"])

    assert browser.get(f"{address}?on=9999-01-01").status_code == 400
    assert browser.get(reverse("ledger-download", args=[project.number, "pdf"])).status_code == 404


def test_a_reversal_wants_a_reason_and_leaves_both_in_sight(project, address: str, browser):
    reversal = reverse("entry-reversal", args=[project.number, 4])
    key = browser.get(reversal).context["form"]["key"].value()

    refused = browser.post(reversal, {"reason": " ", "on": "2026-03-02", "key": key})
    done = browser.post(reversal, {"reason": "科目记错", "on": "2026-03-02", "key": key})
    again = browser.post(reversal, {"reason": "科目记错", "on": "2026-03-02", "key": key})

    assert refused.status_code == 400
    assert done.status_code == again.status_code == 302
    assert Entry.objects.filter(project=project).count() == 5
    shown = text_of(browser.get(address))
    assert "红冲 4 号" in shown
    assert "已被 5 号红冲" in shown


def test_a_reversal_that_cannot_be_says_why(project, browser):
    reversal = reverse("entry-reversal", args=[project.number, 1])

    answer = browser.post(reversal, {"reason": "错了", "on": "2026-03-02", "key": "k"})

    assert answer.status_code == 409
    assert "可用余额" in text_of(answer)
    assert Entry.objects.filter(project=project).count() == 4


def test_reversing_is_offered_only_for_what_one_may_post(project, address: str):
    unit = browser_of(make_person((Role.UNIT, project.unit)))

    shown = text_of(unit.get(address))

    assert reverse("entry-reversal", args=[project.number, 4]) in shown
    assert reverse("entry-reversal", args=[project.number, 1]) not in shown
    assert unit.get(reverse("entry-reversal", args=[project.number, 1])).status_code == 403
