"""What may be wrong with what is said in an act, texts, days, amounts and papers: gathered by field, refused at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lifecycle.categories import TOO_MUCH
from lifecycle.errors import Invalid
from lifecycle.models import Document, DocumentCategory, Project
from lifecycle.models.fields import EARLIEST, LATEST
from lifecycle.wording import CONTROL


def text_fault(text: str, *, limit: int, is_required: bool = True, needed: str = "") -> str:
    """What is wrong with a text, in the active language; empty when nothing is.

    needed: what to say when it is empty and has to say something, where that is more than to fill it in.
    """
    if len(text) > limit:
        return _("最多 %(limit)d 个字。") % {"limit": limit}
    if CONTROL.search(text):
        return _("不能含有控制字符。")
    return (needed or _("请填写。")) if is_required and not text.strip() else ""


def day_fault(
    day: date, *, today: date | None = None, since: date | None = None, after: str | Promise = ""
) -> str:
    """What is wrong with a day, in the active language; empty when nothing is.

    today: the day after which it may not lie, where it may not. since: the day it may not lie before; after:
    what that day is called, where it has a name. No day of business lies outside EARLIEST and LATEST.
    """
    if today is not None and day > today:
        return _("日期不能晚于今天（%(today)s）。") % {"today": today.isoformat()}
    if since is not None and day < since:
        if after:
            return _("日期不能早于%(after)s（%(since)s）。") % {"after": after, "since": since.isoformat()}
        return _("日期不能早于 %(since)s。") % {"since": since.isoformat()}
    return "" if EARLIEST <= day < LATEST else _("日期应在 2000 年至 2099 年之间。")


def amount_fault(amount: Decimal, *, may_be_zero: bool = False) -> str:
    """What is wrong with an amount in yuan to the fen, in the active language; empty when nothing is."""
    is_sane = amount.is_finite() and 0 <= amount < TOO_MUCH and amount == round(amount, 2)
    if is_sane and (amount or may_be_zero):
        return ""
    return (
        _("金额应不小于零、小于 1000 亿元，精确到分。")
        if may_be_zero
        else _("金额应大于零、小于 1000 亿元，精确到分。")
    )


def refuse_if_any(faults: Mapping[str, str]) -> None:
    """Raises Invalid with every sentence that is not empty, by field; one that stands twice is said once."""
    found = {field: fault for field, fault in faults.items() if fault}
    if found:
        raise Invalid(" ".join(dict.fromkeys(found.values())), details=found)


class Faults(dict[str, str]):
    """Sentences by the field they are about; the first of a field stays."""

    def say(self, field: str, sentence: str) -> None:
        """An empty sentence says nothing."""
        if sentence:
            self.setdefault(field, sentence)

    def text(self, field: str, text: str, *, limit: int, is_required: bool = True, needed: str = "") -> str:
        """As `text_fault`; the text without the spaces around it."""
        self.say(field, text_fault(text, limit=limit, is_required=is_required, needed=needed))
        return text.strip()

    def day(
        self,
        field: str,
        day: date,
        *,
        today: date | None = None,
        since: date | None = None,
        after: str | Promise = "",
    ) -> None:
        """As `day_fault`."""
        self.say(field, day_fault(day, today=today, since=since, after=after))

    def amount(self, field: str, amount: Decimal, *, may_be_zero: bool = False) -> None:
        """As `amount_fault`."""
        self.say(field, amount_fault(amount, may_be_zero=may_be_zero))

    def document(self, field: str, document: Document | None, *, project: Project, category: str) -> None:
        """A paper has to be the project's own and of its kind."""
        if document is not None and (document.project_id, document.category) != (project.pk, category):
            self.say(
                field,
                _("请选择本项目的“%(category)s”文件。") % {"category": DocumentCategory(category).label},
            )

    def refuse(self) -> None:
        """Raises Invalid, naming every field, unless nothing is wrong."""
        refuse_if_any(self)
