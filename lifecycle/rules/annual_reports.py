"""LC-04 年度报告."""

from __future__ import annotations

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from lifecycle.rules.answers import Answer, Rule
from lifecycle.rules.calendar import add_months
from lifecycle.rules.facts import ACCEPTANCE_APPLICATION, LifeFacts


def annual_reports_are_in(facts: LifeFacts) -> Answer:
    """LC-04: a report handed in by `on` for each year that owes one.

    A year owes one once its cut-off (30 Nov) has come, unless the project was younger than three months
    on it (start + 3 months > cut-off), had filed for acceptance, or had been terminated or revoked by
    then. Missing: warn up to the due day (26 Dec), breach after. Cost: a few steps a year.
    Source: city practice.
    """
    start = facts.start_on
    if start is None:
        return Answer.unjudged("LC-04", _("实施开始日期"))
    missing = [year for year in years_owing(facts, since=start.year) if not _is_in(facts, year)]
    if not missing:
        return Answer.passed("LC-04", _("应提交的年度报告均已提交。"))
    due_on = facts.limits.report_due.in_year(missing[0])
    if facts.on <= due_on:
        return Answer.warned(
            "LC-04", _("%(years)s 年度报告尚未提交，应不迟于 %(due)s 提交。"), years=missing, due=due_on
        )
    return Answer.breached(
        "LC-04",
        _("%(years)s 年度报告未提交，最早一份应不迟于 %(due)s 提交，已逾期 %(days)s 天。"),
        years=missing,
        due=due_on,
        days=(facts.on - due_on).days,
    )


def years_owing(facts: LifeFacts, *, since: int) -> list[int]:
    """The years from `since` on for which a report is owed by `on`, in order."""
    start = facts.start_on
    if start is None:
        return []
    first_report = add_months(start, facts.limits.report_after_months)
    applications = facts.happened(ACCEPTANCE_APPLICATION)
    applied_on = applications[0].on if applications else None
    years = []
    for year in range(since, facts.on.year + 1):
        cutoff = facts.limits.report_cutoff.in_year(year)
        if cutoff > facts.on or (applied_on is not None and applied_on <= cutoff):
            break
        if first_report <= cutoff and not facts.standing_on(cutoff).is_ended:
            years.append(year)
    return years


def _is_in(facts: LifeFacts, year: int) -> bool:
    return any(
        of_year == year and submitted_on is not None and submitted_on <= facts.on
        for of_year, submitted_on in facts.reports
    )


RULE = Rule(
    code="LC-04",
    title=gettext_lazy("年度报告"),
    basis=gettext_lazy("设区市年度执行情况报告惯例：11月30日截止，12月26日前提交"),
    mend="annual_reports",
    judge=annual_reports_are_in,
)
