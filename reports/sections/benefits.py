"""八、经济社会效益: what reports, and the dossier for years without one, say of sales, tax, export and the rest. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

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
from reports.facts import AcceptanceFacts, BenefitFacts
from reports.sections.cells import WAN, row

_EXPORT_UNIT = Decimal(10_000)


class _Told(NamedTuple):
    """A year with its six numbers, in the order of the columns, and where they come from."""

    year: int
    numbers: tuple[Decimal | int | None, ...]
    source: Source | None
    is_added: bool


def benefits_section(facts: AcceptanceFacts) -> Section:
    title = _("经济社会效益")
    told = _told_in(facts)
    if not told:
        why = _("各年度报告和验收材料均未填报经济社会效益数据；考核指标中的经济指标见第二章。")
        return Section(title, [Absent(why)])
    added = [each.year for each in told if each.is_added]
    said = _("以下数据取自承担单位提交的年度报告，均自项目开始实施之日起累计。")
    if added:
        said += _("%(years)s 年度没有年度报告数据，由承担单位在准备验收时补报。") % {
            "years": _("、").join(map(str, added))
        }
    blocks: list[Block] = [Paragraph(said), _table(_("各年度累计效益"), told)]
    grown = _grown(told, since=facts.project.start_on.year)
    if grown:
        note = _("新增数为本年度与上一年度累计数之差，实施首年即为当年累计数。")
        blocks.append(_table(_("各年度新增效益"), grown, note=note))
    return Section(title, blocks)


def _told_in(facts: AcceptanceFacts) -> list[_Told]:
    """The years of which something is told, ascending."""
    told = [
        _Told(each.year, _line(each.benefits), row("annual_report", each.pk), is_added=False)
        for each in facts.annual_reports
        if each.benefits is not None
    ]
    told += [
        _Told(each.year, _line(each.benefits), row("benefits", each.pk), is_added=True)
        for each in facts.added_benefits
    ]
    return sorted(told, key=lambda each: each.year)


def _line(said: BenefitFacts) -> tuple[Decimal | int | None, ...]:
    return (said.sales, said.tax, said.export, said.patents, said.standards, said.new_jobs)


def _grown(told: Sequence[_Told], *, since: int) -> list[_Told]:
    """The difference to the year before, where that is told; of the first year of the project all of it."""
    by_year = {each.year: each for each in told}
    grown = []
    for each in told:
        if each.year == since:
            grown.append(each)
        elif each.year - 1 in by_year:
            before = by_year[each.year - 1].numbers
            grown.append(
                each._replace(
                    numbers=tuple(
                        None if now is None or former is None else now - former
                        for now, former in zip(each.numbers, before, strict=True)
                    )
                )
            )
    return grown


def _table(caption: str, told: Sequence[_Told], note: str = "") -> Table:
    return Table(
        caption,
        [
            Column(_("年度"), 0.9),
            Column(_("销售收入"), 1.3),
            Column(_("上缴税金"), 1.2),
            Column(_("出口（万美元）"), 1.4),
            Column(_("授权专利（件）"), 1.4),
            Column(_("制定标准（项）"), 1.4),
            Column(_("新增就业（人）"), 1.4),
        ],
        [_row(each) for each in told],
        unit=WAN,
        note=note,
    )


def _row(each: _Told) -> list[Cell]:
    sales, tax, export, *counts = each.numbers
    return [
        Text(_("%(year)d 年") % {"year": each.year}, each.source),
        *(Money(None if yuan is None else Decimal(yuan), each.source) for yuan in (sales, tax)),
        Number(None if export is None else Decimal(export) / _EXPORT_UNIT, places=2, source=each.source),
        *(Number(count, source=each.source) for count in counts),
    ]
