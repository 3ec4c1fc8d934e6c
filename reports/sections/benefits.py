"""八、经济社会效益: what the annual reports say of sales, tax, export, patents, standards and jobs. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from reports.document import Absent, Block, Cell, Column, Money, Number, Paragraph, Section, Table, Text
from reports.facts import AcceptanceFacts, AnnualFacts, BenefitFacts
from reports.sections.cells import WAN, row

_EXPORT_UNIT = Decimal(10_000)


def benefits_section(facts: AcceptanceFacts) -> Section:
    title = _("经济社会效益")
    told = [each for each in facts.annual_reports if each.benefits is not None]
    if not told:
        why = _("已提交的年度报告均未填报经济社会效益数据；考核指标中的经济指标见第二章。")
        return Section(title, [Absent(why)])
    blocks: list[Block] = [
        Paragraph(_("以下数据取自承担单位提交的年度报告，均自项目开始实施之日起累计。")),
        _table(_("各年度累计效益"), [(each, _told(each)) for each in told]),
    ]
    grown = _grown(told)
    if grown:
        blocks.append(_table(_("各年度新增效益"), grown, note=_("新增数为本年度与上一年度报告累计数之差。")))
    return Section(title, blocks)


_Line = tuple[Decimal | int | None, ...]


def _told(each: AnnualFacts) -> _Line:
    return _line(each.benefits)


def _line(said: BenefitFacts | None) -> _Line:
    if said is None:
        return (None,) * 6
    return (said.sales, said.tax, said.export, said.patents, said.standards, said.new_jobs)


def _grown(told: Sequence[AnnualFacts]) -> list[tuple[AnnualFacts, _Line]]:
    """The difference to the report of the year before, where there is one."""
    by_year = {each.year: each for each in told}
    return [
        (
            each,
            tuple(
                None if now is None or before is None else now - before
                for now, before in zip(_told(each), _told(by_year[each.year - 1]), strict=True)
            ),
        )
        for each in told
        if each.year - 1 in by_year
    ]


def _table(caption: str, lines: Sequence[tuple[AnnualFacts, _Line]], note: str = "") -> Table:
    cells: tuple[Callable[[AnnualFacts, Decimal | int | None], Cell], ...] = (
        _yuan,
        _yuan,
        _dollars,
        _count,
        _count,
        _count,
    )
    return Table(
        caption,
        [
            Column(_("年度"), 1),
            Column(_("销售收入"), 1.4),
            Column(_("上缴税金"), 1.4),
            Column(_("出口创汇（万美元）"), 1.6),
            Column(_("授权专利（件）"), 1.2),
            Column(_("制定标准（项）"), 1.2),
            Column(_("新增就业（人）"), 1.2),
        ],
        [
            [
                Text(_("%(year)d 年") % {"year": each.year}, row("annual_report", each.pk)),
                *(make(each, value) for make, value in zip(cells, line, strict=True)),
            ]
            for each, line in lines
        ],
        unit=WAN,
        note=note,
    )


def _yuan(each: AnnualFacts, value: Decimal | int | None) -> Cell:
    return Money(None if value is None else Decimal(value), row("annual_report", each.pk))


def _dollars(each: AnnualFacts, value: Decimal | int | None) -> Cell:
    return Number(
        None if value is None else Decimal(value) / _EXPORT_UNIT,
        places=2,
        source=row("annual_report", each.pk),
    )


def _count(each: AnnualFacts, value: Decimal | int | None) -> Cell:
    return Number(value, source=row("annual_report", each.pk))
