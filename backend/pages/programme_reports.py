"""Reports about many projects: a park's results, what is due, the month's brief; looked at, downloaded, issued.

All of it is drawn up behind the scenes: what they cost grows with the projects.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.access import Act, may_issue_about, require
from backend.middleware import actor_of
from backend.pages.access import PageRequest, signed_in
from backend.pages.days import day_in
from backend.pages.job_results import Result, shows
from backend.pages.jobs import wait_for
from backend.pages.paging import Order, keyset_page
from backend.pages.report_view import shown_document
from backend.pages.reports import report_file
from backend.programme_jobs import (
    ask_for_programme,
    build_programme_report,
    offered_to,
    report_of,
    reported_on,
    run_about,
)
from backend.report_jobs import Wish
from lifecycle.errors import Invalid
from lifecycle.models import JobRun, JobState
from lifecycle.parties.log import record
from lifecycle.parties.models import Organisation
from reports.issuing import content_of
from reports.models import Issue, IssuedFile, IssueFormat, ReportKind
from reports.programme import Choice, choice_of
from reports.renderers import FORMATS

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class Offered:
    """A report as the page offers it."""

    choice: Choice
    may_issue: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """An organisation with what can be drawn up of it."""

    organisation: Organisation
    offers: list[Offered]


@dataclass(frozen=True, slots=True)
class ShownIssue:
    issue: Issue
    kind: str
    files: list[IssuedFile]


@require_safe
@signed_in
def reports(request: PageRequest) -> HttpResponseBase:
    """What can be drawn up, organisation by organisation, and what was issued, newest first."""
    require(Act.SEE_PROGRAMME_REPORTS, request.sight)
    desks = [
        Desk(each, [Offered(choice, may_issue_about(request.sight, each, choice.kind)) for choice in choices])
        for each, choices in offered_to(request.sight)
    ]
    page = keyset_page(
        Issue.objects.filter(project=None)
        .visible_to(request.sight)
        .defer("facts")
        .with_overtaken()
        .select_related("organisation")
        .prefetch_related("files"),
        order=Order(Issue, "id", descending=True),
        query=request.GET,
        size=PAGE_SIZE,
    )
    return render(
        request,
        "pages/programme_reports.html",
        {
            "desks": desks,
            "formats": list(FORMATS),
            "page": page,
            "issues": [
                ShownIssue(each, str(ReportKind(each.kind).label), list(each.files.all()))
                for each in page.rows
            ],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def report(request: PageRequest, kind: str, pk: int) -> HttpResponseBase:
    """The report on the screen as the run `?job=` drew it up; without one, of which day it shall be.

    POST has it drawn up as of `on`: to be looked at here, or as a file of `form`, of what the run `seen` has shown.
    """
    organisation = _organisation(request, kind, pk)
    if request.method == "POST":
        return _drawn_up(request, organisation, kind)
    context: dict[str, Any] = {
        "organisation": organisation,
        "kind": kind,
        "formats": list(FORMATS),
        "may_issue": may_issue_about(request.sight, organisation, kind),
    }
    if "job" not in request.GET:
        choice = choice_of(kind, organisation, request.GET.get("which", ""))
        return render(
            request,
            "pages/programme_report.html",
            {**context, "title": choice.label, "which": choice.which, "on": timezone.localdate()},
        )
    run = _run(request, organisation, kind, request.GET["job"])
    if run.state != JobState.DONE:
        return redirect("job", pk=run.pk)
    shown = report_of(run, organisation)
    document = shown.draft()
    return render(
        request,
        "pages/programme_report.html",
        {
            **context,
            "title": document.title,
            "document": document,
            "pieces": shown_document(document),
            "run": run,
            "which": run.arguments["which"],
            "on": shown.on,
        },
    )


@require_POST
@signed_in
def issue_report(request: PageRequest, kind: str, pk: int) -> HttpResponseBase:
    """Have it issued as things stand today; the same facts lead to the issue that was made of them before."""
    organisation = _organisation(request, kind, pk)
    run = _asked(
        request,
        organisation,
        kind,
        form=IssueFormat.PDF.value,
        is_issued=True,
        on=timezone.localdate().isoformat(),
        which=request.POST.get("which", ""),
    )
    return redirect("job", pk=run.pk)


@shows(build_programme_report.name)
def shown_programme_report(result: dict[str, Any]) -> Result:
    return Result("pages/parts/made_programme_report.html", result)


@require_safe
@signed_in
def issued(request: PageRequest, pk: int, form: str) -> HttpResponseBase:
    """The bytes that were issued, as they were issued."""
    require(Act.SEE_PROGRAMME_REPORTS, request.sight)
    seen = Issue.objects.filter(project=None).visible_to(request.sight)
    file = (
        IssuedFile.objects.filter(issue__in=seen.values("pk"), issue=pk, format=form)
        .select_related("issue")
        .defer("issue__facts")
        .first()
    )
    if file is None:
        raise Http404
    content = content_of(file)
    record(actor_of(request), "download_report", subject=file.issue.number, format=form)
    return report_file(content, FORMATS[form].media_type, f"{file.issue.number}.{FORMATS[form].suffix}")


def _organisation(request: PageRequest, kind: str, pk: int) -> Organisation:
    """The organisation in sight of which there is such a report. Raises Http404 where there is none."""
    found = reported_on(request.sight, kind, pk)
    if found is None:
        raise Http404
    return found


def _run(request: PageRequest, organisation: Organisation, kind: str, pk: str) -> JobRun:
    """The run of one's own that drew up this report. Raises Http404 where there is none."""
    try:
        found = run_about(organisation, kind, UUID(pk), request.user)
    except ValueError:
        raise Http404 from None
    if found is None:
        raise Http404
    return found


def _drawn_up(request: PageRequest, organisation: Organisation, kind: str) -> HttpResponseBase:
    """Ask for it, and lead to the report where it is soon done and no file is wished for, else to the job.

    Raises Invalid for a day that is none, NothingToReport for a batch in which the park has no project.
    """
    form, seen = request.POST.get("form", ""), request.POST.get("seen", "")
    if form and form not in FORMATS:
        raise Http404
    day = day_in(request.POST.get("on", ""))
    if day.fault:
        raise Invalid(day.fault, details={"on": day.fault})
    on, which = day.on.isoformat(), request.POST.get("which", "")
    if seen:
        former = _run(request, organisation, kind, seen)
        if former.state != JobState.DONE:
            raise Http404
        on, which = former.arguments["on"], former.arguments["which"]
    run = _asked(request, organisation, kind, form=form, on=on, which=which, seen=seen)
    if form or run.state != JobState.DONE:
        return redirect("job", pk=run.pk)
    return redirect(f"{reverse('programme-report', args=[kind, organisation.pk])}?job={run.pk}")


def _asked(
    request: PageRequest,
    organisation: Organisation,
    kind: str,
    *,
    form: str,
    on: str,
    which: str,
    is_issued: bool = False,
    seen: str = "",
) -> JobRun:
    wish = Wish(
        kind=kind,
        form=form,
        is_issued=is_issued,
        on=on,
        address=actor_of(request).address,
        language=settings.LANGUAGE_CODE,
        which=which,
    )
    return wait_for(
        ask_for_programme(
            organisation, wish, seen=seen, by=request.user, sight=request.sight, now=timezone.now()
        )
    )
