"""LC-02 年度计划."""

from __future__ import annotations

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from lifecycle.rules.answers import Answer, Rule
from lifecycle.rules.facts import LifeFacts


def every_year_is_planned(facts: LifeFacts) -> Answer:
    """LC-02: every calendar year from start to end has a milestone of that 年度.

    Cost: a set look-up for each year. Source: guide 方案提纲 五, 附2.
    """
    end = facts.end_on
    if facts.start_on is None or end is None:
        return Answer.unjudged("LC-02", _("实施起止日期"))
    first, last = facts.start_on.year, end.year
    missing = [year for year in range(first, last + 1) if year not in facts.milestone_years]
    if not missing:
        return Answer.passed("LC-02", _("%(first)s 至 %(last)s 各年度均有里程碑。"), first=first, last=last)
    return Answer.breached(
        "LC-02",
        _("实施期 %(first)s 至 %(last)s 年中，%(years)s 年度没有里程碑，请补充年度计划。"),
        first=first,
        last=last,
        years=missing,
    )


RULE = Rule(
    code="LC-02",
    title=gettext_lazy("年度计划"),
    basis=gettext_lazy("申报指引 方案提纲 五：按年度制定工作计划；附2"),
    mend="milestones",
    judge=every_year_is_planned,
)
