"""Compliance across all projects in sight: counts by rule, park, batch, and what is not met."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from backend.access import Act, require
from backend.pages.access import PageRequest, signed_in
from backend.pages.days import AsOf, as_of
from backend.pages.fields import Select
from backend.pages.paging import Order, Page, keyset_page
from lifecycle.models import Cluster, Project
from lifecycle.models.project import ProjectQuerySet
from lifecycle.parties.sight import Sight
from lifecycle.rules.answers import Status
from reports import watch
from reports.models import RuleAnswer

PAGE_SIZE = 50
SHOWN = (Status.BREACH, Status.WARN, Status.WAIVED)
COLUMNS = (
    Status.BREACH,
    Status.WARN,
    Status.PASS,
    Status.WAIVED,
    Status.NOT_APPLICABLE,
)


class FilterForm(forms.Form):
    """What the page is cut to; choices are only what the person sees."""

    park = forms.TypedChoiceField(
        widget=Select, label=_("高新区"), required=False, coerce=int, empty_value=None
    )
    batch = forms.TypedChoiceField(
        widget=Select, label=_("批次"), required=False, coerce=int, empty_value=None
    )
    rule = forms.ChoiceField(widget=Select, label=_("规则"), required=False)
    status = forms.ChoiceField(widget=Select, label=_("状态"), required=False)

    def __init__(self, data: Any, *, sight: Sight) -> None:
        super().__init__(data)
        seen = Cluster.objects.visible_to(sight).order_by("park__name", "-batch__year", "batch__name")
        parks, batches = {}, {}
        for park, park_name, batch, batch_name in seen.values_list(
            "park", "park__name", "batch", "batch__name"
        ):
            parks[park], batches[batch] = park_name, batch_name
        choices: dict[str, Any] = {
            "park": parks.items(),
            "batch": batches.items(),
            "rule": [(rule.code, f"{rule.code} {rule.title}") for rule in watch.RULES],
            "status": [(status.value, status.label) for status in SHOWN],
        }
        for name, offered in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("全部")), *offered] if name != "status" else list(offered)

    def narrow(self, projects: ProjectQuerySet) -> ProjectQuerySet:
        """`projects` cut to the park and batch chosen."""
        paths = {"park": "cluster__park", "batch": "cluster__batch"}
        chosen = {path: self.cleaned_data[name] for name, path in paths.items() if self.cleaned_data[name]}
        return projects.filter(**chosen)


@require_safe
@signed_in
def compliance(request: PageRequest) -> HttpResponseBase:
    """The page, as of today or of a past day (`?on=`); the list shows breaches unless told otherwise."""
    require(Act.SEE_COMPLIANCE, request.sight)
    day = as_of(request)
    form = FilterForm(request.GET, sight=request.sight)
    projects = Project.objects.visible_to(request.sight)
    projects = form.narrow(projects) if form.is_valid() else projects.none()
    chosen = form.cleaned_data
    status = chosen.get("status") or Status.BREACH.value
    rule = chosen.get("rule") or None
    summary = watch.summary(projects, on=day.on, today=day.today)
    rules = [tally for tally in summary.rules if rule is None or tally.key == rule]
    context = {
        "day": day,
        "form": form,
        "summary": summary,
        "rules": rules,
        "columns": COLUMNS,
        "status": status,
        "rule": rule,
        "tabs": [(each, sum(tally.answers[each.value] for tally in rules)) for each in SHOWN],
        "filters_in_use": any(chosen.get(name) for name in ("park", "batch", "rule")),
        "rule_titles": {each.code: each.title for each in watch.RULES},
        **listed(projects, day=day, rule=rule, status=status, request=request),
    }
    return render(request, "pages/compliance.html", context)


def listed(
    projects: ProjectQuerySet,
    *,
    day: AsOf,
    rule: str | None,
    status: str,
    request: PageRequest,
) -> dict[str, Any]:
    """A page of the answers of this status: today's by key from what is kept, a past day's by place."""
    if day.is_past:
        return _of_past_day(
            projects,
            on=day.on,
            today=day.today,
            rule=rule,
            status=status,
            request=request,
        )
    answers = RuleAnswer.objects.filter(project__in=projects.order_by(), status=status)
    if rule is not None:
        answers = answers.filter(rule=rule)
    answers = answers.select_related("project__unit", "project__cluster__park")
    page = keyset_page(
        answers,
        order=Order(RuleAnswer, "project__number"),
        query=request.GET,
        size=PAGE_SIZE,
    )
    return {
        "page": page,
        "items": [watch.ListedAnswer(row.project, row.answer) for row in page.rows],
    }


def _of_past_day(
    projects: ProjectQuerySet,
    *,
    on: date,
    today: date,
    rule: str | None,
    status: str,
    request: PageRequest,
) -> dict[str, Any]:
    answers = watch.AnswerList(projects, on=on, today=today, rule=rule, status=status)
    text = request.GET.get("after") or request.GET.get("before") or "0"
    start = min(int(text), len(answers)) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    start -= start % PAGE_SIZE
    page: Page[RuleAnswer] = Page(
        rows=[],
        after=str(start + PAGE_SIZE) if start + PAGE_SIZE < len(answers) else None,
        before=str(start - PAGE_SIZE) if start else None,
    )
    return {"page": page, "items": answers[start : start + PAGE_SIZE]}
