"""拨款台账: a row for each payment of each tranche, and what came to the park. Pure. Layout: F10.

Columns of F10 that the system knows nothing of (预算科目编码, 收款账户, 入账凭证号, 复核) are left out rather than empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from finance.terms import PROVINCIAL
from reports.document import (
    Absent,
    Block,
    Cell,
    Column,
    Money,
    Number,
    Paragraph,
    Section,
    Source,
    Table,
    Text,
)
from reports.facts_ledgers import DisbursementsFacts, PaymentFacts
from reports.sections.cells import (
    CONTRACT,
    YUAN,
    ZERO,
    dated,
    day,
    held_by_park,
    place_in,
    received_by,
    row,
    share,
    wan,
    words,
)
from reports.sections.ledger_foot import chain, signed


def disbursements_section(facts: DisbursementsFacts) -> Section:
    return Section(
        "",
        [*_summary(facts), *_payments(facts), *_arrivals(facts), chain(facts.ledger, facts.on), _signed()],
    )


def entry(sequence: int) -> Source | None:
    """One entry of the ledger; None where there is none."""
    return Source("entries", (("sequence", str(sequence)),)) if sequence else None


def _summary(facts: DisbursementsFacts) -> list[Block]:
    on = facts.on
    planned = {each.source: _planned(facts, each.source) for each in facts.sources}
    rows: list[list[Cell]] = [
        [
            Text(_(each.source)),
            Money(each.committed, CONTRACT),
            Money(planned[each.source]),
            Money(each.arrived_at_park) if each.source == PROVINCIAL else Text("—"),
            Money(each.received, received_by(on, each.source)),
            share(each.received, each.committed),
            Money(each.held_at_park, held_by_park(on)) if each.source == PROVINCIAL else Text("—"),
        ]
        for each in facts.sources
    ]
    committed, received = (
        sum((getattr(each, name) for each in facts.sources), ZERO) for name in ("committed", "received")
    )
    said = _("截至%(on)s，合同约定财政资金 %(committed)s，已拨付承担单位 %(received)s。") % {
        "on": day(on),
        "committed": wan(committed),
        "received": wan(received),
    }
    late = [each for each in facts.payments if (each.days_at_park or 0) > facts.holding_days]
    if late:
        said += _("在园区停留超过 %(limit)d 天的 %(count)d 笔，最长 %(days)d 天。") % {
            "limit": facts.holding_days,
            "count": len(late),
            "days": max(each.days_at_park or 0 for each in late),
        }
    rows.append(
        [
            Text(_("合计")),
            Money(committed, CONTRACT),
            Money(sum(planned.values(), ZERO)),
            Money(sum((each.arrived_at_park for each in facts.sources), ZERO)),
            Money(received, received_by(on, *(each.source for each in facts.sources))),
            share(received, committed),
            Money(sum((each.held_at_park for each in facts.sources), ZERO), held_by_park(on)),
        ]
    )
    return [
        Paragraph(said),
        Table(
            _("财政资金拨付汇总"),
            [
                Column(_("资金来源"), 1.2),
                Column(_("合同数")),
                Column(_("计划拨付")),
                Column(_("到账园区")),
                Column(_("累计拨付")),
                Column(_("拨付率"), 0.8),
                Column(_("园区待拨")),
            ],
            rows,
            unit=YUAN,
            has_total=True,
        ),
    ]


def _planned(facts: DisbursementsFacts, source: str) -> Decimal:
    return sum((each.planned or ZERO for each in facts.payments if each.source == source), ZERO)


def _payments(facts: DisbursementsFacts) -> Sequence[Block]:
    if not facts.payments:
        return [Absent(_("合同未约定分期拨付计划，截至%(on)s也没有拨付。") % {"on": day(facts.on)})]
    rows = [_payment(place, each) for place, each in enumerate(facts.payments, 1)]
    paid = sum((each.amount or ZERO for each in facts.payments), ZERO)
    planned = sum((each.planned or ZERO for each in facts.payments), ZERO)
    blank = Text("")
    left = {each.source: each.left for each in facts.payments}
    rows.append(
        [
            Text(_("合计")),
            *[blank] * 2,
            Money(planned),
            *[blank] * 4,
            Money(paid, received_by(facts.on, *(each.source for each in facts.sources))),
            *[blank] * 2,
            Money(paid),
            Money(sum(left.values(), ZERO)),
            *[blank] * 2,
        ]
    )
    return [
        Table(
            _("拨款台账"),
            [
                Column(_("序号"), 0.5),
                Column(_("资金来源"), 0.9),
                Column(_("期次"), 0.5),
                Column(_("应拨金额"), 1.2),
                Column(_("计划日期"), 1.1),
                Column(_("拨付条件"), 1.6),
                Column(_("到账园区日期"), 1.1),
                Column(_("拨付日期"), 1.1),
                Column(_("拨付金额"), 1.2),
                Column(_("付款凭证号"), 1.1),
                Column(_("单位确认日期"), 1.1),
                Column(_("累计拨付"), 1.2),
                Column(_("未拨余额"), 1.2),
                Column(_("滞留天数"), 0.7),
                Column(_("备注"), 0.9),
            ],
            rows,
            unit=YUAN,
            has_total=True,
            note=_(
                "拨付按先到先付顺序对应到各期，一笔拨付跨期的分行列示，应拨金额列于该期首行；"
                "累计拨付和未拨余额按资金来源计算；滞留天数自到账园区之日起算，尚未拨付的计至%(on)s。"
            )
            % {"on": day(facts.on)},
        )
    ]


def _payment(place: int, each: PaymentFacts) -> list[Cell]:
    source, tranche = entry(each.sequence), row("tranche", each.pk)
    return [
        place_in(place),
        Text(_(each.source)),
        place_in(each.number, tranche),
        Money(each.planned, tranche) if each.planned is not None else Text(""),
        dated(each.planned_on, tranche),
        words(each.condition),
        dated(each.arrived_on),
        dated(each.paid_on, source),
        Money(each.amount, source),
        words(each.voucher, source),
        dated(each.confirmed_on),
        Money(each.total),
        Money(each.left),
        Number(each.days_at_park),
        Text(_remark(each)),
    ]


def _remark(each: PaymentFacts) -> str:
    said = [_(each.kind)] if each.kind and each.kind != "拨付单位" else []
    if each.is_tail:
        said.append(_("尾款"))
    if each.number is None:
        said.append(_("计划外"))
    if each.amount is None:
        said.append(_("未拨"))
    return _("、").join(said)


def _arrivals(facts: DisbursementsFacts) -> Sequence[Block]:
    if not facts.arrivals:
        return []
    return [
        Table(
            _("省拨款到账园区明细"),
            [
                Column(_("序号"), 0.5),
                Column(_("日期"), 1),
                Column(_("事项"), 1),
                Column(_("金额"), 1.2),
                Column(_("凭证号"), 1.4),
                Column(_("园区待拨余额"), 1.2),
            ],
            [
                [
                    place_in(place),
                    dated(each.on, entry(each.sequence)),
                    Text(_(each.kind)),
                    Money(each.amount, entry(each.sequence)),
                    words(each.voucher),
                    Money(each.held),
                ]
                for place, each in enumerate(facts.arrivals, 1)
            ],
            unit=YUAN,
        )
    ]


def _signed() -> Table:
    return signed(_("经办人（签字）"), _("复核人（签字）"), _("高新区管委会（盖章）"))
