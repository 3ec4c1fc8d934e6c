"""Targets of a project: what the contract wants, what was achieved, and what proves it, written before the closeout."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from backend.access import Act, may_on
from backend.pages.access import PageRequest, project_in_sight, signed_in
from backend.pages.forms import take
from backend.pages.project_parts import actor_on, done, part
from backend.pages.told import Paper, Told, stories, told
from lifecycle.errors import Conflict, Invalid
from lifecycle.models import Document, Project, Target
from lifecycle.models.project import BEFORE_CLOSEOUT
from lifecycle.targets import ACHIEVED_LENGTH, EVIDENCE_LENGTH, record_results
from reports.document import Percent
from reports.sections.targets import rate_of
from reports.shown import shown

FIELDS = ("achieved_value", "evidence", "papers")


class ResultsForm(forms.Form):
    """Three fields a target, "12-evidence" of the target 12; seen: when what is shown was saved."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, targets: list[Target], papers: list[Document]) -> None:
        latest = max((each.recorded_at for each in targets), default=None)
        super().__init__(data, initial={"seen": latest.isoformat() if latest else ""}, auto_id="result-%s")
        self.targets = targets
        named = {pk for each in targets for pk in each.papers}
        offered = [paper for paper in papers if not hasattr(paper, "replaced_by") or paper.pk in named]
        choices = [(paper.pk, f"{paper.title} {paper.number}".strip()) for paper in offered]
        for each in targets:
            self.fields[f"{each.pk}-achieved_value"] = forms.CharField(
                label=gettext_lazy("累计完成值"),
                max_length=ACHIEVED_LENGTH,
                required=False,
                initial=each.achieved_value,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )
            self.fields[f"{each.pk}-evidence"] = forms.CharField(
                label=gettext_lazy("佐证"),
                max_length=EVIDENCE_LENGTH,
                required=False,
                initial=each.evidence,
                widget=forms.Textarea(attrs={"rows": "2"}),
            )
            self.fields[f"{each.pk}-papers"] = forms.TypedMultipleChoiceField(
                label=gettext_lazy("佐证文件"),
                coerce=int,
                required=False,
                choices=choices,
                initial=each.papers,
                widget=forms.CheckboxSelectMultiple,
            )

    @property
    def results(self) -> list[dict[str, Any]]:
        """What was typed, a result a target."""
        said = self.cleaned_data
        return [
            {"id": each.pk, **{name: said[f"{each.pk}-{name}"] for name in FIELDS}} for each in self.targets
        ]

    def names(self) -> dict[str, str]:
        """The field of the form by that of the service."""
        return {
            f"results.{place}.{name}": f"{each.pk}-{name}"
            for place, each in enumerate(self.targets)
            for name in FIELDS
        }

    def clean_seen(self) -> datetime | None:
        try:
            return datetime.fromisoformat(self.cleaned_data["seen"])
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Shown:
    """A target with its papers, its story, and the fields to write it; rate: achieved of wanted, as reports show it."""

    target: Target
    rate: str
    papers: list[Paper]
    story: list[Told]
    fields: list[forms.BoundField]


@require_http_methods(["GET", "POST"])
@signed_in
def targets(request: PageRequest, number: str) -> HttpResponseBase:
    """The page (GET); results of all targets at once (POST)."""
    project = project_in_sight(request, number)
    if request.method != "POST":
        return _page(request, project)
    actor = actor_on(request, Act.PREPARE_ACCEPTANCE, project)
    form = _form(project, request.POST)
    if form.is_valid():
        try:
            record_results(
                project=project,
                results=form.results,
                seen=form.cleaned_data["seen"],
                actor=actor,
                today=timezone.localdate(),
            )
        except (Invalid, Conflict) as refusal:
            take(form, refusal, form.names())
        else:
            return done(request, _("考核指标完成情况已保存。"), "targets", project)
    return _page(request, project, form=form, status=422)


def _form(project: Project, data: Any = None) -> ResultsForm:
    papers = Document.objects.filter(project=project).select_related("replaced_by").order_by("category", "pk")
    return ResultsForm(data, targets=list(project.targets.order_by("category", "pk")), papers=list(papers))


def _page(
    request: PageRequest, project: Project, *, form: ResultsForm | None = None, status: int = 200
) -> HttpResponse:
    may_write = project.state in BEFORE_CLOSEOUT and may_on(Act.PREPARE_ACCEPTANCE, request.sight, project)
    # What was typed is only shown to whoever may still save it; a refusal is told either way.
    known = form or _form(project)
    told_of = stories(project, Target)
    on_file = Document.objects.in_bulk({pk for each in known.targets for pk in each.papers})
    return part(
        request,
        "pages/targets.html",
        project,
        here="acceptance",
        status=status,
        title=_("考核指标完成情况"),
        form=known if may_write else None,
        refused=form,
        shown=[
            Shown(
                each,
                shown(Percent(rate_of(each.contract_value, each.achieved_value))),
                [
                    Paper(on_file[pk], reverse("document", args=[project.number, pk]))
                    for pk in each.papers
                    if pk in on_file
                ],
                told(told_of.get(each.pk, [])),
                [known[f"{each.pk}-{name}"] for name in FIELDS] if may_write else [],
            )
            for each in known.targets
        ],
    )
