"""What an annual report begins with: the facts of the year as the system knows them."""

from __future__ import annotations

import pytest
from django.utils import translation

from lifecycle.annual_reports import SECTIONS, draft
from lifecycle.models import Milestone, Project, Target
from lifecycle.parties.log import OPERATOR_ACTOR
from reports.annual_draft import known_of
from tests.builders import day, make_milestone, make_project, moved

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    project = make_project(milestones=False)
    for number, (planned_on, completed_on) in enumerate(
        [("2023-03-31", "2023-03-30"), ("2023-06-30", None), ("2024-06-30", None)], 1
    ):
        milestone = make_milestone(project, planned_on, completed_on=completed_on)
        Milestone.objects.filter(pk=milestone.pk).update(name=f"任务{number}")
    Target.objects.create(
        project=project, name="样机", contract_value="3", unit_of_measure="台", achieved_value="1"
    )
    Target.objects.create(project=project, name="技术水平", contract_value="国际领先")
    moved(project, "拨付单位", "省拨款", "1000", "2022-12-01")
    moved(project, "支出", "省拨款", "100", "2022-12-31")
    moved(project, "支出", "省拨款", "200", "2023-11-30")
    moved(project, "支出", "省拨款", "400", "2023-12-01")
    return project


def test_every_section_says_what_is_known_as_of_the_cut_off(project: Project):
    known = known_of(project, 2023, today=day("2023-12-20"))

    assert known["progress"].splitlines() == [
        "截至 2023-11-30，本年度计划里程碑 2 个，已完成 1 个，逾期 1 个，免除 0 个。",
        "1. 任务1：计划 2023-03-31，已于 2023-03-30 完成（已核实）。",
        "2. 任务2：计划 2023-06-30，逾期 153 天未完成。",
    ]
    assert "样机：合同值 3台，累计完成 1台。" in known["results"]
    assert "技术水平：合同值 国际领先，累计完成值尚未填报。" in known["results"]
    assert "累计支出 300.00 元，其中 2023 年度支出 200.00 元" in known["money"]
    assert (
        "省拨款：合同 3,500,000.00 元，到位 1,000.00 元，支出 300.00 元，结存 700.00 元。" in known["money"]
    )
    assert "社会资本" not in known["money"]
    assert known["problems"].startswith("1. 里程碑“任务2”应于 2023-06-30 完成，已逾期 153 天")
    assert known["next_year"] == "1. 2024-06-30 前完成“任务3”。"
    assert set(known) < set(SECTIONS)


def test_before_the_cut_off_it_is_as_of_today(project: Project):
    known = known_of(project, 2023, today=day("2023-07-01"))

    assert "截至 2023-07-01" in known["money"]
    assert "逾期 1 天" in known["progress"]


def test_it_is_chinese_whoever_begins_it(project: Project):
    with translation.override("en"):
        assert "本年度计划里程碑" in known_of(project, 2023, today=day("2023-12-20"))["progress"]


def test_of_what_is_not_known_nothing_is_said():
    known = known_of(make_project(milestones=False), 2023, today=day("2023-12-20"))

    assert set(known) == {"money"}


def test_a_report_is_begun_with_it(project: Project):
    today = day("2023-12-20")
    known = known_of(project, 2023, today=today)

    report = draft(project=project, year=2023, known=known, actor=OPERATOR_ACTOR, today=today)

    assert report.content == known


def test_a_long_year_is_cut_to_what_a_section_holds(project: Project):
    Milestone.objects.filter(project=project).update(progress="长" * 3000)

    assert len(known_of(project, 2023, today=day("2023-12-20"))["progress"]) == 5000
