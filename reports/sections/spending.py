"""支出台账: every entry of spending that counts, by day, with subtotals by category and by source. Pure. Layout: F11.

Entries that were reversed are left out together with their reversals, as everywhere else, and counted in words.
Columns of F11 that the system knows nothing of (行号, 会计科目, 附件数, 经办, 审核状态) are left out rather than empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from finance.terms import SOURCES
from reports.document import Absent, Block, Cell, Column, Money, Paragraph, Section, Table, Text
from reports.facts_ledgers import SpendingLedgerFacts, SpentFacts
from reports.sections.cells import YUAN, ZERO, dated, day, place_in, spent_by, wan, words
from reports.sections.disbursements import entry
from reports.sections.ledger_foot import chain, signed


def spending_section(facts: SpendingLedgerFacts) -> Section:
    return Section(
        "",
        [
            Paragraph(_said(facts)),
            *_subtotals(facts),
            *_entries(facts),
            chain(facts.ledger, facts.on),
            signed(_("项目负责人（签字）"), _("财务负责人（签字）"), _("承担单位财务章")),
        ],
    )


def _total(facts: SpendingLedgerFacts) -> Decimal:
    return sum((each.spent for each in facts.sources), ZERO)


def _said(facts: SpendingLedgerFacts) -> str:
    said = _("截至%(on)s，项目累计支出 %(count)d 笔，合计 %(amount)s。") % {
        "on": day(facts.on),
        "count": len(facts.entries),
        "amount": wan(_total(facts)),
    }
    if facts.taken_back:
        said += _("另有 %(count)d 笔支出已红冲，连同冲销分录不列入本表，见项目台账。") % {
            "count": facts.taken_back
        }
    return said


def _subtotals(facts: SpendingLedgerFacts) -> Sequence[Block]:
    if not facts.entries:
        return []
    on = facts.on
    rows: list[list[Cell]] = [
        [
            Text(_(each.category)),
            *(
                Money(amount, spent_by(on, source, categories=[each.category]))
                for source, amount in zip(SOURCES, each.amounts, strict=True)
            ),
            Money(sum(each.amounts, ZERO), spent_by(on, categories=[each.category])),
        ]
        for each in facts.categories
    ]
    rows.append(
        [
            Text(_("合计")),
            *(Money(each.spent, spent_by(on, each.source)) for each in facts.sources),
            Money(_total(facts), spent_by(on)),
        ]
    )
    return [
        Table(
            _("支出小计（按科目和资金来源）"),
            [
                Column(_("支出科目"), 1.4),
                *(Column(_(source), 1.2) for source in SOURCES),
                Column(_("合计"), 1.2),
            ],
            rows,
            unit=YUAN,
            has_total=True,
        )
    ]


def _entries(facts: SpendingLedgerFacts) -> Sequence[Block]:
    if not facts.entries:
        return [Absent(_("截至%(on)s没有支出。") % {"on": day(facts.on)})]
    rows = [_entry(each) for each in facts.entries]
    rows.append(
        [
            Text(_("合计")),
            *[Text("")] * 5,
            Money(_total(facts), spent_by(facts.on)),
            *[Text("")] * 2,
        ]
    )
    return [
        Table(
            _("支出台账"),
            [
                Column(_("台账序号"), 0.6),
                Column(_("业务日期"), 1),
                Column(_("凭证号"), 1),
                Column(_("摘要"), 2.6),
                Column(_("支出科目"), 1.5),
                Column(_("资金来源"), 0.9),
                Column(_("金额"), 1.2),
                Column(_("票据号"), 1.3),
                Column(_("收款方"), 2.4),
            ],
            rows,
            unit=YUAN,
            has_total=True,
        )
    ]


def _entry(each: SpentFacts) -> list[Cell]:
    source = entry(each.sequence)
    return [
        place_in(each.sequence, source),
        dated(each.on, source),
        words(each.voucher, source),
        words(each.memo),
        Text(_(each.category)),
        Text(_(each.source)),
        Money(each.amount, source),
        words(each.invoice),
        words(each.counterparty),
    ]
