"""FIN-02 省拨款上限."""

from __future__ import annotations

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from finance.rules.facts import FundingFacts
from finance.terms import PROVINCIAL
from lifecycle.rules.answers import Answer, Rule, Status
from lifecycle.rules.waivers import waivable


@waivable
def grant_is_within_cap(facts: FundingFacts) -> Answer:
    """FIN-02: P ≤ 500 万元 by the contract; above it warn, for the guide says 原则上.

    Cost: constant. Source: guide 三.5.
    """
    province = facts.committed.get(PROVINCIAL)
    if province is None:
        return Answer.unjudged("FIN-02", _("合同省拨款金额"), status=Status.WARN)
    cap = facts.limits.grant_cap
    if province <= cap:
        return Answer.passed(
            "FIN-02",
            _("合同省拨款 %(province)s 元，未超过上限 %(cap)s 元。"),
            province=province,
            cap=cap,
        )
    return Answer.warned(
        "FIN-02",
        _("合同省拨款 %(province)s 元，超过原则上限（%(cap)s 元）%(over)s 元；确需超限的应登记例外。"),
        province=province,
        cap=cap,
        over=province - cap,
    )


RULE = Rule(
    code="FIN-02",
    title=gettext_lazy("省拨款上限"),
    basis=gettext_lazy("申报指引 三.5：单个项目支持强度原则上不超过500万元"),
    mend="contract",
    judge=grant_is_within_cap,
)
