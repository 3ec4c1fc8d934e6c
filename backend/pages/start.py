"""The first page after signing in: what fits the role."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from backend.access import Act, may
from backend.pages.access import PageRequest, signed_in
from lifecycle.models import Project
from lifecycle.parties.models import Role


@require_safe
@signed_in
def home(request: PageRequest) -> HttpResponseBase:
    """The province to compliance, a unit with one project to it, others to their list or their desk."""
    sight = request.sight
    if may(Act.SEE_PROJECTS, sight):
        if sight.holds(Role.PROVINCE):
            return redirect("compliance")
        if sight.roles == {Role.UNIT}:
            own = list(Project.objects.visible_to(sight).values_list("number", flat=True)[:2])
            if len(own) == 1:
                return redirect("project", own[0])
        return redirect("projects")
    if may(Act.MANAGE_PEOPLE, sight):
        return redirect("people")
    if may(Act.READ_LOG, sight):
        return redirect("security-log")
    return render(request, "pages/no_role.html")
