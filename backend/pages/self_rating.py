"""The unit's rating of itself: scored before an application for acceptance, and as it was filed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from backend.access import Act, may_on
from backend.pages.access import PageRequest, project_in_sight, signed_in
from backend.pages.forms import take
from backend.pages.project_parts import actor_on, done, part
from backend.pages.told import stories, told
from finance.self_rating import execution_of, standing_of
from lifecycle.acceptance.self_rating import FIELDS, RATED_IN, REASON_LENGTH, SCORES, rate
from lifecycle.errors import Conflict, Invalid
from lifecycle.models import Project, SelfRating
from lifecycle.rules.self_rating import EXECUTION


class RatingForm(forms.Form):
    """A score and a sentence to each of SCORES; seen: when what is shown was saved."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, known: SelfRating | None, seen: datetime | None) -> None:
        initial = {name: getattr(known, name) for name in FIELDS} if known else {}
        initial["seen"] = seen.isoformat() if seen else ""
        super().__init__(data, initial=initial, auto_id="rating-%s")
        for score in SCORES:
            self.fields[score.code] = forms.DecimalField(
                label=_("%(title)s得分（0–%(most)d）") % {"title": score.title, "most": score.most},
                max_digits=4,
                decimal_places=2,
                min_value=0,
                max_value=score.most,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )
            self.fields[f"{score.code}_reason"] = forms.CharField(
                label=gettext_lazy("得分说明"),
                max_length=REASON_LENGTH,
                widget=forms.Textarea(attrs={"rows": "2"}),
            )

    @property
    def scores(self) -> dict[str, Any]:
        """What was typed, as the service takes it."""
        return {name: self.cleaned_data[name] for name in FIELDS}

    @property
    def parts(self) -> list[tuple[Any, forms.BoundField, forms.BoundField]]:
        """Title, score and sentence of each."""
        return [(score.title, self[score.code], self[f"{score.code}_reason"]) for score in SCORES]

    def clean_seen(self) -> datetime | None:
        try:
            return datetime.fromisoformat(self.cleaned_data["seen"])
        except ValueError:
            return None


@require_http_methods(["GET", "POST"])
@signed_in
def self_rating(request: PageRequest, number: str) -> HttpResponseBase:
    """The page (GET); the rating for the application to come (POST)."""
    project = project_in_sight(request, number)
    if request.method != "POST":
        return _page(request, project)
    actor = actor_on(request, Act.PREPARE_ACCEPTANCE, project)
    form = RatingForm(request.POST, known=None, seen=None)
    if form.is_valid():
        try:
            rate(
                project=project,
                scores=form.scores,
                seen=form.cleaned_data["seen"],
                actor=actor,
                today=timezone.localdate(),
            )
        except (Invalid, Conflict) as refusal:
            take(form, refusal)
        else:
            return done(request, _("绩效自评已保存。"), "self-rating", project)
    return _page(request, project, form=form, status=422)


def _page(
    request: PageRequest, project: Project, *, form: RatingForm | None = None, status: int = 200
) -> HttpResponse:
    today = timezone.localdate()
    ratings = list(project.self_ratings.order_by("-round"))
    may_write = project.state in RATED_IN and may_on(Act.PREPARE_ACCEPTANCE, request.sight, project)
    latest = ratings[0] if ratings else None
    own = latest if latest is not None and latest.filed_on is None else None
    of_ratings = stories(project, SelfRating)
    return part(
        request,
        "pages/self_rating.html",
        project,
        here="acceptance",
        status=status,
        title=_("绩效自评"),
        execution=execution_of(project, on=today),
        most=EXECUTION,
        ratings=[
            (
                each,
                standing_of(each, project, on=today),
                [
                    (
                        score.title,
                        score.most,
                        getattr(each, score.code),
                        getattr(each, f"{score.code}_reason"),
                    )
                    for score in SCORES
                ],
                told(of_ratings.get(each.pk, [])),
            )
            for each in ratings
        ],
        form=(form or RatingForm(known=latest, seen=own.recorded_at if own else None)) if may_write else None,
        refused=form,
    )
