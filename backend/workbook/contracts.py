"""What a workbook may no longer say otherwise once the contract was signed here: it asks for a change instead.

A contract that came in with the project binds nothing until its first change; WORKBOOK stays as it is then.
"""

from typing import Any

from django.utils.translation import gettext as _

from backend.workbook.plan import Desk, shown_former
from backend.workbook.tables import Row, Sheetful
from lifecycle.models import EventKind

PROJECT_COLUMNS = frozenset(
    {
        "unit",
        "site",
        "partners",
        "leader",
        "start_on",
        "end_on",
        "category_scheme",
        "contract_signed_on",
    }
)
"""Columns of 项目 that the contract speaks of; its amounts have a fault of their own, contract or not."""

COLUMNS: dict[str, frozenset[str] | None] = {
    "拨款计划": None,
    "考核指标": frozenset({"category", "unit_of_measure", "contract_value"}),
    "里程碑": frozenset({"planned_on"}),
    "检查验收": frozenset({"result", "value"}),
}
"""The same of the sheets below a project; None is all of them. Of 检查验收 only 延期."""

ADDED_BY_CHANGE = frozenset({"拨款计划", "考核指标", "检查验收"})
"""Sheets whose new rows a contract in force does not take; a milestone may be added to the plan by hand too."""


def hold_project(desk: Desk, sheet: Sheetful, row: Row, former: dict[str, Any]) -> None:
    """A fault for each contract fact that the row would have otherwise."""
    _hold(desk, sheet, row, former, PROJECT_COLUMNS)


def hold_record(desk: Desk, sheet: Sheetful, row: Row, *, adding: bool, former: dict[str, Any]) -> None:
    """The same for a row of a sheet below a project."""
    title = sheet.table.title
    if title not in COLUMNS or (title == "检查验收" and row["kind"] != EventKind.EXTENSION):
        return
    if adding and title in ADDED_BY_CHANGE:
        desk.fault(sheet, row, sheet.table.key[-1], _("合同已签署执行，不能通过导入增加，请办理变更申请"))
    _hold(desk, sheet, row, former, COLUMNS[title])


def _hold(
    desk: Desk, sheet: Sheetful, row: Row, former: dict[str, Any], columns: frozenset[str] | None
) -> None:
    for name, value in former.items():
        if columns is None or name in columns:
            present = shown_former(desk, sheet.table[name], value)
            desk.fault(
                sheet,
                row,
                name,
                _("合同已签署执行（现为“%(present)s”），不能通过导入改变，请办理变更申请")
                % {"present": present},
            )
