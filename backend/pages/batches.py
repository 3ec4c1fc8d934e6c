"""Batches and their limits: what applies from which day, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from backend.access import Act, may, require
from backend.middleware import actor_of
from backend.pages.access import PageRequest, signed_in
from backend.pages.fields import DayField
from lifecycle.batches import add_limit
from lifecycle.errors import Conflict, Forbidden, Invalid
from lifecycle.models import Batch, BatchLimit, Cluster, Project
from lifecycle.parties.models import Role
from lifecycle.parties.sight import Sight
from lifecycle.rules.answers import shown
from lifecycle.rules.limits import ALL, Limit, format_value, parse


@dataclass(frozen=True, slots=True)
class ShownLimit:
    """A limit with its rows by day, the latest first; none where the default of the rule book applies."""

    limit: Limit
    rows: list[BatchLimit]

    @property
    def default(self) -> str:
        """The default as a person reads it."""
        return self._shown(format_value(self.limit.code, self.limit.default))

    @property
    def values(self) -> list[tuple[BatchLimit, str]]:
        """Each row with its value as a person reads it."""
        return [(row, self._shown(row.value)) for row in self.rows]

    def _shown(self, text: str) -> str:
        unit = str(self.limit.unit)
        value = parse(self.limit.code, text)
        return f"{shown(value) if isinstance(value, Decimal) and unit != '%' else text} {unit}".strip()


class LimitForm(forms.Form):
    code = forms.ChoiceField(label=gettext_lazy("参数"))
    value = forms.CharField(
        label=gettext_lazy("取值"),
        max_length=200,
        help_text=gettext_lazy("如 42、5000000、1:1、1/3、11-30"),
    )
    applies_from = DayField(label=gettext_lazy("生效日期"))
    basis = forms.CharField(
        label=gettext_lazy("依据"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": "2"}),
    )

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        field = self.fields["code"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (
                limit.code,
                _("%(title)s（%(unit)s）") % {"title": limit.title, "unit": limit.unit}
                if limit.unit
                else limit.title,
            )
            for limit in ALL
        ]


def batches_in_sight(sight: Sight) -> QuerySet[Batch]:
    """The batches with a cluster in sight; all of them for who sets their limits."""
    if sight.everything or sight.holds(Role.ADMINISTRATOR):
        return Batch.objects.all()
    return Batch.objects.filter(pk__in=Cluster.objects.visible_to(sight).values("batch"))


def _require_reader(sight: Sight) -> None:
    if not (may(Act.SEE_PROJECTS, sight) or may(Act.SET_LIMITS, sight)):
        raise Forbidden(_("您没有此项权限。"))


@require_safe
@signed_in
def batches(request: PageRequest) -> HttpResponseBase:
    """All batches in sight, the newest first, with how many projects of each are in sight."""
    _require_reader(request.sight)
    counts = dict(
        Project.objects.visible_to(request.sight)
        .order_by()
        .values_list("cluster__batch")
        .annotate(count=Count("pk"))
        .values_list("cluster__batch", "count")
    )
    shown = [
        (batch, counts.get(batch.pk, 0))
        for batch in batches_in_sight(request.sight).order_by("-awarded_on", "pk")
    ]
    return render(request, "pages/batches.html", {"batches": shown})


@require_http_methods(["GET", "POST"])
@signed_in
def batch(request: PageRequest, pk: int) -> HttpResponseBase:
    """One batch: its clusters in sight, every limit with its basis; a new value from a day on (POST)."""
    _require_reader(request.sight)
    try:
        shown = batches_in_sight(request.sight).get(pk=pk)
    except Batch.DoesNotExist:
        raise Http404 from None
    may_set = may(Act.SET_LIMITS, request.sight)
    form = LimitForm(
        request.POST if request.method == "POST" else None,
        initial={"applies_from": timezone.localdate()},
    )
    status = 200
    if form.is_bound:
        require(Act.SET_LIMITS, request.sight)
        status = 400
        if form.is_valid():
            try:
                add_limit(batch=shown, actor=actor_of(request), **form.cleaned_data)
            except Invalid as refusal:
                for field, sentence in refusal.details.items():
                    form.add_error(field if field in form.fields else None, sentence)
            except Conflict as refusal:
                form.add_error("applies_from", refusal.message)
                status = 409
            else:
                messages.success(request, _("已登记新的取值，规则判定随之更新。"))
                return redirect("batch", shown.pk)
    context = {
        "batch": shown,
        "limits": limits_of(shown),
        "clusters": Cluster.objects.visible_to(request.sight)
        .filter(batch=shown)
        .select_related("park")
        .order_by("name"),
        "form": form if may_set else None,
        "today": timezone.localdate(),
    }
    return render(request, "pages/batch.html", context, status=status)


def limits_of(batch: Batch) -> list[ShownLimit]:
    """Every limit in the order in which a batch shows them; one query."""
    values: dict[str, list[BatchLimit]] = {}
    for row in batch.limits.order_by("-applies_from", "-pk"):
        values.setdefault(row.code, []).append(row)
    return [ShownLimit(limit, values.get(limit.code, [])) for limit in ALL]
