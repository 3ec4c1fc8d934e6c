"""LC-01 实施期限."""

from __future__ import annotations

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from lifecycle.rules.answers import Answer, Rule
from lifecycle.rules.calendar import end_of_term
from lifecycle.rules.facts import LifeFacts


def term_has_its_length(facts: LifeFacts) -> Answer:
    """LC-01: end = start + term months (+ months of the extensions approved by `on`) − 1 day.

    Both ends are as of `on`: an extension approved later counts on neither side. Cost: constant.
    Source: guide 三.7.
    """
    extensions = facts.extensions_until(facts.on)
    if facts.start_on is None:
        return Answer.unjudged("LC-01", _("实施开始日期"))
    end = facts.end_on
    months = [extension.months for extension in extensions]
    if end is None or None in months:
        return Answer.unjudged("LC-01", _("实施结束日期或延期月数"))
    extended = sum(month for month in months if month is not None)
    expected = end_of_term(facts.start_on, facts.limits.term_months + extended)
    figures = {
        "start": facts.start_on,
        "end": end,
        "expected_end": expected,
        "months": facts.limits.term_months,
        "extended_months": extended,
    }
    if end == expected:
        return Answer.passed("LC-01", _("实施期 %(start)s 至 %(end)s，符合规定期限。"), **figures)
    return Answer.breached(
        "LC-01",
        _(
            "实施期 %(start)s 至 %(end)s，与规定不符：实施期 %(months)s 个月，"
            "已批准延期 %(extended_months)s 个月，"
            "应于 %(expected_end)s 结束。"
        ),
        **figures,
    )


RULE = Rule(
    code="LC-01",
    title=gettext_lazy("实施期限"),
    basis=gettext_lazy("申报指引 三.7：项目实施期限为3.5年"),
    mend="contract",
    judge=term_has_its_length,
)
