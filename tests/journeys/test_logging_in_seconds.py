"""In a real browser: a park logs a payment and sees everything change at once, without leaving the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from finance.models import Entry
from lifecycle.models import Milestone, Project
from lifecycle.parties.models import Role
from tests.builders import make_project, moved
from tests.papers import evidence_of
from tests.people import PASSWORD, make_person

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture
def project(committed_db: str) -> Project:
    """The province's money came through, the park's own did not."""
    project = make_project(number="BA-试/01", name="封装工艺")
    moved(project, "到账园区", "省拨款", "2000000", "2022-10-01")
    moved(project, "拨付单位", "省拨款", "2000000", "2022-10-05")
    make_person((Role.PARK, project.cluster.park), username="park")
    return project


def sign_in(page: Page, username: str) -> None:
    page.goto("/sign-in/")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/projects/")


def open_project(page: Page) -> None:
    sign_in(page, "park")
    page.get_by_role("link", name="封装工艺").click()
    page.get_by_role("heading", name="封装工艺").wait_for()


def test_a_payment_changes_picture_answers_and_ledger(page: Page, project: Project):
    open_project(page)
    assert "违规" in page.locator("#FIN-04").inner_text()
    page.evaluate("window.stayed = true")

    page.locator("#log").get_by_role("link", name="拨付单位").click()
    page.get_by_label("资金来源").select_option("园区配套")
    page.get_by_label("金额（元）").fill("2,000,000")
    page.get_by_label("凭证号").fill("付-2026-01")
    page.get_by_role("button", name="登记拨付单位").click()

    page.get_by_text("已登记第 3 号分录").wait_for()
    assert "通过" in page.locator("#FIN-04").inner_text()
    assert "付-2026-01" in page.locator("#ledger").inner_text()
    assert page.locator("#money tbody tr").nth(1).inner_text().count("2,000,000.00") == 2
    assert page.evaluate("window.stayed") is True
    assert Entry.objects.filter(project=project).count() == 3


def test_a_refusal_stands_at_the_amount_with_what_is_available(page: Page, project: Project):
    open_project(page)

    page.locator("#log").get_by_role("link", name="支出").click()
    page.get_by_label("资金来源").select_option("省拨款")
    page.get_by_label("支出科目").select_option("设备费")
    page.get_by_label("金额（元）").fill("2000000.01")
    page.get_by_label("凭证号").fill("记-1")
    page.get_by_role("button", name="登记支出").click()

    page.get_by_text("可用余额 2,000,000.00").wait_for()
    amount = page.get_by_label("金额（元）")
    assert amount.get_attribute("aria-invalid") == "true"
    assert amount.evaluate("field => field === document.activeElement")
    assert page.get_by_label("凭证号").input_value() == "记-1"


def test_a_double_click_posts_once(page: Page, project: Project):
    open_project(page)
    page.locator("#log").get_by_role("link", name="到账园区").click()
    page.get_by_label("金额（元）").fill("5")
    page.get_by_label("凭证号").fill("收-9")

    page.get_by_role("button", name="登记到账园区").dblclick()

    page.get_by_text("号分录").first.wait_for()
    page.wait_for_load_state("networkidle")
    assert Entry.objects.filter(project=project, voucher="收-9").count() == 1


def test_a_milestone_is_logged_where_it_stands_and_handed_in_with_its_evidence(page: Page, project: Project):
    milestone = Milestone.objects.filter(project=project).earliest("planned_on")
    Milestone.objects.filter(pk=milestone.pk).update(completed_on=None, state="planned")
    evidence_of(milestone)
    open_project(page)
    assert "违规" in page.locator("#LC-03").inner_text()

    page.locator("#milestones summary").first.click()
    page.get_by_label("完成情况").first.fill("样机通过测试")
    page.locator("#milestones details[open]").get_by_role("button", name="保存").click()
    page.get_by_text("的进展已保存").wait_for()
    page.locator("#milestones summary").first.click()
    page.locator("#milestones details[open]").get_by_role("link", name="提交完成").click()
    place = page.locator(f"#milestone-{milestone.pk}")
    place.locator("summary").click()
    place.get_by_label("实际完成日期").fill("2022-12-30")
    place.get_by_role("button", name="提交完成").click()

    page.get_by_text("已提交，待高新区核实").wait_for()
    page.get_by_role("link", name="概况").click()
    assert "通过" in page.locator("#LC-03").inner_text()
    milestone.refresh_from_db()
    assert (str(milestone.completed_on), milestone.state) == ("2022-12-30", "handed_in")


def test_what_failed_on_the_way_is_said(page: Page, project: Project):
    open_project(page)
    page.route("**/entry/**", lambda route: route.fulfill(status=500, body="broken"))

    page.locator("#log").get_by_role("link", name="支出").click()

    page.get_by_text("没有保存成功").wait_for()
