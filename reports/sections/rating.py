"""九、绩效自评: what follows from the books, and what the unit says of itself; blank where it said nothing. Pure. Layout: F13."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from finance.terms import FISCAL
from lifecycle.rules.self_rating import BENEFIT, EXECUTION, OUTPUT, SATISFACTION, band_of, execution_score
from reports.document import Block, Cell, Column, Money, Number, Paragraph, Section, Table, Text
from reports.facts import AcceptanceFacts, RatingFacts, TargetFacts
from reports.sections.cells import CONTRACT, WAN, day, place_in, row, share, spent_by, stated, words
from reports.sections.settlement import total
from reports.shown import DASH, shown

ECONOMIC = "经济"
"""The category of targets whose achievement is a benefit; the others are outputs."""


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
            *([] if facts.rating is None else _scores(facts, facts.rating)),
            _indicators(facts),
            *([_left_blank()] if facts.rating is None else []),
        ],
    )


def _left_blank() -> Paragraph:
    return Paragraph(
        _(
            "预算执行率得分由系统按台账计算；承担单位尚未填报绩效自评，其余得分以及满意度调查结果"
            "由承担单位在签章前填写。自评总分：＿＿＿＿分，自评等级：＿＿＿＿。"
        )
    )


def _scores(facts: AcceptanceFacts, rating: RatingFacts) -> list[Block]:
    """What the unit says of itself, with the score of the money, and what all of it comes to."""
    source = row("self_rating", rating.pk)
    execution = rating.execution if rating.filed_on is not None else _execution_now(facts)
    points = sum((each.points for each in rating.scores), Decimal(0))
    sum_of_all = None if execution is None else points + execution
    said = (
        _("以下自评随%(on)s的验收申请提交。") % {"on": day(rating.filed_on)}
        if rating.filed_on is not None
        else _("以下自评尚未随验收申请提交，为截至报告生成时填报的内容。")
    )
    if sum_of_all is not None:
        said += _("自评总分 %(total)s 分，自评等级为“%(band)s”。") % {
            "total": shown(Number(sum_of_all, places=2)),
            "band": _(band_of(sum_of_all)),
        }
    by_ledger = _("按申请当日的台账计算。") if rating.filed_on is not None else _("按截至报告日的台账计算。")
    rows: list[list[Cell]] = [
        [
            Text(_("预算执行率")),
            Number(EXECUTION),
            Number(execution, places=2, source=source),
            Text(by_ledger),
        ]
    ]
    rows += [
        [
            Text(_(each.title)),
            Number(each.most),
            Number(each.points, places=2, source=source),
            words(each.reason),
        ]
        for each in rating.scores
    ]
    rows.append(
        [
            Text(_("合计")),
            Number(EXECUTION + sum(each.most for each in rating.scores)),
            Number(sum_of_all, places=2, source=source),
            Text(""),
        ]
    )
    columns = [
        Column(_("指标"), 1.4),
        Column(_("分值"), 0.8),
        Column(_("得分"), 0.9),
        Column(_("得分说明"), 4.5),
    ]
    return [Paragraph(said), Table(_("绩效自评得分"), columns, rows, has_total=True)]


def _execution_now(facts: AcceptanceFacts) -> Decimal | None:
    return execution_score(total(facts.sources, "spent"), total(facts.sources, "committed"))


def _execution(facts: AcceptanceFacts) -> list[Block]:
    on = facts.on
    fiscal = [each for each in facts.sources if each.source in FISCAL]
    other = [each for each in facts.sources if each.source not in FISCAL]
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
                Number(_execution_now(facts) if not place else None, places=2),
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
    """Every indicator with what was achieved; with room for scores where the unit has not rated itself here."""
    is_blank = facts.rating is None
    outputs = [each for each in facts.targets if each.category != ECONOMIC]
    benefits = [each for each in facts.targets if each.category == ECONOMIC]
    planned = [each for each in facts.milestones if not each.is_waived]
    timely = sum(each.completed_on is not None and not each.late_days for each in planned)
    rows = [_target(_("产出指标"), each) for each in outputs]
    rows.append(
        [
            Text(_("产出指标")),
            Text(_("时效")),
            Text(_("里程碑按期完成数（个）")),
            place_in(len(planned)),
            place_in(timely),
        ]
    )
    rows += [_target(_("效益指标"), each) for each in benefits]
    columns = [
        Column(_("一级指标"), 1.2),
        Column(_("二级指标"), 1.1),
        Column(_("三级指标"), 2.2),
        Column(_("指标值"), 1.1),
        Column(_("完成值"), 1.1),
    ]
    if not is_blank:
        return Table(_("绩效指标完成情况"), columns, rows)
    rows.append(
        [
            Text(_("满意度指标")),
            Text(_("服务对象")),
            Text(_("服务对象满意度")),
            Text(DASH),
            Text(""),
        ]
    )
    return Table(
        _("绩效指标完成情况"),
        [*columns, Column(_("得分"), 0.8), Column(_("偏差原因及改进措施"), 2.2)],
        [[*cells, Text(""), Text("")] for cells in rows],
        note=_("产出指标共 50 分，效益指标共 30 分，满意度指标 10 分，各三级指标的分值由承担单位分配。"),
    )


def _target(level: str, each: TargetFacts) -> list[Cell]:
    name = f"{each.name}（{each.unit}）" if each.unit else each.name
    return [
        Text(level),
        words(each.category),
        words(name, row("target", each.pk)),
        stated(each.contract_value, row("target", each.pk)),
        stated(each.achieved_value, row("target", each.pk)),
    ]
