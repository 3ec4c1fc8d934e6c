"""考核指标: what the contract wants to be achieved."""

from backend.workbook.cells import Text
from backend.workbook.sheets.lengths import LONG
from backend.workbook.tables import Column, Table

TABLE = Table(
    title="考核指标",
    columns=(
        Column("project", "项目编号", Text(50, verbatim=True), required=True, refers="项目"),
        Column("category", "类别", Text(100)),
        Column("name", "指标名称", Text(200), required=True),
        Column("unit_of_measure", "计量单位", Text(50)),
        Column("contract_value", "合同值", Text(200), required=True),
        Column("achieved_value", "累计完成值", Text(200)),
        Column("evidence", "佐证", Text(LONG)),
    ),
    key=("project", "name"),
)
