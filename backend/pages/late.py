"""Who is late by how much: the list across all projects in sight, counted by park and city, with what was said of each."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Count, Max, Q, QuerySet
from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from backend.access import Act, require
from backend.middleware import actor_of
from backend.pages.access import PageRequest, signed_in
from backend.pages.fields import Select
from backend.pages.matter_links import matter_url
from backend.pages.messages import LOOKS
from backend.pages.paging import Order, keyset_page
from lifecycle.models import Cluster, Matter, MessageState
from lifecycle.parties.log import record
from lifecycle.parties.sight import Sight
from lifecycle.reminders.kinds import kinds
from lifecycle.reminders.lists import tallies_of, trail_of
from lifecycle.reminders.reading import late as late_matters
from lifecycle.reminders.wording import title_of
from reports.ledger.csv_file import FORMULA_SIGNS

PAGE_SIZE = 50
DAYS = (1, 7, 30, 90)
"""Late by how many days at least; the first three are the steps at which park, city and province are told."""

PARTIES = ("project__unit", "project__cluster__park__parent", "responsible", "waits_for")


@dataclass(frozen=True, slots=True)
class Row:
    """A late matter. days: past its due day."""

    matter: Matter
    title: str
    url: str
    days: int


class FilterForm(forms.Form):
    """What the list is cut to; choices are only what the person sees."""

    city = forms.TypedChoiceField(
        widget=Select, label=gettext_lazy("设区市"), required=False, coerce=int, empty_value=None
    )
    park = forms.TypedChoiceField(
        widget=Select, label=gettext_lazy("高新区"), required=False, coerce=int, empty_value=None
    )
    kind = forms.ChoiceField(widget=Select, label=gettext_lazy("事项"), required=False)
    days = forms.TypedChoiceField(
        widget=Select, label=gettext_lazy("逾期天数"), required=False, coerce=int, empty_value=None
    )

    def __init__(self, data: Any, *, sight: Sight) -> None:
        super().__init__(data)
        seen = Cluster.objects.visible_to(sight).order_by("park__parent__name", "park__name").distinct()
        parks, cities = {}, {}
        for park, park_name, city, city_name in seen.values_list(
            "park", "park__name", "park__parent", "park__parent__name"
        ):
            parks[park] = park_name
            if city is not None:
                cities[city] = city_name
        choices: dict[str, Any] = {
            "city": cities.items(),
            "park": parks.items(),
            "kind": [(code, str(kind.title)) for code, kind in kinds().items()],
            "days": [(days, _("%(days)d 天以上") % {"days": days}) for days in DAYS],
        }
        for name, offered in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("全部")), *offered]

    def narrow(self, matters: QuerySet[Matter], on: date) -> QuerySet[Matter]:
        """`matters` cut to what was chosen; late by N days means due N days ago or before."""
        chosen = self.cleaned_data
        if chosen["city"]:
            matters = matters.filter(project__cluster__park__parent=chosen["city"])
        if chosen["park"]:
            matters = matters.filter(project__cluster__park=chosen["park"])
        if chosen["kind"]:
            matters = matters.filter(kind=chosen["kind"])
        if chosen["days"]:
            matters = matters.filter(due_on__lte=on - timedelta(days=chosen["days"]))
        return matters


@require_safe
@signed_in
def late(request: PageRequest) -> HttpResponseBase:
    """The list, the longest late first."""
    on = timezone.localdate()
    form, matters = _asked(request, on)
    parks, cities = tallies_of(matters, on)
    page = keyset_page(
        matters.select_related(*PARTIES), order=Order(Matter, "due_on"), query=request.GET, size=PAGE_SIZE
    )
    return render(
        request,
        "pages/late.html",
        {
            "on": on,
            "form": form,
            "parks": parks,
            "cities": cities,
            "all": sum(park.matters for park in parks),
            "projects": sum(park.projects for park in parks),
            "longest": max((park.days for park in parks), default=0),
            "page": page,
            "rows": [row_of(each, on) for each in page.rows],
            "filters_in_use": any(form.cleaned_data.get(name) for name in form.fields),
        },
    )


@require_safe
@signed_in
def trail(request: PageRequest, pk: int) -> HttpResponseBase:
    """What was said of one matter, to whom and when: a part of the list, or a page of its own."""
    require(Act.SEE_PROJECTS, request.sight)
    found = Matter.objects.visible_to(request.sight).select_related(*PARTIES).filter(pk=pk).first()
    if found is None:
        raise Http404
    context = {
        "matter": found,
        "project": found.project,
        "title": title_of(found),
        "url": matter_url(found),
        "trail": [(message, LOOKS[MessageState(message.state)]) for message in trail_of(found)],
    }
    template = "pages/parts/trail.html" if request.htmx else "pages/trail.html"
    return render(request, template, context)


@require_safe
@signed_in
def download(request: PageRequest) -> HttpResponseBase:
    """The list as CSV, cut as the page is; streamed, noted in the log."""
    on = timezone.localdate()
    form, matters = _asked(request, on)
    chosen = {name: value for name, value in form.cleaned_data.items() if value}
    record(actor_of(request), "download_late", on=on.isoformat(), **chosen)
    response = StreamingHttpResponse(csv_of(matters, on), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = (
        content_disposition_header(True, f"{_('逾期清单')}-{on.isoformat()}.csv") or ""
    )
    return response


def _asked(request: PageRequest, on: date) -> tuple[FilterForm, QuerySet[Matter]]:
    require(Act.SEE_PROJECTS, request.sight)
    form = FilterForm(request.GET, sight=request.sight)
    matters = late_matters(request.sight, on)
    return form, form.narrow(matters, on) if form.is_valid() else matters.none()


def row_of(matter: Matter, on: date) -> Row:
    return Row(matter, title_of(matter), matter_url(matter), (on - matter.due_on).days)


HEADER = (
    "项目编号",
    "项目名称",
    "承担单位",
    "高新区",
    "设区市",
    "事项",
    "责任单位",
    "期限",
    "逾期天数",
    "已提醒次数",
    "最近提醒日期",
)
"""Columns of the file; in Chinese whoever reads, as programs read them too."""


class _Echo:
    """A file that hands back what is written."""

    def write(self, text: str) -> str:
        return text


def csv_of(matters: QuerySet[Matter], on: date) -> Iterator[bytes]:
    """UTF-8 with a byte order mark, CRLF, a row a matter, the longest late first; in constant memory."""
    writer = csv.writer(_Echo())
    yield b"\xef\xbb\xbf" + writer.writerow(HEADER).encode()
    sent = Q(messages__state=MessageState.SENT)
    rows = matters.select_related(*PARTIES).annotate(
        said=Count("messages", filter=sent), said_at=Max("messages__sent_at", filter=sent)
    )
    for matter in rows.order_by("due_on", "pk").iterator(chunk_size=1000):
        park = matter.project.cluster.park
        cells = (
            matter.project.number,
            matter.project.name,
            matter.project.unit.name,
            park.name,
            park.parent.name if park.parent else "",
            title_of(matter),
            matter.responsible.name,
            matter.due_on.isoformat(),
            (on - matter.due_on).days,
            matter.said,
            timezone.localdate(matter.said_at).isoformat() if matter.said_at else "",
        )
        yield writer.writerow([_guarded(cell) for cell in cells]).encode()


def _guarded(cell: object) -> object:
    """Text that a spreadsheet would run as a formula goes out behind an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in FORMULA_SIGNS and cell else cell
