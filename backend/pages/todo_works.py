"""Work done where it stands: what a matter of the to-do list is about, and the acts that settle it, by its kind.

The acts are those of the pages of their subject, with the same forms, rights and functions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from backend.access import Act, may_on
from backend.pages import annual_reports, changes, inspections, milestones
from backend.pages.access import PageRequest
from backend.pages.matter_links import matter_url
from backend.pages.project_parts import actor_on
from backend.pages.told import papers, stories, told, upload_url
from backend.pages.tranches import ConfirmForm
from finance.disbursements import confirm
from finance.outlook import payments_made
from lifecycle.changes import asked_rows
from lifecycle.models import (
    AnnualReport,
    ChangeRequest,
    DocumentCategory,
    Finding,
    Matter,
    Milestone,
    Project,
)


@dataclass(frozen=True, slots=True)
class Deed:
    """One way to settle it. do: with the form found valid; the sentence that tells of it."""

    title: str | Promise
    form: forms.Form
    do: Callable[[forms.Form], str]
    look: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """What lies on the desk: the part of a page that shows the thing, and what may be done to it, by name."""

    template: str
    thing: Any
    deeds: dict[str, Deed] = field(default_factory=dict)
    shown: dict[str, Any] = field(default_factory=dict)


Lay = Callable[[PageRequest, Matter, QueryDict | None], Work | None]
"""Lays the work of a matter out, its forms bound to what was sent; None where the thing is no more."""


def work_of(request: PageRequest, matter: Matter, data: QueryDict | None = None) -> Work | None:
    """The work of a matter whose project is in sight; None where its kind is not done in the list.

    Needs the matter's project with its parties.
    """
    lay = _WORKS.get(matter.kind)
    work = None if lay is None else lay(request, matter, data)
    if work is not None:
        # Several may lie open on one page.
        for name, deed in work.deeds.items():
            deed.form.auto_id = f"matter-{matter.pk}-{name}-%s"
    return work


def is_done_here(matter: Matter) -> bool:
    """Whether matters of its kind are dealt with in the list."""
    return matter.kind in _WORKS


def _milestone(request: PageRequest, matter: Matter, data: QueryDict | None) -> Work | None:
    project = matter.project
    milestone = project.milestones.filter(pk=matter.subject).first()
    if milestone is None:
        return None
    story = stories(project, Milestone).get(milestone.pk, [])
    wanted = ("verify", "return") if matter.kind == "milestone_check" else ("progress", "hand-in")

    def do(deed: milestones.Deed, form: forms.Form) -> str:
        return milestones.carry_out(deed, milestone, form.cleaned_data, actor_on(request, deed.act, project))

    return Work(
        "pages/parts/todo_milestone.html",
        milestone,
        {
            offer.name: Deed(
                offer.deed.title,
                _again(offer.form, data),
                partial(do, offer.deed),
                offer.deed.look,
            )
            for offer in milestones.offers_of(request, project, milestone, story)
            if offer.name in wanted
        },
        {
            "papers": papers(project, Milestone).get(milestone.pk, []),
            "papers_url": _upload(request, project, matter, milestone, DocumentCategory.MILESTONE),
            "story": told(story),
        },
    )


def _annual_report(request: PageRequest, matter: Matter, data: QueryDict | None) -> Work | None:
    project = matter.project
    report = project.annual_reports.filter(year=matter.subject).first()
    if report is None:
        return None
    story = stories(project, AnnualReport).get(report.pk, [])
    marks = annual_reports.PointsForm(data)
    deeds: dict[str, Deed] = {}
    if annual_reports.may_judge(request, project, report):

        def do(form: forms.Form, *, is_accepted: bool) -> str:
            assert isinstance(form, annual_reports.PointsForm)
            actor = actor_on(request, Act.CHECK_ANNUAL_REPORT, project)
            return annual_reports.judge(report, form, actor, is_accepted=is_accepted)

        if not annual_reports.is_own_hand_in(request, story):
            deeds["accept"] = Deed(_("审核通过"), marks, partial(do, is_accepted=True), "primary")
        deeds["return"] = Deed(_("按意见退回"), marks, partial(do, is_accepted=False), "danger")
    return Work(
        "pages/parts/todo_annual_report.html",
        report,
        deeds,
        {
            "sections": annual_reports.sections_of(report, None, marks if deeds else None),
            "papers": papers(project, AnnualReport).get(report.pk, []),
            "story": told(story),
        },
    )


def _finding(request: PageRequest, matter: Matter, data: QueryDict | None) -> Work | None:
    project = matter.project
    finding = project.findings.filter(pk=matter.subject).first()
    if finding is None:
        return None

    def do(deed: inspections.Deed, form: forms.Form) -> str:
        actor = actor_on(request, deed.act, project)
        deed.do(finding=finding, **form.cleaned_data, actor=actor, today=timezone.localdate())
        return str(deed.said)

    desk = inspections.Desk(request, project, timezone.localdate(), {})
    offered = desk.of_finding(finding)
    return Work(
        "pages/parts/todo_finding.html",
        finding,
        {
            name: Deed(deed.title, _again(offered[name], data), partial(do, deed), deed.look)
            for name, deed in inspections.FINDING_DEEDS.items()
            if name in offered
        },
        {
            "papers": papers(project, Finding).get(finding.pk, []),
            "papers_url": _upload(request, project, matter, finding, DocumentCategory.RECTIFICATION),
            "story": told(stories(project, Finding).get(finding.pk, [])),
        },
    )


def _change(request: PageRequest, matter: Matter, data: QueryDict | None) -> Work | None:
    project = matter.project
    change = project.changes.select_related("contract").filter(pk=matter.subject).first()
    if change is None:
        return None

    def do(name: str, form: forms.Form) -> str:
        return changes.carry_out(request, project, change, name, form.cleaned_data)

    return Work(
        "pages/parts/todo_change.html",
        change,
        {
            offer.name: Deed(
                offer.deed.title, _again(offer.form, data), partial(do, offer.name), offer.deed.look
            )
            for offer in changes.offers_of(request, project, change, None, timezone.localdate())
            if offer.deed.act == Act.REVIEW_CHANGE
        },
        {
            "rows": asked_rows(change, project),
            "papers": papers(project, ChangeRequest).get(change.pk, []),
            "story": told(stories(project, ChangeRequest).get(change.pk, [])),
        },
    )


def _payment(request: PageRequest, matter: Matter, data: QueryDict | None) -> Work | None:
    project, today = matter.project, timezone.localdate()
    sequence = matter.figures.get("sequence")
    payment = next((flow for flow in payments_made(project, on=today) if flow.sequence == sequence), None)
    if payment is None:
        return None

    def do(form: forms.Form) -> str:
        actor = actor_on(request, Act.CONFIRM_PAYMENT, project)
        confirm(
            project=project, sequence=payment.sequence, on=form.cleaned_data["on"], actor=actor, today=today
        )
        return _("已确认第 %(sequence)d 号分录的款项到账。") % {"sequence": payment.sequence}

    may_confirm = payment.awaits_confirmation and may_on(Act.CONFIRM_PAYMENT, request.sight, project)
    form = ConfirmForm(data, initial={"on": today})
    return Work(
        "pages/parts/todo_payment.html",
        payment,
        {"confirm": Deed(_("确认到账"), form, do, "primary")} if may_confirm else {},
    )


def _again(form: forms.Form, data: QueryDict | None) -> forms.Form:
    """The same form, bound to what was sent where something was."""
    if data is None:
        return form
    return type(form)(data)


def _upload(
    request: PageRequest, project: Project, matter: Matter, thing: Milestone | Finding, category: str
) -> str:
    """Where a proof is attached; empty for whoever looks at it instead of handing it in."""
    is_handed_in = matter.kind.endswith("_check")
    if is_handed_in or not may_on(Act.FILE_DOCUMENT, request.sight, project):
        return ""
    return upload_url(project, thing, category, back=matter_url(matter))


_WORKS: dict[str, Lay] = {
    "milestone": _milestone,
    "milestone_check": _milestone,
    "annual_report_check": _annual_report,
    "payment_confirmation": _payment,
    "finding": _finding,
    "finding_check": _finding,
    "change_review": _change,
}
