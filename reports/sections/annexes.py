"""附件: the ledger as far as it fits, the papers on file, and by what the report can be checked. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from reports.document import (
    Absent,
    Block,
    Cell,
    Column,
    Day,
    Money,
    Number,
    Pairs,
    Paragraph,
    Section,
    Source,
    Table,
    Text,
)
from reports.facts import AcceptanceFacts, EntryFacts, SettlementFacts
from reports.sections.cells import YUAN, dated, day, place_in, row, words

Facts = AcceptanceFacts | SettlementFacts


def annexes(facts: AcceptanceFacts, *, digest: str) -> list[Section]:
    """附件1 to 附件3. digest: of the frozen facts."""
    return [
        Section(_("台账摘录"), _ledger(facts)),
        Section(_("佐证材料清单"), _documents(facts)),
        Section(_("数据版本与校验"), checks(facts, digest=digest)),
    ]


def _ledger(facts: AcceptanceFacts) -> Sequence[Block]:
    ledger = facts.ledger
    if not ledger.entries:
        return [Absent(_("截至%(on)s，项目台账没有分录。") % {"on": day(facts.on)})]
    said = _("截至%(on)s，项目台账共有分录 %(count)d 笔。") % {"on": day(facts.on), "count": ledger.entries}
    if ledger.left_out:
        said += _(
            "下表列出最先登记的 %(half)d 笔和最后登记的 %(rest)d 笔，其余 %(left)d 笔见系统导出的台账文件。"
        ) % {
            "half": ledger.leading,
            "rest": len(ledger.shown) - ledger.leading,
            "left": ledger.left_out,
        }
    return [
        Paragraph(said),
        Table(
            _("台账摘录"),
            [
                Column(_("序号"), 0.6),
                Column(_("业务日期"), 1.05),
                Column(_("业务类型"), 0.85),
                Column(_("资金来源"), 0.85),
                Column(_("支出科目"), 1),
                Column(_("金额"), 1.3),
                Column(_("凭证号"), 1),
                Column(_("对方单位及摘要"), 3.2),
            ],
            [_entry(each) for each in ledger.shown],
            unit=YUAN,
            note=_("摘要后注有“红冲”的为冲销分录，注有“已红冲”的为被冲销的分录，两者均不计入各项合计。"),
        ),
    ]


def _entry(each: EntryFacts) -> list[Cell]:
    source = Source("entries", (("sequence", str(each.sequence)),))
    remark = ""
    if each.reverses is not None:
        remark = _("（红冲第 %(sequence)d 号）") % {"sequence": each.reverses}
    elif each.is_reversed:
        remark = _("（已红冲）")
    said = " ".join(part for part in (each.counterparty, each.memo) if part)
    return [
        place_in(each.sequence, source),
        dated(each.on),
        Text(_(each.kind)),
        Text(_(each.source)),
        words(_(each.category) if each.category else ""),
        Money(each.amount, source),
        words(each.voucher),
        words(said + remark),
    ]


def _documents(facts: AcceptanceFacts) -> Sequence[Block]:
    if not facts.documents:
        return [Absent(_("系统中没有本项目的文件。"))]
    return [
        Paragraph(
            _("以下 %(count)d 件文件存于系统，校验值为文件内容的 SHA-256；已被新版本替换的文件不列。")
            % {"count": len(facts.documents)}
        ),
        Table(
            _("佐证材料清单"),
            [
                Column(_("序号"), 0.5),
                Column(_("类别"), 1.1),
                Column(_("名称及编号"), 2.2),
                Column(_("版本"), 0.5),
                Column(_("字节"), 0.9),
                Column(_("校验值"), 5),
            ],
            [
                [
                    place_in(place),
                    words(_(each.category)),
                    words(
                        " ".join(filter(None, (each.title, _(each.number) if each.number else ""))),
                        row("document", each.pk),
                    ),
                    Number(each.version),
                    Number(each.size),
                    Text(each.sha256),
                ]
                for place, each in enumerate(facts.documents, 1)
            ],
        ),
    ]


def checks(facts: Facts, *, digest: str) -> list[Block]:
    """By what the report and its data can be checked."""
    return [
        Paragraph(
            _(
                "本报告的全部数据取自系统截至%(on)s的登记，先冻结成数据文件，再据以生成；同一数据文件生成的报告内容相同。"
                "持报告人可凭下列校验值核对数据是否被改动。"
            )
            % {"on": day(facts.on)}
        ),
        Pairs(
            _("数据版本与校验值"),
            [
                (_("数据截止日"), Day(facts.on)),
                (_("数据格式"), Text(facts.made_by.format)),
                (_("规则集版本"), Text(facts.made_by.rule_set)),
                (_("程序版本"), Text(facts.made_by.program)),
                (_("最新序号"), Number(facts.ledger.sequence)),
                (_("分录笔数"), Number(facts.ledger.entries)),
                (_("台账链校验值"), Text(facts.ledger.head_hash)),
                (_("数据摘要（SHA-256）"), Text(digest)),
            ],
        ),
    ]
