"""What the province says of the calendar: days on which offices work or do not, and that a year's notice is worked in."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from lifecycle.errors import Conflict
from lifecycle.faults import Faults
from lifecycle.models import CalendarDay, CalendarNotice
from lifecycle.models.fields import EARLIEST, LATEST
from lifecycle.parties.log import Actor, record

TEXT_LENGTH = 200
LONGEST = 31
"""Days that may be set in one go; no holiday is as long."""


class NoSuchDay(Conflict):
    """Nothing is said of that day, or no longer."""

    code = "no_such_calendar_day"


class NoticeStands(Conflict):
    """The year was confirmed already."""

    code = "notice_stands"


class NoSuchNotice(Conflict):
    """The year was not confirmed, or is no longer."""

    code = "no_such_notice"


@transaction.atomic
def set_days(
    *, first: date, last: date | None = None, is_working: bool, reason: str, actor: Actor
) -> list[date]:
    """Say of each day from `first` to `last` (or `first` alone) whether offices work on it; the last word counts.

    Messages planned for these days move when their projects are planned next.
    Raises Invalid: days outside 2000–2099, in the wrong order or more than LONGEST, or no basis.
    """
    last = last or first
    faults = Faults()
    faults.day("first", first)
    faults.day("last", last)
    if last < first:
        faults.say("last", _("结束日期不能早于开始日期。"))
    elif (last - first).days >= LONGEST:
        faults.say("last", _("一次最多登记 %(limit)d 天。") % {"limit": LONGEST})
    reason = faults.text("reason", reason, limit=TEXT_LENGTH, needed=_("请写明依据。"))
    faults.refuse()
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    CalendarDay.objects.bulk_create(
        [CalendarDay(on=day, is_working=is_working, reason=reason) for day in days],
        update_conflicts=True,
        unique_fields=["on"],
        update_fields=["is_working", "reason"],
    )
    record(
        actor,
        "set_calendar_days",
        subject=first.isoformat(),
        last=last.isoformat(),
        is_working=is_working,
        reason=reason,
    )
    return days


@transaction.atomic
def remove_day(*, on: date, actor: Actor) -> None:
    """Leave a day to the notices again. Raises NoSuchDay when nothing is said of it."""
    removed, _models = CalendarDay.objects.filter(on=on).delete()
    if not removed:
        raise NoSuchDay(_("%(day)s 没有登记，或已被删除。") % {"day": on.isoformat()})
    record(actor, "remove_calendar_day", subject=on.isoformat())


@transaction.atomic
def confirm_notice(*, year: int, document_no: str, actor: Actor) -> CalendarNotice:
    """Say that the days of the year's notice are all worked in, so that the year is 暂定 no longer.

    Raises:
        Invalid: a year outside 2000–2099, or no document number.
        NoticeStands: the year was confirmed before.
    """
    faults = Faults()
    if not EARLIEST.year <= year < LATEST.year:
        faults["year"] = _("年度应在 2000 至 2099 之间。")
    document_no = faults.text("document_no", document_no, limit=TEXT_LENGTH, needed=_("请填写通知文号。"))
    faults.refuse()
    notice, is_new = CalendarNotice.objects.get_or_create(year=year, defaults={"document_no": document_no})
    if not is_new:
        raise NoticeStands(
            _("%(year)s 年的放假安排已按 %(document)s 确认。")
            % {"year": str(year), "document": notice.document_no}
        )
    record(actor, "confirm_calendar_notice", subject=str(year), document_no=document_no)
    return notice


@transaction.atomic
def withdraw_notice(*, year: int, actor: Actor) -> None:
    """Take the confirmation of a year back. Raises NoSuchNotice when it was not confirmed."""
    removed, _models = CalendarNotice.objects.filter(year=year).delete()
    if not removed:
        raise NoSuchNotice(_("%(year)s 年的放假安排没有确认过。") % {"year": str(year)})
    record(actor, "withdraw_calendar_notice", subject=str(year))
