"""The page of one project: as of today and of a past day, at a constant number of queries."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from lifecycle.models import DatedEvent, Target, Tranche
from lifecycle.parties.models import Role
from reports.watch import RULES
from tests.backend.pages.browsing import browser_of, text_of
from tests.builders import day, make_milestone, make_project, moved, walked
from tests.people import make_person

pytestmark = pytest.mark.django_db

QUERIES = 14
"""Session, person, memberships; the project; money, all small tables together, pace; whether answers are
stale, the answers; grave credit records; the latest entries."""


@pytest.fixture
def project():
    project = make_project()
    moved(project, "到账园区", "省拨款", "2000000", "2022-10-01")
    moved(project, "拨付单位", "省拨款", "2000000", "2022-10-05")
    moved(project, "拨付单位", "园区配套", "612345.67", "2022-10-08")
    moved(project, "支出", "省拨款", "300000.55", "2023-02-01")
    Tranche.objects.create(
        project=project,
        source="省拨款",
        number=1,
        planned_on=day("2022-10-31"),
        amount="2000000",
    )
    return project


@pytest.fixture
def browser(project):
    return browser_of(make_person((Role.PARK, project.cluster.park)))


def read(browser, project, query: str = "") -> str:
    answer = browser.get(reverse("project", args=[project.number]) + query)
    assert answer.status_code == 200
    return text_of(answer)


def test_money_rules_and_plan_stand_on_one_page(project, browser):
    Target.objects.create(project=project, name="申请发明专利", contract_value="7", unit_of_measure="件")

    shown = read(browser, project)

    assert "1,699,999.45" in shown
    assert all(f'id="{rule.code}"' in shown for rule in RULES)
    assert "申请发明专利" in shown
    assert "已足额" in shown
    assert shown.count("已完成") >= 5


def test_every_section_that_an_answer_sends_one_to_is_there(project, browser):
    shown = read(browser, project)

    here = reverse("project", args=[project.number])
    for address in set(re.findall(rf'href="{re.escape(here)}#([\w-]+)"', shown)):
        assert f'id="{address}"' in shown


def test_a_past_day_shows_only_what_was_so_then_and_says_so(project, browser):
    shown = read(browser, project, "?on=2022-10-06")

    assert "不是今天的" in shown
    assert "2022-10-06" in shown
    assert "612,345.67" not in shown
    assert "300,000.55" not in shown
    assert "未到期" in shown
    assert 'id="log"' not in shown


@pytest.mark.parametrize("query", ["?on=nonsense", "?on=9999-01-01", "?on=1999-12-31", "?on=0001-01-01"])
def test_a_day_that_cannot_be_shown_is_said_and_today_shown(query: str, project, browser):
    shown = read(browser, project, query)

    assert 'role="alert"' in shown
    assert "不是今天的" not in shown


def test_today_given_as_a_day_is_today(project, browser):
    assert "不是今天的" not in read(browser, project, f"?on={timezone.localdate().isoformat()}")
    assert "不是今天的" in read(browser, project, f"?on={(timezone.localdate() - timedelta(1)).isoformat()}")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("implementing", 'class="now" aria-current="step"'),
        ("suspended", 'class="now paused" aria-current="step"'),
        ("terminated", 'class="halted" aria-current="step"'),
        ("revoked", 'class="halted" aria-current="step"'),
        ("closed", 'class="done" aria-current="step"'),
    ],
)
def test_the_way_shows_where_the_project_stands(state: str, words: str, project, browser):
    walked(project, state)

    assert words in read(browser, project)


def test_the_pace_is_not_drawn_where_the_park_need_not_match(project, browser):
    assert "园区配套是否跟上省拨款" in read(browser, project)
    project.site = "本高新区外"
    project.save()

    assert "园区配套是否跟上省拨款" not in read(browser, project)


def test_only_who_may_post_is_offered_to(project, browser):
    reader = browser_of(make_person((Role.CITY, project.cluster.park.parent)))

    assert 'id="log"' in read(browser, project)
    assert 'id="log"' not in read(reader, project)
    assert "登记进展" not in read(reader, project)


@pytest.mark.parametrize("entries", [1, 30])
def test_the_page_costs_the_same_queries_however_much_there_is(
    entries: int, project, browser, django_assert_num_queries
):
    for index in range(entries):
        moved(project, "支出", "省拨款", "10", "2023-03-01")
        DatedEvent.objects.create(
            project=project,
            kind="科技报告",
            happened_on=day("2023-01-01") + timedelta(index),
        )
    read(browser, project)

    with django_assert_num_queries(QUERIES):
        read(browser, project)


def test_names_are_written_as_text(project, browser):
    project.name = "<script>alert(1)</script>"
    project.save()

    assert "<script>alert" not in read(browser, project)


def test_the_page_stays_small(project, browser):
    for _ in range(40):
        moved(project, "支出", "省拨款", "10", "2023-03-01")

    assert len(read(browser, project).encode()) < 80_000


def test_a_long_plan_folds_the_years_that_ask_for_nothing(project, browser):
    year = timezone.localdate().year
    for quiet in range(year + 1, year + 8):
        for month in (6, 12):
            make_milestone(project, f"{quiet}-{month:02}-28")
    make_milestone(project, f"{year - 1}-12-28")

    answer = browser.get(reverse("project", args=[project.number]))

    folded = {plan.year: plan.is_folded for plan in answer.context["plans"]}
    assert all(folded[quiet] for quiet in range(year + 1, year + 8))
    assert not folded[year - 1]
    assert not folded.get(year, False)
    assert f"{year + 7} 年度（2 项）" in text_of(answer)
