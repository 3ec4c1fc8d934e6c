"""The reports of a project: looked at on the screen, downloaded as drafts, issued for good, and matched with their scans."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from backend.access import Act, may_issue, may_on, require_issuing
from backend.check_address import check_url
from backend.middleware import actor_of
from backend.pages.access import PageRequest, project_in_sight, signed_in
from backend.pages.days import as_of
from backend.pages.paging import Order, keyset_page
from backend.pages.project_parts import actor_on, part
from backend.pages.report_view import shown_document
from lifecycle.errors import Invalid
from lifecycle.models import Project
from lifecycle.parties.log import record
from reports.available import available
from reports.built import Built, built
from reports.exports import KINDS
from reports.issuing import content_of, issue
from reports.models import Issue, IssuedFile, ReportKind
from reports.renderers import FORMATS, render
from reports.scans import Scan, scans_of

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class Offer:
    """A report as the page offers it. which: as in `reports.available`. why: it cannot be drawn up, or empty."""

    kind: str
    which: str
    label: str
    why: str
    may_issue: bool


@dataclass(frozen=True, slots=True)
class ShownIssue:
    """An issue with its files and the stamped scans that were filed against it."""

    issue: Issue
    kind: str
    files: list[IssuedFile]
    scans: list[Scan]


@require_safe
@signed_in
def reports(request: PageRequest, number: str) -> HttpResponseBase:
    """What can be drawn up, and what was issued, newest first, a page at a time."""
    project = project_in_sight(request, number)
    page = keyset_page(
        Issue.objects.filter(project=project).defer("facts").with_overtaken().prefetch_related("files"),
        order=Order(Issue, "id", descending=True),
        query=request.GET,
        size=PAGE_SIZE,
    )
    scans = scans_of(page.rows)
    return part(
        request,
        "pages/reports.html",
        project,
        here="reports",
        title=_("报告"),
        offers=[
            Offer(*each, may_issue=not each.why and may_issue(request.sight, project, each.kind))
            for each in available(project, on=timezone.localdate())
        ],
        formats=list(FORMATS),
        page=page,
        issues=[
            ShownIssue(each, str(ReportKind(each.kind).label), list(each.files.all()), scans.get(each.pk, []))
            for each in page.rows
        ],
        may_file=may_on(Act.FILE_DOCUMENT, request.sight, project),
    )


@require_safe
@signed_in
def report(request: PageRequest, number: str, kind: str) -> HttpResponseBase:
    """The report on the screen as of `?on=`; every figure opens where it comes from."""
    project = project_in_sight(request, number)
    drawn_up = _built(request, project, kind)
    document = drawn_up.draft()
    return part(
        request,
        "pages/report.html",
        project,
        here="reports",
        title=document.title,
        document=document,
        pieces=shown_document(document, project),
        report=drawn_up,
        which=request.GET.get("which", ""),
        may_issue=may_issue(request.sight, project, kind),
        formats=list(FORMATS),
    )


@require_safe
@signed_in
def draft(request: PageRequest, number: str, kind: str, form: str) -> HttpResponseBase:
    """A draft as a file, as of `?on=`: without number, marked as one."""
    project = project_in_sight(request, number)
    if form not in FORMATS:
        raise Http404
    drawn_up = _built(request, project, kind)
    record(
        actor_of(request),
        "draft_report",
        subject=drawn_up.subject,
        kind=kind,
        format=form,
        digest=drawn_up.digest,
    )
    name = f"{drawn_up.subject}-{drawn_up.document.title}-{_('草稿')}.{FORMATS[form].suffix}"
    return report_file(render(drawn_up.draft(), form).content, FORMATS[form].media_type, name)


@require_POST
@signed_in
def issue_report(request: PageRequest, number: str, kind: str) -> HttpResponseBase:
    """Issue it as things stand today; the same facts lead to the issue that was made of them before."""
    project = project_in_sight(request, number)
    if kind not in KINDS:
        raise Http404
    require_issuing(request.sight, project, kind)
    today = timezone.localdate()
    kept, is_new = issue(
        built(kind, project, on=today, today=today, which=request.POST.get("which", "")),
        check_url=check_url,
        actor=actor_on(request, Act.ISSUE_REPORT, project),
        now=timezone.now(),
    )
    if is_new:
        messages.success(request, _("报告已出具，编号 %(number)s。") % {"number": kept.number})
    else:
        messages.info(
            request, _("数据没有变化，仍是已出具的 %(number)s，未重复出具。") % {"number": kept.number}
        )
    return redirect(f"{reverse('reports', args=[project.number])}#issue-{kept.pk}")


@require_safe
@signed_in
def issued(request: PageRequest, number: str, pk: int, form: str) -> HttpResponseBase:
    """The bytes that were issued, as they were issued."""
    project = project_in_sight(request, number)
    file = (
        IssuedFile.objects.filter(issue__project=project, issue=pk, format=form)
        .select_related("issue")
        .defer("issue__facts")
        .first()
    )
    if file is None:
        raise Http404
    content = content_of(file)
    record(actor_of(request), "download_report", subject=file.issue.number, format=form)
    return report_file(content, FORMATS[form].media_type, f"{file.issue.number}.{FORMATS[form].suffix}")


def _built(request: PageRequest, project: Project, kind: str) -> Built:
    """The report of `?which=` as of `?on=`.

    Raises Http404 for a kind that there is not, Invalid for a day that is none, NothingToReport.
    """
    if kind not in KINDS:
        raise Http404
    day = as_of(request)
    if day.fault:
        raise Invalid(day.fault, details={"on": day.fault})
    which = request.GET.get("which", "")
    return built(kind, project, on=day.on, today=timezone.localdate(), which=which)


def report_file(content: bytes, media_type: str, name: str) -> HttpResponse:
    """A report as a file that is fetched and kept by nobody on the way."""
    return HttpResponse(
        content,
        content_type=media_type,
        headers={
            "Content-Disposition": content_disposition_header(True, name) or "",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )
