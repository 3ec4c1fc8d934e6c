"""What is said with an act, held against what every act wants: a day that has come, a text one can keep."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from lifecycle.errors import Invalid
from lifecycle.models.fields import EARLIEST
from lifecycle.wording import CONTROL

Faults = dict[str, str]
"""A sentence by the field it is about."""


def day_fault(on: date, *, today: date, since: date | None = None) -> str:
    """Why an act may not be dated `on`: it lies in the future, or before `since`, which it follows. Else ''."""
    if on > today:
        return _("日期不能晚于今天（%(today)s）。") % {"today": today.isoformat()}
    earliest = since or EARLIEST
    if on < earliest:
        return _("日期不能早于 %(since)s。") % {"since": earliest.isoformat()}
    return ""


def text_fault(text: str, *, limit: int, required: bool = True) -> str:
    """Why a text may not stand: it is empty, too long or holds what no text has. Else ''."""
    if required and not text.strip():
        return _("请填写。")
    if len(text) > limit:
        return _("最多 %(limit)d 个字。") % {"limit": limit}
    return _("不能含有控制字符。") if CONTROL.search(text) else ""


def refuse(faults: Faults) -> None:
    """Raises Invalid with every fault, where there is any; an empty sentence is none."""
    found = {field: sentence for field, sentence in faults.items() if sentence}
    if found:
        raise Invalid(" ".join(found.values()), details=found)
