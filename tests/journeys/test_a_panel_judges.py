"""In a real browser: who organises makes a link, the expert judges by it, and the verdict is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from lifecycle.acceptance.scoring import ITEMS
from lifecycle.models import Acceptance, DatedEvent, Panelist, Project, Target
from lifecycle.parties.models import Role
from tests.builders import moved
from tests.journeys.test_pages_in_a_browser import SIZES, sign_in
from tests.lifecycle.acceptance.builders import agreed, applied, on_file, paneled, submitted
from tests.people import make_person

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.browser


@pytest.fixture
def acceptance(committed_db: str) -> Acceptance:
    project = applied(name="一个名字相当长的项目：高密度晶圆级扇出封装关键技术研发及产业化示范应用")
    on_file(project, number="summary_report")
    DatedEvent.objects.create(
        project=project, kind="科技报告", happened_on=project.end_on, result="收录", document_no="苏科报1"
    )
    Target.objects.create(
        project=project,
        category="技术指标",
        name="封装良率",
        contract_value="99",
        achieved_value="99.2",
        unit_of_measure="%",
    )
    moved(project, "拨付单位", "省拨款", "3499999.99", "2022-10-05")
    acceptance = agreed(project)
    for expert in paneled(acceptance)[1:]:
        submitted(expert, opinion="完成了合同约定的各项任务和指标，经费使用规范。" * 5)
    make_person((Role.PROVINCE, acceptance.organiser), username="desk")
    return acceptance


def test_an_expert_judges_by_a_link_without_an_account(
    page: Page, site: LiveServer, chromium: Browser, acceptance: Acceptance
):
    project: Project = acceptance.project
    address = reverse("acceptance", args=[project.number])
    sign_in(page, "desk")
    for size in SIZES:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.goto(address)
        assert fits(page)
        assert nameless(page) == []
    page.get_by_role("row", name="张组长").get_by_role("button", name="生成链接").click()
    url = page.locator(".message.warning .code").inner_text()

    context = chromium.new_context(base_url=site.url, locale="zh-CN")
    theirs = context.new_page()
    said: list[str] = []
    theirs.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    for size in SIZES:
        theirs.set_viewport_size(size)  # type: ignore[arg-type]
        theirs.goto(url)
        assert fits(theirs)
        assert nameless(theirs) == []
        assert theirs.locator("h1").count() == 1
    for code, item in ITEMS.items():
        theirs.locator(f"[name={code}]").fill(str(item.most - 1))
    theirs.get_by_label("任务验收结论").select_option("通过验收")
    theirs.get_by_label("财务验收结论").select_option("结题")
    theirs.get_by_label("评审意见").fill("任务完成。")
    theirs.get_by_label("本人声明").check()
    theirs.get_by_role("button", name="提交评审意见").click()
    theirs.get_by_role("heading", name="评审意见已提交").wait_for()
    assert said == []
    answer = theirs.goto(url)
    assert answer is not None and answer.status == 404
    context.close()
    expert = Panelist.objects.get(name="张组长")
    assert (expert.scores["content"], expert.task_verdict) == (19, "通过验收")

    page.goto(address)
    page.get_by_label("专家组意见").fill("同意通过验收。")
    for size in SIZES:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert fits(page)
    page.get_by_role("button", name="登记验收结论").click()
    page.get_by_text("已登记验收结论。").wait_for()
    for size in SIZES:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert fits(page)
    acceptance.refresh_from_db()
    assert acceptance.state == "reviewed"


def fits(page: Page) -> bool:
    """Whether the page does not scroll sideways."""
    wide: bool = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return not wide


def nameless(page: Page) -> list[str]:
    """Fields that no label names."""
    found: list[str] = page.evaluate(
        """[...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
        .filter(field => !field.labels.length && !field.getAttribute('aria-label'))
        .map(field => field.outerHTML)"""
    )
    return found
