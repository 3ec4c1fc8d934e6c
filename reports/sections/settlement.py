"""经费决算表: money in by source, money out by category, what is left. Pure. Layout: F6."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from finance.terms import FISCAL, INDIRECT, PROVINCIAL, SOURCES
from reports.document import Block, Column, Money, Pairs, Section, SignatureBlock, Signatures, Table, Text
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
from reports.sections.project import party

EQUIPMENT = ("设备购置费", "设备试制费", "设备改造与租赁费")
"""Categories of the classic scheme that are parts of 设备费."""

Facts = AcceptanceFacts | SettlementFacts


def settlement_blocks(facts: Facts, *, by_source: bool) -> list[Block]:
    """Both tables and what is left. by_source: spending of every source, not of provincial money alone."""
    return [_income(facts), _spending(facts, SOURCES if by_source else (PROVINCIAL,)), _left(facts)]


def settlement_section(facts: SettlementFacts) -> Section:
    """The settlement table as a paper of its own, to be signed."""
    project = facts.project
    head = Pairs(
        "",
        [
            (_("项目编号"), Text(project.number)),
            (_("承担单位"), Text(party(facts.parties, "unit"))),
            (_("项目名称"), Text(project.name)),
        ],
    )
    signed = Signatures(
        [
            SignatureBlock(
                _("以上各项与项目会计账簿和凭证相符。"),
                signers=[_("项目负责人（签字）"), _("财务负责人（签字）"), _("承担单位财务章")],
            )
        ]
    )
    return Section("", [head, *settlement_blocks(facts, by_source=False), signed])


def _income(facts: Facts) -> Table:
    on = facts.on
    labels = [_("省拨款"), _("部门、地方配套（园区配套）"), _("承担单位自筹"), _("其他来源（社会资本）")]
    rows: list[list[Text | Money]] = [
        [Text(label), Money(source.received, received_by(on, source.source))]
        for label, source in zip(labels, facts.sources, strict=True)
    ]
    rows.append([Text(_("投入合计")), Money(total(facts.sources, "received"), received_by(on))])
    return Table(
        _("经费投入"), [Column(_("来源"), 3), Column(_("投入数"), 1.6)], rows, unit=WAN, has_total=True
    )


def _spending(facts: Facts, sources: Sequence[str]) -> Table:
    """Direct costs with their parts, indirect costs, and all of it."""
    on = facts.on
    direct = [each for each in facts.categories if each.category != INDIRECT]
    indirect = [each for each in facts.categories if each.category == INDIRECT]
    rows: list[list[Text | Money]] = []
    indent: dict[int, int] = {}

    def add(label: str, parts: Sequence[CategoryFacts], depth: int) -> None:
        # All categories together need not be named.
        named = [] if len(parts) == len(facts.categories) else [each.category for each in parts]
        if depth:
            indent[len(rows)] = depth
        rows.append(
            [
                Text(label),
                Money(
                    sum((amount for each in parts for amount in each.amounts), ZERO),
                    spent_by(on, categories=named),
                ),
                *(
                    Money(
                        sum((each.amounts[SOURCES.index(source)] for each in parts), ZERO),
                        spent_by(on, source, categories=named),
                    )
                    for source in sources
                ),
            ]
        )

    add(_("（一）直接费用"), direct, 0)
    place = 0
    equipment = [each for each in direct if each.category in EQUIPMENT]
    for each in direct:
        if each.category in EQUIPMENT:
            if each is equipment[0]:
                place += 1
                add(_("%(place)d. 设备费") % {"place": place}, equipment, 1)
            add(f"（{equipment.index(each) + 1}）{_(each.category)}", [each], 2)
        else:
            place += 1
            add(f"{place}. {_(each.category)}", [each], 1)
    for each in indirect:
        add(_("（二）间接费用"), [each], 0)
    add(_("支出合计"), facts.categories, 0)
    if len(sources) == 1:
        columns = [Column(_("科目"), 3), Column(_("支出数"), 1.6), Column(_("其中：省拨款支出数"), 2)]
    else:
        group = _("其中")
        columns = [
            Column(_("科目"), 2.6),
            Column(_("支出数"), 1.3),
            *(Column(_(source), 1.3, group) for source in sources),
        ]
    return Table(_("经费支出"), columns, rows, unit=WAN, has_total=True, indent=indent)


def _left(facts: Facts) -> Pairs:
    on = facts.on
    by_source = {each.source: each for each in facts.sources}
    pairs = [(_("经费结余"), Money(total(facts.sources, "balance"), left_by(on)))]
    pairs.append(
        (
            _("其中：财政资金结余"),
            Money(sum((by_source[source].balance for source in FISCAL), ZERO), fiscal_left(on)),
        )
    )
    pairs += [
        (
            _("财政结余中的%(source)s") % {"source": _(source)},
            Money(by_source[source].balance, left_by(on, source)),
        )
        for source in FISCAL
    ]
    refunded = total(facts.sources, "refunded")
    pairs += [
        (_("已退回"), Money(refunded, returned_by(on))),
        (_("园区待拨省拨款"), Money(by_source[PROVINCIAL].held_at_park, held_by_park(on))),
    ]
    return Pairs(_("经费结余"), pairs, WAN)


def total(sources: Sequence[SourceFacts], name: str) -> Decimal:
    """One figure of all sources together."""
    return sum((getattr(each, name) for each in sources), ZERO)
