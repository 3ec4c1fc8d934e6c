"""二、考核指标完成情况: what the contract wants against what was achieved. Pure. Layout: F3."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from reports.document import Absent, Block, Column, Paragraph, Percent, Section, Table, Text
from reports.facts import AcceptanceFacts, DocumentFacts, TargetFacts
from reports.sections.cells import Figures, chart, row, stated, words

_NUMBER = re.compile(r"\d{1,15}(\.\d{1,6})?", re.ASCII)
FULL = Decimal(100)


def number_in(value: str) -> Decimal | None:
    """The number that a value is; None for words (国际领先), and for words with a number among them."""
    plain = value.strip().replace(",", "")
    return Decimal(plain) if _NUMBER.fullmatch(plain) else None


def rate_of(contract_value: str, achieved_value: str) -> Decimal | None:
    """How much of the contract's value was achieved, as a percentage.

    None where either is no number, or the contract's is zero.
    """
    wanted, achieved = number_in(contract_value), number_in(achieved_value)
    return None if achieved is None or not wanted else achieved * FULL / wanted


def reached(target: TargetFacts) -> Decimal | None:
    """As `rate_of`, of one target."""
    return rate_of(target.contract_value, target.achieved_value)


def targets_section(facts: AcceptanceFacts, figures: Figures) -> Section:
    title = _("考核指标完成情况")
    if not facts.targets:
        return Section(title, [Absent(_("合同未登记考核指标。"))])
    return Section(title, [*targets_blocks(facts.targets, facts.documents), *chart(figures, "targets")])


def targets_blocks(targets: list[TargetFacts], documents: Sequence[DocumentFacts] = ()) -> list[Block]:
    """What is said of them, and their table; nothing where there are none. documents: those on file, to be named."""
    if not targets:
        return []
    return [
        Paragraph(_summary(targets)),
        Table(
            _("考核指标合同约定与完成情况对照表"),
            [
                Column(_("类别"), 1.1),
                Column(_("指标名称"), 1.9),
                Column(_("单位"), 0.8),
                Column(_("合同值"), 1.1),
                Column(_("累计完成值"), 1.2),
                Column(_("完成率"), 1.1),
                Column(_("佐证"), 2),
            ],
            [
                [
                    words(each.category),
                    words(each.name, row("target", each.pk)),
                    words(each.unit),
                    stated(each.contract_value, row("target", each.pk)),
                    stated(each.achieved_value, row("target", each.pk)),
                    Percent(reached(each), source=row("target", each.pk)),
                    _evidence(each, documents),
                ]
                for each in targets
            ],
            note=_("完成率为累计完成值与合同值之比；任一值不是数字或合同值为零的，不计算完成率。"),
        ),
    ]


def _evidence(target: TargetFacts, documents: Sequence[DocumentFacts]) -> Text:
    """What shows the result, and where in the list of papers its proofs stand."""
    places = [place for place, each in enumerate(documents, 1) if each.pk in target.papers]
    source = row("document", target.papers[0]) if len(places) == 1 else row("target", target.pk)
    if not places:
        return words(target.evidence, source if target.evidence else None)
    listed = _("见佐证材料清单第 %(places)s 项") % {"places": _("、").join(map(str, places))}
    if not target.evidence:
        return Text(listed, source)
    return Text(_("%(evidence)s（%(listed)s）") % {"evidence": target.evidence, "listed": listed}, source)


def _summary(targets: list[TargetFacts]) -> str:
    rates = [rate for each in targets if (rate := reached(each)) is not None]
    blank = sum(not each.achieved_value for each in targets)
    said = _(
        "合同约定考核指标 %(count)d 项，可按数值比较的 %(compared)d 项，其中已达到合同值的 %(met)d 项。"
    ) % {
        "count": len(targets),
        "compared": len(rates),
        "met": sum(rate >= FULL for rate in rates),
    }
    below = [each.name for each in targets if (rate := reached(each)) is not None and rate < FULL]
    if below:
        said += _("尚未达到合同值的为：%(names)s。") % {"names": _("、").join(below)}
    if blank:
        said += _("累计完成值尚未填报的 %(count)d 项。") % {"count": blank}
    return said
