"""The charts of an acceptance report, drawn out of its facts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from finance.terms import MATCHING, PROVINCIAL
from reports.charts.course import course
from reports.charts.limits import limits
from reports.charts.spending import spending
from reports.charts.targets import Target, targets
from reports.charts.timeline import Step, timeline
from reports.charts.waterfall import Fall, waterfall
from reports.document import Figure
from reports.facts import AcceptanceFacts
from reports.sections.cells import ZERO, Figures
from reports.sections.settlement import total
from reports.sections.targets import number_in


def figures_of(facts: AcceptanceFacts) -> Figures:
    """The charts by the names under which sections know them; one that would show nothing is left out."""
    found = {
        "limits": _limits(facts),
        "waterfall": _waterfall(facts),
    }
    if facts.course:
        found["course"] = _course(facts)
    if facts.targets:
        found["targets"] = _targets(facts)
    if facts.milestones:
        found["milestones"] = _milestones(facts)
    if facts.spending:
        found["spending"] = _spending(facts)
    return found


def _ratio(facts: AcceptanceFacts) -> Decimal | None:
    """What the park owes for each yuan of the province; None outside the park."""
    if facts.project.is_outside_park:
        return None
    return facts.limits.matching_park / facts.limits.matching_province


def _course(facts: AcceptanceFacts) -> Figure:
    province, park = ZERO, ZERO
    lines: tuple[list[tuple[date, Decimal]], list[tuple[date, Decimal]]] = ([], [])
    for point in facts.course:
        if point.province != province:
            lines[0].append((point.on, point.province))
        if point.park != park:
            lines[1].append((point.on, point.park))
        province, park = point.province, point.park
    return course(*lines, ratio=_ratio(facts), on=facts.on)


def _limits(facts: AcceptanceFacts) -> Figure:
    committed = {each.source: each.committed for each in facts.sources}
    is_third = (facts.limits.share_numerator, facts.limits.share_denominator) == (1, 3)
    return limits(
        committed[PROVINCIAL],
        committed[MATCHING],
        facts.contract.total_investment if is_third else None,
        cap=facts.limits.grant_cap,
        ratio=_ratio(facts),
    )


def _targets(facts: AcceptanceFacts) -> Figure:
    return targets(
        [
            Target(each.name, number_in(each.contract_value), number_in(each.achieved_value), each.unit)
            for each in facts.targets
        ]
    )


def _milestones(facts: AcceptanceFacts) -> Figure:
    return timeline(
        [Step(each.name, each.planned_on, each.completed_on, each.is_waived) for each in facts.milestones],
        on=facts.on,
    )


def _spending(facts: AcceptanceFacts) -> Figure:
    years = sorted({each.year for each in facts.spending})
    amounts: dict[tuple[str, int], Decimal] = {}
    for each in facts.spending:
        key = (each.category, each.year)
        amounts[key] = amounts.get(key, ZERO) + each.amount
    names = [each.category for each in facts.categories]
    return spending(
        years,
        [_(name) for name in names],
        [[amounts.get((name, year), ZERO) for year in years] for name in names],
    )


def _waterfall(facts: AcceptanceFacts) -> Figure:
    """From what the contract promises to what the unit has left."""
    committed, received = total(facts.sources, "committed"), total(facts.sources, "received")
    spent, refunded = total(facts.sources, "spent"), total(facts.sources, "refunded")
    return waterfall(
        [
            Fall(_("合同资金"), committed, is_level=True),
            Fall(_("未到位") if received <= committed else _("超额到位"), received - committed),
            Fall(_("到位资金"), received, is_level=True),
            Fall(_("支出"), -spent),
            *([Fall(_("退回"), -refunded)] if refunded else []),
            Fall(_("结余"), received - spent - refunded, is_level=True),
        ]
    )
