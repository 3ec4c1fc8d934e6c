"""检查验收: the dated events of a project's life."""

from decimal import Decimal

from django.utils.translation import gettext as _

from backend.workbook.cells import Choice, Day, Number, Text, shown
from backend.workbook.folding import tight
from backend.workbook.sheets.lengths import LONG
from backend.workbook.tables import Column, Complain, Row, Table
from lifecycle.models import EventKind
from lifecycle.wording import listed

_DECISIONS = ("批准", "不批准")
RESULTS: dict[str, tuple[str, ...]] = {
    EventKind.MIDTERM_CHECK.value: ("通过", "限期整改", "不通过"),
    EventKind.ACCEPTANCE_VERDICT.value: ("通过验收", "结题", "不通过验收"),
    EventKind.EXTENSION.value: _DECISIONS,
    EventKind.SUSPENSION.value: _DECISIONS,
    EventKind.RESUMPTION.value: _DECISIONS,
    EventKind.TERMINATION.value: _DECISIONS,
    EventKind.REVOCATION.value: _DECISIONS,
}
"""The results an event may have; the others take any words. An event may still wait for its result."""

LONGEST_EXTENSION = 120


def _check(row: Row, complain: Complain) -> None:
    kind, result, value = row["kind"], row["result"], row["value"]
    if result and kind in RESULTS:
        known = {tight(each): each for each in RESULTS[kind]}
        if tight(result) in known:
            row.values["result"] = known[tight(result)]
        else:
            complain(
                "result",
                _("“%(kind)s”的结果应为其中之一：%(results)s")
                % {"kind": kind, "results": listed(RESULTS[kind])},
            )
    if kind == EventKind.EXTENSION and "value" not in row.bad:
        if value is None:
            complain("value", _("“延期”须在“数值”中填写延期的月数"))
        elif value != value.to_integral_value() or not 1 <= value <= LONGEST_EXTENSION:
            complain(
                "value",
                _("延期的月数应为 1 至 %(most)s 的整数，实为 %(value)s")
                % {"most": LONGEST_EXTENSION, "value": shown(value)},
            )


TABLE = Table(
    title="检查验收",
    columns=(
        Column("project", "项目编号", Text(50, verbatim=True), required=True, refers="项目"),
        Column("kind", "事项", Choice(tuple(EventKind.values)), required=True),
        Column("happened_on", "日期", Day(), required=True, empty=None),
        Column("result", "结果", Text(50)),
        Column("value", "数值", Number(2, Decimal(10) ** 12), empty=None),
        Column("document_no", "文号", Text(200)),
        Column("note", "说明", Text(LONG)),
    ),
    key=("project", "kind", "happened_on"),
    check=_check,
)
