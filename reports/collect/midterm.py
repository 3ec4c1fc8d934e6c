"""The facts of the record of a mid-term check (中期检查记录): the check, and where the project stood that day."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from lifecycle.inspections import midterm_window
from lifecycle.models import DatedEvent, Finding, Inspection, InspectionKind, Project
from reports.collect.head import opened
from reports.collect.life import findings_of, inspections_of, milestones_of
from reports.collect.money import sources_of
from reports.errors import NothingToReport
from reports.facts import InspectionFacts
from reports.facts_papers import MidtermFacts

KIND = "midterm"


def midterm_key(held_on: date) -> str:
    """By what a mid-term check is asked for: its day, 20240305, since a project has one a day."""
    return f"{held_on:%Y%m%d}"


def midterms_of(
    inspections: list[Inspection], events: list[DatedEvent], *, on: date
) -> list[InspectionFacts]:
    """The mid-term checks held by the end of `on`, by day; of what a workbook brought only day and result."""
    label = str(InspectionKind.MIDTERM.label)
    return [each for each in inspections_of(inspections, events, on=on) if each.kind == label]


def collect_midterm(project: Project, *, on: date, today: date, which: str = "") -> MidtermFacts:
    """All that the record of the check of the day `which` says; seven statements.

    Raises NothingToReport where none was held that day.
    """
    try:
        held_on = date(int(which[:4]), int(which[4:6]), int(which[6:])) if len(which) == 8 else None
    except ValueError:
        held_on = None
    if held_on is None or held_on > on:
        raise NothingToReport(_("没有这一次中期检查的记录。"))
    with opened(project, on=held_on, today=today) as known:
        held = midterms_of(known.records[Inspection], known.records[DatedEvent], on=on)
        check = next((each for each in held if each.held_on == held_on), None)
        if check is None:
            raise NothingToReport(_("没有这一次中期检查的记录。"))
        found: list[Finding] = [
            each for each in known.records[Finding] if check.pk and each.inspection_id == check.pk
        ]
        window = midterm_window(known.project, known.limits)
        return MidtermFacts(
            **{**known.head(KIND), "on": on},
            inspection=check,
            opens_on=window.opens_on,
            closes_on=window.closes_on,
            milestones=milestones_of(
                [step for steps in known.overview.milestones.values() for step in steps]
            ),
            sources=sources_of(known.overview.funding),
            findings=findings_of(found, on=on),
        )
