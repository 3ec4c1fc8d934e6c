"""The calendar of working days: a year by months, what the province says of a day, and whether the year's notice is in."""

from __future__ import annotations

import calendar as weeks
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.access import Act, may, require
from backend.middleware import actor_of
from backend.pages.access import PageRequest, signed_in
from backend.pages.fields import DayField
from backend.pages.forms import take
from lifecycle.calendar import SATURDAY, Calendar, given, is_noticed, name_of
from lifecycle.calendar_days import TEXT_LENGTH, confirm_notice, remove_day, set_days, withdraw_notice
from lifecycle.errors import Conflict, Forbidden, Invalid
from lifecycle.models import CalendarDay, CalendarNotice
from lifecycle.models.fields import EARLIEST, LATEST
from lifecycle.parties.log import Actor


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of the grid. look: off, worked, rest or work; sign: the letter beside the figure; title: why.

    is_own: by the word of the province.
    """

    day: date
    look: str
    sign: str
    title: str
    is_own: bool
    is_today: bool


@dataclass(frozen=True, slots=True)
class Month:
    """One month: its first day, and its weeks from Monday, None where a day belongs to another month."""

    first: date
    weeks: list[list[Cell | None]]
    working: int


class DaysForm(forms.Form):
    first = DayField(label=gettext_lazy("日期"))
    last = DayField(label=gettext_lazy("至（含）"), required=False, help_text=gettext_lazy("只有一天时不填"))
    is_working = forms.TypedChoiceField(
        label=gettext_lazy("安排"),
        choices=[("0", gettext_lazy("放假，不发提醒")), ("1", gettext_lazy("上班"))],
        coerce=lambda value: value == "1",
    )
    reason = forms.CharField(
        label=gettext_lazy("依据"),
        max_length=TEXT_LENGTH,
        help_text=gettext_lazy("如国务院办公厅通知文号、省政府通知"),
    )


class NoticeForm(forms.Form):
    document_no = forms.CharField(
        label=gettext_lazy("通知文号"),
        max_length=TEXT_LENGTH,
        help_text=gettext_lazy("如 国办发明电〔2025〕7号"),
    )


@require_http_methods(["GET", "POST"])
@signed_in
def work_calendar(request: PageRequest) -> HttpResponseBase:
    """A year (`?year=`, the present one without); days and the notice set (POST, `act` says what)."""
    may_set = may(Act.SET_CALENDAR, request.sight)
    if not (may_set or may(Act.SEE_PROJECTS, request.sight)):
        raise Forbidden(_("您没有此项权限。"))
    today = timezone.localdate()
    year = _year(request.GET.get("year", ""), today)
    posted = request.POST if request.method == "POST" else None
    act = posted.get("act", "") if posted is not None else ""
    days_form = DaysForm(posted if act == "set" else None)
    notice_form = NoticeForm(posted if act == "confirm" else None)
    status = 200
    if posted is not None:
        require(Act.SET_CALENDAR, request.sight)
        if act not in _ACTS:
            raise Http404
        form = {"set": days_form, "confirm": notice_form}.get(act)
        status = 422
        if form is None or form.is_valid():
            try:
                said = _ACTS[act](year, form.cleaned_data if form else posted, actor_of(request))
            except (Invalid, Conflict) as refusal:
                if form is None:
                    raise
                take(form, refusal)
            else:
                messages.success(request, said)
                return redirect(f"{reverse('calendar')}?year={year}")
    shown = Calendar.load(date(year, 1, 1), date(year, 12, 31))
    context = {
        "year": year,
        "before": year - 1 if year > EARLIEST.year else None,
        "after": year + 1 if year < LATEST.year - 1 else None,
        "months": months_of(shown, year, today=today),
        "weekdays": _weekdays(),
        "is_provisional": shown.is_provisional(year),
        "is_noticed": is_noticed(year),
        "notice": CalendarNotice.objects.filter(year=year).first(),
        "own": CalendarDay.objects.filter(on__year=year).order_by("on"),
        "may_set": may_set,
        "days_form": days_form,
        "notice_form": notice_form,
    }
    return render(request, "pages/work_calendar.html", context, status=status)


def _year(text: str, today: date) -> int:
    """The year asked for; 404 where it is none of the calendar's."""
    if not text:
        return today.year
    if not (text.isascii() and text.isdigit()) or not EARLIEST.year <= int(text[:5]) < LATEST.year:
        raise Http404
    return int(text)


def _set(year: int, said: dict[str, Any], actor: Actor) -> str:
    days = set_days(**said, actor=actor)
    return _("已登记 %(count)d 天，尚未发出的提醒随之调整发送日。") % {"count": len(days)}


def _remove(year: int, said: QueryDict, actor: Actor) -> str:
    try:
        on = date.fromisoformat(said.get("on", ""))
    except ValueError:
        raise Http404 from None
    remove_day(on=on, actor=actor)
    return _("已删除 %(day)s 的登记，恢复按通知安排。") % {"day": on.isoformat()}


def _confirm(year: int, said: dict[str, Any], actor: Actor) -> str:
    confirm_notice(year=year, **said, actor=actor)
    return _("已确认 %(year)s 年的放假安排。") % {"year": str(year)}


def _withdraw(year: int, said: QueryDict, actor: Actor) -> str:
    withdraw_notice(year=year, actor=actor)
    return _("已收回对 %(year)s 年放假安排的确认。") % {"year": str(year)}


_ACTS: dict[str, Callable[[int, Any, Actor], str]] = {
    "set": _set,
    "remove": _remove,
    "confirm": _confirm,
    "withdraw": _withdraw,
}


def months_of(shown: Calendar, year: int, *, today: date) -> list[Month]:
    """The twelve months of a year, each day as the calendar has it."""
    language = "zh_CN" if (get_language() or "").startswith("zh") else "en_US"
    months = []
    for number in range(1, 13):
        rows = [
            [_cell(shown, day, language, today) if day.month == number else None for day in week]
            for week in weeks.Calendar().monthdatescalendar(year, number)
        ]
        working = sum(cell is not None and cell.look in ("work", "worked") for row in rows for cell in row)
        months.append(Month(date(year, number, 1), rows, working))
    return months


def _cell(shown: Calendar, day: date, language: str, today: date) -> Cell:
    is_own = day in shown.own
    is_weekend = day.weekday() >= SATURDAY
    name = name_of(day, language)
    look, sign, title = "work", "", ""
    if shown.is_working_day(day):
        if is_weekend or day in given(day.year).off:
            look, sign, title = "worked", pgettext("calendar", "班"), _("上班")
    elif is_own or name:
        look, sign, title = "off", pgettext("calendar", "休"), name or _("放假")
    elif is_weekend:
        look = "rest"
    if is_own:
        title = _("%(title)s（省科技厅登记）") % {"title": title or _("上班")}
    return Cell(day, look, sign, title, is_own, day == today)


def _weekdays() -> list[str]:
    """Monday to Sunday, as short as a column is wide."""
    return [
        pgettext("weekday", "一"),
        pgettext("weekday", "二"),
        pgettext("weekday", "三"),
        pgettext("weekday", "四"),
        pgettext("weekday", "五"),
        pgettext("weekday", "六"),
        pgettext("weekday", "日"),
    ]
