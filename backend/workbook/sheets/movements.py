"""资金流水: the movements of money, recorded in the ledger as they happened."""

from django.utils.translation import gettext as _

from backend.workbook.cells import Amount, Choice, Day, Text
from backend.workbook.tables import Column, Complain, Row, Table
from finance.kinds import KINDS
from finance.posting import LENGTHS
from finance.terms import CATEGORIES, SOURCES, SPENDING
from lifecycle.wording import listed

_CATEGORIES = tuple(dict.fromkeys(category for scheme in CATEGORIES.values() for category in scheme))


def _check(row: Row, complain: Complain) -> None:
    kind, source = row["kind"], row["source"]
    if kind is None:
        return
    if source is not None and source not in KINDS[kind].sources:
        complain(
            "source",
            _("“%(kind)s”的资金来源应为：%(sources)s")
            % {"kind": kind, "sources": listed(KINDS[kind].sources)},
        )
    if "category" in row.bad:
        return
    if kind == SPENDING and not row["category"]:
        complain("category", _("“支出”必须填写支出科目"))
    if kind != SPENDING and row["category"]:
        complain("category", _("只有“支出”填写支出科目，“%(kind)s”应留空") % {"kind": kind})


def _hint() -> str:
    return _("同一凭证拆分登记时，请在凭证号后加 -1、-2 区分")


TABLE = Table(
    title="资金流水",
    columns=(
        Column("project", "项目编号", Text(50, verbatim=True), required=True, refers="项目"),
        Column("on", "业务日期", Day(), required=True, empty=None),
        Column("kind", "业务类型", Choice(tuple(KINDS)), required=True),
        Column("source", "资金来源", Choice(SOURCES), required=True),
        Column("category", "支出科目", Choice(_CATEGORIES)),
        Column("amount", "金额", Amount("元", zero=False), required=True, unit="元", empty=None),
        Column("voucher", "凭证号", Text(LENGTHS["voucher"], verbatim=True), required=True),
        Column("invoice", "票据号", Text(LENGTHS["invoice"], verbatim=True)),
        Column("counterparty", "对方单位", Text(LENGTHS["counterparty"])),
        Column("memo", "摘要", Text(LENGTHS["memo"])),
    ),
    key=("project", "voucher", "kind", "source", "category", "invoice"),
    check=_check,
    told_by="voucher",
    hint=_hint,
)
