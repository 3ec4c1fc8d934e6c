"""What happened to a project: plan, reports, changes, inspections, findings, acceptance, papers, as of a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lifecycle.acceptance.overview import TITLES
from lifecycle.acceptance.self_rating import SCORES
from lifecycle.annual_reports import BENEFITS_SECTION
from lifecycle.changes import asked_rows
from lifecycle.models import (
    AnnualReport,
    AnnualReportState,
    ChangeKind,
    ChangeRequest,
    ChangeState,
    ChangeTier,
    DatedEvent,
    Document,
    DocumentCategory,
    EventKind,
    Exemption,
    ExemptionState,
    Finding,
    Inspection,
    InspectionKind,
    InspectionState,
    MilestoneState,
    Project,
    SelfRating,
    Target,
    YearBenefits,
)
from lifecycle.rules.answers import Answer
from lifecycle.rules.standing import REFUSED
from reports.facts import (
    AddedBenefits,
    AnnualFacts,
    AnswerFacts,
    BenefitFacts,
    ChangeFacts,
    CheckedItem,
    DifferenceFacts,
    DocumentFacts,
    EventFacts,
    ExemptionFacts,
    FindingFacts,
    InspectionFacts,
    MilestoneFacts,
    RatingFacts,
    RatingScore,
    TargetFacts,
    YearFacts,
)
from reports.overview import PlannedStep
from reports.rule_set import RULE_OF
from reports.years import PlanYear

UNDECIDED = gettext_noop("审核中")
"""What a change was on a day before it was decided."""

HANDED_IN = frozenset({AnnualReportState.HANDED_IN, AnnualReportState.ACCEPTED})
"""States in which a report says what its writers stand by."""


def targets_of(targets: Iterable[Target], documents: Iterable[Document]) -> list[TargetFacts]:
    """The targets; of the papers that prove them the versions that are now on file. documents: all versions."""
    newer = {each.replaces_id: each.pk for each in documents if each.replaces_id is not None}

    def latest(pk: int) -> int:
        while pk in newer:
            pk = newer[pk]
        return pk

    return [
        TargetFacts(
            pk=each.pk,
            category=each.category,
            name=each.name,
            unit=each.unit_of_measure,
            contract_value=each.contract_value,
            achieved_value=each.achieved_value,
            evidence=each.evidence,
            papers=list(dict.fromkeys(map(latest, each.papers))),
        )
        for each in targets
    ]


def milestones_of(steps: Iterable[PlannedStep]) -> list[MilestoneFacts]:
    return [
        MilestoneFacts(
            pk=step.milestone.pk,
            year=step.milestone.year,
            name=step.milestone.name,
            planned_on=step.milestone.planned_on,
            completed_on=step.completed_on,
            late_days=step.late_days,
            is_waived=step.is_waived,
            is_verified=step.completed_on is not None and step.milestone.state == MilestoneState.VERIFIED,
            progress=_progress(step),
            owner=step.milestone.owner,
            weight=step.milestone.weight,
            planned_spend=step.milestone.planned_spend,
        )
        for step in steps
    ]


def _progress(step: PlannedStep) -> str:
    """What is said of it; nothing as of a day before it was done, since the words are of today."""
    milestone = step.milestone
    return milestone.progress if milestone.completed_on in (None, step.completed_on) else ""


def years_of(years: Iterable[PlanYear]) -> list[YearFacts]:
    return [
        YearFacts(
            year=year.year,
            planned=year.planned,
            done=year.done,
            late=year.late,
            waived=year.waived,
            planned_spend=year.planned_spend,
            spent=year.spent,
        )
        for year in years
    ]


def annual_reports_of(reports: Iterable[AnnualReport], *, on: date) -> list[AnnualFacts]:
    """The reports handed in by the end of `on`; a returned one has its day, and no words that anybody stands by."""
    found = []
    for each in reports:
        if each.submitted_on is None or each.submitted_on > on:
            continue
        content = each.content if each.state in HANDED_IN else {}
        reviewed = each.reviewed_on is not None and each.reviewed_on <= on
        found.append(
            AnnualFacts(
                pk=each.pk,
                year=each.year,
                submitted_on=each.submitted_on,
                reviewed_on=each.reviewed_on if reviewed else None,
                progress=each.progress,
                results=content.get("results", ""),
                problems=content.get("problems", ""),
                benefits=benefits_of(content.get(BENEFITS_SECTION) or {}),
            )
        )
    return found


def benefits_of(said: dict[str, str]) -> BenefitFacts | None:
    if not said:
        return None

    def amount(name: str) -> Decimal | None:
        return Decimal(said[name]) if said.get(name) else None

    def count(name: str) -> int | None:
        return int(said[name]) if said.get(name) else None

    return BenefitFacts(
        sales=amount("sales"),
        tax=amount("tax"),
        export=amount("export"),
        patents=count("patents"),
        standards=count("standards"),
        new_jobs=count("new_jobs"),
    )


def added_benefits_of(
    added: Iterable[YearBenefits], told: Iterable[AnnualFacts], *, on: date
) -> list[AddedBenefits]:
    """What was added for years up to that of `on` of which no report tells. told: the reports of the day."""
    years = {each.year for each in told if each.benefits is not None}
    return [
        AddedBenefits(
            pk=each.pk,
            year=each.year,
            benefits=BenefitFacts(
                sales=each.sales,
                tax=each.tax,
                export=each.export,
                patents=each.patents,
                standards=each.standards,
                new_jobs=each.new_jobs,
            ),
        )
        for each in added
        if each.year not in years and each.year <= on.year
    ]


def rating_of(ratings: Iterable[SelfRating], rounds: int, *, on: date) -> RatingFacts | None:
    """The rating made for the latest application, or for the one to come. rounds: how many were filed by `on`."""
    made = [each for each in ratings if each.round <= rounds + 1]
    if not made:
        return None
    latest = made[-1]
    is_filed = latest.filed_on is not None and latest.filed_on <= on
    return RatingFacts(
        pk=latest.pk,
        round=latest.round,
        filed_on=latest.filed_on if is_filed else None,
        execution=latest.execution if is_filed else None,
        scores=[
            RatingScore(
                title=str(score.title),
                most=score.most,
                points=getattr(latest, score.code),
                reason=getattr(latest, f"{score.code}_reason"),
            )
            for score in SCORES
        ],
    )


def changes_of(
    project: Project, changes: Iterable[ChangeRequest], events: Iterable[DatedEvent], *, on: date
) -> list[ChangeFacts]:
    """Changes asked for by the end of `on`, with what they move; and extensions known by their event alone."""
    found = []
    by_change = set()
    for each in changes:
        if each.asked_on is None or each.asked_on > on:
            continue
        if each.kind == ChangeKind.TERM:
            by_change.add(each.asked_on)
        decided = each.decided_on is None or each.decided_on <= on
        found.append(
            ChangeFacts(
                pk=each.pk,
                kind=str(ChangeKind(each.kind).label),
                tier=str(ChangeTier(each.tier).label),
                reason=each.reason,
                state=str(ChangeState(each.state).label) if decided else UNDECIDED,
                is_approved=decided and each.state == ChangeState.APPROVED,
                asked_on=each.asked_on,
                decided_on=each.decided_on if decided else None,
                rows=[
                    DifferenceFacts(label=row.label, before=row.before, after=row.after)
                    for row in asked_rows(each, project)
                ],
            )
        )
    for event in events:
        if (
            event.kind == EventKind.EXTENSION
            and event.happened_on <= on
            and event.happened_on not in by_change
        ):
            found.append(_extension(event, on=on))
    return sorted(found, key=lambda each: (each.asked_on, each.pk))


def _extension(event: DatedEvent, *, on: date) -> ChangeFacts:
    decided_on = event.decided_on or event.happened_on
    decided = decided_on <= on
    approved = event.result != REFUSED
    months = (
        _("%(months)s 个月") % {"months": f"{event.value.normalize():f}"} if event.value is not None else ""
    )
    return ChangeFacts(
        pk=0,
        kind=str(ChangeKind.TERM.label),
        tier=str(ChangeTier.MAJOR.label),
        reason=event.note,
        state=str((ChangeState.APPROVED if approved else ChangeState.REFUSED).label)
        if decided
        else UNDECIDED,
        is_approved=decided and approved,
        asked_on=event.happened_on,
        decided_on=decided_on if decided else None,
        rows=[DifferenceFacts(label=_("延长期限"), before="", after=months)] if months else [],
    )


def inspections_of(
    inspections: Iterable[Inspection], events: Iterable[DatedEvent], *, on: date
) -> list[InspectionFacts]:
    """Inspections held by the end of `on`; of a mid-term check that a workbook brought, day and result."""
    found = []
    midterms = set()
    for each in inspections:
        if each.state != InspectionState.HELD or each.held_on is None or each.held_on > on:
            continue
        if each.kind == InspectionKind.MIDTERM:
            midterms.add(each.held_on)
        found.append(
            InspectionFacts(
                pk=each.pk,
                kind=str(InspectionKind(each.kind).label),
                held_on=each.held_on,
                inspector=each.inspector,
                result=each.result,
                opinion=each.opinion,
                checklist=[
                    CheckedItem(item=row["item"], finding=row["finding"], is_met=row["is_met"])
                    for row in each.checklist
                ],
            )
        )
    found += [
        InspectionFacts(
            pk=0,
            kind=event.kind,
            held_on=event.happened_on,
            inspector="",
            result=event.result,
            opinion=event.note,
            checklist=[],
        )
        for event in events
        if event.kind == EventKind.MIDTERM_CHECK
        and event.happened_on <= on
        and event.happened_on not in midterms
    ]
    return sorted(found, key=lambda each: (each.held_on, each.pk))


def findings_of(findings: Iterable[Finding], *, on: date) -> list[FindingFacts]:
    """What was found by the end of `on`, and how far it was mended by then."""
    found = []
    for each in findings:
        if each.found_on > on:
            continue
        answered = each.answered_on is not None and each.answered_on <= on
        closed = each.closed_on is not None and each.closed_on <= on
        found.append(
            FindingFacts(
                pk=each.pk,
                origin=str(each.get_origin_display()),
                severity=str(each.get_severity_display()),
                text=each.text,
                found_on=each.found_on,
                due_on=each.due_on,
                answer=each.answer if answered else "",
                answered_on=each.answered_on if answered else None,
                closed_on=each.closed_on if closed else None,
            )
        )
    return found


def events_of(events: Iterable[DatedEvent], *, on: date) -> list[EventFacts]:
    return [
        EventFacts(
            kind=each.kind,
            on=each.happened_on,
            result=each.result,
            value=each.value,
            document_no=each.document_no,
            note=each.note,
        )
        for each in events
        if each.happened_on <= on
    ]


def answers_in(answers: Iterable[Answer]) -> list[AnswerFacts]:
    """The answers in words, in the order of the rule book."""
    return [
        AnswerFacts(
            code=each.code,
            title=str(RULE_OF[each.code].title),
            status=each.status.value,
            status_label=each.status.label,
            sentence=each.message,
            basis=str(RULE_OF[each.code].basis),
            figures=each.figures_json(),
        )
        for each in answers
    ]


def documents_of(documents: Sequence[Document]) -> list[DocumentFacts]:
    """The latest version of every paper on file, in the order of their recording."""
    replaced = {each.replaces_id for each in documents}
    return [
        DocumentFacts(
            pk=each.pk,
            category=str(each.get_category_display()),
            title=each.title,
            number=TITLES.get(each.number, each.number)
            if each.category == DocumentCategory.ACCEPTANCE
            else each.number,
            file_name=each.file_name,
            size=each.size,
            sha256=each.sha256,
            version=each.version,
        )
        for each in documents
        if each.pk not in replaced
    ]


def exemptions_of(exemptions: Iterable[Exemption], *, on: date) -> list[ExemptionFacts]:
    """The exceptions granted by the end of `on`."""
    return [
        ExemptionFacts(
            rule=each.rule,
            reason=each.reason,
            granted_by=each.granted_by,
            granted_on=each.granted_on,
            until=each.until,
        )
        for each in exemptions
        if each.state == ExemptionState.GRANTED and each.granted_on is not None and each.granted_on <= on
    ]
