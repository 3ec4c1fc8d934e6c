"""Benefits of a project by year: what its reports tell, and what may be added for years without one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.access import Act, may_on
from backend.pages.access import PageRequest, project_in_sight, signed_in
from backend.pages.forms import take
from backend.pages.project_parts import actor_on, done, part
from backend.pages.told import stories, told
from lifecycle.annual_reports import AMOUNT_BENEFITS, BENEFITS
from lifecycle.benefits import Told, record_benefits, told_benefits, years_untold
from lifecycle.errors import Conflict, Invalid
from lifecycle.models import Project, YearBenefits
from lifecycle.models.project import BEFORE_CLOSEOUT


class BenefitsForm(forms.Form):
    """Six numbers a year, "2024.sales" of the year 2024."""

    def __init__(self, data: Any = None, *, years: list[int], told: list[Told]) -> None:
        super().__init__(data, auto_id="benefits-%s")
        self.years = years
        known = {each.year: each.as_json() for each in told}
        for year in years:
            for name, title in BENEFITS.items():
                mode = "decimal" if name in AMOUNT_BENEFITS else "numeric"
                self.fields[f"{year}.{name}"] = forms.CharField(
                    label=str(title),
                    max_length=30,
                    required=False,
                    initial=known.get(year, {}).get(name),
                    widget=forms.TextInput(attrs={"inputmode": mode, "autocomplete": "off"}),
                )

    @property
    def said(self) -> dict[int, dict[str, Any]]:
        """What was typed, by year."""
        return {year: {name: self.cleaned_data[f"{year}.{name}"] for name in BENEFITS} for year in self.years}

    @property
    def parts(self) -> list[tuple[int, list[forms.BoundField]]]:
        """The fields by year."""
        return [(year, [self[f"{year}.{name}"] for name in BENEFITS]) for year in self.years]


@require_http_methods(["GET", "POST"])
@signed_in
def benefits(request: PageRequest, number: str) -> HttpResponseBase:
    """The page (GET); the numbers of the years without a report (POST)."""
    project = project_in_sight(request, number)
    if request.method != "POST":
        return _page(request, project)
    actor = actor_on(request, Act.PREPARE_ACCEPTANCE, project)
    form = _form(project, told_benefits(project), request.POST)
    if form.is_valid():
        try:
            record_benefits(project=project, years=form.said, actor=actor, today=timezone.localdate())
        except (Invalid, Conflict) as refusal:
            take(form, refusal)
        else:
            return done(request, _("年度效益已保存。"), "benefits", project)
    return _page(request, project, form=form, status=422)


def _form(project: Project, known: list[Told], data: Any = None) -> BenefitsForm:
    return BenefitsForm(data, years=years_untold(project, on=timezone.localdate()), told=known)


def _page(
    request: PageRequest, project: Project, *, form: BenefitsForm | None = None, status: int = 200
) -> HttpResponse:
    may_write = project.state in BEFORE_CLOSEOUT and may_on(Act.PREPARE_ACCEPTANCE, request.sight, project)
    known = told_benefits(project)
    return part(
        request,
        "pages/benefits.html",
        project,
        here="acceptance",
        status=status,
        title=_("经济社会效益"),
        heads=list(BENEFITS.values()),
        told=[(each, list(each.as_json().values())) for each in known],
        form=(form or _form(project, known)) if may_write else None,
        refused=form,
        story=told([step for steps in stories(project, YearBenefits).values() for step in steps]),
    )
