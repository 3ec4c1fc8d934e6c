"""经费决算表: money in by source, money out by category, what is left. Pure. Layout: F6."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from finance.terms import FISCAL, INDIRECT, PROVINCIAL, SOURCES
from reports.document import (
    Block,
    Cell,
    Column,
    Money,
    Section,
    Table,
    Text,
)
from reports.facts import AcceptanceFacts, CategoryFacts, SettlementFacts, SourceFacts
from reports.sections.cells import (
    WAN,
    ZERO,
    fiscal_left,
    held_by_park,
    left_by,
    received_by,
    returned_by,
    spent_by,
)
from reports.shown import do_not_add_up

EQUIPMENT = ("设备购置费", "设备试制费", "设备改造与租赁费")
"""Categories of the classic scheme that are parts of 设备费."""

Facts = AcceptanceFacts | SettlementFacts


class _Line(NamedTuple):
    """A line of spending. depth: how far it is set in. categories: whose sum it is, none for all."""

    depth: int
    label: str
    categories: list[str]
    parts: Sequence[CategoryFacts]

    def amount(self, *sources: str) -> Decimal:
        """Of these sources, or of all."""
        places = [SOURCES.index(source) for source in sources] or range(len(SOURCES))
        return sum((each.amounts[place] for each in self.parts for place in places), ZERO)

    def cells(self, on: date, sources: Sequence[str]) -> list[Cell]:
        """All of it, then of each of `sources`."""
        whole = Money(self.amount(), spent_by(on, categories=self.categories))
        return [
            whole,
            *(Money(self.amount(each), spent_by(on, each, categories=self.categories)) for each in sources),
        ]


def settlement_blocks(facts: AcceptanceFacts) -> list[Block]:
    """Money in, money out with every source, and what is left, each a table."""
    on = facts.on
    lines = _lines(facts)
    group = _("其中")
    return [
        Table(
            _("经费投入"),
            [Column(_("来源"), 3), Column(_("投入数"), 1.6)],
            [[Text(label), money] for label, money in _income(facts)],
            unit=WAN,
            has_total=True,
        ),
        Table(
            _("经费支出"),
            [
                Column(_("科目"), 2.6),
                Column(_("支出数"), 1.3),
                *(Column(_(source), 1.3, group) for source in SOURCES),
            ],
            [[Text(line.label), *line.cells(on, SOURCES)] for line in lines],
            unit=WAN,
            has_total=True,
            indent={place: line.depth for place, line in enumerate(lines) if line.depth},
        ),
        _left(facts),
    ]


def settlement_section(facts: SettlementFacts) -> Section:
    """The settlement table as a paper of its own, on one page, to be signed."""
    # Room to sign and to stamp, so low that all of it stays on one page.
    signed = Table(
        "",
        [
            Column(_("项目负责人（签字）")),
            Column(_("财务负责人（签字）")),
            Column(_("承担单位财务章")),
            Column(_("日期")),
        ],
        [[Text("　\n　"), Text(""), Text(""), Text(_("年　　月　　日"))]],
    )
    return Section("", [_form(facts), signed])


def _form(facts: SettlementFacts) -> Table:
    """Money in at the left, with what is left at its foot; money out at the right."""
    income, lines = _income(facts), _lines(facts)
    *rest, left_over = _rest(facts)
    left: list[list[Cell]] = [[Text(label), money] for label, money in (*income, *rest)]
    right: list[list[Cell]] = [
        [Text("　" * line.depth + line.label), *line.cells(facts.on, [PROVINCIAL])] for line in lines[:-1]
    ]
    height = max(len(left), len(right))
    left += [[Text(""), Text("")] for _place in range(height - len(left))]
    right += [[Text(""), Text(""), Text("")] for _place in range(height - len(right))]
    rows = [[*into, *out] for into, out in zip(left, right, strict=True)]
    label, money = left_over
    rows.append([Text(label), money, Text(lines[-1].label), *lines[-1].cells(facts.on, [PROVINCIAL])])
    into, out = _("经费投入"), _("经费支出")
    rounded = _("金额以万元列示并四舍五入，分项之和与合计的尾差由此产生，合计按元汇总后换算。")
    if not _rounding_shows(income, lines):
        rounded = ""
    return Table(
        "",
        [
            Column(_("来源"), 1.8, into),
            Column(_("投入数"), 1.2, into),
            Column(_("科目"), 3.4, out),
            Column(_("支出数"), 1.2, out),
            Column(_("其中：省拨款"), 1.3, out),
        ],
        rows,
        unit=WAN,
        has_total=True,
        note=_("以上各项与项目会计账簿和凭证相符。") + rounded,
    )


def _rounding_shows(income: Sequence[tuple[str, Money]], lines: Sequence[_Line]) -> bool:
    *sources, (_label, total_in) = income
    *parts, total_out = [line for line in lines if not line.depth]
    inner = [line for line in lines if line.depth == 1]
    return any(
        do_not_add_up(amounts, whole)
        for amounts, whole in (
            ([money.amount or ZERO for _name, money in sources], total_in.amount or ZERO),
            ([line.amount() for line in parts], total_out.amount()),
            ([line.amount(PROVINCIAL) for line in parts], total_out.amount(PROVINCIAL)),
            ([line.amount() for line in inner], parts[0].amount()),
            ([line.amount(PROVINCIAL) for line in inner], parts[0].amount(PROVINCIAL)),
        )
    )


def _income(facts: Facts) -> list[tuple[str, Money]]:
    """What the unit received of each source, then of all."""
    labels = [_("省拨款"), _("部门、地方配套"), _("承担单位自筹"), _("其他来源")]
    found = [
        (label, Money(source.received, received_by(facts.on, source.source)))
        for label, source in zip(labels, facts.sources, strict=True)
    ]
    return [*found, (_("投入合计"), Money(total(facts.sources, "received"), received_by(facts.on)))]


def _lines(facts: Facts) -> list[_Line]:
    """Direct costs with their parts, indirect costs, and all of it."""
    direct = [each for each in facts.categories if each.category != INDIRECT]
    indirect = [each for each in facts.categories if each.category == INDIRECT]
    equipment = [each for each in direct if each.category in EQUIPMENT]
    lines = [_line(0, _("（一）直接费用"), direct)]
    place = 0
    for each in direct:
        if each.category in EQUIPMENT:
            if each is equipment[0]:
                place += 1
                lines.append(_line(1, f"{place}. {_('设备费')}", equipment))
            lines.append(_line(2, f"（{equipment.index(each) + 1}）{_(each.category)}", [each]))
        else:
            place += 1
            lines.append(_line(1, f"{place}. {_(each.category)}", [each]))
    lines += [_line(0, _("（二）间接费用"), [each]) for each in indirect]
    return [*lines, _Line(0, _("支出合计"), [], facts.categories)]


def _line(depth: int, label: str, parts: Sequence[CategoryFacts]) -> _Line:
    return _Line(depth, label, [each.category for each in parts], parts)


def _rest(facts: Facts) -> list[tuple[str, Money]]:
    """What went back, what the park still holds, and what is left at the unit, of fiscal money and of all."""
    on = facts.on
    by_source = {each.source: each for each in facts.sources}
    fiscal = sum((by_source[source].balance for source in FISCAL), ZERO)
    return [
        (_("已退回"), Money(total(facts.sources, "refunded"), returned_by(on))),
        (_("园区待拨省拨款"), Money(by_source[PROVINCIAL].held_at_park, held_by_park(on))),
        (_("财政资金结余"), Money(fiscal, fiscal_left(on))),
        (_("经费结余"), Money(total(facts.sources, "balance"), left_by(on))),
    ]


def _left(facts: AcceptanceFacts) -> Table:
    """What is left, source by source: received less spent less sent back."""
    on = facts.on
    rows: list[list[Cell]] = [
        [
            Text(_(each.source)),
            Money(each.received, received_by(on, each.source)),
            Money(each.spent, spent_by(on, each.source)),
            Money(each.refunded, returned_by(on, each.source)),
            Money(each.balance, left_by(on, each.source)),
        ]
        for each in facts.sources
    ]
    rows.append(
        [
            Text(_("合计")),
            Money(total(facts.sources, "received"), received_by(on)),
            Money(total(facts.sources, "spent"), spent_by(on)),
            Money(total(facts.sources, "refunded"), returned_by(on)),
            Money(total(facts.sources, "balance"), left_by(on)),
        ]
    )
    return Table(
        _("经费结余"),
        [
            Column(_("资金来源"), 1.6),
            Column(_("投入数")),
            Column(_("支出数")),
            Column(_("退回数")),
            Column(_("结余数")),
        ],
        rows,
        unit=WAN,
        has_total=True,
    )


def total(sources: Sequence[SourceFacts], name: str) -> Decimal:
    """One figure of all sources together."""
    return sum((getattr(each, name) for each in sources), ZERO)
