"""What an import promises: all or nothing, every fault listed, the same file twice changing nothing."""

import io
from datetime import date
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import openpyxl
import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from backend.workbook import importing
from backend.workbook.preview import Preview
from finance import bulk
from finance.models import Account, Entry
from lifecycle.models import (
    AnnualReport,
    Batch,
    BatchLimit,
    Cluster,
    DatedEvent,
    FactVersion,
    Milestone,
    Project,
    Target,
    Tranche,
)
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import Organisation, SecurityEvent
from lifecycle.parties.sight import OPERATOR
from tests.backend.workbook.books import Rows, book, code, programme
from tests.backend.workbook.conftest import NOW, Bring

MODELS = (
    Organisation,
    Batch,
    BatchLimit,
    Cluster,
    Project,
    Target,
    Tranche,
    Milestone,
    AnnualReport,
    DatedEvent,
    Entry,
)


def kept() -> list[int]:
    return [model._default_manager.count() for model in MODELS]


def places(preview: Preview) -> list[tuple[str, int | None, str]]:
    return [(fault.sheet, fault.row, fault.column) for fault in preview.faults]


def cell(sheets: dict[str, Rows], sheet: str, row: int, heading: str, value: Any) -> dict[str, Rows]:
    """The sheets with one cell changed; rows as Excel counts."""
    rows = sheets[sheet]
    rows[row - 1][rows[0].index(heading)] = value
    return sheets


def test_the_sample_comes_in_whole_and_clean(bring: Bring, sample: bytes) -> None:
    preview = bring(sample)
    assert (preview.faults, preview.warnings) == ([], [])
    assert preview.written
    assert preview.created == {
        "单位": 41,
        "批次": 2,
        "集群": 5,
        "项目": 34,
        "考核指标": 306,
        "拨款计划": 130,
        "里程碑": 270,
        "年度报告": 89,
        "检查验收": 100,
        "资金流水": 3668,
    }
    assert kept() == [41, 2, 8, 5, 34, 306, 130, 270, 89, 100, 3668]


def test_the_sample_brought_again_changes_nothing(bring: Bring, sample: bytes) -> None:
    first = bring(sample)
    before = kept()
    heads = list(Entry.objects.order_by("pk").values_list("hash", flat=True))
    again = bring(sample)
    assert (again.faults, again.warnings, again.changes) == ([], [], [])
    assert again.unchanged == first.created
    assert not again.changes_anything
    assert kept() == before
    assert list(Entry.objects.order_by("pk").values_list("hash", flat=True)) == heads
    assert FactVersion.objects.count() == 0


def test_what_is_kept_is_what_the_workbook_says(bring: Bring) -> None:
    assert bring(programme()).ok
    project = Project.objects.with_parties().get(number="E1")
    assert (project.name, project.unit.name, project.cluster.park.name) == (
        "东项目",
        "东方（集团）公司",
        "东高新区管委会",
    )
    assert (project.state, project.category_scheme, project.provincial_grant) == (
        "implementing",
        "三类",
        Decimal("1000000.00"),
    )
    assert project.social_capital == 0
    assert Organisation.objects.get(name="东高新区管委会").parent == Organisation.objects.get(
        name="东市科技局"
    )
    limits = BatchLimit.objects.order_by("code").values_list("code", "value", "applies_from", "basis")
    assert list(limits) == [
        ("fiscal_share", "1/3", date(2022, 8, 20), "示例〔2022〕1号"),
        ("grant_cap", "5000000.00", date(2022, 8, 20), "示例〔2022〕1号"),
        ("matching_ratio", "1:1", date(2022, 8, 20), "示例〔2022〕1号"),
        ("term_months", "42", date(2022, 8, 20), "示例〔2022〕1号"),
    ]
    assert Target.objects.get().contract_value == "3"


def test_movements_enter_the_ledger_by_day_and_then_as_they_stand_in_the_file(bring: Bring) -> None:
    sheets = programme()
    sheets["资金流水"] += [
        ["E1", "2022-10-20", "支出", "单位自筹", "业务费", 5, "记-9", "", "", ""],
        ["E1", "2022-10-20", "支出", "单位自筹", "业务费", 6, "记-8", "", "", ""],
    ]
    assert bring(sheets).ok
    entries = Entry.objects.order_by("sequence").values_list("voucher", "on", "origin")
    assert [voucher for voucher, _on, _origin in entries] == ["记-1", "记-2", "记-9", "记-8", "记-3"]
    assert {origin for _voucher, _on, origin in entries} == {"imported"}


def test_movements_are_recorded_as_they_happened_even_below_zero(bring: Bring) -> None:
    sheets = cell(programme(), "资金流水", 4, "金额（元）", 800000)
    assert bring(sheets).ok
    account = Account.objects.get(role="unit", source="省拨款")
    assert account.balance == Decimal("-100000.00")


@pytest.mark.parametrize(
    ("sheet", "row", "heading", "value"),
    [
        ("单位", 5, "上级单位", "无此单位"),
        ("单位", 5, "单位类型", "园区"),
        ("批次", 2, "财政资助最高占比", "三分之一"),
        ("集群", 2, "批次名称", "2021年度批次"),
        ("集群", 2, "高新区管委会", "东方（集团）公司"),
        ("项目", 2, "集群名称", "北集群"),
        ("项目", 2, "承担单位", "北方公司"),
        ("项目", 2, "承担单位", "东市科技局"),
        ("项目", 3, "当前阶段", "进行中"),
        ("项目", 3, "省拨款（万元）", -1),
        ("项目", 3, "省拨款（万元）", 1e9),
        ("项目", 3, "实施开始日期", date(1900, 3, 1)),
        ("项目", 3, "项目名称", "长" * 32_000),
        ("考核指标", 2, "项目编号", "E9"),
        ("拨款计划", 2, "金额（万元）", 0),
        ("里程碑", 3, "年度", 202),
        ("年度报告", 2, "进展", "还行"),
        ("检查验收", 2, "结果", "合格"),
        ("资金流水", 4, "支出科目", "材料费"),
        ("资金流水", 4, "金额（元）", 0.001),
        ("资金流水", 4, "项目编号", "E9"),
    ],
)
def test_one_bad_cell_and_nothing_is_written(
    bring: Bring, sheet: str, row: int, heading: str, value: Any
) -> None:
    before = kept()
    preview = bring(cell(programme(), sheet, row, heading, value))
    assert places(preview) == [(sheet, row, heading)]
    assert preview.faults[0].message
    assert not preview.written
    assert not any(preview.created.values())
    assert kept() == before


@pytest.mark.parametrize("unseen", ["\n", "\r\n", "\t", "\u200b", "\u202e", "\u2028"])
def test_a_project_number_holds_nothing_that_cannot_be_seen(bring: Bring, unseen: str) -> None:
    preview = bring({**programme(), **cell(programme(), "项目", 2, "项目编号", f"E{unseen}9")})

    assert ("项目", 2, "项目编号") in places(preview)
    assert not Project.objects.exists()


def test_all_faults_of_all_sheets_are_listed_in_the_order_of_the_book(bring: Bring) -> None:
    sheets = programme()
    cell(sheets, "资金流水", 3, "金额（元）", "七十万元")
    cell(sheets, "项目", 2, "集群名称", "北集群")
    cell(sheets, "里程碑", 2, "计划完成日期", "年底")
    cell(sheets, "单位", 6, "单位类型", "")
    preview = bring(sheets)
    assert places(preview) == [
        ("单位", 6, "单位类型"),
        ("项目", 2, "集群名称"),
        ("里程碑", 2, "计划完成日期"),
        ("资金流水", 3, "金额（元）"),
    ]


def test_a_bad_row_does_not_drag_those_that_refer_to_it_along(bring: Bring) -> None:
    sheets = cell(programme(), "项目", 2, "省拨款（万元）", "一百万")
    assert places(bring(sheets)) == [("项目", 2, "省拨款（万元）")]


def test_a_sheet_that_cannot_be_read_does_not_drag_the_others_along(bring: Bring) -> None:
    sheets = programme()
    sheets["项目"][0][0] = "编号"
    assert {sheet for sheet, _row, _column in places(bring(sheets))} == {"项目"}


def test_rows_that_are_absent_change_nothing(bring: Bring) -> None:
    bring(programme())
    before = kept()
    preview = bring({"里程碑": programme()["里程碑"][:2]})
    assert preview.ok
    assert preview.unchanged["里程碑"] == 1
    assert kept() == before


def test_references_may_stand_in_the_database_instead_of_the_file(bring: Bring) -> None:
    sheets = programme()
    money = {"资金流水": sheets.pop("资金流水")}
    assert bring(sheets).ok
    assert bring(money).created["资金流水"] == 3


def test_names_match_in_any_width_and_what_was_first_typed_stays(bring: Bring) -> None:
    bring(programme())
    sheets = cell(programme(), "单位", 7, "单位名称", " 东方(集团)公司　")
    cell(sheets, "项目", 2, "承担单位", "东方（集团)公司")
    cell(sheets, "项目", 2, "项目编号", "Ｅ1")
    cell(sheets, "资金流水", 2, "凭证号", "记－2")
    preview = bring(sheets)
    assert preview.ok
    assert not preview.changes_anything
    assert Organisation.objects.filter(name="东方（集团）公司").count() == 1


def test_an_update_shows_each_changed_field_and_is_then_made(bring: Bring) -> None:
    bring(programme())
    sheets = cell(programme(), "里程碑", 3, "实际完成日期", "2023-12-30")
    cell(sheets, "里程碑", 3, "完成情况", "已完成")
    cell(sheets, "项目", 2, "承担单位", "西方公司")
    cell(sheets, "项目", 2, "合同签订日期", None)
    cell(sheets, "批次", 2, "省拨款上限（万元）", 600)
    rehearsal = bring(sheets, dry_run=True)
    shown = [(each.sheet, each.row, each.key, each.column, each.old, each.new) for each in rehearsal.changes]
    assert shown == [
        ("批次", 2, "2022年度批次", "省拨款上限（万元）", "5000000.00", "6000000.00"),
        ("项目", 2, "E1", "承担单位", "东方（集团）公司", "西方公司"),
        ("项目", 2, "E1", "合同签订日期", "2022-09-03", ""),
        ("里程碑", 3, "E1 · 2023 · 样机", "实际完成日期", "", "2023-12-30"),
        ("里程碑", 3, "E1 · 2023 · 样机", "完成情况", "进行中", "已完成"),
    ]
    assert not rehearsal.written
    assert Milestone.objects.get(year=2023).completed_on is None
    assert FactVersion.objects.count() == 0

    done = bring(sheets)
    assert done.written
    assert done.updated == rehearsal.updated
    assert [count for count in done.updated.values() if count] == [1, 1, 1]
    assert Milestone.objects.get(year=2023).completed_on == date(2023, 12, 30)
    assert Project.objects.get(number="E1").contract_signed_on is None
    assert BatchLimit.objects.get(code="grant_cap").value == "6000000.00"
    assert {version.changed_by for version in FactVersion.objects.all()} == {"operator"}
    assert not bring(sheets).changes_anything


def test_a_column_that_is_missing_leaves_its_field_alone_and_an_empty_cell_clears_it(bring: Bring) -> None:
    bring(programme())
    rows = [
        ["项目编号", "年度", "里程碑", "计划完成日期", "完成情况"],
        ["E1", 2022, "方案", "2022-12-31", ""],
    ]
    assert bring({"里程碑": rows}).updated["里程碑"] == 1
    milestone = Milestone.objects.get(year=2022)
    assert (milestone.progress, milestone.owner, milestone.completed_on) == ("", "项目组", date(2022, 12, 20))


@pytest.mark.parametrize(
    ("heading", "value"),
    [
        ("当前阶段", "验收"),
        ("省拨款（万元）", 101),
        ("单位自筹（万元）", 399),
        ("项目新增总投入（万元）", "600.01"),
    ],
)
def test_stage_and_contract_amounts_of_a_known_project_have_their_own_doors(
    bring: Bring, heading: str, value: Any
) -> None:
    bring(programme())
    assert places(bring(cell(programme(), "项目", 2, heading, value))) == [("项目", 2, heading)]


def test_the_category_scheme_stays_once_money_was_spent_by_it(bring: Bring) -> None:
    bring(programme())
    assert bring({"项目": cell(programme(), "项目", 3, "支出科目体系", "三类")["项目"]}).ok
    sheets = {"项目": cell(programme(), "项目", 2, "支出科目体系", "十一类")["项目"]}
    sheets["项目"][2][11] = "三类"
    assert places(bring(sheets)) == [("项目", 2, "支出科目体系")]


@pytest.mark.parametrize(("heading", "value"), [("金额（元）", 12345.68), ("业务日期", "2022-11-02")])
def test_a_known_movement_with_another_amount_or_day_is_a_fault(
    bring: Bring, heading: str, value: Any
) -> None:
    bring(programme())
    preview = bring(cell(programme(), "资金流水", 4, heading, value))
    assert places(preview) == [("资金流水", 4, heading)]
    assert "红冲" in preview.faults[0].message


@pytest.mark.parametrize(("on", "warned"), [("2026-11-21", False), ("2026-11-22", True)])
def test_a_movement_of_a_day_to_come_is_recorded_with_a_warning(bring: Bring, on: str, warned: bool) -> None:
    preview = bring(cell(programme(), "资金流水", 4, "业务日期", on))
    assert preview.written
    assert [(w.sheet, w.row, w.column) for w in preview.warnings] == (
        [("资金流水", 4, "业务日期")] if warned else []
    )


def test_a_known_movement_with_another_memo_is_reported_and_kept(bring: Bring) -> None:
    bring(programme())
    preview = bring(cell(programme(), "资金流水", 4, "摘要", "买别的"))
    assert preview.ok
    assert preview.unchanged["资金流水"] == 3
    assert [(warning.sheet, warning.row, warning.column) for warning in preview.warnings] == [
        ("资金流水", 4, "摘要")
    ]
    assert Entry.objects.get(voucher="记-3").memo == "=买设备"


@pytest.mark.parametrize(
    ("heading", "value"),
    [("票据号", "0019"), ("支出科目", "业务费"), ("资金来源", "园区配套"), ("凭证号", "记-3-2")],
)
def test_a_movement_with_another_key_is_another_movement(bring: Bring, heading: str, value: Any) -> None:
    bring(programme())
    preview = bring(cell(programme(), "资金流水", 4, heading, value))
    assert preview.ok
    assert preview.created["资金流水"] == 1


def test_a_credit_code_that_fails_its_check_is_a_warning(bring: Bring) -> None:
    wrong = code(6)[:-1] + ("0" if code(6)[-1] != "0" else "1")
    preview = bring(cell(programme(), "单位", 7, "统一社会信用代码", wrong))
    assert preview.ok
    assert [(warning.sheet, warning.row, warning.column) for warning in preview.warnings] == [
        ("单位", 7, "统一社会信用代码")
    ]
    assert Organisation.objects.get(name="东方（集团）公司").credit_code == wrong


def test_two_units_with_one_credit_code_are_a_warning(bring: Bring) -> None:
    preview = bring(cell(programme(), "单位", 8, "统一社会信用代码", code(6)))
    assert preview.ok
    assert "第 7 行" in preview.warnings[0].message


def test_organisations_may_stand_in_any_order_but_not_above_themselves(bring: Bring) -> None:
    sheets = programme()
    sheets["单位"][1:] = reversed(sheets["单位"][1:])
    assert bring(sheets).ok
    sheets = cell(programme(), "单位", 2, "上级单位", "东方（集团）公司")
    assert {place for place in places(bring(sheets))} == {("单位", row, "上级单位") for row in (2, 3, 5, 7)}


@pytest.mark.parametrize(("row", "acts"), [(6, True), (7, True), (4, False)])
def test_an_organisation_that_acts_as_what_it_is_stays_what_it_is(bring: Bring, row: int, acts: bool) -> None:
    bring(programme())
    sheets = {"单位": cell(programme(), "单位", row, "单位类型", "参与单位")["单位"]}
    assert places(bring(sheets)) == ([("单位", row, "单位类型")] if acts else [])


def test_an_import_that_wrote_something_stands_in_the_log_and_one_that_did_not_does_not(bring: Bring) -> None:
    bring(programme())
    bring(programme())
    bring(programme(), dry_run=True)
    (event,) = SecurityEvent.objects.filter(act="import_workbook")
    assert (event.actor_name, event.subject) == ("operator", "台账.xlsx")
    assert event.details["created"]["资金流水"] == 3


def test_a_clash_at_the_last_moment_leaves_nothing_behind(bring: Bring) -> None:
    with patch.object(importing, "post_many", side_effect=IntegrityError):
        preview = bring(programme())
    assert [(fault.sheet, fault.row) for fault in preview.faults] == [("", None)]
    assert not any(kept())


def test_the_number_of_queries_does_not_grow_with_the_rows(bring: Bring) -> None:
    def many(count: int, name: str) -> bytes:
        sheets = programme()
        for number in range(count):
            sheets["里程碑"].append(["E1", 2024, f"{name}{number}", "2024-6-30", None, "", ""])
            sheets["资金流水"].append(
                ["E1", "2023-1-1", "支出", "单位自筹", "业务费", 1, f"{name}-{number}", "", "", ""]
            )
            sheets["项目"].append([f"{name}{number}", *sheets["项目"][1][1:]])
            sheets["单位"].append(
                [f"{name}{number}", "参与单位", code(100 + number), "东高新区管委会", "", "", ""]
            )
        return book(sheets)

    def queries(content: bytes) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert bring(content).ok
        return len(caught)

    bring(programme())
    few, more = many(2, "少"), many(150, "多")
    assert queries(few) == queries(more) < 40
    assert queries(few) == queries(more) < 25


def test_the_progress_of_the_money_is_told(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 10)
    sheets = programme()
    for number in range(20):
        sheets["资金流水"].append(
            ["E1", "2023-1-1", "支出", "单位自筹", "业务费", 1, f"多-{number}", "", "", ""]
        )
    told: list[tuple[str, int, int]] = []
    importing.import_workbook(
        book(sheets),
        actor=OPERATOR_ACTOR,
        sight=OPERATOR,
        now=NOW,
        progress=lambda sheet, done, total: told.append((sheet, done, total)),
    )
    assert told[-3:] == [("资金流水", 10, 23), ("资金流水", 20, 23), ("资金流水", 23, 23)]
    assert told[0] == ("单位", 7, 7)


def test_a_workbook_that_excel_saved_by_hand_comes_in_the_same(bring: Bring, sample: bytes) -> None:
    """Through another program's reader and writer, with shared strings in the place of inline ones."""
    target = io.BytesIO()
    openpyxl.load_workbook(io.BytesIO(sample)).save(target)
    bring(sample)
    assert not bring(target.getvalue()).changes_anything


@pytest.mark.parametrize("state", ["draft", "accepted"])
def test_a_report_that_was_written_here_is_not_changed_by_an_import(bring: Bring, state: str) -> None:
    bring(programme())
    days = {} if state == "draft" else {"submitted_on": date(2023, 12, 1), "reviewed_on": date(2023, 12, 9)}
    blank = {"submitted_on": None, "reviewed_on": None}
    AnnualReport.objects.update(**(blank | days), state=state, content={"progress": "系统内填报"})

    answer = bring(cell(programme(), "年度报告", 2, "进展", "超前"))

    assert places(answer) == [("年度报告", 2, "项目编号")]
    assert AnnualReport.objects.get().state == state
