"""In a real browser: one project from award to conclusion, each step by whoever takes it, through the pages alone.

What would be the same step again (the third milestone, the second expert) goes through the services.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from lifecycle.acceptance.scoring import ITEMS
from lifecycle.models import Acceptance, AnnualReport, Milestone, Tranche
from tests.builders import day
from tests.journeys.desks import Desks, card, file, fill, follow, lacks, press, says
from tests.journeys.world import World

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser
    from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.browser


@pytest.fixture
def world(committed_db: str, own_files: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """At 立项; the park has not planned its second tranche yet. The clock of the site is the world's."""
    world = World()
    Tranche.objects.filter(project=world.project, source="园区配套", number=2).delete()
    monkeypatch.setattr(timezone, "now", lambda: world.now)
    return world


@pytest.fixture
def desks(chromium: Browser, site: LiveServer, world: World) -> Iterator[Desks]:
    desks = Desks(chromium, site, world)
    yield desks
    desks.close()
    assert desks.faults == []


def test_from_award_to_conclusion(desks: Desks, world: World):
    the_contract_is_signed(desks)
    the_first_money_is_paid_and_confirmed(desks, world)
    the_first_year_is_done_and_reported(desks, world)
    an_inspection_finds_something(desks, world)
    the_leader_changes(desks, world)
    the_rest_of_the_years_passes(world)
    acceptance_is_prepared_and_applied_for(desks, world)
    the_panel_judges(desks, world)
    the_project_is_concluded(desks, world)


def the_contract_is_signed(desks: Desks) -> None:
    """立项: the plan is completed, the parties sign, the province lets money flow."""
    park = desks.project("park")
    assert card(park).get_by_role("heading").inner_text().startswith("进入拨款")
    assert lacks(park) == ["合同签署", "拨款计划完整"]
    assert "所差各项均可由您处理" in card(park).inner_text()
    assert card(park).get_by_role("link", name="办理").count() == 0

    follow(park, "拨款计划完整")
    fill(
        park,
        within="#add",
        资金来源="园区配套",
        期次="2",
        计划拨付日期="2024-05-01",
        金额="1,050,000",
        拨付条件="中期检查通过",
    )
    press(park, "列入计划")
    says(park, "已列入拨款计划：园区配套第 2 期。")
    assert park.get_by_text("不一致").count() == 0

    desks.project("park")
    assert lacks(park) == ["合同签署"]
    follow(park, "合同签署")
    park.get_by_role("link", name="拟定合同").click()
    fill(park, 项目组成员="张三、李四", 技术路线="扇出封装")
    press(park, "拟定，交各方签署")
    says(park, "已拟定合同第 1 版，待各方签署。")
    sign(desks, "park", "王主任")

    province = desks.project("province")
    assert lacks(province) == ["合同签署"]
    card(province).get_by_role("link", name="办理“进入拨款”").click()
    press(province, "确认办理“进入拨款”")
    says(province, "不能办理“进入拨款”，有 1 项条件未满足")

    unit = desks.part("unit", "contract")
    unit.get_by_role("link", name="上传签署页").click()
    file(unit, "合同签署页")
    says(unit, "“合同签署页”已存档。")
    fill(unit, within="details.act[open]", 签署人="赵总", 签署页="合同签署页")
    press(unit, "确认签署")
    says(unit, "承担单位已签署。")
    sign(desks, "province", "钱厅长")
    says(province, "各方均已签署，合同自 2022-08-25 起生效。")

    desks.project("province")
    assert lacks(province) == []
    assert "条件均已满足" in card(province).inner_text()
    assert card(desks.project("unit")).get_by_role("link", name="办理").count() == 0
    move(desks, "province", "进入拨款")
    assert "拨款" in province.locator(".way [aria-current]").inner_text()


def sign(desks: Desks, role: str, name: str) -> None:
    page = desks.part(role, "contract")
    fill(page, within="details.act[open]", 签署人=name)
    press(page, "确认签署")


def move(desks: Desks, role: str, title: str) -> None:
    """Make the move that the card offers, once nothing is missing."""
    page = desks.project(role)
    assert lacks(page) == []
    card(page).get_by_role("link", name=f"办理“{title}”").click()
    press(page, f"确认办理“{title}”")
    says(page, f"已办理“{title}”。")


def the_first_money_is_paid_and_confirmed(desks: Desks, world: World) -> None:
    """拨款: the park books arrival and payments, the unit confirms, the park starts the work."""
    world.today = day("2022-11-10")
    park = desks.project("park")
    assert lacks(park) == ["首期款到账确认"]
    assert "省拨款、园区配套首期款尚未足额拨付" in card(park).inner_text()
    follow(park, "首期款到账确认")
    for act, source in (
        ("登记第 1 期到账园区", "省拨款"),
        ("拨付第 1 期", "省拨款"),
        ("拨付第 1 期", "园区配套"),
    ):
        plan = park.locator("section.panel", has=park.locator("h2", has_text=source))
        plan.locator("summary", has_text=act).click()
        plan.get_by_label("业务日期").locator("visible=true").fill("2022-11-10")
        plan.get_by_label("凭证号").locator("visible=true").fill(f"{act}-{source}")
        with park.expect_navigation():
            plan.locator("details[open]").get_by_role("button").click()
        says(park, "2,450,000.00 元。")

    desks.project("park")
    assert lacks(park) == ["首期款到账确认"]
    card(park).get_by_role("link", name="办理“进入实施”").click()
    press(park, "确认办理“进入实施”")
    says(park, "首期款已拨付，尚待单位确认到账。")

    unit = desks.project("unit")
    assert card(unit).get_by_role("link", name="办理").count() == 0
    follow(unit, "首期款到账确认")
    for _payment in range(2):
        with unit.expect_navigation():
            unit.locator("#unconfirmed").get_by_role("button", name="确认到账").first.click()
        says(unit, "号分录的款项到账。")
    assert unit.locator("#unconfirmed").count() == 0
    move(desks, "park", "进入实施")


def the_first_year_is_done_and_reported(desks: Desks, world: World) -> None:
    """实施: a milestone with its evidence, and the annual report, by the unit; both checked by the park."""
    world.today = day("2022-12-21")
    milestone = Milestone.objects.filter(project=world.project).earliest("planned_on")
    place = f"#milestone-{milestone.pk}"
    unit = desks.project("unit")
    assert "里程碑全部完成" in lacks(unit) and "实施期满" in lacks(unit)
    follow(unit, "里程碑全部完成")
    unit.locator(place).locator("summary").click()
    unit.locator(place).get_by_role("link", name="上传佐证材料").click()
    file(unit, "样机检测报告")
    if unit.locator(f"{place} details[open]").count() == 0:
        unit.locator(place).locator("summary").click()
    assert "样机检测报告" in unit.locator(place).inner_text()
    fill(unit, within=place, 实际完成日期="2022-12-20", 完成情况说明="样机通过测试")
    press(unit, "提交完成", within=place)
    says(unit, "已提交，待高新区核实。")

    world.report("unit", "draft")
    report = AnnualReport.objects.get(project=world.project)
    unit.goto(desks.url("annual-report", report.year))
    for label in ("项目进展", "取得的成果", "资金到位与使用", "存在问题", "下年度计划"):
        unit.get_by_role("textbox", name=label, exact=True).fill("按计划推进。")
    unit.get_by_label("总体进展").select_option(index=1)
    for label in (
        "累计销售收入",
        "累计上缴税金",
        "累计出口创汇",
        "累计授权专利",
        "累计制定标准",
        "累计新增就业",
    ):
        unit.get_by_label(label).fill("1")
    press(unit, "保存并提交")
    says(unit, "2022 年度报告已提交，待高新区审核。")

    park = desks.part("park", "milestones")
    park.locator(place).locator("summary").click()
    press(park, "核实完成", within=place)
    says(park, "已核实。")
    park.goto(desks.url("annual-report", report.year))
    press(park, "审核通过")
    says(park, "2022 年度报告已审核通过。")


def an_inspection_finds_something(desks: Desks, world: World) -> None:
    """The city checks in the middle of the term; the unit mends what was found, with proof; the money follows."""
    world.today = day("2024-01-15")
    city = desks.part("city", "inspections")
    city.locator("summary", has_text="安排检查").click()
    fill(
        city, within="details.act[open]", 检查类型="中期检查", 计划检查日期="2024-01-15", 检查单位="市科技局"
    )
    press(city, "安排检查")
    city.get_by_role("link", name="登记检查结果").click()
    for row in range(city.locator("select[name^=met_]").count()):
        city.locator(f"[name=met_{row}]").select_option(label="符合")
        city.locator(f"[name=seen_{row}]").fill("已核对")
    fill(city, 结果="限期整改", 检查意见="台账应补齐")
    city.locator("[name=text_1]").fill("设备台账不全")
    city.locator("[name=due_on_1]").fill("2024-03-15")
    press(city, "登记检查结果")
    says(city, "已登记检查结果。")

    unit = desks.project("unit")
    assert "问题均已销号" in lacks(unit)
    follow(unit, "问题均已销号")
    unit.locator("#findings").get_by_role("link", name="上传").click()
    file(unit, "补齐的台账")
    unit.locator("#findings summary", has_text="提交整改答复").click()
    fill(unit, within="#findings details.act[open]", 整改情况="已补齐")
    press(unit, "提交整改答复", within="#findings")
    says(unit, "已提交整改答复。")

    desks.part("city", "inspections")
    city.locator("#findings summary", has_text="复核销号").click()
    press(city, "复核销号", within="#findings")
    says(city, "该问题已销号。")
    assert "问题均已销号" not in lacks(desks.project("unit"))
    world.today = day("2024-03-20")
    world.inspect("city", "plan")
    world.inspect("city", "hold")


def the_leader_changes(desks: Desks, world: World) -> None:
    """A change is asked for by the unit, looked over by park and city, and approved by the province."""
    world.today = day("2024-05-06")
    unit = desks.part("unit", "changes")
    unit.get_by_role("link", name="变更项目负责人").click()
    unit.get_by_label("变更后的项目负责人").fill("孙工")
    unit.get_by_label("变更理由").fill("原负责人调离")
    press(unit, "保存草稿，查看影响")
    says(unit, "草稿已保存。")
    press(unit, "提交申请")
    says(unit, "变更申请已提交，待高新区审核。")
    address = unit.url
    for role in ("park", "city", "province"):
        page = desks.at(role)
        page.goto(address)
        press(page, "同意")
    says(desks.at("province"), "变更已批准，合同和项目内容已随之更新。")
    assert "孙工" in desks.part("unit", "contract").locator("main").inner_text()


def the_rest_of_the_years_passes(world: World) -> None:
    """The second tranches, spending, and every further milestone and report, as in the first year."""
    for place in (2, 3):
        if world.tranche(place).source == "省拨款":
            world.arrive(place, "park")
        world.pay(place, "park")
    for _payment in range(2):
        world.confirm("unit")
    world.post("资金到位", "单位自筹", 17_000_000, "unit")
    for source, amount in (("省拨款", 3_000_000), ("园区配套", 3_500_000), ("单位自筹", 17_000_000)):
        world.post("支出", source, amount, "unit")
    world.prove()
    for year in (2023, 2024, 2025, 2026):
        world.work("unit", "hand_in")
        world.work("park", "verify")
        world.today = day(f"{year + 1}-01-05") if year < 2025 else day("2026-02-25")
    for _year in (2023, 2024, 2025):
        for role, act in (("unit", "draft"), ("unit", "write"), ("unit", "hand_in"), ("park", "accept")):
            world.report(role, act)


def acceptance_is_prepared_and_applied_for(desks: Desks, world: World) -> None:
    """The term ends: what is missing is told at once, and goes away point by point."""
    world.today = day("2026-02-26")
    park = desks.project("park")
    missing = lacks(park)
    assert missing == ["实施期满", "科技报告", "验收材料", "专项审计", "经费决算与台账一致"]
    card(park).get_by_role("link", name="办理“申请验收”").click()
    press(park, "确认办理“申请验收”")
    says(park, "不能办理“申请验收”，有 5 项条件未满足")
    refused = park.locator("form .message.error").inner_text()
    for sentence in (
        "最早可于 2026-03-01 申请验收",
        "尚未登记科技报告的收录",
        "验收材料缺少：验收申请表、项目实施总结报告",
        "应有专项审计报告，尚未登记",
        "尚未编制经费决算",
    ):
        assert sentence in refused

    world.today = day("2026-03-02")
    unit = desks.project("unit")
    assert lacks(unit) == missing[1:]
    assert "最早可于" not in card(unit).inner_text()

    follow(unit, "科技报告")
    fill(unit, within="#dossier", 收录编号="苏科报 2026-01")
    press(unit, "登记科技报告")
    says(unit, "已登记科技报告。")

    for title in ("验收申请表", "项目实施总结报告"):
        row = unit.locator("#dossier tr", has=unit.locator("th", has_text=title))
        assert "缺少" in row.inner_text()
        row.get_by_role("link").click()
        assert unit.locator("#file").get_by_label("名称").input_value() == title
        file(unit, title)
        says(unit, f"“{title}”已存档。")
        assert "已有文件" in row.inner_text()

    desks.project("unit")
    assert lacks(unit) == missing[3:]
    follow(unit, "专项审计")
    unit.locator("#audits summary").click()
    fill(
        unit,
        within="#audits",
        审计日期="2026-03-01",
        审计机构="示例会计师事务所",
        报告文号="示审〔2026〕8 号",
        审计意见="无保留意见",
        审定新增总投入="24000000",
    )
    press(unit, "登记", within="#audits")
    says(unit, "专项审计已登记。")
    press(unit, "封存决算")
    says(unit, "第 1 号经费决算已封存。")
    assert "与台账一致" in unit.locator("#frozen").inner_text()

    assert lacks(desks.project("unit")) == []
    assert card(unit).get_by_role("link", name="办理").count() == 0
    assert "100%" in unit.locator("#gates").inner_text()
    move(desks, "park", "申请验收")
    assert "验收" in park.locator(".way [aria-current]").inner_text()


def the_panel_judges(desks: Desks, world: World) -> None:
    """验收: the city's opinion, the province's consent, the panel, an expert by a personal link, the verdict."""
    city = desks.project("city")
    follow(city, "省厅同意验收")
    fill(city, within="main", 设区市意见="材料齐全，同意验收。")
    press(city, "登记设区市意见")
    says(city, "已登记设区市意见。")

    province = desks.part("province", "acceptance")
    press(province, "同意验收申请")
    says(province, "已同意验收申请并确定组织单位。")
    for name, marks in (("张组长", ("组长",)), ("李会计", ("财务专家",)), ("王专家", ())):
        summary = province.locator("summary", has_text="邀请专家")
        if province.get_by_label("姓名").locator("visible=true").count() == 0:
            summary.click()
        fill(province, 姓名=name, 工作单位="东南大学")
        for mark in marks:
            province.get_by_label(mark).check()
        press(province, "邀请")
        says(province, "已邀请专家。")
    with province.expect_navigation():
        province.get_by_role("row", name="张组长").get_by_role("button", name="生成链接").click()
    url = province.locator(".message.warning .code").inner_text()

    with desks.stranger() as expert:
        expert.goto(url)
        assert world.project.name in expert.locator("main").inner_text()
        for code, item in ITEMS.items():
            expert.locator(f"[name={code}]").fill(str(item.most))
        fill(expert, 任务验收结论="通过验收", 财务验收结论="通过验收", 评审意见="完成合同任务。")
        expert.get_by_label("本人声明").check()
        press(expert, "提交评审意见")
        expert.get_by_role("heading", name="评审意见已提交").wait_for()
    world.accept("province", "score")
    world.accept("province", "score")

    desks.project("province")
    assert lacks(province) == ["验收结论", "结余已处理", "验收报告已出具"]
    follow(province, "验收结论")
    fill(province, 专家组意见="同意通过验收。")
    press(province, "登记验收结论")
    says(province, "已登记验收结论。")
    assert "通过验收" in province.locator("#round-1").inner_text()


def the_project_is_concluded(desks: Desks, world: World) -> None:
    """结题: what is left of the money is decided about, then the project closes, and says so everywhere."""
    province = desks.project("province")
    assert lacks(province) == ["结余已处理", "验收报告已出具"]
    assert "单位结余财政资金 500,000.00 元" in card(province).inner_text()
    card(province).get_by_role("link", name="办理“结题”").click()
    press(province, "确认办理“结题”")
    says(province, "不能办理“结题”，有 2 项条件未满足")

    desks.project("province")
    follow(province, "结余已处理")
    province.locator("#surplus summary").click()
    fill(province, within="#surplus", 处理方式="留用", 说明="继续研发")
    press(province, "登记决定")
    says(province, "结余留用已登记。")

    park = desks.part("park", "reports")
    park.locator("tr", has_text="验收报告").get_by_role("button", name="出具").click()
    says(park, "报告已出具，编号")

    assert card(desks.project("park")).get_by_role("link", name="办理").count() == 0
    move(desks, "province", "结题")
    says(province, "已结题")
    assert "没有可办理的阶段变更" in desks.project("park").locator("#gates").inner_text()

    history = desks.part("unit", "history").locator("main").inner_text()
    for words in ("进入拨款", "进入实施", "申请验收", "结题", "评审专家", "登记科技报告"):
        assert words in history
    world.project.refresh_from_db()
    assert world.project.state == "closed"
    assert Acceptance.objects.get(project=world.project).state == "concluded"
