"""LC-09 延期."""

from __future__ import annotations

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from lifecycle.rules.answers import Answer, Rule
from lifecycle.rules.calendar import add_months, end_before_extension
from lifecycle.rules.facts import LifeFacts
from lifecycle.rules.waivers import waivable


@waivable
def extension_is_regular(facts: LifeFacts) -> Answer:
    """LC-09: no extension approved by `on`, or one, of at most 12 months, asked for in time.

    In time: on a day + 3 months ≤ the end it moves. Cost: constant. Source: fund practice.
    """
    limits = facts.limits
    extensions = facts.extensions_until(facts.on)
    if not extensions:
        return Answer.passed("LC-09", _("没有延期。"))
    if len(extensions) > limits.extension_count:
        return Answer.breached(
            "LC-09",
            _("已批准延期 %(count)s 次（%(approved)s），最多可延期 %(allowed)s 次。"),
            count=len(extensions),
            approved=[extension.approved_on for extension in extensions],
            allowed=limits.extension_count,
        )
    end = facts.end_on
    for extension in reversed(extensions):
        if end is None or extension.months is None:
            return Answer.unjudged("LC-09", _("延期月数或实施结束日期"))
        moved_end = end_before_extension(end, extension.months)
        figures = {"asked": extension.asked_on, "months": extension.months, "end": moved_end}
        if extension.months > limits.extension_months:
            return Answer.breached(
                "LC-09",
                _("%(asked)s 申请延期 %(months)s 个月，单次延期不得超过 %(allowed_months)s 个月。"),
                **figures,
                allowed_months=limits.extension_months,
            )
        if add_months(extension.asked_on, limits.extension_notice_months) > moved_end:
            return Answer.breached(
                "LC-09",
                _(
                    "%(asked)s 申请延期 %(months)s 个月，应在"
                    "原定结束日期 %(end)s 前至少 %(notice_months)s 个月提出。"
                ),
                **figures,
                notice_months=limits.extension_notice_months,
            )
        end = moved_end
    return Answer.passed("LC-09", _("%(asked)s 申请延期 %(months)s 个月，符合规定。"), **figures)


RULE = Rule(
    code="LC-09",
    title=gettext_lazy("延期"),
    basis=gettext_lazy("省科技成果转化专项资金项目管理惯例：延期一次，不超过12个月，期满3个月前申请"),
    mend="extensions",
    judge=extension_is_regular,
)
