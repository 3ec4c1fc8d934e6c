"""The page of milestones: the plan year by year, and each deed offered to who may do it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from finance.models import Entry
from lifecycle.models import Milestone, Project
from lifecycle.parties.models import Role
from tests.backend.pages.browsing import browser_of, text_of
from tests.builders import make_milestone, make_project, moved
from tests.papers import evidence_of
from tests.people import make_person, people_around

pytestmark = pytest.mark.django_db

HAND_IN = {"completed_on": "2025-06-20", "statement": "样机通过测试"}


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


@pytest.fixture
def milestone(project: Project) -> Milestone:
    return make_milestone(project, "2025-06-30")


@pytest.fixture
def unit(project: Project) -> Client:
    return browser_of(make_person((Role.UNIT, project.unit), username="unit.1"))


@pytest.fixture
def park(project: Project) -> Client:
    return browser_of(make_person((Role.PARK, project.cluster.park)))


def page_of(project: Project) -> str:
    return reverse("milestones", args=[project.number])


def act(browser: Client, milestone: Milestone, name: str, **said: str) -> Any:
    address = reverse("milestone-act", args=[milestone.project.number, milestone.pk, name])
    return browser.post(address, said)


def offered(browser: Client, project: Project) -> list[str]:
    """The deeds offered for the one milestone of the project."""
    ((item,),) = (items for _, items in browser.get(page_of(project)).context["years"] if items)
    return [offer.name for offer in item.offers]


def test_each_year_shows_plan_against_fact(project: Project, milestone: Milestone, unit: Client):
    Milestone.objects.filter(pk=milestone.pk).update(
        weight=40, planned_spend=Decimal("1234.50"), owner="王工"
    )
    moved(project, "支出", "省拨款", "100.25", "2025-02-01")

    shown = text_of(unit.get(page_of(project)))

    for words in (
        "2025 年度",
        milestone.name,
        "1,234.50",
        "100.25",
        "0 / 40",
        "责任人：王工",
        "权重 40",
        "逾期",
    ):
        assert words in shown
    assert shown.count("<h1>") == 1


def test_a_milestone_goes_its_way_by_page(project: Project, milestone: Milestone, unit: Client, park: Client):
    evidence_of(milestone, title="第三方检测报告")
    act(unit, milestone, "progress", progress="开始试制")
    handed_in = act(unit, milestone, "hand-in", **HAND_IN)
    act(park, milestone, "return", reason="请补充测试数据")
    act(unit, milestone, "hand-in", **HAND_IN)
    act(park, milestone, "verify")

    milestone.refresh_from_db()
    assert milestone.state == "verified"
    assert handed_in.headers["Location"] == f"{page_of(project)}#milestone-{milestone.pk}"
    shown = text_of(park.get(page_of(project)))
    for words in ("已核实", "第三方检测报告", "退回里程碑", "请补充测试数据", "unit.1", "（承担单位）"):
        assert words in shown


@pytest.mark.parametrize(
    ("state", "deeds"),
    [
        (
            "planned",
            {"unit": ["progress", "hand-in"], "park": ["progress", "hand-in"], "province": ["waive"]},
        ),
        ("handed_in", {"unit": [], "park": ["verify", "return"], "province": []}),
        ("verified", {"unit": [], "park": [], "province": []}),
    ],
)
def test_only_what_one_may_do_is_offered(
    state: str, deeds: dict[str, list[str]], project: Project, milestone: Milestone
):
    if state != "planned":
        Milestone.objects.filter(pk=milestone.pk).update(state=state, completed_on="2025-06-20")
    around = people_around(project)

    for who in ("unit", "park", "city", "province", "auditor"):
        assert offered(browser_of(around[who]), project) == deeds.get(who, [])


def test_ones_own_hand_in_is_taken_back_and_not_verified(
    project: Project, milestone: Milestone, park: Client
):
    evidence_of(milestone)
    act(park, milestone, "hand-in", **HAND_IN)
    assert offered(park, project) == ["take-back", "return"]

    refused = act(park, milestone, "verify")
    taken = act(park, milestone, "take-back")

    assert (refused.status_code, "请由其他人员核实" in text_of(refused)) == (422, True)
    assert taken.status_code == 302
    milestone.refresh_from_db()
    assert milestone.state == "in_progress"


def test_in_a_closed_project_nothing_is_offered():
    project = make_project(milestones=False, state="closed")
    make_milestone(project, "2025-06-30")
    park = browser_of(make_person((Role.PARK, project.cluster.park)))

    assert offered(park, project) == []
    assert park.get(page_of(project)).context["add_form"] is None


def test_a_refusal_stands_where_it_belongs_and_nothing_changes(
    project: Project, milestone: Milestone, unit: Client
):
    without = act(unit, milestone, "hand-in", **HAND_IN)
    evidence_of(milestone)
    tomorrow = act(unit, milestone, "hand-in", **{**HAND_IN, "completed_on": "2999-01-01"})
    empty = act(unit, milestone, "hand-in", completed_on="", statement="")

    assert "请先上传" in text_of(without)
    assert "不能晚于今天" in text_of(tomorrow)
    assert tomorrow.context["faulty"].form.has_error("completed_on")
    assert 'aria-invalid="true"' in text_of(empty)
    assert f'id="milestone-{milestone.pk}-hand-in-statement"' in text_of(empty)
    assert {without.status_code, tomorrow.status_code, empty.status_code} == {422}
    milestone.refresh_from_db()
    assert milestone.state == "planned"


def test_what_moved_meanwhile_is_said(project: Project, milestone: Milestone, park: Client):
    Milestone.objects.filter(pk=milestone.pk).update(state="verified", completed_on="2025-06-20")

    answer = act(park, milestone, "return", reason="缺材料")

    assert (answer.status_code, "已核实，不能办理此项" in text_of(answer)) == (422, True)


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("progress", {"unit", "park"}),
        ("hand-in", {"unit", "park"}),
        ("take-back", {"unit", "park"}),
        ("verify", {"park"}),
        ("return", {"park"}),
        ("waive", {"province"}),
    ],
)
def test_a_deed_is_for_whom_the_table_names(
    name: str, allowed: set[str], project: Project, milestone: Milestone
):
    found = {
        who: act(browser_of(person), milestone, name).status_code
        for who, person in people_around(project).items()
        if person is not None
    }

    assert {who for who, status in found.items() if status not in (403, 404)} == allowed
    assert {who for who, status in found.items() if status == 404} == {
        "administrator",
        "log_reader",
        "other unit",
        "other park",
        "without role",
    }


def test_an_unknown_deed_and_a_milestone_of_another_project_are_not_found(
    project: Project, milestone: Milestone, unit: Client
):
    other = make_milestone(make_project(milestones=False), "2025-06-30")

    assert act(unit, milestone, "forget").status_code == 404
    address = reverse("milestone-act", args=[project.number, other.pk, "progress"])
    assert unit.post(address, {"progress": "x"}).status_code == 404


def test_the_park_adds_to_the_plan(project: Project, milestone: Milestone, unit: Client, park: Client):
    said = {
        "year": "2025",
        "name": "小批量试产",
        "planned_on": "2025-09-30",
        "weight": "60",
        "planned_spend": "1,000",
    }

    added = park.post(page_of(project), said)
    heavy = park.post(page_of(project), {**said, "name": "量产", "weight": "41"})
    outside = park.post(page_of(project), {**said, "name": "量产", "planned_on": "2035-09-30"})

    assert added.headers["Location"] == page_of(project)
    assert project.milestones.get(weight=60).planned_spend == Decimal("1000.00")
    assert (heavy.status_code, "还可分配 40" in text_of(heavy)) == (422, True)
    assert outside.context["add_form"].has_error("planned_on")
    assert unit.post(page_of(project), said).status_code == 403
    assert 'id="add"' in text_of(outside)
    assert 'id="add"' not in text_of(unit.get(page_of(project)))


def test_a_page_costs_the_same_however_long_the_plan(
    project: Project, park: Client, django_assert_max_num_queries: Any
):
    for year in range(2022, 2026):
        for _ in range(5):
            evidence_of(make_milestone(project, f"{year}-12-31"))
    assert not Entry.objects.exists()

    with django_assert_max_num_queries(9):
        park.get(page_of(project))
