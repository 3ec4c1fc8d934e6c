"""Annual reports of a project: which years owe one, and each report to be written, read and checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from backend.access import Act, may_on
from backend.pages.access import PageRequest, project_in_sight, signed_in
from backend.pages.fields import Select
from backend.pages.forms import take
from backend.pages.project_parts import actor_on, done, part
from backend.pages.told import papers, stories, told, upload_url
from lifecycle import annual_reports as services
from lifecycle.annual_reports import (
    AMOUNT_BENEFITS,
    BENEFITS,
    BENEFITS_SECTION,
    POINT_LENGTH,
    SECTION_LENGTH,
    SECTIONS,
    WRITABLE,
    WRITTEN_IN,
)
from lifecycle.errors import Conflict, Invalid
from lifecycle.facts import life_facts
from lifecycle.models import AnnualReport, AnnualReportState, DocumentCategory, Project, ReportProgress, Step
from lifecycle.parties.log import Actor
from lifecycle.reporting import HAND_IN
from lifecycle.rules.annual_reports import years_owing
from reports.annual_draft import known_of

TEXTS = tuple(section for section in SECTIONS if section != BENEFITS_SECTION)


class YearForm(forms.Form):
    year = forms.IntegerField(min_value=2000, max_value=2099)


class ReportForm(forms.Form):
    """The sections of a report, its numbers, and when what is shown was saved."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    pace = forms.ChoiceField(
        label=gettext_lazy("总体进展"),
        required=False,
        widget=Select,
        choices=[("", gettext_lazy("请选择")), *ReportProgress.choices],
    )

    def __init__(self, data: Any = None, *, report: AnnualReport) -> None:
        numbers = report.content.get(BENEFITS_SECTION, {})
        known = {**report.content, **numbers, "pace": report.progress, "seen": report.recorded_at.isoformat()}
        super().__init__(data, initial=known, auto_id="report-%s")
        for section in TEXTS:
            self.fields[section] = forms.CharField(
                label=str(SECTIONS[section]),
                max_length=SECTION_LENGTH,
                required=False,
                widget=forms.Textarea(attrs={"rows": "7"}),
            )
        for name, title in BENEFITS.items():
            mode = "decimal" if name in AMOUNT_BENEFITS else "numeric"
            self.fields[name] = forms.CharField(
                label=str(title),
                max_length=30,
                required=False,
                widget=forms.TextInput(attrs={"inputmode": mode, "autocomplete": "off"}),
            )

    @property
    def content(self) -> dict[str, Any]:
        """What was typed, by section."""
        said = self.cleaned_data
        numbers = {name: said[name] for name in BENEFITS}
        return {**{section: said[section] for section in TEXTS}, BENEFITS_SECTION: numbers}

    def clean_seen(self) -> datetime | None:
        try:
            return datetime.fromisoformat(self.cleaned_data["seen"])
        except ValueError:
            return None


class PointsForm(forms.Form):
    """A point to each section, where the park has one."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="point-%s")
        for section, title in SECTIONS.items():
            self.fields[section] = forms.CharField(
                label=_("“%(title)s”的退回意见") % {"title": title},
                max_length=POINT_LENGTH,
                required=False,
                widget=forms.Textarea(attrs={"rows": "2"}),
            )

    @property
    def points(self) -> list[dict[str, str]]:
        """The points that were written, in the order of the sections."""
        said = self.cleaned_data
        return [{"section": section, "text": said[section]} for section in SECTIONS if said[section]]


@dataclass(frozen=True, slots=True)
class YearRow:
    """A year of the list. late_days: days past the due day while a report that is owed is missing.

    is_ahead: its cut-off is still to come.
    """

    year: int
    report: AnnualReport | None
    cutoff: date
    due: date
    is_missing: bool
    late_days: int
    is_ahead: bool


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A section with its text or its numbers, the points marked in it, and the fields to write or mark it."""

    key: str
    title: str | Promise
    text: str
    numbers: list[tuple[str | Promise, Any]]
    points: list[str]
    fields: list[forms.BoundField]
    mark: forms.BoundField | None


@require_http_methods(["GET", "POST"])
@signed_in
def annual_reports(request: PageRequest, number: str) -> HttpResponseBase:
    """The years with their reports (GET); a report begun from what is known (POST)."""
    project = project_in_sight(request, number)
    today = timezone.localdate()
    form = YearForm(request.POST)
    status, refusal = 200, ""
    if request.method == "POST":
        actor = actor_on(request, Act.WRITE_ANNUAL_REPORT, project)
        status, refusal = 422, _("请选择年度。")
        if form.is_valid():
            year = form.cleaned_data["year"]
            try:
                services.draft(
                    project=project,
                    year=year,
                    known=known_of(project, year, today=today),
                    actor=actor,
                    today=today,
                )
            except (Invalid, Conflict) as refused:
                refusal = refused.message
            else:
                said = _("已按系统登记的情况起草 %(year)d 年度报告，请补充后提交。") % {"year": year}
                return done(request, said, "annual-report", project, year=year)
    return part(
        request,
        "pages/annual_reports.html",
        project,
        here="annual-reports",
        status=status,
        title=_("年度报告"),
        rows=_rows(project, today),
        refusal=refusal,
        may_write=project.state in WRITTEN_IN and may_on(Act.WRITE_ANNUAL_REPORT, request.sight, project),
    )


def _rows(project: Project, today: date) -> list[YearRow]:
    """Every year that may have a report, and any other that has one, ascending."""
    facts = life_facts([project.pk], on=today)[project.pk]
    owing = set(years_owing(facts, since=project.start_on.year))
    kept = {report.year: report for report in project.annual_reports.defer("content", "points")}
    limits = facts.limits
    rows = []
    for year in sorted({*services.years_open(facts), *kept}):
        report = kept.get(year)
        due = limits.report_due.in_year(year)
        is_missing = year in owing and (report is None or report.submitted_on is None)
        late = max((today - due).days, 0) if is_missing else 0
        cutoff = limits.report_cutoff.in_year(year)
        rows.append(YearRow(year, report, cutoff, due, is_missing, late, is_ahead=cutoff > today))
    return rows


@require_http_methods(["GET", "POST"])
@signed_in
def annual_report(request: PageRequest, number: str, year: int) -> HttpResponseBase:
    """One report (GET); what the unit wrote, saved or handed in at once (POST, `do`)."""
    project = project_in_sight(request, number)
    report = _report(project, year)
    if request.method != "POST":
        return _page(request, project, report)
    actor = actor_on(request, Act.WRITE_ANNUAL_REPORT, project)
    today = timezone.localdate()
    form = ReportForm(request.POST, report=report)
    if form.is_valid():
        said = form.cleaned_data
        try:
            with transaction.atomic():
                services.save_draft(
                    report=report,
                    content=form.content,
                    pace=said["pace"],
                    seen=said["seen"],
                    actor=actor,
                    today=today,
                )
                if request.POST.get("do") == HAND_IN:
                    services.hand_in(report=report, actor=actor, on=today, today=today)
        except (Invalid, Conflict) as refusal:
            take(form, refusal)
            # Its day is no field of the form; what is said of it must not be lost beside the sections.
            if form.errors.keys() - {"__all__"} and "on" in refusal.details:
                form.add_error(None, refusal.details["on"])
        else:
            if request.POST.get("do") == HAND_IN:
                sentence = _("%(year)d 年度报告已提交，待高新区审核。")
            else:
                sentence = _("%(year)d 年度报告已保存，尚未提交。")
            return done(request, sentence % {"year": year}, "annual-report", project, year=year)
    return _page(request, project, report, form=form, status=422)


@require_POST
@signed_in
def check(request: PageRequest, number: str, year: int) -> HttpResponseBase:
    """The park accepts a report, or returns it with the points it marked (`do`)."""
    project = project_in_sight(request, number)
    report = _report(project, year)
    actor = actor_on(request, Act.CHECK_ANNUAL_REPORT, project)
    marks = PointsForm(request.POST)
    if marks.is_valid():
        try:
            said = judge(report, marks, actor, is_accepted=request.POST.get("do") == "accept")
        except (Invalid, Conflict) as refusal:
            take(marks, refusal)
        else:
            return done(request, said, "annual-report", project, year=year)
    return _page(request, project, report, marks=marks, status=422)


def judge(report: AnnualReport, marks: PointsForm, actor: Actor, *, is_accepted: bool) -> str:
    """The park's word on a report, today; the sentence that tells of it.

    Raises Invalid where it is accepted and points are marked all the same, and what the service raises.
    """
    today = timezone.localdate()
    by: dict[str, Any] = {"report": report, "actor": actor, "on": today, "today": today}
    if is_accepted and marks.points:
        raise Invalid(_("已填写退回意见；如审核通过，请先清空意见。"))
    if is_accepted:
        services.accept(**by)
        return _("%(year)d 年度报告已审核通过。") % {"year": report.year}
    services.give_back(points=marks.points, **by)
    return _("%(year)d 年度报告已退回。") % {"year": report.year}


def may_judge(request: PageRequest, project: Project, report: AnnualReport) -> bool:
    """Whether the report waits for the reader's word."""
    return (
        project.state in WRITTEN_IN
        and report.state == AnnualReportState.HANDED_IN
        and may_on(Act.CHECK_ANNUAL_REPORT, request.sight, project)
    )


def is_own_hand_in(request: PageRequest, story: list[Step]) -> bool:
    """Whether the reader handed it in last, so that somebody else has to judge it."""
    handed_in = [step for step in story if step.act == HAND_IN]
    return bool(handed_in) and handed_in[-1].actor_id == request.user.pk


def _report(project: Project, year: int) -> AnnualReport:
    report = project.annual_reports.filter(year=year).first()
    if report is None:
        raise Http404
    return report


def _page(
    request: PageRequest,
    project: Project,
    report: AnnualReport,
    *,
    form: ReportForm | None = None,
    marks: PointsForm | None = None,
    status: int = 200,
) -> HttpResponse:
    is_taken = project.state in WRITTEN_IN
    story = stories(project, AnnualReport).get(report.pk, [])
    may_write = is_taken and may_on(Act.WRITE_ANNUAL_REPORT, request.sight, project)
    writing = may_write and report.state in WRITABLE
    writer = (form or ReportForm(report=report)) if writing else None
    marker = (marks or PointsForm()) if may_judge(request, project, report) else None
    return part(
        request,
        "pages/annual_report.html",
        project,
        here="annual-reports",
        status=status,
        title=_("%(year)d 年度报告") % {"year": report.year},
        report=report,
        sections=sections_of(report, writer, marker),
        form=writer,
        marks=marker,
        refused=form or marks,
        may_begin=writing and not report.content,
        is_own=is_own_hand_in(request, story),
        papers=papers(project, AnnualReport).get(report.pk, []),
        upload_url=upload_url(
            project,
            report,
            DocumentCategory.ANNUAL_REPORT,
            back=reverse("annual-report", args=[project.number, report.year]),
        )
        if writing
        else "",
        story=told(story),
    )


def sections_of(
    report: AnnualReport, form: ReportForm | None, marks: PointsForm | None
) -> list[ShownSection]:
    """The sections in their order, with the fields to write them and to mark points, where there are such."""
    numbers = report.content.get(BENEFITS_SECTION, {})
    shown = []
    for key, title in SECTIONS.items():
        is_text = key in TEXTS
        names = [key] if is_text else list(BENEFITS)
        shown.append(
            ShownSection(
                key,
                title,
                report.content.get(key, "") if is_text else "",
                [] if is_text else [(label, numbers.get(name)) for name, label in BENEFITS.items()],
                [point["text"] for point in report.points if point["section"] == key],
                [form[name] for name in names] if form else [],
                marks[key] if marks else None,
            )
        )
    return shown
