"""LC-03 里程碑逾期."""

from __future__ import annotations

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from lifecycle.rules.answers import Answer, Rule
from lifecycle.rules.facts import LifeFacts


def milestones_are_on_time(facts: LifeFacts) -> Answer:
    """LC-03: every milestone due before `on` was completed on or before `on`.

    The oldest late one decides: up to the limit of days warn, later breach. Not applicable once the
    project is terminated or revoked. Cost: one pass over the milestones given. Source: annual plan.
    """
    if facts.standing.is_ended:
        return Answer.not_applicable("LC-03", _("项目已终止或撤销，不再考核里程碑。"))
    on = facts.on
    late = [
        (due_on, name)
        for due_on, completed_on, name in facts.milestones
        if due_on < on and (completed_on is None or completed_on > on)
    ]
    if not late:
        return Answer.passed("LC-03", _("已到期的里程碑均已完成。"))
    since, name = min(late)
    return Answer.by_age(
        "LC-03",
        _("有 %(count)s 个里程碑逾期未完成，最早的“%(milestone)s”应于 %(since)s 完成，已逾期 %(days)s 天。"),
        since=since,
        on=on,
        warn_up_to=facts.limits.milestone_days,
        milestone=name,
        count=len(late),
    )


RULE = Rule(
    code="LC-03",
    title=gettext_lazy("里程碑逾期"),
    basis=gettext_lazy("项目合同年度工作计划；承诺书 7"),
    mend="milestones",
    judge=milestones_are_on_time,
)
