"""FIN-01 合同配套比例."""

from __future__ import annotations

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from finance.rules.facts import ZERO, FundingFacts
from finance.terms import MATCHING, PROVINCIAL
from lifecycle.rules.answers import Answer, Rule
from lifecycle.rules.waivers import waivable


@waivable
def park_matches_in_contract(facts: FundingFacts) -> Answer:
    """FIN-01: K ≥ ratio × P by the contract, exactly.

    A unit outside the park: waived, whatever the figures. Cost: constant. Source: guide 三.5, 承诺书 3.
    """
    if facts.project.outside_park:
        return Answer.waived(
            "FIN-01",
            _("承担单位不在本高新区内，由省专项资金调剂支持，园区不承担配套。"),
        )
    province, park = facts.committed.get(PROVINCIAL), facts.committed.get(MATCHING)
    if province is None or park is None:
        return Answer.unjudged("FIN-01", _("合同省拨款或园区配套金额"))
    ratio = facts.limits.matching_ratio
    needed = ratio.park_needed(province)
    figures = {
        "province": province,
        "park": park,
        "needed": needed,
        "ratio": str(ratio),
    }
    if ratio.is_kept(park=park, province=province):
        return Answer.passed(
            "FIN-01",
            _("合同省拨款 %(province)s 元，园区配套 %(park)s 元，不低于 %(ratio)s 要求的 %(needed)s 元。"),
            **figures,
        )
    return Answer.breached(
        "FIN-01",
        _(
            "合同省拨款 %(province)s 元，园区配套 %(park)s 元，"
            "低于 %(ratio)s 要求的 %(needed)s 元，还差 %(short)s 元。"
        ),
        **figures,
        short=max(needed - park, ZERO),
    )


RULE = Rule(
    code="FIN-01",
    title=gettext_lazy("合同配套比例"),
    basis=gettext_lazy("申报指引 三.5；承诺书 3：按不低于1:1比例共同出资"),
    mend="contract",
    judge=park_matches_in_contract,
)
