"""三、年度计划执行情况: year by year plan against fact, milestones, and the annual reports. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from reports.document import Absent, Block, Column, Money, Number, Paragraph, Section, Table, Text
from reports.facts import AcceptanceFacts, AnnualFacts, MilestoneFacts
from reports.sections.cells import (
    WAN,
    ZERO,
    Figures,
    chart,
    dated,
    or_absent,
    place_in,
    row,
    spent_by,
    told,
    words,
)


def plan_section(facts: AcceptanceFacts, figures: Figures) -> Section:
    return Section(
        _("年度计划执行情况"),
        sections=[
            Section(_("各年度计划与完成"), [_years(facts)]),
            Section(_("里程碑完成情况"), _milestones(facts, figures)),
            Section(
                _("年度报告"),
                or_absent(_reports(facts.annual_reports), _("截至报告日没有已提交的年度报告。")),
            ),
        ],
    )


def _years(facts: AcceptanceFacts) -> Table:
    on = facts.on
    planned = [year.planned_spend for year in facts.years if year.planned_spend is not None]
    rows: list[list[Text | Number | Money]] = [
        [
            Text(_("%(year)d 年") % {"year": year.year}),
            Number(year.planned),
            Number(year.done),
            Number(year.late),
            Number(year.waived),
            Money(year.planned_spend),
            Money(year.spent, spent_by(on, year=year.year)),
        ]
        for year in facts.years
    ]
    rows.append(
        [
            Text(_("合计")),
            *(Number(sum(getattr(year, name) for year in facts.years)) for name in _COUNTS),
            Money(sum(planned, ZERO) if planned else None),
            Money(sum((year.spent for year in facts.years), ZERO), spent_by(on)),
        ]
    )
    group = _("里程碑（个）")
    return Table(
        _("年度计划与完成情况对照表"),
        [
            Column(_("年度"), 1.2),
            Column(_("计划"), 0.9, group),
            Column(_("完成"), 0.9, group),
            Column(_("逾期未完成"), 1.2, group),
            Column(_("免除"), 0.9, group),
            Column(_("计划支出"), 1.5),
            Column(_("实际支出"), 1.5),
        ],
        rows,
        unit=WAN,
        has_total=True,
    )


_COUNTS = ("planned", "done", "late", "waived")


def _milestones(facts: AcceptanceFacts, figures: Figures) -> Sequence[Block]:
    if not facts.milestones:
        return [Absent(_("年度计划未登记里程碑。"))]
    return [
        Paragraph(milestones_summary(facts.milestones)),
        milestones_table(facts.milestones),
        *chart(figures, "milestones"),
    ]


def milestones_table(milestones: Sequence[MilestoneFacts]) -> Table:
    return Table(
        _("里程碑计划与完成情况对照表"),
        [
            Column(_("年度"), 0.8),
            Column(_("里程碑"), 2.6),
            Column(_("计划完成"), 1.5),
            Column(_("实际完成"), 1.5),
            Column(_("状态"), 1.1),
            Column(_("逾期天数"), 0.9),
        ],
        [
            [
                place_in(each.year),
                words(each.name, row("milestone", each.pk)),
                dated(each.planned_on),
                dated(each.completed_on, row("milestone", each.pk)),
                Text(_state(each)),
                Number(each.late_days or None, source=row("milestone", each.pk)),
            ]
            for each in milestones
        ],
    )


def _state(each: MilestoneFacts) -> str:
    if each.is_waived:
        return _("已免除")
    if each.completed_on is not None:
        return _("已核实") if each.is_verified else _("待核实")
    return _("逾期未完成") if each.late_days else _("未到期")


def milestones_summary(milestones: Sequence[MilestoneFacts]) -> str:
    done = [each for each in milestones if each.completed_on is not None]
    waiting = [each for each in milestones if each.completed_on is None and not each.is_waived]
    said = _(
        "计划里程碑 %(count)d 个，已完成 %(done)d 个，其中按期完成 %(timely)d 个、逾期完成 %(late)d 个。"
    ) % {
        "count": len(milestones),
        "done": len(done),
        "timely": sum(not each.late_days for each in done),
        "late": sum(each.late_days > 0 for each in done),
    }
    if waiting:
        said += _("尚未完成 %(count)d 个，其中已逾期 %(late)d 个。") % {
            "count": len(waiting),
            "late": sum(each.late_days > 0 for each in waiting),
        }
    if waived := sum(each.is_waived for each in milestones):
        said += _("经批准免除 %(count)d 个。") % {"count": waived}
    return said


def _reports(reports: Sequence[AnnualFacts]) -> list[Block]:
    if not reports:
        return []
    table = Table(
        _("年度报告提交与审核情况"),
        [Column(_("年度")), Column(_("提交日期"), 1.5), Column(_("审核日期"), 1.5), Column(_("总体进展"))],
        [
            [
                Text(_("%(year)d 年") % {"year": each.year}, row("annual_report", each.pk)),
                dated(each.submitted_on, row("annual_report", each.pk)),
                dated(each.reviewed_on),
                words(_(each.progress) if each.progress else ""),
            ]
            for each in reports
        ],
    )
    last = next((each for each in reversed(reports) if each.results), None)
    if last is None:
        return [table]
    head = Paragraph(_("%(year)d 年度报告所列成果如下：") % {"year": last.year})
    return [table, head, *told(last.results)]
