"""What this person has to do, late first, and much of it done where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap, retarget

from backend.access import Act, require, responsible_for
from backend.pages.access import PageRequest, signed_in
from backend.pages.fields import Select
from backend.pages.forms import take
from backend.pages.matter_links import matter_url, waiting
from backend.pages.paging import Order, Page, keyset_page
from backend.pages.todo_works import Work, is_done_here, work_of
from lifecycle.errors import Conflict, Forbidden, Invalid
from lifecycle.models import Caretaker, Matter, MatterState
from lifecycle.parties.models import Organisation, Person, Role
from lifecycle.reminders.kinds import kinds
from lifecycle.reminders.lists import CHASE, LISTS, NEAR, group_of, to_do
from lifecycle.reminders.wording import title_of

PAGE_SIZE = 50

LABELS: dict[str, str | Promise] = {
    "late": gettext_lazy("已逾期"),
    "week": gettext_lazy("本周"),
    "soon": gettext_lazy("60 天内"),
    "later": gettext_lazy("以后"),
    "answered": gettext_lazy("已报待复"),
    "chase": gettext_lazy("下级逾期"),
}
"""What the lists are called, in the order of the page."""


@dataclass(frozen=True, slots=True)
class Row:
    """A matter as the list shows it. days: left, below zero once it is late. is_own: one's own organisation's, not
    one that a level below let pass. is_done_here: it unfolds into the work itself.
    """

    matter: Matter
    title: str
    url: str
    days: int
    waits: Organisation | None
    is_own: bool
    is_done_here: bool

    @property
    def late_days(self) -> int:
        return max(0, -self.days)


class FilterForm(forms.Form):
    """What the lists are cut to."""

    q = forms.CharField(label=gettext_lazy("项目编号或名称"), required=False, max_length=100)
    kind = forms.ChoiceField(widget=Select, label=gettext_lazy("事项"), required=False)
    mine = forms.BooleanField(label=gettext_lazy("只看我经办的项目"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("全部")), *((code, str(kind.title)) for code, kind in kinds().items())]

    def narrow(self, matters: QuerySet[Matter], person: Person) -> QuerySet[Matter]:
        """`matters` cut to what was chosen."""
        if not self.is_valid():
            return matters.none()
        chosen = self.cleaned_data
        for word in chosen["q"].split()[:5]:
            matters = matters.filter(Q(project__number__icontains=word) | Q(project__name__icontains=word))
        if chosen["kind"]:
            matters = matters.filter(kind=chosen["kind"])
        if chosen["mine"]:
            matters = matters.filter(project__in=Caretaker.objects.filter(person=person).values("project"))
        return matters


@require_safe
@signed_in
def todo(request: PageRequest) -> HttpResponseBase:
    """The list, by groups; `?when=` one of them alone, or what was handed in and waits for an answer."""
    require(Act.SEE_TODO, request.sight)
    return render(request, "pages/todo.html", listed(request))


@require_safe
@signed_in
def matter(request: PageRequest, pk: int) -> HttpResponseBase:
    """The work of one matter, laid out under its row; without htmx the place where it is dealt with."""
    found = _matter(request, pk)
    work = work_of(request, found)
    if not request.htmx or work is None:
        return redirect(matter_url(found))
    return _laid_out(request, found, work)


@require_POST
@signed_in
def act(request: PageRequest, pk: int, name: str) -> HttpResponseBase:
    """Do one of the deeds of a matter; then the list stands there anew, without it."""
    found = _matter(request, pk)
    if found.responsible_id not in responsible_for(request.sight):
        raise Forbidden(_("这件事由%(responsible)s办理。") % {"responsible": found.responsible})
    work = work_of(request, found, request.POST)
    if work is None:
        raise Http404
    deed = work.deeds.get(name)
    if deed is None:
        return _moved_on(request, found)
    if deed.form.is_valid():
        try:
            said = deed.do(deed.form)
        except (Invalid, Conflict) as refusal:
            take(deed.form, refusal)
        else:
            return _done(request, said)
    # Only the form that was sent has faults; the others stand as before.
    fresh = work_of(request, found)
    if fresh is not None:
        fresh.deeds[name] = deed
        work = fresh
    return _laid_out(request, found, work, faulty=name)


def listed(request: PageRequest) -> dict[str, Any]:
    """What the page shows for the filters of the query string: what is to be done soon, or one of LISTS alone."""
    on = timezone.localdate()
    form = FilterForm(request.GET)
    found = to_do(
        request.sight,
        request.user,
        on,
        own=responsible_for(request.sight),
        narrow=lambda matters: form.narrow(matters, request.user),
    )
    when = request.GET.get("when", "")
    if when not in LISTS:
        when = ""
    shown = found.lists[when] if when else found.near
    page: Page[Matter] = keyset_page(shown, order=Order(Matter, "due_on"), query=request.GET, size=PAGE_SIZE)
    counts = found.counts()
    has_below = request.sight.holds(Role.PARK, Role.CITY, Role.PROVINCE)
    rows = [row_of(matter, on, found.own) for matter in page.rows]
    return {
        "on": on,
        "form": form,
        "when": when,
        "counts": counts,
        "tabs": [(name, LABELS[name], counts[name]) for name in LISTS if name != CHASE or has_below],
        "all": sum(counts[name] for name in NEAR),
        "groups": [(when, LABELS[when], rows)] if when and rows else _grouped(rows, on),
        "page": page,
        "filters_in_use": any(form.cleaned_data.get(name) for name in form.fields),
    }


def row_of(matter: Matter, on: date, own: frozenset[int]) -> Row:
    is_own = matter.responsible_id in own
    return Row(
        matter,
        title_of(matter),
        matter_url(matter),
        (matter.due_on - on).days,
        waiting(matter),
        is_own,
        is_own and matter.state == MatterState.OPEN and is_done_here(matter),
    )


def _grouped(rows: list[Row], on: date) -> list[tuple[str, str | Promise, list[Row]]]:
    """The rows of a page under the names of their groups, in order."""
    found: dict[str, list[Row]] = {name: [] for name in NEAR}
    for row in rows:
        found[group_of(row.matter, on)].append(row)
    return [(name, LABELS[name], found[name]) for name in NEAR if found[name]]


def _matter(request: PageRequest, pk: int) -> Matter:
    require(Act.SEE_TODO, request.sight)
    found = (
        Matter.objects.visible_to(request.sight)
        .select_related(
            "responsible",
            "waits_for",
            "project__unit",
            "project__cluster__batch",
            "project__cluster__park__parent",
        )
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    return found


def _laid_out(request: PageRequest, found: Matter, work: Work, faulty: str = "") -> HttpResponse:
    context = {
        "matter": found,
        "project": found.project,
        "work": work,
        "url": matter_url(found),
        "faulty": faulty,
        **work.shown,
    }
    return render(request, "pages/parts/todo_work.html", context, status=422 if faulty else 200)


def _moved_on(request: PageRequest, found: Matter) -> HttpResponseBase:
    """Somebody was faster, or it stands otherwise by now."""
    sentence = _("这件事已有变化，请按最新情况办理。")
    if not request.htmx:
        messages.warning(request, sentence)
        return redirect(matter_url(found))
    return _anew(request, sentence, "warning")


def _done(request: PageRequest, said: str) -> HttpResponseBase:
    if not request.htmx:
        messages.success(request, said)
        return redirect("todo")
    return _anew(request, said, "success")


def _anew(request: PageRequest, sentence: str, look: str) -> HttpResponse:
    """The whole list in the place of the old one, cut as the page is."""
    # The links of the list are made of what the page was asked with.
    request.GET = QueryDict(urlsplit(request.htmx.current_url or "").query)
    context = listed(request) | {"said": sentence, "look": look, "swapped": True}
    response = render(request, "pages/parts/after_todo.html", context)
    return reswap(retarget(response, "#todo"), "outerHTML")
