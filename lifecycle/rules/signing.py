"""LC-06 合同签订."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from lifecycle.rules.answers import Answer, Rule
from lifecycle.rules.facts import LifeFacts
from lifecycle.rules.waivers import waivable


@waivable
def contract_is_signed(facts: LifeFacts) -> Answer:
    """LC-06: signed by `on`, or `on` ≤ the award notice's day (下达日期) + 30 days.

    Cost: constant. Source: national practice.
    """
    if facts.signed_on is not None and facts.signed_on <= facts.on:
        return Answer.passed("LC-06", _("合同已于 %(signed)s 签订。"), signed=facts.signed_on)
    if facts.award_on is None:
        return Answer.unjudged("LC-06", _("合同签订日期和批次下达日期"))
    due = facts.award_on + timedelta(days=facts.limits.signing_days)
    if facts.on <= due:
        return Answer.passed(
            "LC-06", _("合同尚未签订，应不迟于 %(due)s 签订。"), award=facts.award_on, due=due
        )
    return Answer.breached(
        "LC-06",
        _("立项于 %(award)s 下达，合同应不迟于 %(due)s 签订，至今未签，已逾期 %(days)s 天。"),
        award=facts.award_on,
        due=due,
        days=(facts.on - due).days,
    )


RULE = Rule(
    code="LC-06",
    title=gettext_lazy("合同签订"),
    basis=gettext_lazy("国家科技计划项目合同签订惯例：立项下达后30日内"),
    mend="contract",
    judge=contract_is_signed,
)
