"""FIN-09 期外支出."""

from __future__ import annotations

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from finance.rules.facts import FundingFacts, total
from lifecycle.rules.answers import Answer, Rule
from lifecycle.rules.facts import ACCEPTANCE_APPLICATION


def spending_is_inside_the_term(facts: FundingFacts) -> Answer:
    """FIN-09: every 支出 is dated from start to the day the (latest) acceptance application was filed.

    Until one is filed there is no last day. Cost: one pass over the spending. Source: settlement cut-off.
    """
    start = facts.project.start_on
    if start is None:
        return Answer.unjudged("FIN-09", _("实施开始日期"))
    applications = facts.project.happened(ACCEPTANCE_APPLICATION)
    filed = applications[-1].on if applications else None
    early = [entry for entry in facts.flows.spent if entry[0] < start]
    late = [] if filed is None else [entry for entry in facts.flows.spent if entry[0] > filed]
    if not early and not late:
        return Answer.passed("FIN-09", _("支出均发生在实施期开始至验收申请之间。"))
    figures = {
        "start": start,
        "early": total(early),
        "late": total(late),
        "first": (early or late)[0][0],
    }
    if not late:
        return Answer.breached(
            "FIN-09",
            _("实施期 %(start)s 开始前有支出 %(early)s 元，最早一笔在 %(first)s。"),
            **figures,
        )
    figures |= {"filed": filed, "last": late[-1][0]}
    if not early:
        return Answer.breached(
            "FIN-09",
            _("%(filed)s 提出验收申请后仍有支出 %(late)s 元，最后一笔在 %(last)s。"),
            **figures,
        )
    return Answer.breached(
        "FIN-09",
        _("实施期 %(start)s 开始前有支出 %(early)s 元，%(filed)s 提出验收申请后有支出 %(late)s 元。"),
        **figures,
    )


RULE = Rule(
    code="FIN-09",
    title=gettext_lazy("期外支出"),
    basis=gettext_lazy("项目决算支出截止要求：实施期开始至验收申请"),
    mend="ledger",
    judge=spending_is_inside_the_term,
)
