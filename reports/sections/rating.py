"""九、绩效自评: what follows from the books is filled in, what the unit has to judge is left to it. Pure. Layout: F13."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from finance.terms import FISCAL
from reports.document import Block, Cell, Column, Money, Number, Paragraph, Section, Table, Text
from reports.facts import AcceptanceFacts, TargetFacts
from reports.sections.cells import CONTRACT, WAN, row, share, spent_by, words
from reports.sections.settlement import total
from reports.shown import DASH

EXECUTION, OUTPUT, BENEFIT, SATISFACTION = 10, 50, 30, 10
"""Weights, 100 together. Source: DOMAIN D128."""

ECONOMIC = "经济"
"""The category of targets whose achievement is a benefit; the others are outputs."""


def execution_score(spent: Decimal, budget: Decimal) -> Decimal | None:
    """10 × min(1, spent ÷ budget) to two places; None without a budget. Source: DOMAIN D130."""
    if budget <= 0:
        return None
    score = EXECUTION * min(Decimal(1), spent / budget)
    return score.quantize(Decimal("0.01"), ROUND_HALF_UP)


def rating_section(facts: AcceptanceFacts) -> Section:
    return Section(
        _("绩效自评"),
        [
            Paragraph(
                _(
                    "绩效自评总分 100 分：预算执行率 %(execution)d 分、产出指标 %(output)d 分、效益指标 %(benefit)d 分、"
                    "满意度指标 %(satisfaction)d 分。90 分（含）以上为优，80 分（含）至 90 分为良，"
                    "60 分（含）至 80 分为中，60 分以下为差。"
                )
                % {
                    "execution": EXECUTION,
                    "output": OUTPUT,
                    "benefit": BENEFIT,
                    "satisfaction": SATISFACTION,
                }
            ),
            *_execution(facts),
            _indicators(facts),
            Paragraph(
                _(
                    "预算执行率得分由系统按台账计算；其余得分以及满意度调查结果系统未予登记，"
                    "由承担单位在签章前填写。自评总分：＿＿＿＿分，自评等级：＿＿＿＿。"
                )
            ),
        ],
    )


def _execution(facts: AcceptanceFacts) -> list[Block]:
    on = facts.on
    fiscal = [each for each in facts.sources if each.source in FISCAL]
    other = [each for each in facts.sources if each.source not in FISCAL]
    budget, spent = total(facts.sources, "committed"), total(facts.sources, "spent")
    lines = [(_("资金总额"), facts.sources), (_("其中：财政拨款"), fiscal), (_("其他资金"), other)]
    rows: list[list[Cell]] = []
    for place, (label, sources) in enumerate(lines):
        names = [each.source for each in sources] if place else []
        planned, gone = total(sources, "committed"), total(sources, "spent")
        rows.append(
            [
                Text(label),
                Money(planned, CONTRACT),
                Money(gone, spent_by(on, *names)),
                share(gone, planned),
                Number(EXECUTION if not place else None),
                Number(execution_score(spent, budget) if not place else None, places=2),
            ]
        )
    return [
        Table(
            _("项目资金执行情况"),
            [
                Column(_("项目资金"), 1.8),
                Column(_("预算数"), 1.3),
                Column(_("执行数"), 1.3),
                Column(_("执行率"), 1.1),
                Column(_("分值"), 0.8),
                Column(_("得分"), 0.9),
            ],
            rows,
            unit=WAN,
            indent={1: 1, 2: 1},
            note=_("预算数为合同约定资金，得分为 10 分乘以执行率，执行率超过百分之百的按百分之百计。"),
        )
    ]


def _indicators(facts: AcceptanceFacts) -> Table:
    outputs = [each for each in facts.targets if each.category != ECONOMIC]
    benefits = [each for each in facts.targets if each.category == ECONOMIC]
    rows = [_target(_("产出指标"), each) for each in outputs]
    planned = [each for each in facts.milestones if not each.is_waived]
    timely = sum(each.completed_on is not None and not each.late_days for each in planned)
    rows.append(
        [
            Text(_("产出指标")),
            Text(_("时效")),
            Text(_("里程碑按期完成数（个）")),
            Text(str(len(planned))),
            Text(str(timely)),
            Text(""),
            Text(""),
        ]
    )
    rows += [_target(_("效益指标"), each) for each in benefits]
    rows.append(
        [
            Text(_("满意度指标")),
            Text(_("服务对象")),
            Text(_("服务对象满意度")),
            Text(DASH),
            Text(""),
            Text(""),
            Text(""),
        ]
    )
    return Table(
        _("绩效指标完成情况"),
        [
            Column(_("一级指标"), 1.2),
            Column(_("二级指标"), 1.1),
            Column(_("三级指标"), 2.2),
            Column(_("指标值"), 1.1),
            Column(_("完成值"), 1.1),
            Column(_("得分"), 0.8),
            Column(_("偏差原因及改进措施"), 2.2),
        ],
        rows,
        note=_("产出指标共 50 分，效益指标共 30 分，满意度指标 10 分，各三级指标的分值由承担单位分配。"),
    )


def _target(level: str, each: TargetFacts) -> list[Cell]:
    name = f"{each.name}（{each.unit}）" if each.unit else each.name
    return [
        Text(level),
        words(each.category),
        words(name, row("target", each.pk)),
        words(each.contract_value, row("target", each.pk)),
        words(each.achieved_value, row("target", each.pk)),
        Text(""),
        Text(""),
    ]
