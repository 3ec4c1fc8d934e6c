"""FIN-03 财政资助占比."""

from __future__ import annotations

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from finance.rules.facts import FundingFacts
from finance.terms import MATCHING, PROVINCIAL
from lifecycle.rules.answers import Answer, Rule


def fiscal_money_is_within_share(facts: FundingFacts) -> Answer:
    """FIN-03: 3 × (P + K) ≤ N by the contract, exact, no rounding.

    Cost: constant. Source: guide 三.5.
    """
    province, park = facts.committed.get(PROVINCIAL), facts.committed.get(MATCHING)
    investment = facts.investment
    if province is None or park is None:
        return Answer.unjudged("FIN-03", _("合同省拨款或园区配套金额"))
    if investment is None:
        return Answer.unjudged("FIN-03", _("项目新增总投入"))
    share = facts.limits.fiscal_share
    fiscal = province + park
    allowed = share.of(investment)
    figures = {
        "fiscal": fiscal,
        "investment": investment,
        "allowed": allowed,
        "share": str(share),
    }
    if share.holds(fiscal, investment):
        return Answer.passed(
            "FIN-03",
            _("省地联合资助 %(fiscal)s 元，不超过项目新增总投入 %(investment)s 元的 %(share)s。"),
            **figures,
        )
    return Answer.breached(
        "FIN-03",
        _(
            "省地联合资助 %(fiscal)s 元，超过项目新增总投入 %(investment)s 元的 %(share)s（%(allowed)s 元），"
            "超出 %(over)s 元。"
        ),
        **figures,
        over=fiscal - allowed,
    )


RULE = Rule(
    code="FIN-03",
    title=gettext_lazy("财政资助占比"),
    basis=gettext_lazy("申报指引 三.5：省地联合资助经费不超过项目新增总投入的1/3"),
    mend="contract",
    judge=fiscal_money_is_within_share,
)
