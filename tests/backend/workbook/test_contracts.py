"""Once a contract was signed here a workbook asks for a change; without one it corrects as before."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from backend.workbook.preview import Preview
from lifecycle.models import Contract, Project
from tests.backend.workbook.books import Rows, programme
from tests.backend.workbook.conftest import Bring
from tests.lifecycle.changes.builders import approved


@pytest.fixture
def sheets() -> dict[str, Rows]:
    return programme()


@pytest.fixture
def contracted(bring: Bring, sheets: dict[str, Rows]) -> Project:
    """E1 with a contract in force here, made by a first change that a workbook does not see."""
    assert bring(sheets).ok
    project = Project.objects.get(number="E1")
    approved(project, "members", {"members": "李工"})
    assert Contract.objects.filter(project=project, state="in_force").exists()
    return project


def row_of(sheets: dict[str, Rows], sheet: str, number: str = "E1", **wanted: Any) -> int:
    """The row, as Excel counts, of the project's first record on the sheet."""
    head = sheets[sheet][0]
    for place, row in enumerate(sheets[sheet][1:], start=2):
        if row[head.index("项目编号")] == number and all(
            row[head.index(key)] == wanted[key] for key in wanted
        ):
            return place
    raise LookupError(sheet)


def put(sheets: dict[str, Rows], sheet: str, row: int, heading: str, value: Any) -> None:
    head = sheets[sheet][0]
    if heading not in head:
        head.append(heading)
        for other in sheets[sheet][1:]:
            other.append("")
    sheets[sheet][row - 1][head.index(heading)] = value


def places(preview: Preview) -> list[tuple[str, int | None, str]]:
    return [(fault.sheet, fault.row, fault.column) for fault in preview.faults]


CONTRACT_FACTS = [
    ("项目", "承担单位", "西方公司"),
    ("项目", "所在地", "本高新区外"),
    ("项目", "项目负责人", "王工"),
    ("项目", "参与单位", "示例大学"),
    ("项目", "实施开始日期", date(2022, 9, 2)),
    ("项目", "实施结束日期", date(2026, 3, 31)),
    ("项目", "合同签订日期", date(2022, 9, 4)),
    ("考核指标", "合同值", "9"),
    ("里程碑", "计划完成日期", date(2022, 12, 30)),
    ("拨款计划", "计划拨付日期", date(2023, 1, 31)),
    ("拨款计划", "拨付条件", "另行商定"),
]


@pytest.mark.parametrize(("sheet", "heading", "value"), CONTRACT_FACTS)
def test_a_contract_fact_is_a_fault_of_its_cell(
    bring: Bring, sheets: dict[str, Rows], contracted: Project, sheet: str, heading: str, value: Any
):
    row = row_of(sheets, sheet)
    put(sheets, sheet, row, heading, value)

    preview = bring(sheets)

    assert places(preview) == [(sheet, row, heading)]
    assert "请办理变更申请" in preview.faults[0].message


@pytest.mark.parametrize(("sheet", "heading", "value"), CONTRACT_FACTS)
def test_without_a_contract_here_it_is_an_update(
    bring: Bring, sheets: dict[str, Rows], sheet: str, heading: str, value: Any
):
    assert bring(sheets).ok
    put(sheets, sheet, row_of(sheets, sheet), heading, value)

    preview = bring(sheets)

    assert preview.faults == []
    assert preview.updated[sheet] == 1


def test_what_is_no_contract_fact_is_still_an_update(
    bring: Bring, sheets: dict[str, Rows], contracted: Project
):
    put(sheets, "项目", row_of(sheets, "项目"), "目标产品", "射频模组")
    put(sheets, "考核指标", row_of(sheets, "考核指标"), "累计完成值", "2")
    put(sheets, "里程碑", row_of(sheets, "里程碑"), "责任人", "李工")

    preview = bring(sheets)

    assert preview.faults == []
    assert (preview.updated["项目"], preview.updated["考核指标"], preview.updated["里程碑"]) == (1, 1, 1)


def test_new_tranches_targets_and_extensions_ask_for_a_change_and_milestones_do_not(
    bring: Bring, sheets: dict[str, Rows], contracted: Project
):
    def added(sheet: str, **values: Any) -> int:
        head = sheets[sheet][0]
        sheets[sheet].append([values.get(title, "") for title in head])
        return len(sheets[sheet])

    tranche = added(
        "拨款计划",
        项目编号="E1",
        资金来源="省拨款",
        期次=9,
        计划拨付日期=date(2025, 1, 1),
        **{"金额（万元）": 1},
    )
    target = added("考核指标", 项目编号="E1", 指标名称="软件著作权", 合同值="2")
    event = added("检查验收", 项目编号="E1", 事项="延期", 日期=date(2024, 5, 1), 结果="批准", 数值=6)
    added("检查验收", 项目编号="E1", 事项="科技报告", 日期=date(2024, 5, 1))
    added("里程碑", 项目编号="E1", 年度=2025, 里程碑="试产", 计划完成日期=date(2025, 6, 30))

    assert places(bring(sheets)) == [
        ("考核指标", target, "指标名称"),
        ("拨款计划", tranche, "期次"),
        ("检查验收", event, "日期"),
    ]


def test_the_same_book_again_changes_nothing(bring: Bring, sheets: dict[str, Rows], contracted: Project):
    preview = bring(sheets)

    assert (preview.faults, preview.changes) == ([], [])


def test_what_a_change_moved_is_not_moved_back(bring: Bring, sheets: dict[str, Rows], contracted: Project):
    approved(contracted, "leader", {"leader": "王工"})
    put(sheets, "项目", row_of(sheets, "项目"), "项目负责人", "李工")

    assert places(bring(sheets)) == [("项目", row_of(sheets, "项目"), "项目负责人")]
    assert Project.objects.get(number="E1").leader == "王工"
