"""LC-07 验收申请."""

from __future__ import annotations

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from lifecycle.rules.answers import Answer, Rule
from lifecycle.rules.calendar import add_months
from lifecycle.rules.facts import ACCEPTANCE_APPLICATION, LifeFacts
from lifecycle.rules.waivers import waivable


@waivable
def acceptance_is_applied_for(facts: LifeFacts) -> Answer:
    """LC-07: filed for acceptance (the first time) by end + 6 months, or `on` ≤ end + 3 months.

    Not filed: warn up to end + 6 months, breach after. Filed after that: warn. The end is the one of
    `on`. Not applicable once terminated or revoked. Cost: constant. Source: fund practice.
    """
    if facts.standing.is_ended:
        return Answer.not_applicable("LC-07", _("项目已终止或撤销，无需申请验收。"))
    end = facts.end_on
    if end is None:
        return Answer.unjudged("LC-07", _("实施结束日期"))
    asked_by = add_months(end, facts.limits.acceptance_months)
    overdue_after = add_months(end, facts.limits.acceptance_overdue_months)
    figures = {"end": end, "due": asked_by, "overdue_after": overdue_after}
    applications = facts.happened(ACCEPTANCE_APPLICATION)
    if applications:
        filed = applications[0].on
        if filed <= overdue_after:
            return Answer.passed("LC-07", _("已于 %(filed)s 提出验收申请。"), **figures, filed=filed)
        return Answer.warned(
            "LC-07",
            _("验收申请于 %(filed)s 提出，晚于最迟时限 %(overdue_after)s（实施期 %(end)s 结束）。"),
            **figures,
            filed=filed,
        )
    if facts.on <= asked_by:
        return Answer.passed("LC-07", _("实施期 %(end)s 结束，应不迟于 %(due)s 提出验收申请。"), **figures)
    if facts.on <= overdue_after:
        return Answer.warned(
            "LC-07",
            _(
                "实施期 %(end)s 结束，验收申请应不迟于 %(due)s 提出，目前尚未提出；"
                "最迟时限 %(overdue_after)s。"
            ),
            **figures,
        )
    return Answer.breached(
        "LC-07",
        _("实施期 %(end)s 结束，至今未提出验收申请，已超过最迟时限 %(overdue_after)s 共 %(days)s 天。"),
        **figures,
        days=(facts.on - overdue_after).days,
    )


RULE = Rule(
    code="LC-07",
    title=gettext_lazy("验收申请"),
    basis=gettext_lazy("申报指引 三.7；省科技成果转化专项资金项目管理惯例"),
    mend="events",
    judge=acceptance_is_applied_for,
)
