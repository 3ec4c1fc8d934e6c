"""How a sheet is recognised: its header, its columns, its keys."""

from decimal import Decimal
from typing import Any

import pytest

from backend.workbook import faults
from backend.workbook.faults import Fault, Findings, TooManyFaults
from backend.workbook.reading import read_book
from backend.workbook.tables import Sheetful
from tests.backend.workbook.books import Rows, book, programme


def read(title: str, rows: Rows) -> tuple[Sheetful, list[Fault], list[Fault]]:
    findings = Findings()
    sheets = read_book(book({title: rows}), findings)
    return sheets[title], findings.faults, findings.warnings


def test_columns_come_in_any_order_with_stars_spaces_and_other_brackets() -> None:
    rows: Rows = [
        ["金额( 千元 )", " 项目编号* ", "期 次", "资金来源（必填）", "计划拨付日期＊"],
        [700, "E1", 1, "省拨款", "2022.10.31"],
    ]
    sheet, found, warned = read("拨款计划", rows)
    assert (found, warned) == ([], [])
    assert sheet.rows[0]["amount"] == Decimal("700000.00")


@pytest.mark.parametrize(
    ("heading", "amount"), [("金额", "7000000"), ("金额（元）", "700"), ("金额（单位：亿元）", "70000000000")]
)
def test_the_unit_in_the_brackets_counts_and_without_one_that_of_the_format(
    heading: str, amount: str
) -> None:
    rows: Rows = [
        ["项目编号", "资金来源", "期次", "计划拨付日期", heading],
        ["E1", "省拨款", 1, "2022-10-31", 700],
    ]
    sheet, found, _warned = read("拨款计划", rows)
    assert found == []
    assert sheet.rows[0]["amount"] == Decimal(amount)


@pytest.mark.parametrize("heading", ["金额（美元）", "金额（万）"])
def test_an_unknown_unit_is_a_fault_of_the_header(heading: str) -> None:
    rows: Rows = [
        ["项目编号", "资金来源", "期次", "计划拨付日期", heading],
        ["E1", "省拨款", 1, "2022-10-31", 700],
    ]
    sheet, found, _warned = read("拨款计划", rows)
    assert [(fault.row, fault.column) for fault in found] == [(1, heading)]
    assert not sheet.readable


def test_the_term_may_be_given_in_months_only() -> None:
    rows = programme()["批次"]
    rows[0][2] = "实施期（年）"
    _sheet, found, _warned = read("批次", rows)
    assert found[0].column == "实施期（年）"


def test_the_header_is_found_under_a_title_and_notes() -> None:
    rows = programme()["里程碑"]
    sheet, found, _warned = read("里程碑", [["里程碑"], ["单位：某某", "年度", ""], [], *rows])
    assert found == []
    assert [row.number for row in sheet.rows] == [5, 6]


def test_a_sheet_without_a_header_is_a_fault_and_an_empty_one_is_not() -> None:
    sheet, found, _warned = read("里程碑", [["E1", 2022, "方案"]])
    assert "找不到表头" in found[0].message
    assert not sheet.readable
    sheet, found, _warned = read("里程碑", [])
    assert found == []
    assert sheet.rows == []


def test_unknown_columns_are_reported_and_ignored() -> None:
    rows: Rows = [[*row, "x"] for row in programme()["里程碑"]]
    rows[0][-1] = "备注"
    _sheet, found, warned = read("里程碑", rows)
    assert found == []
    assert [(warning.sheet, warning.row, warning.column) for warning in warned] == [("里程碑", 1, "备注")]


def test_a_row_that_has_only_unknown_columns_is_blank() -> None:
    rows: Rows = [[*row, ""] for row in programme()["里程碑"]]
    rows[0][-1] = "备注"
    sheet, found, _warned = read("里程碑", [*rows, ["", "", "", "", "", "", "", "合计两项"]])
    assert found == []
    assert len(sheet.rows) == 2


def test_missing_and_repeated_columns_are_faults() -> None:
    rows: Rows = [["项目编号", "年度", "年度（必填）", "责任人"], ["E1", 2022, 2022, ""]]
    sheet, found, _warned = read("里程碑", rows)
    assert [(fault.column, fault.row) for fault in found] == [
        ("年度（必填）", 1),
        ("里程碑", 1),
        ("计划完成日期", 1),
    ]
    assert not sheet.readable


def test_every_fault_of_every_row_is_listed_with_its_place() -> None:
    rows = programme()["资金流水"]
    rows[1][1] = "9999-1-1"
    rows[1][5] = "70万元"
    rows[2][0] = ""
    rows[3][4] = "车费"
    rows[3][7] = "长" * 101
    _sheet, found, _warned = read("资金流水", rows)
    assert [(fault.row, fault.column) for fault in found] == [
        (2, "业务日期"),
        (2, "金额（元）"),
        (3, "项目编号"),
        (4, "支出科目"),
        (4, "票据号"),
    ]
    assert found[1].as_json() == {
        "sheet": "资金流水",
        "row": 2,
        "column": "金额（元）",
        "value": "70万元",
        "message": found[1].message,
    }
    assert len(found[-1].value) == 61


@pytest.mark.parametrize("other", ["E1", " Ｅ１ "])
def test_two_rows_of_one_key_are_a_fault_of_the_second(other: str) -> None:
    rows = programme()["项目"]
    rows.append([other, *rows[1][1:]])
    _sheet, found, _warned = read("项目", rows)
    assert [(fault.row, fault.column) for fault in found] == [(4, "项目编号")]
    assert "第 2 行" in found[0].message


@pytest.mark.parametrize(
    ("kind", "source", "category", "column"),
    [
        ("到账园区", "园区配套", "", "资金来源"),
        ("资金到位", "省拨款", "", "资金来源"),
        ("园区退回", "单位自筹", "", "资金来源"),
        ("支出", "社会资本", "", "支出科目"),
        ("退回", "社会资本", "设备费", "支出科目"),
    ],
)
def test_kind_source_and_category_must_fit_each_other(
    kind: str, source: str, category: str, column: str
) -> None:
    rows = programme()["资金流水"]
    rows[1][2:5] = [kind, source, category]
    _sheet, found, _warned = read("资金流水", rows)
    assert [(fault.row, fault.column) for fault in found] == [(2, column)]


@pytest.mark.parametrize(
    ("kind", "result", "value", "column"),
    [
        ("中期检查", "合格", None, "结果"),
        ("验收结论", "通过", None, "结果"),
        ("终止", "同意", None, "结果"),
        ("延期", "批准", None, "数值"),
        ("延期", "批准", 1.5, "数值"),
        ("延期", "批准", 0, "数值"),
    ],
)
def test_results_and_months_must_fit_the_event(kind: str, result: str, value: Any, column: str) -> None:
    rows = programme()["检查验收"]
    rows[1][1], rows[1][3], rows[1][4] = kind, result, value
    _sheet, found, _warned = read("检查验收", rows)
    assert [(fault.row, fault.column) for fault in found] == [(2, column)]


@pytest.mark.parametrize(
    ("kind", "result", "value"),
    [("中期检查", "", None), ("科技报告", "收录", None), ("延期", "批 准", 6), ("验收结论", "结题", None)],
)
def test_sound_events_are_read(kind: str, result: str, value: Any) -> None:
    rows = programme()["检查验收"]
    rows[1][1], rows[1][3], rows[1][4] = kind, result, value
    sheet, found, _warned = read("检查验收", rows)
    assert found == []
    assert sheet.rows[0]["result"] == result.replace(" ", "")


def test_a_project_ends_on_its_first_day_at_the_earliest() -> None:
    rows = programme()["项目"]
    rows[1][6] = "2022-09-01"
    assert read("项目", rows)[1] == []
    rows[1][6] = "2022-08-31"
    assert [(fault.row, fault.column) for fault in read("项目", rows)[1]] == [(2, "实施结束日期")]


def test_a_credit_code_has_eighteen_signs() -> None:
    rows = programme()["单位"]
    rows[1][2] = "9132000"
    assert [(fault.row, fault.column) for fault in read("单位", rows)[1]] == [(2, "统一社会信用代码")]


def test_a_list_without_end_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "MOST_FAULTS", 3)
    findings = Findings()
    for _ in range(2):
        findings.fault("甲")
    with pytest.raises(TooManyFaults):
        findings.fault("甲")
    assert len(findings.faults) == 4
    assert "不再列出" in findings.faults[-1].message
