"""What the money has to say of a change of the contract: what was paid is not planned away."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from finance.funding import funding_of
from finance.terms import FISCAL
from lifecycle.changes import check
from lifecycle.models import ChangeKind, Project


def plan_holds_what_was_paid(project: Project, wanted: dict[str, Any]) -> dict[str, str]:
    """Of each fiscal source the new plan comes to at least what the unit has received; one query."""
    funding = funding_of([project])[project.pk]
    short = []
    for source in FISCAL:
        planned = sum(
            (Decimal(row["amount"]) for row in wanted["tranches"] if row["source"] == source), Decimal(0)
        )
        received = funding.sources[source].received
        if planned < received:
            short.append(
                _(
                    "%(source)s已拨付单位 %(received)s 元，新的拨款计划合计 %(planned)s 元，不能少于已拨付金额。"
                )
                % {
                    "source": _(source),
                    "received": f"{received:,.2f}",
                    "planned": f"{planned:,.2f}",
                }
            )
    return {"tranches": " ".join(short)} if short else {}


def register() -> None:
    """Let the money see the changes that touch it; once, when the program starts."""
    for kind in (ChangeKind.TOTAL, ChangeKind.SOURCE_STRUCTURE):
        check(kind, plan_holds_what_was_paid)
