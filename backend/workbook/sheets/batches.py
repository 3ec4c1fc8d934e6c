"""批次: the batches and the limits that bind their projects."""

from backend.workbook.cells import Amount, Day, Text, Whole
from backend.workbook.ratios import Ratio
from backend.workbook.tables import Column, Table

LIMITS = ("term_months", "grant_cap", "matching_ratio", "fiscal_share")
"""The columns that are limits, by their codes in lifecycle.rules.limits."""

TABLE = Table(
    title="批次",
    columns=(
        Column("name", "批次名称", Text(200), required=True),
        Column("year", "年度", Whole(2000, 2099, year=True), required=True),
        Column("term_months", "实施期", Whole(1, 240), unit="月", empty=None, apart=True),
        Column("grant_cap", "省拨款上限", Amount("万元"), unit="万元", empty=None, apart=True),
        Column("matching_ratio", "园区配套最低比例", Ratio(highest=1000), empty=None, apart=True),
        Column("fiscal_share", "财政资助最高占比", Ratio(highest=1), empty=None, apart=True),
        Column("document_no", "下达文号", Text(200)),
        Column("awarded_on", "下达日期", Day(), required=True, empty=None),
    ),
    key=("name",),
)
