"""FIN-10 结题时财政占比."""

from __future__ import annotations

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from finance.rules.facts import FundingFacts
from finance.terms import MATCHING, PROVINCIAL
from lifecycle.rules.answers import Answer, Rule, Status
from lifecycle.rules.facts import ACCEPTANCE_APPLICATION, ACCEPTANCE_VERDICT


def fiscal_money_stays_within_share(facts: FundingFacts) -> Answer:
    """FIN-10: 3 × (p + k) ≤ audited N, exact: what the unit received, against the latest audit by `on`.

    Not applicable until an acceptance application was filed, and once terminated or revoked, since then
    nothing is closed. No audited N: warn while it can still be entered, breach once a verdict closed the
    project without it. Cost: one pass over the payments. Source: guide 三.5.
    """
    if facts.project.standing.is_ended:
        return Answer.not_applicable("FIN-10", _("项目已终止或撤销，不再结题。"))
    if not facts.project.happened(ACCEPTANCE_APPLICATION):
        return Answer.not_applicable("FIN-10", _("尚未提出验收申请，结题时按审定新增总投入判断。"))
    audit = facts.audit
    if audit is None:
        is_over = bool(facts.project.happened(ACCEPTANCE_VERDICT))
        return Answer.unjudged(
            "FIN-10", _("审计审定的新增总投入"), status=Status.BREACH if is_over else Status.WARN
        )
    share = facts.limits.fiscal_share
    province, park = facts.flows.received_of(PROVINCIAL), facts.flows.received_of(MATCHING)
    fiscal = province + park
    allowed = share.of(audit.investment)
    figures = {
        "province": province,
        "park": park,
        "fiscal": fiscal,
        "investment": audit.investment,
        "audited": audit.on,
        "allowed": allowed,
        "share": str(share),
    }
    if share.holds(fiscal, audit.investment):
        return Answer.passed(
            "FIN-10",
            _(
                "单位到位省拨款和园区配套共 %(fiscal)s 元，不超过审定新增总投入 %(investment)s 元"
                "（%(audited)s 审计）的 %(share)s。"
            ),
            **figures,
        )
    return Answer.breached(
        "FIN-10",
        _(
            "单位到位省拨款和园区配套共 %(fiscal)s 元，超过审定新增总投入 %(investment)s 元"
            "（%(audited)s 审计）的 %(share)s（%(allowed)s 元），超出 %(over)s 元。"
        ),
        **figures,
        over=fiscal - allowed,
    )


RULE = Rule(
    code="FIN-10",
    title=gettext_lazy("结题时财政占比"),
    basis=gettext_lazy("申报指引 三.5：省地联合资助经费不超过项目新增总投入的1/3（结题时按审定数）"),
    mend="settlement",
    judge=fiscal_money_stays_within_share,
)
