"""FIN-12 应退未退."""

from __future__ import annotations

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from finance.rules.facts import ZERO, FundingFacts, Refund
from finance.terms import HOLDERS
from lifecycle.rules.answers import Answer, Rule


def refunds_come_back_in_time(facts: FundingFacts) -> Answer:
    """FIN-12: every refund asked for by `on` is covered by what came back by `on`, or is not yet past its due day.

    The due day itself is in time. Late: breach, with all that is late and open, and the oldest due day.
    Cost: one pass over the refunds. Source: fund practice.
    """
    waiting = facts.open_refunds
    late = [refund for refund in waiting if refund.due_on < facts.on]
    if late:
        oldest = late[0].due_on
        return Answer.breached(
            "FIN-12",
            _(
                "有 %(count)s 笔应退款逾期未退清，尚欠 %(amount)s 元；"
                "最早一笔应于 %(due)s 前退回，已逾期 %(days)s 天。"
            ),
            count=len(late),
            amount=sum((refund.open for refund in late), ZERO),
            due=oldest,
            days=(facts.on - oldest).days,
            refunds=[_listed(refund) for refund in late],
        )
    if waiting:
        return Answer.passed(
            "FIN-12",
            _("有 %(count)s 笔应退款待退回，共 %(amount)s 元，最早一笔期限为 %(due)s。"),
            count=len(waiting),
            amount=sum((refund.open for refund in waiting), ZERO),
            due=waiting[0].due_on,
            refunds=[_listed(refund) for refund in waiting],
        )
    if any(refund.asked_on <= facts.on for refund in facts.refunds):
        return Answer.passed("FIN-12", _("应退款均已退清。"))
    return Answer.passed("FIN-12", _("没有应退款项。"))


def _listed(refund: Refund) -> dict[str, object]:
    return {
        "source": refund.source,
        "holder": HOLDERS[refund.holder],
        "amount": refund.open,
        "due": refund.due_on,
    }


RULE = Rule(
    code="FIN-12",
    title=gettext_lazy("应退未退"),
    basis=gettext_lazy("省科技成果转化专项资金项目管理惯例：应退资金按通知期限退回"),
    mend="refunds",
    judge=refunds_come_back_in_time,
)
