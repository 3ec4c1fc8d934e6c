"""里程碑: the yearly work plan and how far it got."""

from backend.workbook.cells import Day, Text, Whole
from backend.workbook.sheets.lengths import LONG
from backend.workbook.tables import Column, Table

TABLE = Table(
    title="里程碑",
    columns=(
        Column("project", "项目编号", Text(50, verbatim=True), required=True, refers="项目"),
        Column("year", "年度", Whole(2000, 2099, year=True), required=True),
        Column("name", "里程碑", Text(200), required=True),
        Column("planned_on", "计划完成日期", Day(), required=True, empty=None),
        Column("completed_on", "实际完成日期", Day(), empty=None),
        Column("progress", "完成情况", Text(LONG)),
        Column("owner", "责任人", Text(100)),
    ),
    key=("project", "year", "name"),
)
