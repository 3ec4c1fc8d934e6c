"""Compliance across projects: counts, the list of what is not met, past days."""

from __future__ import annotations

import pytest
from django.urls import reverse

from backend.pages import compliance as page
from lifecycle.parties.models import Role
from tests.backend.pages.browsing import browser_of, text_of
from tests.builders import make_batch, make_cluster, make_park, make_project, moved
from tests.people import make_person

pytestmark = pytest.mark.django_db

QUERIES = 11
"""Session, person, memberships; choices; what is stale, two counts, parks, batches; a page of answers."""


@pytest.fixture
def projects():
    """Two parks: one project unsigned, one whose park's letter is not on file."""
    batch = make_batch()
    unsigned = make_project(cluster=make_cluster(batch=batch), contract_signed_on=None, end_on="2099-12-31")
    later = make_cluster(batch=batch, commitment_letter_on="2023-01-01")
    late = make_project(cluster=later)
    return unsigned, late


@pytest.fixture
def browser(projects):
    return browser_of(make_person((Role.PROVINCE, projects[0].cluster.park.parent.parent)))


def listed(answer) -> list[tuple[str, str]]:
    return [(item.project.number, item.answer.code) for item in answer.context["items"]]


def test_breaches_are_listed_with_sentence_and_days(projects, browser):
    unsigned, _ = projects

    answer = browser.get("/compliance/")

    assert (unsigned.number, "LC-06") in listed(answer)
    assert "至今未签" in text_of(answer)
    assert reverse("project", args=[unsigned.number]) in text_of(answer)


@pytest.mark.parametrize(
    ("query", "rules"),
    [
        ("rule=LC-06", {"LC-06"}),
        ("rule=LC-06&status=warn", set()),
        ("rule=nonsense", set()),
        ("status=nonsense", set()),
    ],
)
def test_filters_by_rule_and_status(query: str, rules: set[str], projects, browser):
    assert {rule for _, rule in listed(browser.get(f"/compliance/?{query}"))} == rules


def test_filters_by_park_and_batch(projects, browser):
    _, late = projects

    by_park = browser.get(f"/compliance/?park={late.cluster.park_id}")
    by_batch = browser.get(f"/compliance/?batch={late.cluster.batch_id}")

    assert {number for number, _ in listed(by_park)} <= {late.number}
    assert by_batch.context["summary"].projects == 2


def test_a_past_day_answers_from_what_was_so_then(projects, browser):
    _, late = projects

    then = browser.get("/compliance/?on=2022-12-31&rule=LC-08")

    assert listed(then) == [(late.number, "LC-08")]
    assert listed(browser.get("/compliance/?rule=LC-08")) == []
    assert "不是今天的" in text_of(then)
    assert f"{reverse('project', args=[late.number])}?on=2022-12-31#LC-08" in text_of(then)


@pytest.mark.parametrize("on", ["", "&on=2024-01-01"])
def test_long_lists_are_paged(on: str, browser, monkeypatch):
    monkeypatch.setattr(page, "PAGE_SIZE", 2)
    cluster = make_cluster()
    for _ in range(5):
        make_project(cluster=cluster, contract_signed_on=None)

    first = browser.get(f"/compliance/?rule=LC-06{on}")
    second = browser.get(f"/compliance/?rule=LC-06{on}&after={first.context['page'].after}")

    assert len(listed(first)) == len(listed(second)) == 2
    assert not set(listed(first)) & set(listed(second))
    assert listed(
        browser.get(f"/compliance/?rule=LC-06{on}&before={second.context['page'].before}")
    ) == listed(first)


def test_a_park_counts_only_its_own(projects):
    _, late = projects

    answer = browser_of(make_person((Role.PARK, late.cluster.park))).get("/compliance/")

    assert answer.context["summary"].projects == 1


def test_without_projects_the_page_says_so(db):
    answer = browser_of(make_person((Role.PARK, make_park()))).get("/compliance/")

    assert answer.status_code == 200
    assert "没有符合条件的判定" in text_of(answer)


@pytest.mark.parametrize("more", [0, 6])
def test_the_page_costs_the_same_queries_however_many_projects(
    more: int, projects, browser, django_assert_num_queries
):
    for _ in range(more):
        moved(
            make_project(cluster=projects[0].cluster, contract_signed_on=None),
            "资金到位",
            "单位自筹",
            "1",
            "2022-10-01",
        )
    browser.get("/compliance/")

    with django_assert_num_queries(QUERIES):
        browser.get("/compliance/")
