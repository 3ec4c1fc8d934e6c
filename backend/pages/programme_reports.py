"""Reports about many projects: a park's results, what is due, the month's brief; looked at, downloaded, issued."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from backend.access import Act, issuing_about, may_issue_about, organisations_reported_on, require
from backend.check_address import check_url
from backend.middleware import actor_of
from backend.pages.access import PageRequest, signed_in
from backend.pages.days import as_of
from backend.pages.paging import Order, keyset_page
from backend.pages.report_view import shown_document
from backend.pages.reports import report_file
from lifecycle.errors import Invalid
from lifecycle.parties.log import record
from lifecycle.parties.models import Organisation
from reports.built import Built
from reports.issuing import content_of, issue
from reports.models import Issue, IssuedFile, ReportKind
from reports.programme import PROGRAMME, Choice, build_programme, choices_of
from reports.renderers import FORMATS
from reports.renderers import render as rendered

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
    kinds = frozenset().union(*(each.about for each in PROGRAMME.values()))
    organisations = list(
        organisations_reported_on(request.sight).filter(kind__in=kinds).order_by("-kind", "name")
    )
    choices = choices_of(organisations)
    desks = [
        Desk(
            each,
            [
                Offered(choice, may_issue_about(request.sight, each, choice.kind))
                for choice in choices[each.pk]
            ],
        )
        for each in organisations
        if choices[each.pk]
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


@require_safe
@signed_in
def report(request: PageRequest, kind: str, pk: int) -> HttpResponseBase:
    """The report on the screen as of `?on=`; every project opens its page."""
    organisation = _organisation(request, kind, pk)
    drawn_up = _built(request, kind, organisation)
    document = drawn_up.draft()
    return render(
        request,
        "pages/programme_report.html",
        {
            "organisation": organisation,
            "document": document,
            "pieces": shown_document(document),
            "report": drawn_up,
            "which": request.GET.get("which", ""),
            "may_issue": may_issue_about(request.sight, organisation, kind),
            "formats": list(FORMATS),
        },
    )


@require_safe
@signed_in
def draft(request: PageRequest, kind: str, pk: int, form: str) -> HttpResponseBase:
    """A draft as a file, as of `?on=`: without number, marked as one."""
    organisation = _organisation(request, kind, pk)
    if form not in FORMATS:
        raise Http404
    drawn_up = _built(request, kind, organisation)
    record(
        actor_of(request),
        "draft_report",
        subject=drawn_up.subject,
        kind=kind,
        format=form,
        digest=drawn_up.digest,
    )
    name = f"{organisation.name}-{drawn_up.document.title}-{_('草稿')}.{FORMATS[form].suffix}"
    return report_file(rendered(drawn_up.draft(), form).content, FORMATS[form].media_type, name)


@require_POST
@signed_in
def issue_report(request: PageRequest, kind: str, pk: int) -> HttpResponseBase:
    """Issue it as things stand today; the same facts lead to the issue that was made of them before."""
    organisation = _organisation(request, kind, pk)
    actor = issuing_about(actor_of(request), request.sight, organisation, kind)
    today = timezone.localdate()
    kept, is_new = issue(
        build_programme(kind, organisation, on=today, today=today, which=request.POST.get("which", "")),
        check_url=check_url,
        actor=actor,
        now=timezone.now(),
    )
    if is_new:
        messages.success(request, _("报告已出具，编号 %(number)s。") % {"number": kept.number})
    else:
        messages.info(
            request, _("数据没有变化，仍是已出具的 %(number)s，未重复出具。") % {"number": kept.number}
        )
    return redirect(f"{reverse('programme-reports')}#issue-{kept.pk}")


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
    require(Act.SEE_PROGRAMME_REPORTS, request.sight)
    found = organisations_reported_on(request.sight).filter(pk=pk).first()
    if kind not in PROGRAMME or found is None or found.kind not in PROGRAMME[kind].about:
        raise Http404
    return found


def _built(request: PageRequest, kind: str, organisation: Organisation) -> Built:
    """Raises Invalid for a day that is none, NothingToReport for a batch in which the park has no project."""
    day = as_of(request)
    if day.fault:
        raise Invalid(day.fault, details={"on": day.fault})
    which = request.GET.get("which", "")
    return build_programme(kind, organisation, on=day.on, today=timezone.localdate(), which=which)
