"""集群: the cluster of one park in one batch."""

from backend.workbook.cells import Day, Text
from backend.workbook.sheets.lengths import LONG
from backend.workbook.tables import Column, Table

TABLE = Table(
    title="集群",
    columns=(
        Column("name", "集群名称", Text(200), required=True),
        Column("batch", "批次名称", Text(200), required=True, refers="批次"),
        Column("park", "高新区管委会", Text(200), required=True, refers="单位"),
        Column("industry_field", "产业领域", Text(200)),
        Column("product_group", "目标产品群类型", Text(200)),
        Column("commitment_letter_on", "承诺书日期", Day(), empty=None),
        Column("goal", "培育目标", Text(LONG)),
    ),
    key=("name",),
)
