"""LC-05 中期检查."""

from __future__ import annotations

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from lifecycle.rules.answers import Answer, Rule
from lifecycle.rules.calendar import add_months
from lifecycle.rules.facts import MIDTERM_CHECK, LifeFacts

PASSED = "通过"
TO_BE_MENDED = "限期整改"
FAILED = "不通过"


def midterm_is_passed(facts: LifeFacts) -> Answer:
    """LC-05: the last mid-term result is 通过, or there is none yet before start + 15 months.

    None yet: warn from that day, breach after start + 21 months; not applicable when terminated or
    revoked without one. 限期整改: warn. 不通过: breach. A check without a result is none.
    Cost: constant. Source: provincial practice.
    """
    checks = [event for event in facts.happened(MIDTERM_CHECK) if event.result]
    if checks:
        return _by_result(checks[-1].result, checked=checks[-1].on)
    if facts.standing.is_ended:
        return Answer.not_applicable("LC-05", _("项目在中期检查前已终止或撤销。"))
    if facts.start_on is None:
        return Answer.unjudged("LC-05", _("实施开始日期"))
    figures = {
        "check_from": add_months(facts.start_on, facts.limits.midterm_from_months),
        "check_until": add_months(facts.start_on, facts.limits.midterm_until_months),
    }
    if facts.on < figures["check_from"]:
        return Answer.passed("LC-05", _("尚未到中期检查时间（%(check_from)s 起）。"), **figures)
    if facts.on <= figures["check_until"]:
        return Answer.warned(
            "LC-05", _("应自 %(check_from)s 起开展中期检查，尚无结果，最迟 %(check_until)s。"), **figures
        )
    return Answer.breached(
        "LC-05",
        _("中期检查应不迟于 %(check_until)s 完成，至今没有结果。"),
        **figures,
        days=(facts.on - figures["check_until"]).days,
    )


def _by_result(result: str, *, checked: object) -> Answer:
    if result == PASSED:
        return Answer.passed("LC-05", _("%(checked)s 中期检查通过。"), checked=checked, result=result)
    if result == TO_BE_MENDED:
        return Answer.warned(
            "LC-05",
            _("%(checked)s 中期检查结果为限期整改，整改后须复查通过。"),
            checked=checked,
            result=result,
        )
    return Answer.breached(
        "LC-05", _("%(checked)s 中期检查结果为“%(result)s”。"), checked=checked, result=result
    )


RULE = Rule(
    code="LC-05",
    title=gettext_lazy("中期检查"),
    basis=gettext_lazy("省级科技计划项目中期检查惯例"),
    mend="events",
    judge=midterm_is_passed,
)
