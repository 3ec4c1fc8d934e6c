"""拨款计划: the planned instalments of provincial and park money."""

from backend.workbook.cells import Amount, Choice, Day, Text, Whole
from backend.workbook.sheets.lengths import LONG
from backend.workbook.tables import Column, Table
from finance.terms import FISCAL

TABLE = Table(
    title="拨款计划",
    columns=(
        Column("project", "项目编号", Text(50, verbatim=True), required=True, refers="项目"),
        Column("source", "资金来源", Choice(FISCAL), required=True),
        Column("number", "期次", Whole(1, 999), required=True),
        Column("planned_on", "计划拨付日期", Day(), required=True, empty=None),
        Column("amount", "金额", Amount("万元", zero=False), required=True, unit="万元", empty=None),
        Column("condition", "拨付条件", Text(LONG)),
    ),
    key=("project", "source", "number"),
)
