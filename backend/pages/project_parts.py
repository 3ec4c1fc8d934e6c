"""The pages inside a project: what they share, and the way from one to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.access import Act, acting
from backend.middleware import actor_of
from backend.pages.access import PageRequest
from lifecycle.errors import DomainError
from lifecycle.models import Project
from lifecycle.parties.log import Actor

PARTS: tuple[tuple[str, str | Promise], ...] = (
    ("project", _("概况")),
    ("moves", _("阶段变更")),
    ("contract", _("合同")),
    ("tranches", _("拨付")),
    ("milestones", _("里程碑")),
    ("annual-reports", _("年度报告")),
    ("inspections", _("检查与整改")),
    ("changes", _("变更")),
    ("settlement", _("审计与决算")),
    ("acceptance", _("验收")),
    ("refunds", _("退款与信用")),
    ("exemptions", _("例外")),
    ("documents", _("文件")),
    ("reports", _("报告")),
    ("history", _("办理记录")),
    ("project-ledger", _("台账")),
)
"""Names of addresses and what the pages are called, in the order of a project's life."""


_PLACES = {
    "ledger": "project-ledger",
    "annual_reports": "annual-reports",
    "extensions": "changes",
    "findings": "inspections",
}
"""Pages that are called otherwise than what is to be mended there."""


def place_of(project: Project, mend: str) -> str:
    """Where the facts behind an answer or a condition are put right."""
    if mend in ("batch", "cluster"):
        return reverse("batch", args=[project.cluster.batch_id])
    if mend == "events":
        return f"{reverse('project', args=[project.number])}#events"
    return reverse(_PLACES.get(mend, mend), args=[project.number])


def part(
    request: HttpRequest, template: str, project: Project, here: str, status: int = 200, **context: Any
) -> HttpResponse:
    """A page inside a project, with the way to the others; `here` is its name in PARTS."""
    return render(
        request,
        template,
        {"project": project, "parts": ways_of(project, here), **context},
        status=status,
    )


def ways_of(project: Project, here: str) -> list[dict[str, Any]]:
    """The pages inside a project, the present one marked."""
    return [
        {"url": reverse(name, args=[project.number]), "label": label, "here": name == here}
        for name, label in PARTS
    ]


def actor_on(request: PageRequest, act: Act, project: Project) -> Actor:
    """Who acts, in the role that allows it; raises Forbidden where none does."""
    return acting(actor_of(request), act, request.sight, project)


def done(
    request: HttpRequest, sentence: str, name: str, project: Project, **arguments: Any
) -> HttpResponseBase:
    """Say what was done and go back to a page inside the project."""
    messages.success(request, sentence)
    return redirect(reverse(name, kwargs={"number": project.number, **arguments}))


def attempt(request: HttpRequest, act: Callable[[], Any]) -> bool:
    """Do it, or say in a message why not; whether it was done. For buttons without a form of their own."""
    try:
        act()
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return False
    return True
