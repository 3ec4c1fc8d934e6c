"""The pages of annual reports: which years owe one, and writing, returning and accepting one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lifecycle.annual_reports import BENEFITS
from lifecycle.models import AnnualReport, Project
from lifecycle.parties.models import Role
from tests.backend.pages.browsing import browser_of, text_of
from tests.builders import day, make_project
from tests.people import make_person, people_around

pytestmark = pytest.mark.django_db

WRITTEN = {
    "pace": "按计划",
    "progress": "样机已完成",
    "results": "申请发明专利 2 件",
    "money": "省拨款已到位",
    "problems": "关键部件交货推迟",
    "next_year": "小批量试产",
    **dict.fromkeys(BENEFITS, "0"),
}


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def unit(project: Project) -> Client:
    return browser_of(make_person((Role.UNIT, project.unit)))


@pytest.fixture
def park(project: Project) -> Client:
    return browser_of(make_person((Role.PARK, project.cluster.park)))


def list_of(project: Project) -> str:
    return reverse("annual-reports", args=[project.number])


def page_of(project: Project, year: int = 2023) -> str:
    return reverse("annual-report", args=[project.number, year])


def check(browser: Client, project: Project, do: str, **said: str) -> Any:
    return browser.post(reverse("annual-report-check", args=[project.number, 2023]), {"do": do, **said})


def write(browser: Client, project: Project, do: str = "save", **changes: str) -> Any:
    seen = browser.get(page_of(project)).context["form"]["seen"].value()
    return browser.post(page_of(project), {"seen": seen, "do": do, **WRITTEN, **changes})


def test_the_list_says_which_years_owe_a_report(project: Project, unit: Client):
    AnnualReport.objects.create(
        project=project,
        year=2024,
        state="accepted",
        submitted_on=day("2024-12-01"),
        reviewed_on=day("2024-12-09"),
    )

    answer = unit.get(list_of(project))

    rows = {row.year: row for row in answer.context["rows"]}
    assert list(rows)[:4] == [2022, 2023, 2024, 2025]
    assert (rows[2022].is_missing, rows[2023].is_missing, rows[2024].is_missing) == (False, True, False)
    assert rows[2023].late_days == (timezone.localdate() - date(2023, 12, 26)).days
    for words in ("审核通过", "逾期", "不需提交", "起草", "2023-11-30", "2023-12-26"):
        assert words in text_of(answer)


def test_a_report_goes_its_way_by_page(project: Project, unit: Client, park: Client):
    begun = unit.post(list_of(project), {"year": "2023"})
    assert begun.headers["Location"] == page_of(project)
    assert "累计到位" in text_of(unit.get(page_of(project)))

    assert write(unit, project, "hand_in").status_code == 302
    returned = check(park, project, "return", problems="请写明原因")
    assert returned.status_code == 302
    shown = text_of(unit.get(page_of(project)))
    assert shown.index("存在问题") < shown.index("请写明原因")
    assert write(unit, project, "hand_in", problems="供应商更换").status_code == 302
    check(park, project, "accept")

    report = AnnualReport.objects.get(project=project)
    assert (report.state, report.content["problems"]) == ("accepted", "供应商更换")
    read = text_of(unit.get(page_of(project)))
    assert "<textarea" not in read
    assert read.count("<h1>") == 1
    for words in ("审核通过", "供应商更换", "累计授权专利（件）", "退回年度报告", "（高新区管委会）"):
        assert words in read


def test_what_is_missing_is_told_at_its_field_and_nothing_is_saved(project: Project, unit: Client):
    unit.post(list_of(project), {"year": "2023"})
    before = AnnualReport.objects.get(project=project).content

    answer = write(unit, project, "hand_in", problems="", sales="", pace="", results="新的成果")

    assert answer.status_code == 422
    assert {"problems", "sales", "pace"} == set(answer.context["form"].errors)
    assert "新的成果" in text_of(answer)
    assert AnnualReport.objects.get(project=project).content == before


def test_before_its_cut_off_a_report_is_saved_and_not_handed_in(unit: Client):
    today = timezone.localdate()
    year = today.year if today < date(today.year, 11, 30) else today.year + 1
    project = make_project(start_on=day("2022-09-01"), end_on=date(year + 1, 2, 28))
    AnnualReport.objects.create(project=project, year=year)
    own = browser_of(make_person((Role.UNIT, project.unit)))
    seen = own.get(page_of(project, year)).context["form"]["seen"].value()

    saved = own.post(page_of(project, year), {"seen": seen, "do": "save", **WRITTEN})
    seen = own.get(page_of(project, year)).context["form"]["seen"].value()
    refused = own.post(page_of(project, year), {"seen": seen, "do": "hand_in", **WRITTEN, "tax": ""})

    assert saved.status_code == 302
    assert refused.status_code == 422
    assert "到期后方可提交" in text_of(refused)
    assert refused.context["form"].has_error("tax")


def test_two_who_write_at_once_do_not_overwrite_each_other(project: Project, unit: Client):
    unit.post(list_of(project), {"year": "2023"})
    seen = unit.get(page_of(project)).context["form"]["seen"].value()
    write(unit, project, results="甲的文字")

    answer = unit.post(page_of(project), {"seen": seen, "do": "save", **WRITTEN, "results": "乙的文字"})

    assert (answer.status_code, "已被他人修改" in text_of(answer)) == (422, True)
    assert AnnualReport.objects.get(project=project).content["results"] == "甲的文字"


@pytest.mark.parametrize("year", ["", "x", "2021", "2099"])
def test_a_year_that_owes_none_is_refused(project: Project, unit: Client, year: str):
    answer = unit.post(list_of(project), {"year": year})

    assert answer.status_code == 422
    assert 'role="alert"' in text_of(answer)
    assert not AnnualReport.objects.exists()


def test_a_report_is_not_returned_without_points_nor_accepted_with_some(
    project: Project, unit: Client, park: Client
):
    unit.post(list_of(project), {"year": "2023"})
    write(unit, project, "hand_in")

    without = check(park, project, "return")
    accepted = check(park, project, "accept", money="数字不符")

    assert (without.status_code, "至少写明一条" in text_of(without)) == (422, True)
    assert (accepted.status_code, "请先清空意见" in text_of(accepted)) == (422, True)
    assert "数字不符" in text_of(accepted)
    assert AnnualReport.objects.get(project=project).state == "handed_in"


def test_a_report_of_a_workbook_says_that_it_has_no_text(project: Project, unit: Client, park: Client):
    report = AnnualReport.objects.create(
        project=project, year=2023, state="handed_in", submitted_on=day("2023-12-01")
    )
    assert "由工作簿登记" in text_of(park.get(page_of(project)))

    check(park, project, "return", progress="请在系统填写")
    shown = text_of(unit.get(page_of(project)))
    unit.post(list_of(project), {"year": "2023"})

    assert "按系统数据起草" in shown
    report.refresh_from_db()
    assert "累计到位" in report.content["money"]


def test_only_who_may_writes_and_checks(project: Project):
    AnnualReport.objects.create(project=project, year=2023)
    around = people_around(project)
    strangers = {"administrator", "log_reader", "other unit", "other park", "without role"}

    def let_in(address: str) -> set[str]:
        found = {
            who: browser_of(person).post(address, {}).status_code
            for who, person in around.items()
            if person is not None
        }
        assert {who for who, status in found.items() if status == 404} == strangers
        return {who for who, status in found.items() if status not in (403, 404)}

    assert let_in(list_of(project)) == let_in(page_of(project)) == {"unit"}
    assert let_in(reverse("annual-report-check", args=[project.number, 2023])) == {"park"}


def test_a_year_without_a_report_is_not_found(project: Project, unit: Client):
    assert unit.get(page_of(project, 2023)).status_code == 404
    assert unit.get(page_of(project, 10**12)).status_code == 404


def test_what_was_typed_is_escaped(project: Project, unit: Client):
    unit.post(list_of(project), {"year": "2023"})
    write(unit, project, "hand_in", problems="<script>alert(1)</script>")

    assert "<script>alert" not in text_of(unit.get(page_of(project)))


def test_a_list_costs_the_same_however_many_reports(
    project: Project, park: Client, django_assert_max_num_queries: Any
):
    for year in range(2022, 2026):
        AnnualReport.objects.create(project=project, year=year, content={"progress": "长" * 1000})

    with django_assert_max_num_queries(14):
        park.get(list_of(project))
