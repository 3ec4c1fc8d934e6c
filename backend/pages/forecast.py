"""What will be said to whom in the next 90 days, day by day, and what the round would send this very moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from backend.access import Act, may, require, responsible_for
from backend.pages.access import PageRequest, signed_in
from backend.pages.fields import Select
from backend.pages.matter_links import matter_url
from backend.pages.paging import Order, keyset_page
from lifecycle.calendar import Calendar
from lifecycle.models import Message
from lifecycle.reminders.kinds import kinds
from lifecycle.reminders.lists import foretold
from lifecycle.reminders.recipients import Recipient, recipients_of
from lifecycle.reminders.sending import rehearse
from lifecycle.reminders.wording import title_of
from lifecycle.wording import listed

PAGE_SIZE = 50
SHOWN = 200
"""Messages of a rehearsal that the page lists; it counts them all."""


@dataclass(frozen=True, slots=True)
class Foretold:
    """A message to come. people: who would be told, each with the ways, in the order of names."""

    message: Message
    title: str
    url: str
    people: list[str]


@dataclass(frozen=True, slots=True)
class Day:
    """The messages of one day. is_provisional: the year's days off are not announced yet. is_next: today, and
    whatever is past its day; the next round sends it.
    """

    on: date
    is_provisional: bool
    is_next: bool
    items: list[Foretold]


class FilterForm(forms.Form):
    """What the page is cut to."""

    organisation = forms.CharField(label=gettext_lazy("提醒对象"), required=False, max_length=100)
    q = forms.CharField(label=gettext_lazy("项目编号或名称"), required=False, max_length=100)
    kind = forms.ChoiceField(widget=Select, label=gettext_lazy("事项"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("全部")), *((code, str(kind.title)) for code, kind in kinds().items())]

    def narrow(self, messages: QuerySet[Message]) -> QuerySet[Message]:
        """`messages` cut to what was chosen."""
        if not self.is_valid():
            return messages.none()
        chosen = self.cleaned_data
        for word in chosen["organisation"].split()[:5]:
            messages = messages.filter(organisation__name__icontains=word)
        for word in chosen["q"].split()[:5]:
            messages = messages.filter(
                Q(matter__project__number__icontains=word) | Q(matter__project__name__icontains=word)
            )
        if chosen["kind"]:
            messages = messages.filter(matter__kind=chosen["kind"])
        return messages


@require_safe
@signed_in
def forecast(request: PageRequest) -> HttpResponseBase:
    """The next 90 days, the soonest first; what is past its day goes out in the next round."""
    require(Act.SEE_PROJECTS, request.sight)
    on = timezone.localdate()
    form = FilterForm(request.GET)
    messages = form.narrow(foretold(request.sight, on, own=responsible_for(request.sight)))
    page = keyset_page(messages, order=Order(Message, "send_on"), query=request.GET, size=PAGE_SIZE)
    return render(
        request,
        "pages/forecast.html",
        {
            "on": on,
            "form": form,
            "page": page,
            "days": by_day(page.rows, on),
            "may_rehearse": may(Act.SET_REMINDERS, request.sight),
            "filters_in_use": any(form.cleaned_data.get(name) for name in form.fields),
        },
    )


@require_POST
@signed_in
def rehearsal(request: PageRequest) -> HttpResponseBase:
    """What the round would send now; nothing goes out and nothing is kept."""
    require(Act.SET_REMINDERS, request.sight)
    found = rehearse(timezone.now())
    return render(
        request,
        "pages/rehearsal.html",
        {
            "rehearsal": found,
            "items": [_foretold(message, told) for message, told in found.messages[:SHOWN]],
            "left": max(0, len(found.messages) - SHOWN),
        },
    )


def by_day(messages: list[Message], on: date) -> list[Day]:
    """The messages under their days, each with whom it would reach if it went out now."""
    told = recipients_of(message.pk for message in messages)
    calendar = Calendar.load(on, on)
    return [
        Day(
            day,
            calendar.is_provisional(day.year),
            day == on,
            [_foretold(message, told.get(message.pk, [])) for message in of_day],
        )
        for day, of_day in groupby(messages, key=lambda message: max(message.send_on, on))
    ]


def _foretold(message: Message, told: list[Recipient]) -> Foretold:
    ways: dict[str, list[str]] = {}
    for each in told:
        ways.setdefault(each.name, []).append(str(each.way.label))
    people = [_("%(name)s（%(ways)s）") % {"name": name, "ways": listed(by)} for name, by in ways.items()]
    return Foretold(message, title_of(message.matter), matter_url(message.matter), sorted(people))
