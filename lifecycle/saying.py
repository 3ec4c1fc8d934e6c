"""Looks over what is said with an act, texts and days, before anything is done; every fault is named at once."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import gettext as _

from lifecycle.errors import Invalid
from lifecycle.models import Step
from lifecycle.models.fields import EARLIEST, LATEST
from lifecycle.wording import CONTROL


def text_fault(text: str, *, longest: int, must: bool = True) -> str:
    """What is wrong with a text, in the active language; empty when nothing is. must: whether it has to say something."""
    if len(text) > longest:
        return _("最多 %(limit)d 个字。") % {"limit": longest}
    if CONTROL.search(text):
        return _("不能含有控制字符。")
    return _("请填写。") if must and not text.strip() else ""


def day_fault(on: date, *, today: date, after: date | None = None) -> str:
    """What is wrong with the day of an act: to come, before 2000, or before the day it follows."""
    if on > today:
        return _("日期不能晚于今天（%(today)s）。") % {"today": today.isoformat()}
    if after is not None and on < after:
        return _("日期不能早于 %(after)s。") % {"after": after.isoformat()}
    return sane_fault(on)


def sane_fault(day: date) -> str:
    """What is wrong with a day that may lie ahead."""
    return "" if EARLIEST <= day < LATEST else _("日期应在 2000 年至 2099 年之间。")


def refuse_if_any(faults: dict[str, str]) -> None:
    """Raises Invalid with every fault that is not empty, by field."""
    found = {field: fault for field, fault in faults.items() if fault}
    if found:
        raise Invalid(" ".join(found.values()), details=found)


def day_of_last_step(subject: models.Model) -> date:
    """The day of the last step in the story of `subject`, before which no other can lie; EARLIEST without any."""
    return Step.objects.of(subject).order_by("-pk").values_list("on", flat=True).first() or EARLIEST
