"""The day a page is read as of: `?on=` for a past day, today without."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from lifecycle.models.fields import EARLIEST


@dataclass(frozen=True, slots=True)
class AsOf:
    """`on` is the day read, `today` the calendar day now; `fault` says why what was asked was not taken."""

    on: date
    today: date
    fault: str = ""

    @property
    def is_past(self) -> bool:
        return self.on < self.today

    @property
    def past_or_none(self) -> date | None:
        """The day when it is a past one, None for today: what kept balances answer."""
        return self.on if self.is_past else None


def as_of(request: HttpRequest) -> AsOf:
    """The day asked for; today, with a fault, where that is no day, too early or still to come."""
    return day_in(request.GET.get("on", ""))


def day_in(text: str) -> AsOf:
    """As `as_of`, of a day that was written in any other place."""
    today = timezone.localdate()
    text = text.strip()
    if not text:
        return AsOf(today, today)
    try:
        on = date.fromisoformat(text)
    except ValueError:
        return AsOf(
            today,
            today,
            _("“%(text)s”不是日期，以下为今天的情况。") % {"text": text[:20]},
        )
    if on > today:
        return AsOf(today, today, _("日期不能晚于今天，以下为今天的情况。"))
    if on < EARLIEST:
        return AsOf(today, today, _("日期不能早于 2000 年，以下为今天的情况。"))
    return AsOf(on, today)
