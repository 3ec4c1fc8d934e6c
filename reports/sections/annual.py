"""年度执行情况报告: what the unit reported of one year, beside what the system knows of it. Pure. Layout: F4."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from finance.terms import CATEGORIES, RECEIVED_KINDS, REFUND
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
    SignatureBlock,
    Signatures,
    Source,
    Table,
    Text,
)
from reports.facts import MilestoneFacts
from reports.facts_papers import AnnualReportFacts
from reports.sections.cells import (
    CONTRACT,
    WAN,
    ZERO,
    dated,
    day,
    entries,
    left_by,
    or_absent,
    received_by,
    row,
    share,
    spent_by,
    told,
    wan,
    words,
)
from reports.sections.changes import changes_blocks
from reports.sections.inspections import findings_blocks, inspections_blocks
from reports.sections.plan import milestones_summary, milestones_table
from reports.sections.project import ROLES, party
from reports.sections.targets import targets_blocks

_EXPORT_UNIT = Decimal(10_000)


def annual_sections(facts: AnnualReportFacts) -> list[Section]:
    return [
        Section(_("项目概况"), _project(facts)),
        Section(_("年度计划执行情况"), _plan(facts)),
        _said(facts),
        Section(_("资金到位与使用"), _money(facts)),
        Section(_("经济社会效益"), _benefits(facts)),
        Section(
            _("考核指标累计完成情况"),
            or_absent(_targets(facts), _("合同未登记考核指标。")),
        ),
        Section(_("检查、整改与变更"), _events(facts)),
        Section(_("下年度计划"), _next(facts)),
        Section(_("审核意见"), [_signatures(facts)]),
    ]


def _project(facts: AnnualReportFacts) -> list[Block]:
    project, report = facts.project, facts.report
    blocks: list[Block] = [
        Pairs(
            _("项目基本信息"),
            [
                (_("项目名称"), words(project.name)),
                (_("项目编号"), words(project.number)),
                (_("承担单位"), words(party(facts.parties, "unit"))),
                (_("所属集群"), words(project.cluster)),
                (_("项目负责人"), words(project.leader)),
                (_("高新区管委会"), words(party(facts.parties, "park"))),
                (_("开始日期"), Day(project.start_on, CONTRACT)),
                (_("结束日期"), Day(project.end_on, CONTRACT)),
                (_("报告年度"), Text(_("%(year)d 年") % {"year": facts.year})),
                (_("数据截止日"), Day(facts.until)),
            ],
        )
    ]
    if report is None:
        said = _("截至%(on)s，系统中没有承担单位提交的 %(year)d 年度报告，以下为系统登记的情况。")
        return [*blocks, Paragraph(said % {"on": day(facts.on), "year": facts.year})]
    source = row("annual_report", report.pk)
    blocks.append(
        Pairs(
            _("年度报告提交与审核"),
            [
                (_("提交日期"), Day(report.submitted_on, source)),
                (_("审核日期"), Day(report.reviewed_on, source)),
                (_("状态"), words(_(report.state), source)),
                (_("总体进展"), words(_(report.progress) if report.progress else "", source)),
            ],
        )
    )
    return blocks


def _plan(facts: AnnualReportFacts) -> list[Block]:
    plan = facts.plan
    if plan.planned_spend is None:
        said = _("%(year)d 年实际支出 %(spent)s，计划支出未填报。") % {
            "year": facts.year,
            "spent": wan(plan.spent),
        }
    else:
        said = _("%(year)d 年计划支出 %(planned)s，实际支出 %(spent)s。") % {
            "year": facts.year,
            "planned": wan(plan.planned_spend),
            "spent": wan(plan.spent),
        }
    if not facts.milestones:
        return [Paragraph(said), Absent(_("年度计划未登记该年度的里程碑。"))]
    return [
        Paragraph(milestones_summary(facts.milestones) + said),
        milestones_table(facts.milestones),
        *_progress(facts.milestones),
    ]


def _progress(milestones: Sequence[MilestoneFacts]) -> list[Block]:
    """What was said of single milestones."""
    return [
        Paragraph(_("%(name)s：%(progress)s") % {"name": each.name, "progress": each.progress})
        for each in milestones
        if each.progress
    ]


def _said(facts: AnnualReportFacts) -> Section:
    title = _("单位报告内容")
    if facts.said:
        return Section(title, sections=[Section(_(each.title), told(each.text)) for each in facts.said])
    if facts.report is None:
        return Section(title, [Absent(_("承担单位尚未提交年度报告。"))])
    return Section(title, [Absent(_("年度报告的文字内容不在本系统（由历史资料补录，或已退回修改）。"))])


def _money(facts: AnnualReportFacts) -> list[Block]:
    until, year = facts.until, facts.year
    moved = {each.source: each for each in facts.money}
    rows: list[list[Cell]] = [
        [
            Text(_(each.source)),
            Money(each.committed, CONTRACT),
            Money(moved[each.source].received, _in_year(facts, "received", each.source)),
            Money(each.received, received_by(until, each.source)),
            share(each.received, each.committed),
            Money(moved[each.source].spent, spent_by(until, each.source, year=year)),
            Money(each.spent, spent_by(until, each.source)),
            Money(moved[each.source].refunded, _in_year(facts, "refunded", each.source)),
            Money(each.balance, left_by(until, each.source)),
        ]
        for each in facts.sources
    ]

    def of(rows: Sequence[object], name: str) -> Decimal:
        return sum((getattr(each, name) for each in rows), ZERO)

    committed, received = of(facts.sources, "committed"), of(facts.sources, "received")
    rows.append(
        [
            Text(_("合计")),
            Money(committed, CONTRACT),
            Money(of(facts.money, "received"), _in_year(facts, "received")),
            Money(received, received_by(until)),
            share(received, committed),
            Money(of(facts.money, "spent"), spent_by(until, year=year)),
            Money(of(facts.sources, "spent"), spent_by(until)),
            Money(of(facts.money, "refunded"), _in_year(facts, "refunded")),
            Money(of(facts.sources, "balance"), left_by(until)),
        ]
    )
    this_year, so_far = _("本年度"), _("累计")
    blocks: list[Block] = [
        Table(
            _("资金到位与使用情况"),
            [
                Column(_("资金来源"), 1.1),
                Column(_("合同数"), 1.1),
                Column(_("本年到位"), 1.1),
                Column(_("累计到位"), 1.1),
                Column(_("到位率"), 0.9),
                Column(_("本年支出"), 1.1),
                Column(_("累计支出"), 1.1),
                Column(_("本年退回"), 0.9),
                Column(_("结存"), 1.1),
            ],
            rows,
            unit=WAN,
            has_total=True,
            note=_("%(year)s指 %(of)d 年 1 月 1 日至%(until)s，%(total)s自项目开始实施起。")
            % {"year": this_year, "of": year, "until": day(until), "total": so_far},
        )
    ]
    return [*blocks, *_spending(facts)]


_KINDS = {"received": tuple(sorted(RECEIVED_KINDS)), "refunded": (REFUND,)}


def _in_year(facts: AnnualReportFacts, what: str, *sources: str) -> Source:
    return entries(facts.until, kinds=_KINDS[what], sources=sources, year=facts.year)


def _spending(facts: AnnualReportFacts) -> list[Block]:
    if not facts.spending:
        return [Absent(_("本年度没有支出。"))]
    sources = [each.source for each in facts.sources]
    amounts = {(each.category, each.source): each.amount for each in facts.spending}
    spent_on = {each.category for each in facts.spending}
    names = [each for each in CATEGORIES[facts.project.scheme] if each in spent_on]
    rows: list[list[Cell]] = [
        [
            Text(_(name)),
            *(
                Money(
                    amounts.get((name, source), ZERO),
                    spent_by(facts.until, source, categories=[name], year=facts.year),
                )
                for source in sources
            ),
            Money(
                sum((amounts.get((name, source), ZERO) for source in sources), ZERO),
                spent_by(facts.until, categories=[name], year=facts.year),
            ),
        ]
        for name in names
    ]
    rows.append(
        [
            Text(_("合计")),
            *(
                Money(
                    sum((amounts.get((name, source), ZERO) for name in names), ZERO),
                    spent_by(facts.until, source, year=facts.year),
                )
                for source in sources
            ),
            Money(sum(amounts.values(), ZERO), spent_by(facts.until, year=facts.year)),
        ]
    )
    return [
        Table(
            _("本年度支出情况（按科目和资金来源）"),
            [Column(_("支出科目"), 1.5), *(Column(_(source)) for source in sources), Column(_("合计"))],
            rows,
            unit=WAN,
            has_total=True,
        )
    ]


def _benefits(facts: AnnualReportFacts) -> list[Block]:
    said, before = facts.benefits, facts.before
    if said is None or facts.report is None:
        return [Absent(_("年度报告未填报经济社会效益数据。"))]
    source = row("annual_report", facts.report.pk)

    def cells(name: str, make: str) -> list[Cell]:
        now = getattr(said, name)
        former = None if before is None else getattr(before, name)
        grown = None if now is None or former is None else now - former
        if make == "yuan":
            return [Money(now, source), Money(former), Money(grown)]
        if make == "dollars":
            return [
                Number(None if value is None else value / _EXPORT_UNIT, places=2)
                for value in (now, former, grown)
            ]
        return [Number(now, source=source), Number(former), Number(grown)]

    return [
        Table(
            _("经济社会效益情况"),
            [Column(_("指标"), 2), Column(_("累计")), Column(_("上年末累计")), Column(_("本年新增"))],
            [
                [Text(_("销售收入（万元）")), *cells("sales", "yuan")],
                [Text(_("上缴税金（万元）")), *cells("tax", "yuan")],
                [Text(_("出口创汇（万美元）")), *cells("export", "dollars")],
                [Text(_("授权专利（件）")), *cells("patents", "count")],
                [Text(_("制定标准（项）")), *cells("standards", "count")],
                [Text(_("新增就业（人）")), *cells("new_jobs", "count")],
            ],
            unit=WAN,
            note=_("累计数自项目开始实施之日起，由承担单位在年度报告中填报。"),
        )
    ]


def _targets(facts: AnnualReportFacts) -> list[Block]:
    """What was achieved is kept without a day, so of a year that is over the table says from when it is."""
    blocks = targets_blocks(facts.targets)
    if blocks and facts.until < facts.on:
        said = _("考核指标的累计完成值不分年度登记，以下为截至%(on)s登记的累计数。")
        return [Paragraph(said % {"on": day(facts.on)}), *blocks]
    return blocks


def _events(facts: AnnualReportFacts) -> list[Block]:
    blocks = [
        *inspections_blocks(facts.inspections),
        *findings_blocks(facts.findings),
        *changes_blocks(facts.changes),
    ]
    return list(or_absent(blocks, _("本年度没有检查、需要整改的问题和变更。")))


def _next(facts: AnnualReportFacts) -> list[Block]:
    open_ones = [each for each in facts.next_milestones if each.completed_on is None and not each.is_waived]
    if not open_ones:
        return [Absent(_("年度计划中没有下年度待完成的里程碑。"))]
    return [
        Table(
            _("下年度里程碑计划"),
            [
                Column(_("里程碑"), 3),
                Column(_("计划完成"), 1.3),
                Column(_("责任人"), 1.2),
                Column(_("计划支出"), 1.3),
            ],
            [
                [
                    words(each.name, row("milestone", each.pk)),
                    dated(each.planned_on),
                    words(each.owner),
                    Money(each.planned_spend),
                ]
                for each in open_ones
            ],
            unit=WAN,
        )
    ]


def _signatures(facts: AnnualReportFacts) -> Signatures:
    def stamp(role: str) -> str:
        return _("%(name)s（盖章）") % {"name": party(facts.parties, role) or ROLES[role]}

    return Signatures(
        [
            SignatureBlock(
                _("承担单位意见"),
                signers=[_("项目负责人（签字）"), _("单位负责人（签字）"), stamp("unit")],
            ),
            SignatureBlock(_("高新区管委会意见"), signers=[_("负责人（签字）"), stamp("park")]),
        ]
    )
