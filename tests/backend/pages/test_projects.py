"""The list of projects: found, sorted, paged by key, at a constant number of queries."""

from __future__ import annotations

import pytest
from django.urls import reverse

from backend.pages import projects as page
from lifecycle.models import Project
from lifecycle.parties.models import Role
from tests.backend.pages.browsing import HTMX, browser_of, text_of
from tests.builders import make_cluster, make_park, make_project, moved
from tests.people import make_person

pytestmark = pytest.mark.django_db

QUERIES = 10
"""Session, person, memberships; choices; projects; count; money; stale answers, what they come to."""


@pytest.fixture
def park():
    return make_park()


@pytest.fixture
def browser(park):
    return browser_of(make_person((Role.PARK, park)))


def numbers(answer) -> list[str]:
    return [row.project.number for row in answer.context["rows"]]


def test_only_what_is_in_sight_is_listed(park, browser):
    own = make_project(cluster=make_cluster(park=park))
    make_project()

    assert numbers(browser.get("/projects/")) == [own.number]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=芯片", ["BA1"]),
        ("q=BA2", ["BA2"]),
        ("q=滨江 有限", ["BA1"]),
        ("state=closed", ["BA2"]),
        ("rule=LC-08", ["BA2"]),
        ("rule=LC-08&status=breach", ["BA2"]),
        ("rule=LC-08&status=warn", []),
        ("status=breach&state=implementing", ["BA1"]),
        ("q=没有这个", []),
        ("state=nonsense", []),
        ("sort=-number", ["BA2", "BA1"]),
        ("sort=name", ["BA1", "BA2"]),
        ("sort=-provincial_grant", ["BA1", "BA2"]),
        ("sort=nonsense", ["BA1", "BA2"]),
    ],
)
def test_filter_search_and_sort(query: str, found: list[str], park, browser):
    first = make_project(
        cluster=make_cluster(park=park),
        number="BA1",
        name="一号芯片",
        end_on="2026-05-31",
    )
    first.unit.name = "滨江测试有限公司"
    first.unit.save()
    make_project(
        cluster=make_cluster(park=park, commitment_letter_on="2099-01-01"),
        number="BA2",
        name="二号材料",
        state="closed",
        provincial_grant="1000000",
    )

    assert numbers(browser.get(f"/projects/?{query}")) == found


@pytest.mark.parametrize("sort", ["number", "-number", "name", "-name", "end_on", "-provincial_grant"])
def test_pages_by_key_show_each_project_once_and_lead_back(sort: str, park, browser, monkeypatch):
    monkeypatch.setattr(page, "PAGE_SIZE", 3)
    cluster = make_cluster(park=park)
    for index in range(8):
        make_project(cluster=cluster, name=f"同名{index // 4}", milestones=False)
    forward, address, marks = [], f"/projects/?sort={sort}", []
    while address:
        answer = browser.get(address)
        forward.append(numbers(answer))
        marks.append(answer.context["page"])
        address = f"/projects/?sort={sort}&after={marks[-1].after}" if marks[-1].after else ""

    assert [len(each) for each in forward] == [3, 3, 2]
    assert sorted(number for each in forward for number in each) == sorted(
        Project.objects.values_list("number", flat=True)
    )
    assert marks[0].before is None
    back = browser.get(f"/projects/?sort={sort}&before={marks[2].before}")
    assert numbers(back) == forward[1]
    assert back.context["page"].after is not None
    first = browser.get(f"/projects/?sort={sort}&before={back.context['page'].before}")
    assert numbers(first) == forward[0]
    assert first.context["page"].before is None


@pytest.mark.parametrize("mark", ["nonsense", "W10", "WyJhIiwgIngiXQ", "%F0"])
def test_a_mark_that_is_not_ours_is_refused(mark: str, park, browser):
    make_project(cluster=make_cluster(park=park))

    assert browser.get(f"/projects/?after={mark}").status_code == 400


@pytest.mark.parametrize("count", [2, 7])
def test_the_list_costs_the_same_queries_however_many_rows(
    count: int, park, browser, django_assert_num_queries
):
    cluster = make_cluster(park=park)
    for _ in range(count):
        moved(make_project(cluster=cluster), "资金到位", "单位自筹", "1000", "2022-10-01")
    browser.get("/projects/")

    with django_assert_num_queries(QUERIES):
        browser.get("/projects/")


def test_by_htmx_only_the_results_come(park, browser):
    make_project(cluster=make_cluster(park=park))

    part = text_of(browser.get("/projects/", **HTMX))

    assert part.lstrip().startswith("<section")
    assert "<html" not in part


def test_a_line_shows_money_and_what_is_not_met(park, browser):
    project = make_project(cluster=make_cluster(park=park), contract_signed_on=None)
    moved(project, "资金到位", "单位自筹", "123456.78", "2022-10-01")

    shown = text_of(browser.get("/projects/"))

    assert "12.35 / 2,400.00" in shown
    assert "status-breach" in shown
    assert reverse("project", args=[project.number]) in shown


def test_the_export_is_offered_to_whom_it_opens(park, browser):
    unit = make_project(cluster=make_cluster(park=park)).unit

    assert reverse("workbook-export") in text_of(browser.get("/projects/"))
    assert reverse("workbook-export") not in text_of(
        browser_of(make_person((Role.UNIT, unit))).get("/projects/")
    )
