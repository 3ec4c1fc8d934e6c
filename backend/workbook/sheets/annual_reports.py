"""年度报告: which report was handed in and checked when."""

from backend.workbook.cells import Choice, Day, Text, Whole
from backend.workbook.tables import Column, Table
from lifecycle.models import ReportProgress

TABLE = Table(
    title="年度报告",
    columns=(
        Column("project", "项目编号", Text(50, verbatim=True), required=True, refers="项目"),
        Column("year", "年度", Whole(2000, 2099, year=True), required=True),
        Column("submitted_on", "提交日期", Day(), empty=None),
        Column("reviewed_on", "审核日期", Day(), empty=None),
        Column("progress", "进展", Choice(tuple(ReportProgress.values))),
    ),
    key=("project", "year"),
)
