"""四、经费到位与使用情况: committed, received, spent; the course of both fiscal sources; tranches; what is left. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from finance.terms import ARRIVAL, FISCAL, MATCHING, PROVINCIAL
from reports.document import Absent, Block, Cell, Column, Money, Number, Paragraph, Section, Table, Text
from reports.facts import AcceptanceFacts, SourceFacts, TrancheFacts
from reports.sections.cells import (
    CONTRACT,
    WAN,
    ZERO,
    Figures,
    chart,
    dated,
    day,
    entries,
    held_by_park,
    left_by,
    or_absent,
    received_by,
    returned_by,
    row,
    share,
    spent_by,
    wan,
    words,
)
from reports.sections.settlement import settlement_blocks, total

COURSE_ROWS = 40
"""Days of the course that are shown as a table; of more, each month's last."""


def money_section(facts: AcceptanceFacts, figures: Figures) -> Section:
    return Section(
        _("经费到位与使用情况"),
        sections=[
            Section(_("资金来源与到位"), [*_sources(facts), *chart(figures, "limits")]),
            Section(_("省拨款与园区配套到位进度"), _course(facts, figures)),
            Section(_("拨付期次"), _tranches(facts)),
            Section(_("分年度支出"), [*_by_year(facts), *chart(figures, "spending")]),
            Section(_("经费决算表"), [*_frozen(facts), *settlement_blocks(facts)]),
            Section(_("结余及退回"), [*_surplus(facts), *chart(figures, "waterfall")]),
            Section(_("专项审计"), or_absent(_audits(facts), _("截至报告日未登记专项审计报告。"))),
        ],
    )


def _sources(facts: AcceptanceFacts) -> list[Block]:
    on = facts.on
    rows: list[list[Cell]] = [
        [
            Text(_(each.source)),
            Money(each.committed, CONTRACT),
            Money(each.received, received_by(on, each.source)),
            share(each.received, each.committed),
            Money(each.spent, spent_by(on, each.source)),
            share(each.spent, each.received),
            Money(each.refunded, returned_by(on, each.source)),
            Money(each.balance, left_by(on, each.source)),
        ]
        for each in facts.sources
    ]
    received, spent = total(facts.sources, "received"), total(facts.sources, "spent")
    committed = total(facts.sources, "committed")
    rows.append(
        [
            Text(_("合计")),
            Money(committed, CONTRACT),
            Money(received, received_by(on)),
            share(received, committed),
            Money(spent, spent_by(on)),
            share(spent, received),
            Money(total(facts.sources, "refunded"), returned_by(on)),
            Money(total(facts.sources, "balance"), left_by(on)),
        ]
    )
    summary = _(
        "合同约定资金合计 %(committed)s；截至%(on)s累计到位 %(received)s，累计支出 %(spent)s，结存 %(balance)s。"
    ) % {
        "committed": wan(committed),
        "on": day(on),
        "received": wan(received),
        "spent": wan(spent),
        "balance": wan(total(facts.sources, "balance")),
    }
    return [
        Paragraph(summary),
        Table(
            _("资金来源、到位与使用情况"),
            [
                Column(_("资金来源"), 1.2),
                Column(_("合同数"), 1.2),
                Column(_("到位数"), 1.2),
                Column(_("到位率"), 1),
                Column(_("支出数"), 1.2),
                Column(_("支出率"), 1),
                Column(_("退回数"), 1),
                Column(_("结存数"), 1.2),
            ],
            rows,
            unit=WAN,
            has_total=True,
            note=_("到位率为到位数与合同数之比，支出率为支出数与到位数之比；已红冲的分录不计入。"),
        ),
    ]


def _ratios(facts: AcceptanceFacts) -> str:
    """What the contract promises of park money for each yuan of the province, what came, and what is demanded."""
    if facts.project.is_outside_park:
        return _("项目承担单位在高新区外，不要求园区配套。")

    def said(ratio: Decimal, what: str) -> str:
        province, park = (
            next(getattr(each, what) for each in facts.sources if each.source == source) for source in FISCAL
        )
        # Four places where they are rounded, so that 1∶1 is said of nothing less.
        return f"1∶{ratio.normalize() if ratio * province == park else ratio:f}"

    if facts.ratio_committed is None:
        return _("合同没有省拨款，不计算配套比例。")
    sentence = _("省拨款与园区配套之比，合同约定为 %(committed)s，批次规定园区配套不低于 %(required)s；") % {
        "committed": said(facts.ratio_committed, "committed"),
        "required": f"{facts.limits.matching_province.normalize():f}∶{facts.limits.matching_park.normalize():f}",
    }
    if facts.ratio_received is None:
        return sentence + _("省拨款尚未到位。")
    return sentence + _("实际到位为 %(received)s。") % {"received": said(facts.ratio_received, "received")}


def _course(facts: AcceptanceFacts, figures: Figures) -> Sequence[Block]:
    said = _ratios(facts)
    if not facts.course:
        return [Paragraph(said), Absent(_("截至报告日，省拨款和园区配套均未到位。"))]
    on = facts.on
    points = facts.course
    if len(points) > COURSE_ROWS:
        points = list({(point.on.year, point.on.month): point for point in points}.values())
    owes = not facts.project.is_outside_park
    rows: list[list[Cell]] = [
        [
            dated(point.on),
            Money(point.province, received_by(point.on, PROVINCIAL)),
            Money(point.park, received_by(point.on, MATCHING)),
            *([Money(point.park - point.province, received_by(point.on, *FISCAL))] if owes else []),
        ]
        for point in points
    ]
    return [
        Paragraph(said),
        *chart(figures, "course"),
        Table(
            _("省拨款与园区配套累计到位情况"),
            [
                Column(_("日期"), 1.4),
                Column(_("省拨款累计到位"), 1.5),
                Column(_("园区配套累计到位"), 1.5),
                *([Column(_("配套超出（不足）"), 1.5)] if owes else []),
            ],
            rows,
            unit=WAN,
            note=(_("不足以负数列示。") if owes else "") + _("截至%(on)s。") % {"on": day(on)},
        ),
    ]


def _tranches(facts: AcceptanceFacts) -> Sequence[Block]:
    if not facts.tranches:
        return [Absent(_("合同未约定分期拨付计划。"))]
    waited = [each for each in facts.tranches if each.days_at_park is not None]
    limit = facts.limits.holding_days
    said = _("合同约定分期拨付 %(count)d 期，已全额拨付 %(paid)d 期，单位已确认 %(confirmed)d 期。") % {
        "count": len(facts.tranches),
        "paid": sum(each.paid >= each.amount for each in facts.tranches),
        "confirmed": sum(each.confirmed >= each.amount for each in facts.tranches),
    }
    said += _unplanned(facts.sources, facts.tranches)
    if waited:
        said += _("经园区拨付的各期中，在园区停留最长 %(days)d 天，超过 %(limit)d 天的 %(over)d 期。") % {
            "days": max(each.days_at_park or 0 for each in waited),
            "limit": limit,
            "over": sum((each.days_at_park or 0) > limit for each in waited),
        }
    rows: list[list[Cell]] = [
        [
            Text(_(each.source), row("tranche", each.pk)),
            Number(each.number, form="plain", after=_("（尾款）") if each.is_tail else ""),
            Money(each.amount, row("tranche", each.pk)),
            dated(each.planned_on),
            Text(_("直接拨付")) if each.is_direct else dated(each.arrived_on),
            dated(each.paid_on),
            dated(each.confirmed_on),
            Number(each.days_at_park),
            Money(each.paid, received_by(facts.on, each.source)),
        ]
        for each in facts.tranches
    ]
    return [
        Paragraph(said),
        Table(
            _("分期拨付情况"),
            [
                Column(_("资金来源"), 1),
                Column(_("期次"), 0.8),
                Column(_("计划金额"), 1.1),
                Column(_("计划日期"), 1.3),
                Column(_("到账园区"), 1.3),
                Column(_("拨付单位"), 1.3),
                Column(_("单位确认"), 1.3),
                Column(_("停留天数"), 0.7),
                Column(_("已拨金额"), 1.1),
            ],
            rows,
            unit=WAN,
            note=_(
                "到账、拨付和确认按先到先付顺序对应到各期，日期为该期全额完成之日；"
                "停留天数为到账园区至拨付单位的天数，尚未拨付的计至报告日；直接拨付的资金和园区配套不经到账环节，不计停留天数。"
            ),
        ),
        *_arrivals(facts),
    ]


def _unplanned(sources: Sequence[SourceFacts], tranches: Sequence[TrancheFacts]) -> str:
    """Where the plan of tranches is more or less than the contract says of a source; nothing where they agree."""
    said = ""
    for each in sources:
        planned = sum((tranche.amount for tranche in tranches if tranche.source == each.source), ZERO)
        if each.source in FISCAL and planned != each.committed:
            said += _("%(source)s分期计划合计 %(planned)s，合同数为 %(committed)s，二者不一致。") % {
                "source": _(each.source),
                "planned": wan(planned),
                "committed": wan(each.committed),
            }
    return said


def _arrivals(facts: AcceptanceFacts) -> list[Block]:
    grant = next(each for each in facts.sources if each.source == PROVINCIAL)
    if not grant.arrived_at_park:
        return []
    source = entries(facts.on, kinds=(ARRIVAL,), sources=(PROVINCIAL,))
    return [
        Table(
            _("园区经手省拨款情况"),
            [Column(_("事项"), 3), Column(_("金额"), 1.5)],
            [
                [Text(_("到账园区")), Money(grant.arrived_at_park, source)],
                [Text(_("园区待拨")), Money(grant.held_at_park, held_by_park(facts.on))],
            ],
            unit=WAN,
        )
    ]


def _by_year(facts: AcceptanceFacts) -> Sequence[Block]:
    if not facts.spending:
        return [Absent(_("截至报告日没有支出。"))]
    years = sorted({each.year for each in facts.spending})
    amounts: dict[tuple[str, int], Decimal] = {}
    for each in facts.spending:
        key = (each.category, each.year)
        amounts[key] = amounts.get(key, ZERO) + each.amount
    names = [each.category for each in facts.categories]
    rows: list[list[Cell]] = [
        [
            Text(_(name)),
            *(
                Money(amounts.get((name, year), ZERO), spent_by(facts.on, categories=[name], year=year))
                for year in years
            ),
            Money(
                sum((amounts.get((name, year), ZERO) for year in years), ZERO),
                spent_by(facts.on, categories=[name]),
            ),
        ]
        for name in names
    ]
    rows.append(
        [
            Text(_("合计")),
            *(
                Money(
                    sum((amounts.get((name, year), ZERO) for name in names), ZERO),
                    spent_by(facts.on, year=year),
                )
                for year in years
            ),
            Money(sum(amounts.values(), ZERO), spent_by(facts.on)),
        ]
    )
    return [
        Table(
            _("分年度、分科目支出情况"),
            [
                Column(_("支出科目"), 1.8),
                *(Column(_("%(year)d 年") % {"year": year}) for year in years),
                Column(_("合计"), 1.1),
            ],
            rows,
            unit=WAN,
            has_total=True,
        )
    ]


def _frozen(facts: AcceptanceFacts) -> list[Block]:
    """What was frozen, beside what the ledger says on the day of the report."""
    said = [Paragraph(_("下表按台账编制，截止日为%(on)s。") % {"on": day(facts.on)})]
    if facts.frozen:
        last = facts.frozen[-1]
        said.append(
            Paragraph(
                _(
                    "项目第 %(number)d 号经费决算已封存，决算截止日为%(day)s，列投入 %(received)s、支出 %(spent)s、"
                    "结余 %(balance)s，校验值为 %(digest)s。"
                )
                % {
                    "number": last.number,
                    "day": day(last.settled_on),
                    "received": wan(last.received),
                    "spent": wan(last.spent),
                    "balance": wan(last.balance),
                    "digest": last.digest,
                }
            )
        )
    else:
        said.append(Paragraph(_("截至报告日，经费决算尚未封存。")))
    return list(said)


def _surplus(facts: AcceptanceFacts) -> list[Block]:
    on = facts.on
    fiscal = [each for each in facts.sources if each.source in FISCAL]
    held = next(each.held_at_park for each in facts.sources if each.source == PROVINCIAL)
    blocks: list[Block] = [
        Paragraph(
            _("截至%(on)s，承担单位结存财政资金 %(left)s，园区待拨省拨款 %(held)s。")
            % {
                "on": day(on),
                "left": wan(sum((each.balance for each in fiscal), ZERO)),
                "held": wan(held),
            }
        )
    ]
    if facts.surplus:
        last = facts.surplus[-1]
        said = _("结余处理意见（%(day)s）：%(use)s，金额 %(amount)s。") % {
            "day": day(last.decided_on),
            "use": _(last.use),
            "amount": wan(last.amount),
        }
        if last.kept_until is not None:
            said += _("留用期限至%(until)s。") % {"until": day(last.kept_until)}
        blocks.append(Paragraph(said + last.reason))
    else:
        blocks.append(Paragraph(_("截至报告日，未登记结余处理意见。")))
    if not facts.refunds:
        blocks.append(Paragraph(_("截至报告日，没有要求退回的资金。")))
        return blocks
    rows: list[list[Cell]] = [
        [
            words(_(each.cause), row("refund", each.pk)),
            Text(_(each.source)),
            Text(_(each.holder)),
            Money(each.amount, row("refund", each.pk)),
            Money(each.interest, row("refund", each.pk)),
            Money(each.came + each.came_interest, row("refund", each.pk)),
            Money(each.amount + each.interest - each.came - each.came_interest, row("refund", each.pk)),
            dated(each.due_on),
        ]
        for each in facts.refunds
    ]
    blocks.append(
        Table(
            _("应退资金情况"),
            [
                Column(_("原因"), 1.2),
                Column(_("资金来源")),
                Column(_("应退单位"), 1.2),
                Column(_("应退本金")),
                Column(_("应退利息")),
                Column(_("已收")),
                Column(_("尚欠")),
                Column(_("退回期限"), 1.3),
            ],
            rows,
            unit=WAN,
        )
    )
    return blocks


def _audits(facts: AcceptanceFacts) -> list[Block]:
    if not facts.audits:
        return []
    return [
        Table(
            _("专项审计情况"),
            [
                Column(_("审计日期"), 1.4),
                Column(_("审计机构"), 2),
                Column(_("报告文号"), 1.8),
                Column(_("审计意见"), 1.2),
                Column(_("审定新增总投入"), 1.4),
            ],
            [
                [
                    dated(each.audited_on, row("audit", each.pk)),
                    words(each.firm),
                    words(each.report_no),
                    words(_(each.opinion) if each.opinion else ""),
                    Money(each.investment, row("audit", each.pk)),
                ]
                for each in facts.audits
            ],
            unit=WAN,
        )
    ]
