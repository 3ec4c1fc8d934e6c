"""Applying for acceptance of several projects of one cluster in one go."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from backend.access import Act, require_on
from backend.pages.access import PageRequest, project_in_sight, signed_in
from backend.pages.fields import DayField
from backend.pages.forms import take
from backend.pages.project_parts import actor_on, part
from lifecycle.acceptance.filing import AT_MOST, file_several
from lifecycle.errors import Conflict, Invalid
from lifecycle.models import Project, ProjectState


class SeveralForm(forms.Form):
    """Which projects of the cluster, and from which day on."""

    projects = forms.MultipleChoiceField(label=gettext_lazy("项目"), widget=forms.CheckboxSelectMultiple)
    on = DayField(label=gettext_lazy("生效日期"))

    def __init__(self, data: Any = None, *, candidates: list[Project]) -> None:
        super().__init__(data, initial={"on": timezone.localdate()})
        chooser = self.fields["projects"]
        assert isinstance(chooser, forms.MultipleChoiceField)
        chooser.choices = [(str(each.pk), f"{each.number} {each.name}") for each in candidates]


@require_http_methods(["GET", "POST"])
@signed_in
def several(request: PageRequest, number: str) -> HttpResponseBase:
    """The projects of this one's cluster that are in implementation, to be chosen; all are filed or none."""
    project = project_in_sight(request, number)
    require_on(Act.APPLY_FOR_ACCEPTANCE, request.sight, project)
    candidates = list(
        Project.objects.visible_to(request.sight)
        .with_parties()
        .filter(cluster=project.cluster_id, state=ProjectState.IMPLEMENTING)
        .order_by("number")[:AT_MOST]
    )
    form = SeveralForm(request.POST if request.method == "POST" else None, candidates=candidates)
    if form.is_valid():
        chosen = set(form.cleaned_data["projects"])
        try:
            changes = file_several(
                projects=[each for each in candidates if str(each.pk) in chosen],
                actor=actor_on(request, Act.APPLY_FOR_ACCEPTANCE, project),
                on=form.cleaned_data["on"],
                today=timezone.localdate(),
                now=timezone.now(),
            )
        except (Invalid, Conflict) as refusal:
            take(form, refusal)
        else:
            messages.success(request, _("已为 %(count)d 个项目申请验收。") % {"count": len(changes)})
            return redirect(f"{reverse('projects')}?cluster={project.cluster_id}")
    return part(
        request,
        "pages/several.html",
        project,
        here="acceptance",
        status=422 if form.is_bound else 200,
        title=_("多个项目一并申请验收"),
        form=form,
        candidates=candidates,
    )
