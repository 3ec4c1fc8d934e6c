"""Logging in seconds: a movement of money, and a milestone's progress, without leaving the project's page."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from backend.access import Act, postable, require_posting
from backend.middleware import actor_of
from backend.pages.access import PageRequest, project_in_sight, signed_in
from backend.pages.days import AsOf
from backend.pages.fields import AmountField, DayField, Select
from backend.pages.forms import take
from backend.pages.offers import note_of, offered
from backend.pages.project import project_context
from backend.pages.project_parts import actor_on
from finance.posting import Movement, Posted, post_entry
from finance.terms import CATEGORIES, SPENDING
from lifecycle.errors import Conflict, Forbidden, Invalid
from lifecycle.milestones import log_progress
from lifecycle.models import Milestone, Project

FIELD_OF_REFUSAL = {
    "insufficient_funds": "amount",
    "already_posted": "voucher",
    "stage_forbids": "kind",
}
"""Beside which field a refusal of the journal stands."""


class EntryForm(forms.Form):
    """One movement of a kind; only the fields that the kind has, only the sources the person may post."""

    kind = forms.CharField(widget=forms.HiddenInput)
    key = forms.CharField(widget=forms.HiddenInput, max_length=100)
    source = forms.ChoiceField(widget=Select, label=gettext_lazy("资金来源"))
    category = forms.ChoiceField(widget=Select, label=gettext_lazy("支出科目"))
    amount = AmountField(label=gettext_lazy("金额（元）"))
    on = DayField(label=gettext_lazy("业务日期"))
    voucher = forms.CharField(
        label=gettext_lazy("凭证号"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    invoice = forms.CharField(
        label=gettext_lazy("票据号"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    counterparty = forms.CharField(label=gettext_lazy("对方单位"), max_length=200, required=False)
    memo = forms.CharField(label=gettext_lazy("摘要"), max_length=500, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        kind: str,
        sources: tuple[str, ...],
        scheme: str,
        today: date,
    ) -> None:
        fresh = {
            "kind": kind,
            "key": f"page:{uuid4()}",
            "on": today,
            "source": sources[0],
        }
        super().__init__(data, initial=fresh, prefix=None, auto_id="entry-%s")
        self.kind_name = kind
        self._offer("source", sources)
        if kind == SPENDING:
            self._offer("category", ("", *CATEGORIES[scheme]))
        else:
            del self.fields["category"]
            del self.fields["invoice"]

    def _offer(self, name: str, words: tuple[str, ...]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(word, _(word) if word else _("请选择")) for word in words]

    def movement(self) -> Movement:
        """The movement as typed."""
        said = self.cleaned_data
        return Movement(
            kind=self.kind_name,
            source=said["source"],
            amount=said["amount"],
            on=said["on"],
            voucher=said["voucher"],
            category=said.get("category", ""),
            invoice=said.get("invoice", ""),
            counterparty=said["counterparty"],
            memo=said["memo"],
        )

    def take(self, refusal: Invalid | Conflict) -> None:
        """Show the refusal beside the field it speaks of."""
        if isinstance(refusal, Conflict):
            field = FIELD_OF_REFUSAL.get(refusal.code)
            self.add_error(
                field if field in self.fields and field != "kind" else None,
                refusal.message,
            )
            return
        for field, sentence in refusal.details.items():
            self.add_error(field if field in self.fields and field != "kind" else None, sentence)


class ProgressForm(forms.Form):
    """How far a milestone is; that it was done is handed in on the page of milestones, with evidence."""

    progress = forms.CharField(
        label=gettext_lazy("完成情况"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": "2"}),
    )

    def __init__(self, data: Any = None, *, milestone: Milestone) -> None:
        known = {"progress": milestone.progress}
        super().__init__(data, initial=known, auto_id=f"milestone-{milestone.pk}-%s")


@require_http_methods(["GET", "POST"])
@signed_in
def entry(request: PageRequest, number: str) -> HttpResponseBase:
    """The form of a kind (GET `?kind=`), and posting it. By htmx only the parts that change."""
    project = project_in_sight(request, number)
    allowed = postable(request.sight, project)
    if not allowed:
        raise Forbidden(_("您在该项目中的角色不能登记资金。"))
    kind = request.POST.get("kind") or request.GET.get("kind") or next(iter(allowed))
    if kind not in allowed:
        require_posting(request.sight, project, kind=kind, source=request.POST.get("source", ""))
        raise Http404
    offers = offered(project, allowed)
    if request.method != "POST" and kind not in offers:
        kind = next(iter(offers))
    today = timezone.localdate()
    about: dict[str, Any] = {
        "kind": kind,
        "sources": offers.get(kind, allowed[kind]),
        "scheme": project.category_scheme,
        "today": today,
    }
    form = EntryForm(request.POST if request.method == "POST" else None, **about)
    context: dict[str, Any] = {
        "project": project,
        "postable": offers,
        "stage_note": note_of(project, allowed),
        "entry_form": form,
        "kind": kind,
    }
    if not form.is_bound:
        return _form_page(request, context)
    if form.is_valid():
        try:
            posted = post_entry(
                project=project,
                movement=form.movement(),
                key=form.cleaned_data["key"],
                actor=actor_of(request),
                today=today,
            )
        except (Invalid, Conflict) as refusal:
            form.take(refusal)
        else:
            return _posted(request, project, context, posted, EntryForm(**about))
    return _form_page(request, context, status=422)


def _form_page(request: PageRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    template = "pages/parts/entry_form.html" if request.htmx else "pages/entry.html"
    return render(request, template, context, status=status)


def _posted(
    request: PageRequest,
    project: Project,
    context: dict[str, Any],
    posted: Posted,
    fresh: EntryForm,
) -> HttpResponse:
    shown = posted.shown
    said = _("已登记第 %(sequence)d 号分录：%(kind)s（%(source)s）%(amount)s 元。") % {
        "sequence": posted.sequence,
        "kind": _(shown["kind"]),
        "source": _(shown["source"]),
        "amount": f"{Decimal(shown['amount']):,.2f}",
    }
    if posted.repeated:
        said = _("这笔业务已登记为第 %(sequence)d 号分录，没有重复登记。") % {"sequence": posted.sequence}
    if not request.htmx:
        messages.success(request, said)
        return redirect(f"{reverse('project', args=[project.number])}#ledger")
    today = timezone.localdate()
    context |= project_context(request, project, AsOf(today, today))
    context |= {"entry_form": fresh, "said": said, "fresh_sequence": posted.sequence}
    return render(request, "pages/parts/after_entry.html", context)


@require_POST
@signed_in
def milestone(request: PageRequest, number: str, pk: int) -> HttpResponseBase:
    """Log a milestone's progress."""
    project = project_in_sight(request, number)
    actor = actor_on(request, Act.LOG_MILESTONE, project)
    try:
        logged = project.milestones.get(pk=pk)
    except Milestone.DoesNotExist:
        raise Http404 from None
    form = ProgressForm(request.POST, milestone=logged)
    today = timezone.localdate()
    said = ""
    if form.is_valid():
        try:
            log_progress(
                milestone=logged,
                progress=form.cleaned_data["progress"],
                actor=actor,
                today=today,
            )
        except (Invalid, Conflict) as refusal:
            take(form, refusal)
        else:
            said = _("里程碑“%(name)s”的进展已保存。") % {"name": logged.name}
    context = project_context(request, project, AsOf(today, today))
    if not said:
        context |= {"faulty_form": form, "faulty_pk": pk}
        template = "pages/parts/milestones.html" if request.htmx else "pages/project.html"
        return render(request, template, context, status=422)
    if not request.htmx:
        messages.success(request, said)
        return redirect(f"{reverse('project', args=[project.number])}#milestones")
    return render(request, "pages/parts/after_milestone.html", context | {"said": said})
