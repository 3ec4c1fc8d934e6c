"""Telling all that is wrong with what was sent, at once; and the stages in which something is not done."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from finance.terms import TOO_MUCH
from lifecycle.errors import Conflict, Invalid
from lifecycle.models import Document, DocumentCategory, Project
from lifecycle.models.fields import EARLIEST, LATEST
from lifecycle.wording import CONTROL


class WrongStage(Conflict):
    """The project's stage allows no such act; details: state."""

    code = "stage_forbids"


def require_stage(project: Project, stages: Collection[str], act: str) -> None:
    """Raises WrongStage unless the project is at one of `stages`. act: what was to be done, in words."""
    if project.state not in stages:
        raise WrongStage(
            _("项目处于“%(state)s”阶段，不能%(act)s。") % {"state": project.get_state_display(), "act": act},
            details={"state": project.state},
        )


class Faults(dict[str, str]):
    """Sentences by the field they are about."""

    def text(self, field: str, text: str, *, limit: int, needed: str = "") -> None:
        """needed: what to say when it is empty; empty where it may be."""
        if needed and not text:
            self[field] = needed
        elif len(text) > limit:
            self[field] = _("最多 %(limit)d 个字。") % {"limit": limit}
        elif CONTROL.search(text):
            self[field] = _("不能含有控制字符。")

    def day(self, field: str, day: date, *, today: date | None, since: date | None = None) -> None:
        """today: the day after which it may not lie, where it may not. since: the day it may not lie before."""
        if today is not None and day > today:
            self[field] = _("日期不能晚于今天（%(today)s）。") % {"today": today.isoformat()}
        elif since is not None and day < since:
            self[field] = _("日期不能早于 %(since)s。") % {"since": since.isoformat()}
        elif not EARLIEST <= day < LATEST:
            self[field] = _("日期应在 2000 年至 2099 年之间。")

    def amount(self, field: str, amount: Decimal, *, may_be_zero: bool = False) -> None:
        """An amount in yuan to the fen."""
        is_sane = amount.is_finite() and 0 <= amount < TOO_MUCH and amount == round(amount, 2)
        if not is_sane or (amount == 0 and not may_be_zero):
            self[field] = (
                _("金额应不小于零、小于 1000 亿元，精确到分。")
                if may_be_zero
                else _("金额应大于零、小于 1000 亿元，精确到分。")
            )

    def document(self, field: str, document: Document | None, *, project: Project, category: str) -> None:
        """A paper has to be the project's own and of its kind."""
        if document is not None and (document.project_id, document.category) != (project.pk, category):
            self[field] = _("请选择本项目的“%(category)s”文件。") % {
                "category": DocumentCategory(category).label
            }

    def refuse(self) -> None:
        """Raises Invalid when there is anything."""
        if self:
            raise Invalid(" ".join(self.values()), details=dict(self))
