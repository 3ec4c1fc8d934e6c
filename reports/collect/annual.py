"""The facts of the report on one year: what the unit handed in, and what the system knows of that year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from finance.funding import Funding, funding_of
from finance.terms import SOURCES
from lifecycle.annual_reports import BENEFITS_SECTION, SECTIONS
from lifecycle.models import (
    AnnualReport,
    AnnualReportState,
    ChangeRequest,
    DatedEvent,
    Finding,
    Inspection,
    Project,
)
from lifecycle.wording import listed
from reports.collect.head import opened
from reports.collect.life import (
    HANDED_IN,
    annual_reports_of,
    changes_of,
    findings_of,
    inspections_of,
    milestones_of,
    targets_of,
    years_of,
)
from reports.collect.money import NOTHING, sources_of, spending_facts
from reports.errors import NothingToReport
from reports.facts import AnnualFacts, YearFacts
from reports.facts_papers import AnnualReportFacts, HandedInFacts, SaidFacts, YearMoney
from reports.years import plan_in, spending_of

KIND = "annual"


def years_to_report(project: Project, reports: Sequence[AnnualReport], *, on: date) -> list[int]:
    """The years a report can be drawn up on: those of the term that began by `on`, and those that have one."""
    in_term = (
        range(project.start_on.year, min(project.end_on.year, on.year) + 1) if project.start_on <= on else ()
    )
    return sorted({*in_term, *(each.year for each in reports if each.year <= on.year)})


def collect_annual(project: Project, *, on: date, today: date, which: str = "") -> AnnualReportFacts:
    """All that the report on the year `which` says, as of the year's end, or of `on` before it; ten statements.

    Raises NothingToReport where the term has no such year by `on`.
    """
    year = int(which) if which.isdecimal() and len(which) == 4 else 0
    until = min(on, date(year, 12, 31)) if year else on
    with opened(project, on=until, today=today) as known:
        reports: list[AnnualReport] = known.records[AnnualReport]
        years = years_to_report(known.project, reports, on=on)
        if not which and years:
            raise NothingToReport(_("请指明年度：%(years)s。") % {"years": listed(map(str, years))})
        if year not in years:
            raise NothingToReport(_("实施期内没有已开始的 %(year)s 年度。") % {"year": which or on.year})
        spending = spending_of(project, on=until)
        steps = [step for found in known.overview.milestones.values() for step in found]
        plan = years_of(plan_in(known.project, steps, spending, on=until).years)
        handed_in = {each.year: each for each in annual_reports_of(reports, on=on)}
        report = next((each for each in reports if each.year == year), None)
        told = handed_in.get(year)
        before = handed_in.get(year - 1)
        earlier = funding_of([project], on=date(year - 1, 12, 31))[project.pk]
        events: list[DatedEvent] = known.records[DatedEvent]
        return AnnualReportFacts(
            **{**known.head(KIND), "on": on},
            year=year,
            until=until,
            report=_handed_in(report, told),
            said=_said(report.content) if report is not None and told and report.state in HANDED_IN else [],
            benefits=told.benefits if told else None,
            before=before.benefits if before else None,
            plan=next((each for each in plan if each.year == year), _empty(year)),
            milestones=milestones_of(known.overview.milestones.get(year, [])),
            next_milestones=milestones_of(known.overview.milestones.get(year + 1, [])),
            targets=targets_of(known.overview.targets, ()),
            sources=sources_of(known.overview.funding),
            money=_moved(known.overview.funding, earlier),
            spending=[each for each in spending_facts(spending) if each.year == year],
            inspections=[
                each
                for each in inspections_of(known.records[Inspection], events, on=until)
                if each.held_on.year == year
            ],
            findings=[
                each
                for each in findings_of(known.records[Finding], on=until)
                if each.found_on.year == year or each.closed_on is None or each.closed_on.year == year
            ],
            changes=[
                each
                for each in changes_of(known.project, known.records[ChangeRequest], events, on=until)
                if year in (each.asked_on.year, each.decided_on.year if each.decided_on else 0)
            ],
        )


def _handed_in(report: AnnualReport | None, told: AnnualFacts | None) -> HandedInFacts | None:
    if report is None or told is None:
        return None
    return HandedInFacts(
        pk=report.pk,
        submitted_on=told.submitted_on,
        reviewed_on=told.reviewed_on,
        state=str(AnnualReportState(report.state).label),
        progress=report.progress,
    )


def _said(content: Mapping[str, Any]) -> list[SaidFacts]:
    """The sections that are texts, in their order, as far as they were written."""
    return [
        SaidFacts(title=str(title), text=content[section])
        for section, title in SECTIONS.items()
        if section != BENEFITS_SECTION and content.get(section)
    ]


def _empty(year: int) -> YearFacts:
    """A year without a plan or spending, outside the term."""
    return YearFacts(year=year, planned=0, done=0, late=0, waived=0, planned_spend=None, spent=NOTHING)


def _moved(now: Funding, before: Funding) -> list[YearMoney]:
    return [
        YearMoney(
            source=source,
            received=now.sources[source].received - before.sources[source].received,
            spent=now.sources[source].spent - before.sources[source].spent,
            refunded=now.sources[source].refunded - before.sources[source].refunded,
        )
        for source in SOURCES
    ]
