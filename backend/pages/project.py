"""One project on one page: its way, money, the answer to every rule, its plan, its latest movements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from backend.access import Act, may, may_on, postable
from backend.pages.access import PageRequest, project_in_sight, signed_in
from backend.pages.caretakers import caretaker_rows
from backend.pages.credit import grave_records
from backend.pages.days import AsOf, as_of
from backend.pages.ledger import latest_entries
from backend.pages.offers import note_of, offered
from backend.pages.pictures import bars, pace_picture
from backend.pages.project_parts import place_of, ways_of
from lifecycle.models import Project
from lifecycle.rules.answers import Answer, Rule, Status
from lifecycle.rules.limits import DEFAULTS, parse
from reports import watch
from reports.overview import STAGES, Overview, PlannedStep, overview_of

ENTRIES_SHOWN = 8
MILESTONES_OPEN = 12
ORDER = (Status.BREACH, Status.WARN, Status.WAIVED, Status.PASS, Status.NOT_APPLICABLE)
"""What needs doing comes first."""

SECTIONS = {"annual_reports": "reports", "extensions": "events", "ledger": "log"}
"""Sections of the page that are called otherwise than what is to be mended."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A rule with its answer, and where to mend what it says."""

    rule: Rule[Any]
    answer: Answer
    mend_url: str


@dataclass(frozen=True, slots=True)
class YearPlan:
    """The milestones of a year; folded away where they would only lengthen the page."""

    year: int
    steps: list[PlannedStep]
    is_folded: bool

    @property
    def ids(self) -> set[int]:
        return {step.milestone.pk for step in self.steps}


@require_safe
@signed_in
def project(request: PageRequest, number: str) -> HttpResponseBase:
    """The page, as of today or of a past day (`?on=`)."""
    shown = project_in_sight(request, number)
    context = project_context(request, shown, as_of(request)) | {
        "parts": ways_of(shown, "project"),
        "caretakers": caretaker_rows(request, shown),
    }
    return render(request, "pages/project.html", context)


def project_context(request: PageRequest, project: Project, day: AsOf) -> dict[str, Any]:
    """All that the page and its parts show; the same few queries however long the project's journal."""
    overview = overview_of(project, on=day.on, is_past=day.is_past)
    answers = answers_on(project, day)
    may_post = {} if day.is_past else postable(request.sight, project)
    offers = offered(project, may_post)
    judged = judged_in_order(project, answers, may_post=bool(offers))
    counts = {status.value: sum(item.answer.status is status for item in judged) for status in ORDER}
    return {
        "project": project,
        "grave_records": grave_records(project, day.on),
        "day": day,
        "overview": overview,
        "way": way_of(overview),
        "plans": plans_of(overview),
        "bars": bars(overview.funding),
        "pace": None if project.is_outside_park else _pace(overview, answers),
        "unmet": [item for item in judged if not item.answer.status.is_met],
        "met": [item for item in judged if item.answer.status.is_met],
        "counts": counts,
        "entries": latest_entries(project, on=day.past_or_none, count=ENTRIES_SHOWN),
        "postable": offers,
        "stage_note": note_of(project, may_post),
        "may_log_milestones": not day.is_past and may_on(Act.LOG_MILESTONE, request.sight, project),
        "may_import": not day.is_past and may(Act.IMPORT_WORKBOOK, request.sight),
    }


def answers_on(project: Project, day: AsOf) -> tuple[Answer, ...]:
    """The answers to all rules: the kept ones for today, worked out anew for a past day."""
    found = (
        watch.answers_of([project], on=day.on) if day.is_past else watch.kept_answers_of([project], on=day.on)
    )
    return tuple(found[project.pk])


def judged_in_order(project: Project, answers: tuple[Answer, ...], *, may_post: bool) -> list[Judged]:
    """Each answer with its rule; breaches first, then warnings, each in the order of the rule book."""
    rules = {rule.code: rule for rule in watch.RULES}
    items = [
        Judged(rules[answer.code], answer, mend_url(project, rules[answer.code], may_post=may_post))
        for answer in answers
    ]
    return sorted(items, key=lambda item: ORDER.index(item.answer.status))


def mend_url(project: Project, rule: Rule[Any], *, may_post: bool) -> str:
    """Where the facts behind an answer can be put right; money where the reader may post, else in the ledger."""
    if rule.mend == "ledger" and not may_post:
        return reverse("project-ledger", args=[project.number])
    if rule.mend in ("batch", "cluster"):
        return reverse("batch", args=[project.cluster.batch_id])
    if rule.mend in ("findings", "refunds", "settlement", "acceptance", "changes", "history"):
        return place_of(project, rule.mend)
    section = SECTIONS.get(rule.mend, rule.mend)
    return f"{reverse('project', args=[project.number])}#{section}"


def way_of(overview: Overview) -> list[dict[str, Any]]:
    """The four steps, each done, present or ahead; a present one paused or halted where the project is."""
    stage = overview.stage
    here = "now"
    if stage.standing == "suspended":
        here = "now paused"
    elif stage.standing.is_ended:
        here = "halted"
    steps = []
    for index, state in enumerate(STAGES):
        if index < stage.step or (index == stage.step and stage.is_closed):
            look = "done"
        else:
            look = here if index == stage.step else "ahead"
        steps.append(
            {
                "state": state,
                "number": index + 1,
                "look": look,
                "is_here": index == stage.step,
            }
        )
    return steps


def plans_of(overview: Overview) -> list[YearPlan]:
    """The milestones by year. Of a long plan only this year and years with something overdue stand open."""
    is_long = sum(map(len, overview.milestones.values())) > MILESTONES_OPEN
    return [
        YearPlan(
            year,
            steps,
            is_folded=is_long
            and year != overview.on.year
            and not any(step.late_days and step.is_open for step in steps),
        )
        for year, steps in overview.milestones.items()
    ]


def _pace(overview: Overview, answers: tuple[Answer, ...]) -> Any:
    ratio = next(
        (answer.figures.get("ratio") for answer in answers if answer.code == "FIN-04"),
        None,
    )
    contract = overview.project
    return pace_picture(
        overview.pace,
        ratio=parse("matching_ratio", ratio) if ratio else DEFAULTS.matching_ratio,
        start=contract.start_on,
        end=contract.end_on,
        on=overview.on,
    )
