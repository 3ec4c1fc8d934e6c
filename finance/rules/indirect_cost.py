"""FIN-08 间接费用比例."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from finance.rules.facts import ZERO, FundingFacts
from finance.terms import EQUIPMENT_PURCHASE, INDIRECT
from lifecycle.rules.answers import Answer, Rule, Status
from lifecycle.rules.limits import CENT, Limits


def indirect_cost_is_within_bands(facts: FundingFacts) -> Answer:
    """FIN-08: indirect cost out of fiscal money (省拨款 + 园区配套) ≤ the bands' share of its base.

    Base: fiscal direct spending less equipment purchase (设备费 of three classes, 设备购置费 of the
    classic eleven). Above: warn. Cost: one pass over the categories. Source: indirect-cost bands.
    """
    equipment_category = EQUIPMENT_PURCHASE.get(facts.scheme)
    if equipment_category is None:
        return Answer.unjudged("FIN-08", _("支出科目体系"), status=Status.WARN)
    spent = facts.flows.fiscal_spent
    if "" in spent:
        return Answer.unjudged("FIN-08", _("部分财政资金支出的支出科目"), status=Status.WARN)
    indirect = spent.get(INDIRECT, ZERO)
    equipment = spent.get(equipment_category, ZERO)
    base = sum(spent.values(), ZERO) - indirect - equipment
    allowed_exactly = allowed_indirect_cost(base, facts.limits)
    allowed = allowed_exactly.quantize(CENT, rounding="ROUND_DOWN")
    figures = {
        "indirect": indirect,
        "base": base,
        "equipment": equipment,
        "allowed": allowed,
    }
    if indirect <= allowed_exactly:
        return Answer.passed(
            "FIN-08",
            _(
                "财政资金间接费用 %(indirect)s 元，未超过"
                "分段比例允许的 %(allowed)s 元（计算基数 %(base)s 元）。"
            ),
            **figures,
        )
    return Answer.warned(
        "FIN-08",
        _(
            "财政资金间接费用 %(indirect)s 元，超过分段比例允许的 %(allowed)s 元（计算基数 %(base)s 元），"
            "超出 %(over)s 元。"
        ),
        **figures,
        over=indirect - allowed,
    )


def allowed_indirect_cost(base: Decimal, limits: Limits) -> Decimal:
    """The indirect cost in yuan, unrounded, that a base in yuan allows: 800 万元 allow 225 万元."""
    first = min(base, limits.indirect_first_up_to)
    second = min(max(base - limits.indirect_first_up_to, ZERO), _width_of_second_band(limits))
    third = base - first - second
    return (
        first * limits.indirect_first_percent
        + second * limits.indirect_second_percent
        + third * limits.indirect_third_percent
    ) / 100


def _width_of_second_band(limits: Limits) -> Decimal:
    return max(limits.indirect_second_up_to - limits.indirect_first_up_to, ZERO)


RULE = Rule(
    code="FIN-08",
    title=gettext_lazy("间接费用比例"),
    basis=gettext_lazy("间接费用分段比例：30%、25%、20%（以扣除设备购置费后的直接费用为基数）"),
    mend="ledger",
    judge=indirect_cost_is_within_bands,
)
