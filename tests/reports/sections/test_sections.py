"""The chapters of an acceptance report, from facts made by hand: no database, milliseconds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from reports.document import Absent, Money, Pairs, Percent, Section, Signatures, Source, Table
from reports.facts import (
    AddedBenefits,
    AnnualFacts,
    BenefitFacts,
    ChangeFacts,
    DifferenceFacts,
    DocumentFacts,
    EntryFacts,
    EventFacts,
    ExemptionFacts,
    FindingFacts,
    FrozenFacts,
    InspectionFacts,
    LedgerFacts,
    PanelistFacts,
    RatingFacts,
    RatingScore,
    RefundFacts,
    RoundFacts,
    ScoreFacts,
    SurplusFacts,
)
from reports.sections.acceptance import acceptance_section, signatures_section
from reports.sections.annexes import annexes
from reports.sections.benefits import benefits_section
from reports.sections.changes import changes_section
from reports.sections.inspections import inspections_section
from reports.sections.money import money_section
from reports.sections.plan import plan_section
from reports.sections.project import project_section
from reports.sections.rating import rating_section
from reports.sections.rules import rules_section
from reports.sections.settlement import settlement_section
from reports.sections.targets import number_in, reached, targets_section
from tests.reports.sections import facts as made
from tests.reports.sections.reading import amounts_of, blocks_of, paragraphs, table, texts

D = Decimal


def chapters(facts) -> list[Section]:
    return [
        project_section(facts),
        targets_section(facts, {}),
        plan_section(facts, {}),
        money_section(facts, {}),
        changes_section(facts),
        inspections_section(facts),
        rules_section(facts),
        benefits_section(facts),
        rating_section(facts),
        acceptance_section(facts),
        signatures_section(facts),
        *annexes(facts, digest="c" * 64),
    ]


def full():
    """Something of everything."""
    return made.acceptance(
        sources=made.SOURCES,
        targets=[made.target()],
        milestones=[made.milestone(date(2022, 12, 31), date(2023, 1, 6), 6)],
        years=[made.year(2022, "6499000"), made.year(2023)],
        course=[made.point("2022-10-20", "3500000", "0"), made.point("2023-01-01", "3500000", "2450000")],
        tranches=[made.tranche(), made.tranche(1, "园区配套")],
        categories=[made.category("设备费", "3499000", "2000000", "1000000"), *made.NO_SPENDING[1:]],
        spending=[made.spending(2022, "设备费", "6499000")],
    )


def test_no_section_is_silently_empty():
    for facts in (made.acceptance(), full()):
        for section in chapters(facts):
            assert section.title
            for part in section.sections or [section]:
                assert list(blocks_of(part)), part.title
    bare = [
        block
        for section in chapters(made.acceptance())
        for block in blocks_of(section)
        if isinstance(block, Absent)
    ]
    assert len(bare) >= 12
    assert all(block.why.endswith("。") for block in bare)


def test_every_amount_says_where_it_comes_from():
    for section in chapters(full()):
        assert [
            money for money in amounts_of(section) if money.amount is not None and money.source is None
        ] == []
    for section in [settlement_section(made.settlement())]:
        assert [money for money in amounts_of(section) if money.source is None] == []


@pytest.mark.parametrize(
    ("contract", "achieved", "rate"),
    [
        ("8", "6", D(75)),
        ("8", "8", D(100)),
        ("1,200", "1500", D(125)),
        ("0.5", "0.25", D(50)),
        ("0", "3", None),
        ("8", "", None),
        ("国际领先", "国际领先", None),
        ("≥95", "96", None),
        ("8", "约6", None),
    ],
)
def test_a_target_is_compared_only_where_both_are_numbers(contract, achieved, rate):
    assert reached(made.target(contract=contract, achieved=achieved)) == rate


def test_numbers_are_only_numbers():
    assert number_in(" 12 ") == 12
    assert number_in("１２") is None
    assert number_in("12件") is None


def test_the_papers_of_a_target_are_named_by_their_place_in_the_list():
    papers = [
        DocumentFacts(
            pk=pk,
            category="其他",
            title="证书",
            number="",
            file_name="a.pdf",
            size=1,
            sha256="0" * 64,
            version=1,
        )
        for pk in (11, 12, 13)
    ]
    targets = [
        made.target(evidence="专利证书", papers=[13, 11]),
        made.target("标准", papers=[12]),
        made.target("论文", evidence="检索报告"),
        made.target("奖项"),
    ]

    section = targets_section(made.acceptance(targets=targets, documents=papers), {})
    shown = table(section, "考核指标合同约定与完成情况对照表")

    assert [row[6] for row in texts(shown)] == [
        "专利证书（见佐证材料清单第 1、3 项）",
        "见佐证材料清单第 2 项",
        "检索报告",
        "—",
    ]


def test_targets_stand_in_the_columns_of_the_form():
    section = targets_section(
        made.acceptance(targets=[made.target(), made.target("技术水平", "国际领先", "")]), {}
    )

    found = table(section, "考核指标合同约定与完成情况对照表")
    assert [column.title for column in found.columns] == [
        "类别",
        "指标名称",
        "单位",
        "合同值",
        "累计完成值",
        "完成率",
        "佐证",
    ]
    assert texts(found)[0] == ["知识产权", "发明专利", "件", "8", "6", "75.00%", "—"]
    assert texts(found)[1][3:6] == ["国际领先", "—", "—"]
    assert "可按数值比较的 1 项，其中已达到合同值的 0 项" in paragraphs(section)
    assert "累计完成值尚未填报的 1 项" in paragraphs(section)


def test_the_plan_counts_what_is_done_in_time_late_and_undone():
    section = plan_section(
        made.acceptance(
            milestones=[
                made.milestone(date(2022, 12, 31), date(2022, 12, 30)),
                made.milestone(date(2022, 12, 31), date(2023, 1, 6), 6),
                made.milestone(date(2026, 11, 1), None, 20),
                made.milestone(date(2027, 1, 1)),
                made.milestone(date(2026, 1, 1), is_waived=True),
            ]
        ),
        {},
    )

    said = paragraphs(section)
    assert "计划里程碑 5 个，已完成 2 个，其中按期完成 1 个、逾期完成 1 个。" in said
    assert "尚未完成 2 个，其中已逾期 1 个。经批准免除 1 个。" in said
    states = [row[4] for row in texts(table(section, "里程碑计划与完成情况对照表"))]
    assert states == ["已核实", "已核实", "逾期未完成", "未到期", "已免除"]


def test_money_by_source_has_shares_and_a_total():
    section = money_section(full(), {})

    rows = texts(table(section, "资金来源、到位与使用情况"))
    assert rows[0] == ["省拨款", "350.00", "350.00", "100.00%", "349.90", "99.97%", "0.00", "0.10"]
    assert rows[1] == ["园区配套", "350.00", "245.00", "70.00%", "200.00", "81.63%", "0.00", "45.00"]
    assert rows[3] == ["社会资本", "0.00", "0.00", "—", "0.00", "—", "0.00", "0.00"]
    assert rows[4] == ["合计", "800.00", "695.00", "86.88%", "649.90", "93.51%", "0.00", "45.10"]


def test_the_course_shows_what_the_park_falls_short_of():
    rows = texts(table(money_section(full(), {}), "省拨款与园区配套累计到位情况"))

    assert rows == [
        ["2022-10-20", "350.00", "0.00", "-350.00"],
        ["2023-01-01", "350.00", "245.00", "-105.00"],
    ]


@pytest.mark.parametrize(("days", "over"), [(30, 0), (31, 1)])
def test_tranches_say_how_long_they_waited_at_the_park(days, over):
    facts = made.acceptance(tranches=[made.tranche(days_at_park=days), made.tranche(1, "园区配套")])

    section = money_section(facts, {})

    rows = texts(table(section, "分期拨付情况"))
    assert rows[0] == [
        "省拨款", "1", "100.00", "2022-10-31", "2022-10-01", "2022-10-20", "—", str(days), "100.00",
    ]  # fmt: skip
    assert rows[1][4] == "—"
    assert f"在园区停留最长 {days} 天，超过 30 天的 {over} 期" in paragraphs(section)


def test_what_went_past_the_park_neither_arrived_nor_waited_there():
    section = money_section(made.acceptance(tranches=[made.tranche(is_direct=True, days_at_park=None)]), {})

    assert texts(table(section, "分期拨付情况"))[0][4] == "直接拨付"
    assert "在园区停留最长" not in paragraphs(section)


def test_a_plan_that_is_not_what_the_contract_promises_is_said():
    sources = [made.source("省拨款", committed="3000000"), made.source("园区配套", committed="1000000")]
    sources += [made.source("单位自筹"), made.source("社会资本")]
    tranches = [made.tranche(1), made.tranche(2), made.tranche(1, "园区配套")]

    said = paragraphs(money_section(made.acceptance(sources=sources, tranches=tranches), {}))

    assert "省拨款分期计划合计 200.00 万元，合同数为 300.00 万元，二者不一致。" in said
    assert "园区配套分期计划合计" not in said


@pytest.mark.parametrize(
    ("park", "ratio", "said"),
    [("1000000", "1.0000", "1∶1，"), ("1500000", "1.5000", "1∶1.5，"), ("999999.99", "1.0000", "1∶1.0000，")],
)
def test_a_ratio_is_said_to_be_exact_only_where_it_is(park, ratio, said):
    sources = [made.source("省拨款", committed="1000000"), made.source("园区配套", committed=park)]
    sources += [made.source("单位自筹"), made.source("社会资本")]

    section = money_section(made.acceptance(sources=sources, ratio_committed=D(ratio)), {})

    assert f"合同约定为 {said}批次规定园区配套不低于 1∶1；省拨款尚未到位。" in paragraphs(section)


def test_outside_the_park_nothing_is_said_of_a_ratio():
    facts = made.acceptance(
        project=made.project(is_outside_park=True),
        ratio_committed=D("0.0000"),
        ratio_received=D("0.0000"),
        course=[made.point("2022-10-12", "1400000", "0")],
    )

    section = money_section(facts, {})

    assert "项目承担单位在高新区外，不要求园区配套。" in paragraphs(section)
    assert "1∶" not in paragraphs(section)
    titles = [column.title for column in table(section, "省拨款与园区配套累计到位情况").columns]
    assert titles == ["日期", "省拨款累计到位", "园区配套累计到位"]


def test_a_share_of_less_than_nothing_is_none():
    sources = [made.source(name) for name in ("省拨款", "园区配套", "社会资本")]
    sources.insert(2, made.source("单位自筹", committed="-1000000"))

    rows = texts(table(money_section(made.acceptance(sources=sources), {}), "资金来源、到位与使用情况"))

    assert rows[2][3] == "—"


def test_spending_by_year_and_category_adds_up_both_ways():
    facts = made.acceptance(
        spending=[
            made.spending(2022, "设备费", "100000"),
            made.spending(2023, "设备费", "50000", "单位自筹"),
            made.spending(2023, "间接费用", "30000"),
        ]
    )

    rows = texts(table(money_section(facts, {}), "分年度、分科目支出情况"))

    assert rows == [
        ["设备费", "10.00", "5.00", "15.00"],
        ["业务费", "0.00", "0.00", "0.00"],
        ["劳务费", "0.00", "0.00", "0.00"],
        ["间接费用", "0.00", "3.00", "3.00"],
        ["合计", "10.00", "8.00", "18.00"],
    ]


def test_the_classic_scheme_puts_three_kinds_of_equipment_together():
    facts = made.acceptance(
        categories=[
            made.category("设备购置费", "100000", "20000"),
            made.category("设备试制费", "30000"),
            made.category("设备改造与租赁费"),
            made.category("材料费", "50000"),
            made.category("间接费用", "10000"),
        ]
    )

    found = table(money_section(facts, {}), "经费支出")

    assert [row[:3] for row in texts(found)] == [
        ["（一）直接费用", "20.00", "18.00"],
        ["1. 设备费", "15.00", "13.00"],
        ["（1）设备购置费", "12.00", "10.00"],
        ["（2）设备试制费", "3.00", "3.00"],
        ["（3）设备改造与租赁费", "0.00", "0.00"],
        ["2. 材料费", "5.00", "5.00"],
        ["（二）间接费用", "1.00", "1.00"],
        ["支出合计", "21.00", "19.00"],
    ]
    assert found.indent == {1: 1, 2: 2, 3: 2, 4: 2, 5: 1}
    equipment = found.rows[1][1]
    assert isinstance(equipment, Money)
    assert equipment.source == Source(
        "entries",
        (
            ("kind", "支出"),
            ("category", "设备购置费"),
            ("category", "设备试制费"),
            ("category", "设备改造与租赁费"),
            ("until", "2026-11-21"),
        ),
    )


def test_a_settlement_stands_as_its_form_has_it():
    section = settlement_section(
        made.settlement(
            categories=[made.category("设备费", "3499000", "2000000", "1000000"), *made.NO_SPENDING[1:]]
        )
    )

    form = next(block for block in section.blocks if isinstance(block, Table))
    rows = texts(form)
    assert [column.group for column in form.columns] == ["经费投入"] * 2 + ["经费支出"] * 3
    assert rows[0] == ["省拨款", "350.00", "（一）直接费用", "649.90", "349.90"]
    assert rows[4][:2] == ["投入合计", "695.00"]
    assert rows[-1] == ["经费结余", "45.10", "支出合计", "649.90", "349.90"]
    last = section.blocks[-1]
    assert isinstance(last, Table)
    assert [column.title for column in last.columns][:3] == [
        "项目负责人（签字）",
        "财务负责人（签字）",
        "承担单位财务章",
    ]


@pytest.mark.parametrize(("second", "noted"), [("4954.00", True), ("5000.00", False)])
def test_a_settlement_that_looks_off_says_why(second, noted):
    sources = [made.source("省拨款", "0", "4954.00"), made.source("园区配套", "0", second)]
    sources += [made.source("单位自筹"), made.source("社会资本")]

    form = next(
        block
        for block in settlement_section(made.settlement(sources=sources)).blocks
        if isinstance(block, Table)
    )

    # Twice 0.50 against 0.99; 0.50 and 0.50 against 1.00.
    assert ("四舍五入" in form.note) is noted


def test_frozen_settlements_surplus_and_refunds_are_told():
    section = money_section(
        made.acceptance(
            sources=made.SOURCES,
            frozen=[
                FrozenFacts(
                    pk=1,
                    number=2,
                    settled_on=date(2026, 4, 1),
                    digest="d" * 64,
                    received=D("6950000.00"),
                    spent=D("6499000.00"),
                    balance=D("451000.00"),
                )
            ],
            surplus=[
                SurplusFacts(
                    pk=1,
                    decided_on=date(2026, 7, 1),
                    use="留用",
                    amount=D("451000.00"),
                    kept_until=date(2028, 7, 1),
                    reason="用于后续研发。",
                )
            ],
            refunds=[
                RefundFacts(
                    pk=3,
                    cause="违规支出追回",
                    source="省拨款",
                    holder="承担单位",
                    amount=D("10000.00"),
                    interest=D("100.00"),
                    notice_no="",
                    asked_on=date(2026, 7, 1),
                    due_on=date(2026, 7, 31),
                    came=D("4000.00"),
                    came_interest=D("0.00"),
                )
            ],
        ),
        {},
    )

    said = paragraphs(section)
    assert "第 2 号经费决算已封存，决算截止日为2026年4月1日" in said
    assert (
        "结余处理意见（2026年7月1日）：留用，金额 45.10 万元。留用期限至2028年7月1日。用于后续研发。" in said
    )
    assert texts(table(section, "应退资金情况")) == [
        ["违规支出追回", "省拨款", "承担单位", "1.00", "0.01", "0.40", "0.61", "2026-07-31"]
    ]


def test_changes_show_before_and_after():
    change = ChangeFacts(
        pk=7,
        kind="变更项目负责人",
        tier="重大变更",
        reason="原负责人离职",
        state="已批准",
        is_approved=True,
        asked_on=date(2024, 3, 1),
        decided_on=date(2024, 4, 1),
        rows=[DifferenceFacts(label="项目负责人", before="陈远", after="李明")],
    )
    exemption = ExemptionFacts(
        rule="FIN-01", reason="省市联动", granted_by="省科技厅", granted_on=date(2024, 1, 10), until=None
    )

    section = changes_section(made.acceptance(changes=[change], exemptions=[exemption]))

    assert texts(table(section, "变更前后对照表")) == [["1", "变更项目负责人", "项目负责人", "陈远", "李明"]]
    assert texts(table(section, "经批准的例外"))[0][0] == "FIN-01 合同配套比例"
    assert "申请变更 1 件，其中已批准 1 件" in paragraphs(section)


def test_findings_are_counted_open_and_closed():
    finding = FindingFacts(
        pk=1,
        origin="检查",
        severity="一般",
        text="台账不全",
        found_on=date(2024, 3, 5),
        due_on=date(2024, 6, 1),
        answer="已补齐",
        answered_on=date(2024, 5, 1),
        closed_on=date(2024, 5, 9),
    )
    inspection = InspectionFacts(
        pk=0, kind="中期检查", held_on=date(2024, 3, 5), inspector="", result="通过", opinion="", checklist=[]
    )

    section = inspections_section(
        made.acceptance(findings=[finding, replace(finding, closed_on=None)], inspections=[inspection])
    )

    assert "共登记问题 2 项，已销号 1 项，尚未销号 1 项" in paragraphs(section)
    assert texts(table(section, "检查情况一览")) == [["中期检查", "2024-03-05", "—", "通过", "—"]]


def test_rules_are_counted_and_those_not_met_are_named():
    section = rules_section(made.acceptance())

    assert "对 2 项规则逐项核查：通过 1 项、违规 1 项。需要关注的为：超支（FIN-07）。" in paragraphs(section)
    assert texts(table(section, "规则核查结果一览"))[1] == [
        "FIN-07",
        "超支",
        "违规",
        "如实说明。",
        "申报指引",
    ]


def report(year: int, sales: str | None, patents: int | None = 2) -> AnnualFacts:
    benefits = BenefitFacts(
        sales=None if sales is None else made.yuan(sales),
        tax=made.yuan("10000"),
        export=D("25000"),
        patents=patents,
        standards=1,
        new_jobs=0,
    )
    return AnnualFacts(
        pk=year,
        year=year,
        submitted_on=date(year, 12, 1),
        reviewed_on=None,
        progress="按计划",
        results="",
        problems="",
        benefits=benefits,
    )


def test_benefits_are_cumulative_and_grow_by_the_difference_of_two_years():
    reports = [report(2022, "1000000"), report(2023, "2500000", 5), report(2025, None)]

    section = benefits_section(made.acceptance(annual_reports=reports))

    assert texts(table(section, "各年度累计效益")) == [
        ["2022 年", "100.00", "1.00", "2.50", "2", "1", "0"],
        ["2023 年", "250.00", "1.00", "2.50", "5", "1", "0"],
        ["2025 年", "—", "1.00", "2.50", "2", "1", "0"],
    ]
    assert texts(table(section, "各年度新增效益")) == [
        ["2022 年", "100.00", "1.00", "2.50", "2", "1", "0"],
        ["2023 年", "150.00", "0.00", "0.00", "3", "0", "0"],
    ]
    assert "补报" not in paragraphs(section)


def test_years_added_with_the_dossier_stand_among_those_that_reports_tell():
    added = report(2024, "3000000", 6).benefits
    assert added is not None

    section = benefits_section(
        made.acceptance(
            annual_reports=[report(2023, "2500000", 5), report(2025, "4000000")],
            added_benefits=[AddedBenefits(pk=7, year=2024, benefits=added)],
        )
    )

    shown = table(section, "各年度累计效益")
    assert [row[:2] for row in texts(shown)] == [
        ["2023 年", "250.00"],
        ["2024 年", "300.00"],
        ["2025 年", "400.00"],
    ]
    assert [row[1].source.kind for row in shown.rows] == ["annual_report", "benefits", "annual_report"]
    assert [row[:2] for row in texts(table(section, "各年度新增效益"))] == [
        ["2024 年", "50.00"],
        ["2025 年", "100.00"],
    ]
    assert "2024 年度没有年度报告数据，由承担单位在准备验收时补报。" in paragraphs(section)


def test_self_rating_leaves_to_the_unit_what_the_books_do_not_say():
    section = rating_section(made.acceptance(sources=made.SOURCES, targets=[made.target()]))

    rows = texts(table(section, "项目资金执行情况"))
    assert rows[0] == ["资金总额", "800.00", "649.90", "81.24%", "10", "8.12"]
    assert rows[1][1:3] == ["700.00", "549.90"]
    assert [row[5] for row in texts(table(section, "绩效指标完成情况"))] == ["", "", ""]
    assert "由承担单位在签章前填写" in paragraphs(section)


def rating(**facts: Any) -> RatingFacts:
    scores = [("产出指标", 50, "46.5"), ("效益指标", 30, "27"), ("满意度指标", 10, "8.38")]
    values: dict[str, Any] = {"pk": 3, "round": 1, "filed_on": None, "execution": None}
    return RatingFacts(
        scores=[
            RatingScore(title=title, most=most, points=D(points), reason=f"{title}说明")
            for title, most, points in scores
        ],
        **(values | facts),
    )


def test_self_rating_adds_up_with_the_score_of_the_money_as_it_is():
    section = rating_section(made.acceptance(sources=made.SOURCES, targets=[made.target()], rating=rating()))

    assert texts(table(section, "绩效自评得分")) == [
        ["预算执行率", "10", "8.12", "按截至报告日的台账计算。"],
        ["产出指标", "50", "46.50", "产出指标说明"],
        ["效益指标", "30", "27.00", "效益指标说明"],
        ["满意度指标", "10", "8.38", "满意度指标说明"],
        ["合计", "100", "90.00", ""],
    ]
    assert "自评总分 90.00 分，自评等级为“优”" in paragraphs(section)
    assert len(table(section, "绩效指标完成情况").columns) == 5
    assert "＿" not in paragraphs(section)


def test_a_filed_rating_keeps_the_score_it_was_filed_with():
    section = rating_section(
        made.acceptance(sources=made.SOURCES, rating=rating(filed_on=date(2026, 4, 1), execution=D("8.11")))
    )

    assert texts(table(section, "绩效自评得分"))[-1] == ["合计", "100", "89.99", ""]
    assert "2026年4月1日的验收申请" in paragraphs(section)
    assert "自评等级为“良”" in paragraphs(section)


def test_without_money_in_the_contract_a_rating_has_no_total():
    section = rating_section(made.acceptance(sources=[made.source("省拨款")], rating=rating()))

    assert [row[2] for row in texts(table(section, "绩效自评得分"))] == ["—", "46.50", "27.00", "8.38", "—"]
    assert "自评等级为" not in paragraphs(section)


def expert(name: str, total: int | None) -> PanelistFacts:
    scores = (
        [] if total is None else [ScoreFacts(group="任务完成", item="技术指标", most=20, points=D(total))]
    )
    return PanelistFacts(
        pk=1,
        name=name,
        organisation="东南大学",
        specialty="材料",
        is_finance=name == "李会计",
        is_chair=name == "张组长",
        total=total,
        scores=scores,
        task_verdict="通过验收" if scores else "",
        finance_verdict="通过验收" if scores else "",
        opinion="同意" if scores else "",
    )


def filed(**said) -> RoundFacts:
    values = {
        "pk": 1,
        "round": 1,
        "applied_on": date(2026, 4, 1),
        "is_returned": False,
        "settlement_digest": "",
        "papers": [],
        "city_opinion": "同意验收",
        "city_reviewed_on": date(2026, 4, 20),
        "organiser": "示例省科技厅",
        "agreed_on": date(2026, 5, 1),
        "meeting_on": None,
        "opinion": "",
        "task_verdict": "",
        "finance_verdict": "",
        "verdict": "",
        "published_from": None,
        "published_until": None,
        "objection": "",
        "certificate_no": "",
        "certified_on": None,
        "panel": [],
        "means": [],
        "mean_total": None,
    }
    return RoundFacts(**(values | said))


def test_scores_stand_beside_each_other_with_their_mean_once_the_verdict_is_in():
    judged = filed(
        meeting_on=date(2026, 6, 1),
        opinion="同意通过验收。",
        task_verdict="通过验收",
        finance_verdict="通过验收",
        verdict="通过验收",
        panel=[expert("张组长", 18), expert("李会计", 17)],
        means=[ScoreFacts(group="任务完成", item="技术指标", most=20, points=D("17.50"))],
        mean_total=D("17.50"),
    )

    section = acceptance_section(made.acceptance(rounds=[judged]))

    assert texts(table(section, "专家评分汇总表")) == [
        ["任务完成", "技术指标", "20", "18", "17", "17.50"],
        ["合计", "", "20", "18", "17", "17.50"],
    ]
    assert [row[1] for row in texts(table(section, "验收专家组名单"))] == ["组长", "财务专家"]
    (signed,) = signatures_section(made.acceptance(rounds=[judged])).blocks
    assert isinstance(signed, Signatures)
    assert [block.opinion for block in signed.blocks] == [
        "",
        "",
        "同意验收",
        "同意通过验收。",
        "验收结论：通过验收。",
    ]


def test_scores_are_not_shown_before_the_verdict():
    section = acceptance_section(made.acceptance(rounds=[filed(panel=[expert("张组长", None)])]))

    assert [block.why for block in blocks_of(section) if isinstance(block, Absent)] == [
        "截至报告日，评审结论尚未登记，专家评分不予列示。",
        "截至报告日，验收结论尚未登记。",
    ]


def test_an_acceptance_out_of_a_workbook_is_told_by_its_events():
    event = EventFacts(kind="验收申请", on=date(2026, 3, 26), result="", value=None, document_no="", note="")

    section = acceptance_section(made.acceptance(events=[event]))

    assert texts(table(section, "验收情况（历史补录）")) == [["验收申请", "2026-03-26", "—", "—", "—"]]


def test_a_project_that_was_broken_off_says_when_and_why_and_that_nobody_will_accept_it():
    event = EventFacts(
        kind="终止",
        on=date(2025, 3, 10),
        result="",
        value=None,
        document_no="〔2025〕7号",
        note="技术路线不可行",
    )
    facts = made.acceptance(project=made.project(is_ended=True), events=[event])

    changes, acceptance = changes_section(facts), acceptance_section(facts)

    assert texts(table(changes, "暂停、终止与撤销情况")) == [
        ["终止", "2025-03-10", "—", "〔2025〕7号", "技术路线不可行"]
    ]
    assert "项目于2025年3月10日终止。" in paragraphs(changes)
    assert [block.why for block in blocks_of(acceptance) if isinstance(block, Absent)] == [
        "项目已于2025年3月10日终止，不再组织验收，情况见“变更与例外”。"
    ]


def test_what_was_refused_did_not_happen():
    def event(kind: str, on: date, result: str = "") -> EventFacts:
        return EventFacts(kind=kind, on=on, result=result, value=None, document_no="", note="")

    refused = event("终止", date(2025, 5, 1), "不批准")
    alone = changes_section(made.acceptance(events=[refused]))
    after = changes_section(made.acceptance(events=[event("暂停", date(2025, 3, 1)), refused]))

    assert "项目的暂停、终止或撤销均未获批准" in paragraphs(alone)
    assert "项目于2025年3月1日暂停。" in paragraphs(after)
    assert [row[2] for row in texts(table(after, "暂停、终止与撤销情况"))] == ["—", "不批准"]


def entry(sequence: int, **facts) -> EntryFacts:
    values = {
        "on": date(2023, 1, sequence),
        "kind": "支出",
        "source": "省拨款",
        "category": "设备费",
        "amount": D("1234.50"),
        "voucher": f"记-{sequence}",
        "invoice": "",
        "counterparty": "乙公司",
        "memo": "购置",
        "reverses": None,
        "is_reversed": False,
    }
    return EntryFacts(sequence=sequence, **(values | facts))


def test_the_extract_is_in_yuan_and_says_what_was_left_out_and_taken_back():
    ledger = LedgerFacts(
        sequence=9,
        head_hash="a" * 64,
        entries=9,
        leading=2,
        shown=[entry(1, is_reversed=True), entry(2, reverses=1), entry(9)],
    )

    extract, papers, checks = annexes(made.acceptance(ledger=ledger), digest="e" * 64)

    found = table(extract, "台账摘录")
    assert found.unit == "元"
    assert texts(found)[0][5:] == ["1,234.50", "记-1", "乙公司 购置（已红冲）"]
    assert texts(found)[1][-1] == "乙公司 购置（红冲第 1 号）"
    assert "最先登记的 2 笔和最后登记的 1 笔，其余 6 笔见系统导出的台账文件" in paragraphs(extract)
    assert isinstance(papers.blocks[0], Absent)
    (pairs,) = [block for block in checks.blocks if isinstance(block, Pairs)]
    assert "e" * 64 in [getattr(cell, "value", None) for _label, cell in pairs.pairs]


def test_papers_are_listed_with_their_digests():
    document = DocumentFacts(
        pk=5,
        category="合同",
        title="合同书",
        number="〔2022〕1",
        file_name="a.pdf",
        size=1024,
        sha256="f" * 64,
        version=2,
    )

    _extract, papers, _checks = annexes(made.acceptance(documents=[document]), digest="")

    assert texts(table(papers, "佐证材料清单")) == [["1", "合同", "合同书 〔2022〕1", "2", "1,024", "f" * 64]]


def test_shares_of_nothing_are_dashes():
    rows = table(money_section(made.acceptance(), {}), "资金来源、到位与使用情况").rows

    assert {cell.value for row in rows for cell in row if isinstance(cell, Percent)} == {None}
