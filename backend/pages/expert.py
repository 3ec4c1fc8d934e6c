"""The page of an expert: opened by a personal link without an account, to read what is to be judged and judge it.

The link is the right itself, and no cookie adds to it: who has the address may send the form, who has not cannot
make anybody's browser send it. So the form carries no secret of its own, and the page tells no other where it lies
(no referrer, no cache, no index).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from backend.middleware import client_address
from backend.pages.acceptance_forms import verdict_choices
from backend.pages.fields import Select
from backend.pages.forms import take
from finance.funding import Funding, SourceMoney, funding_of
from lifecycle.acceptance.links import note_opened, panelist_of
from lifecycle.acceptance.scoring import FULL, OPINION_LENGTH, SHEET, LinkDead, submit_scores
from lifecycle.errors import Conflict, Invalid
from lifecycle.models import Document, Panelist


@dataclass(frozen=True, slots=True)
class Money:
    """The money of the project, as its table wants it."""

    funding: Funding

    @property
    def total(self) -> SourceMoney:
        return self.funding.total


class SheetForm(forms.Form):
    """The score sheet, both verdicts, the opinion, and the declaration."""

    task_verdict = forms.ChoiceField(widget=Select, label=gettext_lazy("任务验收结论"))
    finance_verdict = forms.ChoiceField(widget=Select, label=gettext_lazy("财务验收结论"))
    opinion = forms.CharField(
        label=gettext_lazy("评审意见"),
        max_length=OPINION_LENGTH,
        widget=forms.Textarea(attrs={"rows": "6"}),
    )
    has_no_conflict = forms.BooleanField(
        label=gettext_lazy("本人声明：与承担单位、参与单位及本项目无利益关系，独立、客观、公正地评审。"),
        required=False,
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for name in ("task_verdict", "finance_verdict"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = verdict_choices()
        for group in SHEET:
            for item in group.items:
                self.fields[item.code] = forms.IntegerField(
                    label=_("%(title)s（0–%(most)d 分）") % {"title": item.title, "most": item.most},
                    min_value=0,
                    max_value=item.most,
                    widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
                )

    def groups(self) -> list[tuple[Any, list[Any]]]:
        """Each group of the sheet with its fields."""
        return [(group, [self[item.code] for item in group.items]) for group in SHEET]

    def scores(self) -> dict[str, int]:
        """The points by line."""
        return {item.code: self.cleaned_data[item.code] for group in SHEET for item in group.items}


def _private(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Found by no search engine, kept by no cache, named to no other site."""

    @wraps(view)
    def hidden(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return hidden


@csrf_exempt
@never_cache
@_private
@require_http_methods(["GET", "HEAD", "POST"])
def expert(request: HttpRequest, token: str) -> HttpResponse:
    """What is to be judged and the sheet; the sheet that is sent (POST) ends the link."""
    now = timezone.now()
    panelist = panelist_of(token, now=now)
    if panelist is None:
        return _dead(request)
    form = SheetForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            submit_scores(
                token=token,
                scores=form.scores(),
                task_verdict=form.cleaned_data["task_verdict"],
                finance_verdict=form.cleaned_data["finance_verdict"],
                opinion=form.cleaned_data["opinion"],
                has_no_conflict=form.cleaned_data["has_no_conflict"],
                address=client_address(request),
                now=now,
                today=timezone.localdate(now),
            )
        except (Invalid, Conflict) as refusal:
            take(form, refusal)
        except LinkDead:
            return _dead(request)
        else:
            return redirect("expert-done")
    elif request.method == "GET":
        note_opened(panelist, now=now)
    context = _context(panelist) | {"form": form} | _FRAME
    return render(request, "pages/expert.html", context, status=422 if form.is_bound else 200)


@never_cache
@_private
@require_safe
def expert_done(request: HttpRequest) -> HttpResponse:
    """Thanks; nothing more is to be seen here."""
    return render(request, "pages/expert_done.html", {**_FRAME})


_FRAME: dict[str, Any] = {"user": AnonymousUser(), "places": [], "other_language": ""}
"""Whoever else is signed in in this browser: the page is the expert's. (Without a referrer no form of the frame
would be taken.)"""


def _context(panelist: Panelist) -> dict[str, Any]:
    """What an expert needs to judge; the same few queries whatever the project."""
    project = panelist.acceptance.project
    return {
        "panelist": panelist,
        "acceptance": panelist.acceptance,
        "project": project,
        "targets": project.targets.order_by("pk"),
        "money": Money(funding_of([project])[project.pk]),
        "reports": project.annual_reports.order_by("year"),
        "documents": Document.objects.filter(project=project)
        .present()
        .order_by("category", "pk")
        .only("category", "title", "number"),
        "full": FULL,
    }


def _dead(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/expert_dead.html", {**_FRAME}, status=404)
