"""The facts of a notice of refund (退款通知书): one refund, as it was asked for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from finance.models import Refund, RefundCause, RefundState
from finance.terms import PARK
from lifecycle.models import Project
from lifecycle.parties.models import Role
from reports.collect.head import opened
from reports.errors import NothingToReport
from reports.facts_papers import RefundNoticeFacts, WorkedOutFacts

KIND = "refund"


def refunds_in_order(project: Project) -> list[Refund]:
    """All refunds of the project as they were recorded, those taken back too; a notice is the n-th of them."""
    return list(Refund.objects.filter(project=project).order_by("pk"))


def collect_refund(project: Project, *, on: date, today: date, which: str = "") -> RefundNoticeFacts:
    """All that the notice of the project's `which`-th refund says; eight statements.

    Raises NothingToReport where there is none, it was asked for after `on`, or was taken back.
    """
    with opened(project, on=on, today=today) as known:
        every = refunds_in_order(project)
        place = int(which) if which.isdecimal() and len(which) < 6 else 0
        refund = every[place - 1] if 0 < place <= len(every) else None
        if refund is None or refund.asked_on > on:
            raise NothingToReport(_("没有这一笔应退款。"))
        if refund.state == RefundState.WITHDRAWN:
            raise NothingToReport(_("这一笔应退款的通知已撤回。"))
        is_park = refund.holder == PARK
        holder = Role.PARK if is_park else Role.UNIT
        return RefundNoticeFacts(
            **known.head(KIND),
            pk=refund.pk,
            cause=refund.cause,
            cause_label=str(RefundCause(refund.cause).label),
            source=refund.source,
            holder=next(each.name for each in known.parties if each.role == holder.value),
            is_park=is_park,
            amount=refund.amount,
            interest=refund.interest,
            notice_no=refund.notice_no,
            reason=refund.workings.get("reason", ""),
            asked_on=refund.asked_on,
            due_on=refund.due_on,
            entries=[int(sequence) for sequence in refund.workings.get("entries", [])],
            workings=_workings(refund.workings),
        )


def _workings(kept: dict[str, Any]) -> WorkedOutFacts | None:
    if "formula" not in kept:
        return None
    names = ("received", "spent", "refunded", "unspent", "misused", "asked", "amount")
    return WorkedOutFacts(
        **{name: Decimal(kept[name]) for name in names},
        rate=Decimal(kept["rate_percent"]) if "rate_percent" in kept else None,
    )
