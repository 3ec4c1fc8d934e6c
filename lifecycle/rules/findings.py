"""LC-10 整改."""

from __future__ import annotations

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from lifecycle.rules.answers import Answer, Figures, Rule
from lifecycle.rules.facts import SEVERITIES, LifeFacts
from lifecycle.wording import shortened


def findings_are_mended(facts: LifeFacts) -> Answer:
    """LC-10: no finding found by `on` is due before `on` and not closed by then.

    Late: breach with the oldest, its days and how many there are. One closed late passes once it is closed,
    and the sentence says so. Answered is not closed. Not applicable once terminated or revoked. Cost: the
    findings. Source: inspection practice.
    """
    if facts.standing.is_ended:
        return Answer.not_applicable("LC-10", _("项目已终止或撤销，不再要求整改。"))
    on = facts.on
    found = [finding for finding in facts.findings if finding.found_on <= on]
    if not found:
        return Answer.passed("LC-10", _("没有检查发现的问题。"))
    unclosed = sorted(
        (finding for finding in found if not finding.is_closed_on(on)), key=lambda finding: finding.due_on
    )
    late = [finding for finding in unclosed if finding.due_on < on]
    if late:
        oldest = late[0]
        return Answer.breached(
            "LC-10",
            _(
                "逾期未销号的问题 %(count)s 条；最早一条（%(severity)s）“%(finding)s”"
                "应不迟于 %(due)s 整改销号，已逾期 %(days)s 天。"
            ),
            count=len(late),
            severity=SEVERITIES.get(oldest.severity, oldest.severity),
            finding=shortened(oldest.text),
            due=oldest.due_on,
            days=(on - oldest.due_on).days,
        )
    figures: Figures = {
        "total": len(found),
        "closed_late": sum(finding.is_closed_late_by(on) for finding in found),
    }
    if unclosed:
        figures |= {"pending": len(unclosed), "due": unclosed[0].due_on}
    return Answer.passed("LC-10", _PASSED[bool(unclosed), bool(figures["closed_late"])], **figures)


_PASSED = {
    (False, False): _("检查发现的 %(total)s 条问题均已按期销号。"),
    (False, True): _("检查发现的 %(total)s 条问题均已销号，其中 %(closed_late)s 条逾期销号。"),
    (True, False): _("检查发现 %(total)s 条问题，%(pending)s 条尚未销号，最近期限 %(due)s。"),
    (True, True): _(
        "检查发现 %(total)s 条问题，%(pending)s 条尚未销号，最近期限 %(due)s；"
        "已销号的有 %(closed_late)s 条逾期。"
    ),
}
"""What is said when nothing is late, by whether something is still open and whether something was late."""


RULE = Rule(
    code="LC-10",
    title=gettext_lazy("整改"),
    basis=gettext_lazy("检查整改惯例"),
    mend="findings",
    judge=findings_are_mended,
)
