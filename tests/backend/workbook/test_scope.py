"""Nobody imports what they may not edit by hand."""

from collections.abc import Callable
from typing import Any

import pytest

from backend.workbook.preview import Preview
from lifecycle.models import Milestone, Project
from lifecycle.parties.models import Organisation, OrganisationKind
from tests.backend.workbook.books import Rows, code, programme
from tests.backend.workbook.conftest import Bring
from tests.backend.workbook.test_importing import cell, places

EAST = [("park", "东高新区管委会")]
WEST = [("park", "西高新区管委会")]
PROVINCE = [("province", "示例省科技厅")]
UNIT = [("unit", "东方（集团）公司")]
CITY = [("city", "东市科技局")]


def only(sheet: str, change: Callable[[Rows], None]) -> dict[str, Rows]:
    """One sheet of the programme, changed."""
    rows = programme()[sheet]
    change(rows)
    return {sheet: rows}


def put(row: int, column: int, value: Any) -> Callable[[Rows], None]:
    def change(rows: Rows) -> None:
        rows[row - 1][column] = value

    return change


def east_only() -> dict[str, Rows]:
    """What the eastern park would hand in: the organisations it sees and its own project."""
    sheets = programme()
    sheets["单位"] = [row for row in sheets["单位"] if "西" not in row[0]]
    sheets["集群"].pop()
    sheets["项目"].pop()
    return sheets


def test_the_province_brings_in_everything(bring: Bring) -> None:
    sheets = programme()
    bring({"单位": sheets["单位"]})
    preview = bring(sheets, by=PROVINCE)
    assert preview.ok
    assert preview.created["项目"] == 2


def test_a_park_brings_in_its_own_projects_with_clusters_units_and_money(bring: Bring) -> None:
    sheets = east_only()
    bring({"单位": programme()["单位"][:6], "批次": sheets["批次"]})
    preview = bring(sheets, by=EAST)
    assert preview.faults == []
    assert preview.created["单位"] == 1
    assert preview.created["资金流水"] == 3


def test_what_is_known_already_asks_for_no_right(bring: Bring) -> None:
    bring(programme())
    for someone in (EAST, UNIT, CITY):
        sheets = east_only()
        if someone is UNIT:
            sheets["单位"].pop(1)  # the province stands out of a unit's sight
        preview = bring(sheets, by=someone)
        assert preview.faults == [], someone
        assert not preview.changes_anything


@pytest.mark.parametrize(
    ("sheet", "change", "column"),
    [
        ("批次", put(2, 6, "另号"), "批次名称"),
        ("批次", put(2, 3, 600), "批次名称"),
        ("单位", put(3, 4, "王"), "单位名称"),
        ("单位", put(7, 3, "东市科技局"), "单位名称"),
        ("单位", put(7, 1, "高新区管委会"), "单位名称"),
        ("单位", put(5, 3, "示例省科技厅"), "单位名称"),
        (
            "单位",
            lambda rows: rows.append(["新市局", "设区市科技局", code(9), "东高新区管委会", "", "", ""]),
            "单位名称",
        ),
        ("单位", lambda rows: rows.append(["新公司", "承担单位", code(9), "", "", "", ""]), "单位名称"),
    ],
)
def test_a_park_changes_neither_batches_nor_the_tree_above_it(
    bring: Bring, sheet: str, change: Callable[[Rows], None], column: str
) -> None:
    bring(programme())
    sheets = only(sheet, change)
    if sheet == "单位":
        sheets["单位"] = [row for row in sheets["单位"] if "西" not in row[0]]
    preview = bring(sheets, by=EAST)
    assert [place[2] for place in places(preview)] == [column]
    assert "无权" in preview.faults[0].message


def test_a_park_keeps_its_own_contact_and_its_units(bring: Bring) -> None:
    bring(programme())
    sheets = only("单位", put(5, 4, "王"))
    cell(sheets, "单位", 7, "联系电话", "139")
    sheets["单位"] = [row for row in sheets["单位"] if "西" not in row[0]]
    preview = bring(sheets, by=EAST)
    assert preview.faults == []
    assert preview.updated["单位"] == 2


def test_what_belongs_to_another_park_does_not_exist(bring: Bring) -> None:
    bring(programme())
    other = bring(only("里程碑", lambda rows: None), by=WEST)
    nowhere = programme()["里程碑"]
    for row in nowhere[1:]:
        row[0] = "E9"
    unknown = bring({"里程碑": nowhere}, by=WEST)
    assert places(other) == places(unknown) == [("里程碑", 2, "项目编号"), ("里程碑", 3, "项目编号")]
    assert other.faults[0].message.replace("E1", "E9") == unknown.faults[0].message


def test_a_hidden_name_cannot_be_given_again_and_shows_nothing_of_its_bearer(bring: Bring) -> None:
    bring(programme())
    preview = bring(only("项目", lambda rows: rows.__delitem__(1)), by=EAST)
    assert ("项目", 2, "项目编号") in places(preview)
    assert preview.changes == []
    assert not any("西" in fault.message for fault in preview.faults if fault.column == "项目编号")


def test_a_park_takes_no_project_into_or_out_of_its_clusters_from_another(bring: Bring) -> None:
    bring(programme())
    both = [*EAST, ("unit", "西方公司")]
    preview = bring(only("项目", put(3, 2, "东集群")), by=both)
    assert places(preview) == [("项目", 3, "项目编号")]
    assert Project.objects.get(number="W1").cluster.name == "西集群"


def test_the_city_and_the_auditor_bring_in_nothing(bring: Bring) -> None:
    bring(programme())
    Organisation.objects.create(name="审计所", kind=OrganisationKind.AUDITOR)
    change = only("里程碑", put(3, 5, "完成一半"))
    assert [place[2] for place in places(bring(change, by=CITY))] == ["项目编号"]
    assert places(bring(change, by=[("auditor", "审计所")])) != []
    assert places(bring(change, by=[("administrator", "示例省科技厅")])) != []


@pytest.mark.parametrize(
    ("sheet", "change", "allowed"),
    [
        ("里程碑", put(3, 5, "完成一半"), True),
        ("里程碑", put(3, 4, "2023-12-30"), True),
        ("里程碑", put(3, 3, "2024-12-31"), False),
        ("里程碑", put(3, 2, "新样机"), False),
        ("年度报告", put(2, 2, "2023-12-08"), True),
        ("年度报告", put(2, 3, "2023-12-14"), False),
        ("年度报告", lambda rows: rows.append(["E1", 2024, "2024-12-1", None, "超前"]), True),
        ("年度报告", lambda rows: rows.append(["E1", 2024, "2024-12-1", "2024-12-2", "超前"]), False),
        ("考核指标", put(2, 5, 2), False),
        ("拨款计划", put(2, 4, 71), False),
        ("检查验收", put(2, 3, "不通过"), False),
        ("项目", put(2, 6, "2027-12-31"), False),
        ("资金流水", put(4, 6, "记-4"), True),
        ("资金流水", put(3, 6, "记-4"), False),
    ],
)
def test_a_unit_reports_progress_and_its_own_money_and_nothing_else(
    bring: Bring, sheet: str, change: Callable[[Rows], None], allowed: bool
) -> None:
    bring(programme())
    sheets = only(sheet, change)
    if sheet == "项目":
        sheets["项目"].pop()
    preview: Preview = bring(sheets, by=UNIT)
    assert preview.ok is allowed, preview.faults
    assert preview.written is allowed


@pytest.mark.parametrize(("who", "allowed"), [(PROVINCE, True), (EAST, False), (UNIT, False)])
def test_provincial_money_past_the_park_is_brought_in_by_the_province(
    bring: Bring, who: list[tuple[str, str]], allowed: bool
) -> None:
    bring(programme())
    row = ["E1", "2023-1-1", "直接拨付", "省拨款", "", 10, "省-1", "", "", ""]
    preview = bring(only("资金流水", lambda rows: rows.append(row)), by=who)
    assert preview.ok is allowed


def test_an_import_is_attributed_to_who_brought_it(bring: Bring) -> None:
    bring(programme())
    bring(only("里程碑", put(3, 5, "完成一半")), by=EAST)
    assert Milestone.objects.get(year=2023).progress == "完成一半"
