"""The ledger of a project: every movement in the order it was recorded, found by filter, a page at a time."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.db.models import Count, F, OuterRef, Q, Subquery, Sum
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from backend.access import Act, postable, require, require_posting
from backend.downloads import FORMATS, ledger_download
from backend.middleware import actor_of
from backend.pages.access import PageRequest, project_in_sight, signed_in
from backend.pages.days import as_of
from backend.pages.fields import DayField, Select
from backend.pages.paging import Order, keyset_page
from backend.pages.project_parts import ways_of
from finance.kinds import KINDS, stage_allows_reversal
from finance.models import Entry
from finance.models.journal import EntryQuerySet
from finance.posting import reverse_entry
from finance.terms import CATEGORIES, SOURCES
from lifecycle.errors import Conflict, Invalid
from lifecycle.models import Project

PAGE_SIZE = 50


class FilterForm(forms.Form):
    """What of the ledger is shown."""

    kind = forms.ChoiceField(widget=Select, label=gettext_lazy("业务类型"), required=False)
    source = forms.ChoiceField(widget=Select, label=gettext_lazy("资金来源"), required=False)
    category = forms.ChoiceField(widget=Select, label=gettext_lazy("支出科目"), required=False)
    since = DayField(label=gettext_lazy("业务日期自"), required=False)
    until = DayField(label=gettext_lazy("业务日期至"), required=False)
    q = forms.CharField(label=gettext_lazy("凭证、票据、对方单位或摘要"), required=False, max_length=100)

    def __init__(self, data: Any, *, scheme: str) -> None:
        super().__init__(data)
        for name, words in (
            ("kind", tuple(KINDS)),
            ("source", SOURCES),
            ("category", CATEGORIES[scheme]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [
                ("", gettext_lazy("全部")),
                *((word, _(word)) for word in words),
            ]

    def narrow(self, entries: EntryQuerySet) -> EntryQuerySet:
        """`entries` cut to what was chosen."""
        chosen = self.cleaned_data
        paths = {
            "kind": "kind",
            "source": "source",
            "category": "category",
            "since": "on__gte",
            "until": "on__lte",
        }
        entries = entries.filter(**{path: chosen[name] for name, path in paths.items() if chosen[name]})
        for word in chosen["q"].split()[:5]:
            entries = entries.filter(
                Q(voucher__icontains=word)
                | Q(invoice__icontains=word)
                | Q(counterparty__icontains=word)
                | Q(memo__icontains=word)
            )
        return entries


class ReversalForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("红冲原因"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": "2"}),
    )
    on = DayField(label=gettext_lazy("红冲日期"))
    key = forms.CharField(widget=forms.HiddenInput, max_length=100)


def entries_of(project: Project) -> EntryQuerySet:
    """The project's entries with the names of both accounts, what they reverse and by what they are reversed."""
    reversal = Entry.objects.filter(reverses=OuterRef("pk")).values("sequence")
    return (
        Entry.objects.filter(project=project)
        .annotate(
            debit_name=F("debit__name"),
            credit_name=F("credit__name"),
            reverses_sequence=F("reverses__sequence"),
            reversed_by=Subquery(reversal),
        )
        .defer("key", "origin", "previous_hash", "recorded_by", "recorder_name", "recorded_at")
    )


def latest_entries(project: Project, *, on: date | None, count: int) -> list[Entry]:
    """The last entries recorded, newest first; of a past day only those of its business days."""
    return list(
        Entry.objects.raw(_LATEST, {"project": project.pk, "on": on or date.max, "count": count}),
    )


_LATEST = """
    SELECT e.id, e.project_id, e.sequence, e.day, e.kind, e.source, e.category, e.amount, e.voucher, e.invoice,
        e.counterparty, e.memo, e.reverses_id,
        (SELECT o.sequence FROM finance_entry o WHERE o.id = e.reverses_id) AS reverses_sequence,
        (SELECT r.sequence FROM finance_entry r WHERE r.reverses_id = e.id) AS reversed_by
    FROM finance_entry e
    WHERE e.project_id = %(project)s AND e.day <= %(on)s
    ORDER BY e.sequence DESC
    LIMIT %(count)s
"""


@require_safe
@signed_in
def project_ledger(request: PageRequest, number: str) -> HttpResponseBase:
    """The page; newest first, or oldest first with `?sort=sequence`."""
    project = project_in_sight(request, number)
    form = FilterForm(request.GET, scheme=project.category_scheme)
    entries = entries_of(project)
    entries = form.narrow(entries) if form.is_valid() else entries.none()
    may_post = postable(request.sight, project)
    descending = request.GET.get("sort") != "sequence"
    order = Order(Entry, "sequence", descending=descending)
    page = keyset_page(entries, order=order, query=request.GET, size=PAGE_SIZE)
    is_narrowed = form.is_valid() and any(form.cleaned_data.values())
    context = {
        "project": project,
        "parts": ways_of(project, "project-ledger"),
        "form": form,
        "page": page,
        "descending": descending,
        "sums": sums_of(entries) if is_narrowed else None,
        "head": getattr(project, "journal", None),
        "formats": list(FORMATS),
        "postable": may_post,
        "reversible": may_post if stage_allows_reversal(project.state) else {},
    }
    return render(request, "pages/ledger.html", context)


def sums_of(entries: EntryQuerySet) -> dict[str, Any]:
    """How many entries and how much money stand among `entries`, by kind; reversed pairs drop out."""
    kinds = (
        entries.standing()
        .select_related(None)
        .order_by()
        .values_list("kind")
        .annotate(count=Count("pk"), amount=Sum("amount"))
    )
    found = {kind: (count, amount) for kind, count, amount in kinds}
    return {
        "kinds": [(kind, *found[kind]) for kind in KINDS if kind in found],
        "count": sum(count for count, _ in found.values()),
        "amount": sum((amount for _, amount in found.values()), Decimal("0.00")),
    }


@require_safe
@signed_in
def download(request: PageRequest, number: str, form: str) -> HttpResponseBase:
    """The whole ledger, or up to `?on=`, as a file; streamed."""
    project = project_in_sight(request, number)
    require(Act.DOWNLOAD_LEDGER, request.sight)
    if form not in FORMATS:
        raise Http404
    day = as_of(request)
    if day.fault:
        raise Invalid(day.fault, details={"on": day.fault})
    return ledger_download(project, form=form, on=day.past_or_none, actor=actor_of(request))


@require_http_methods(["GET", "POST"])
@signed_in
def reversal(request: PageRequest, number: str, sequence: int) -> HttpResponseBase:
    """Reverse one entry (红字冲销), with a reason; asked once more before it is done."""
    project = project_in_sight(request, number)
    try:
        entry = entries_of(project).get(sequence=sequence)
    except Entry.DoesNotExist:
        raise Http404 from None
    require_posting(request.sight, project, kind=entry.kind, source=entry.source)
    today = timezone.localdate()
    form = ReversalForm(
        request.POST if request.method == "POST" else None,
        initial={"on": today, "key": f"page:{uuid4()}"},
    )
    status = 200
    if form.is_valid():
        try:
            posted = reverse_entry(
                project=project,
                sequence=sequence,
                on=form.cleaned_data["on"],
                reason=form.cleaned_data["reason"],
                key=form.cleaned_data["key"],
                actor=actor_of(request),
                today=today,
            )
        except Invalid as refusal:
            for field, sentence in refusal.details.items():
                form.add_error(field if field in form.fields else None, sentence)
        except Conflict as refusal:
            form.add_error(None, refusal.message)
            status = 409
        else:
            messages.success(
                request,
                _("第 %(sequence)d 号分录已红冲，冲销分录为第 %(reversal)d 号。")
                % {"sequence": sequence, "reversal": posted.sequence},
            )
            return redirect("project-ledger", project.number)
    if form.errors and status == 200:
        status = 400
    return render(
        request,
        "pages/reversal.html",
        {"project": project, "entry": entry, "form": form},
        status=status,
    )
