"""The projects in sight: found by filter and search, sorted, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from backend.access import Act, may, require
from backend.pages.access import PageRequest, signed_in
from backend.pages.fields import Select
from backend.pages.paging import Order, keyset_page
from finance.funding import Funding, funding_of
from lifecycle.models import Cluster, Project, ProjectState
from lifecycle.models.project import ProjectQuerySet
from lifecycle.parties.sight import Sight
from lifecycle.rules.answers import Status
from reports import watch
from reports.models import Judgement

PAGE_SIZE = 50
COUNTED_UP_TO = 1000
"""More projects than this are not counted one by one for a line of text."""

SORTS = {
    "number": _("项目编号"),
    "name": _("项目名称"),
    "end_on": _("结束日期"),
    "provincial_grant": _("省拨款"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list."""

    project: Project
    funding: Funding
    judgement: Judgement


class FilterForm(forms.Form):
    """What the list is cut to; choices are only what the person sees."""

    q = forms.CharField(label=_("搜索"), required=False, max_length=100)
    state = forms.ChoiceField(widget=Select, label=_("阶段"), required=False)
    batch = forms.TypedChoiceField(
        widget=Select, label=_("批次"), required=False, coerce=int, empty_value=None
    )
    city = forms.TypedChoiceField(
        widget=Select, label=_("设区市"), required=False, coerce=int, empty_value=None
    )
    park = forms.TypedChoiceField(
        widget=Select, label=_("高新区"), required=False, coerce=int, empty_value=None
    )
    cluster = forms.TypedChoiceField(
        widget=Select, label=_("集群"), required=False, coerce=int, empty_value=None
    )
    rule = forms.ChoiceField(widget=Select, label=_("规则"), required=False)
    status = forms.ChoiceField(widget=Select, label=_("状态"), required=False)

    def __init__(self, data: Any, *, sight: Sight) -> None:
        super().__init__(data)
        seen = (
            Cluster.objects.visible_to(sight)
            .order_by("-batch__year", "batch__name", "park__name", "name")
            .values_list(
                "pk",
                "name",
                "batch_id",
                "batch__name",
                "park_id",
                "park__name",
                "park__parent_id",
                "park__parent__name",
            )
        )
        clusters, batches, parks, cities = {}, {}, {}, {}
        for pk, name, batch, batch_name, park, park_name, city, city_name in seen:
            clusters[pk], batches[batch], parks[park] = name, batch_name, park_name
            if city is not None:
                cities[city] = city_name
        self._offer("state", ProjectState.choices)
        self._offer("batch", batches.items())
        self._offer("city", cities.items())
        self._offer("park", parks.items())
        self._offer("cluster", clusters.items())
        self._offer("rule", [(rule.code, f"{rule.code} {rule.title}") for rule in watch.RULES])
        self._offer(
            "status",
            [(value.value, value.label) for value in (Status.BREACH, Status.WARN)],
        )
        self.single = {
            name: len(of) <= 1 for name, of in (("batch", batches), ("city", cities), ("park", parks))
        }

    def _offer(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("全部")), *choices]

    @property
    def shown(self) -> list[forms.BoundField]:
        """The selections worth showing: none of which there is only one."""
        return [self[name] for name in self.fields if name != "q" and not self.single.get(name)]

    @property
    def is_narrowed(self) -> bool:
        return any(self.cleaned_data.values())

    def narrow(self, projects: ProjectQuerySet, *, on: date) -> ProjectQuerySet:
        """`projects` cut to what was chosen."""
        chosen = self.cleaned_data
        paths = {
            "state": "state",
            "batch": "cluster__batch",
            "city": "cluster__park__parent",
            "park": "cluster__park",
            "cluster": "cluster",
        }
        projects = projects.filter(**{path: chosen[name] for name, path in paths.items() if chosen.get(name)})
        words = chosen.get("q") or ""
        for word in words.split()[:5]:
            projects = projects.filter(
                Q(number__icontains=word) | Q(name__icontains=word) | Q(unit__name__icontains=word)
            )
        return watch.filter_projects(
            projects,
            today=on,
            rule=chosen["rule"] or None,
            status=chosen["status"] or None,
        )


@require_safe
@signed_in
def projects(request: PageRequest) -> HttpResponseBase:
    """The list; by htmx only its results."""
    require(Act.SEE_PROJECTS, request.sight)
    today = timezone.localdate()
    form = FilterForm(request.GET, sight=request.sight)
    found = Project.objects.visible_to(request.sight)
    found = form.narrow(found, on=today) if form.is_valid() else found.none()
    sort = request.GET.get("sort", "")
    field = sort.removeprefix("-") if sort.removeprefix("-") in SORTS else "number"
    order = Order(Project, field, descending=sort.startswith("-"))
    page = keyset_page(_as_shown(found), order=order, query=request.GET, size=PAGE_SIZE)
    context = {
        "form": form,
        "page": page,
        "rows": rows_of(page.rows, on=today),
        "count": found.values("pk")[: COUNTED_UP_TO + 1].count(),
        "counted_up_to": COUNTED_UP_TO,
        "sorts": [(name, label, _toggled(name, field, order.descending)) for name, label in SORTS.items()],
        "sorted_by": field,
        "descending": order.descending,
        "may_export": may(Act.EXPORT_WORKBOOK, request.sight),
        "filters_in_use": form.is_valid() and form.is_narrowed,
    }
    template = (
        "pages/projects_found.html" if request.htmx and not request.htmx.boosted else "pages/projects.html"
    )
    return render(request, template, context)


def rows_of(projects: list[Project], *, on: date) -> list[Row]:
    """The lines of these projects: one query for the money, two for what the rules come to today."""
    money = funding_of(projects, on=on)
    judgements = watch.judgements_of(projects, on=on)
    return [Row(project, money[project.pk], judgements[project.pk]) for project in projects]


def _as_shown(projects: ProjectQuerySet) -> ProjectQuerySet:
    """Only the columns that a line shows, with the names of unit and park, in one query."""
    shown = ("number", "name", "state", "end_on", "provincial_grant", "unit__name", "cluster__park__name")
    return projects.select_related("unit", "cluster__park").only(*shown)


def _toggled(name: str, field: str, descending: bool) -> str:
    return f"-{name}" if name == field and not descending else name
