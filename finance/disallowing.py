"""Taking misused money out of the fiscal sources (违规支出调整), so that it can be sent back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _

from finance.holding import hold
from finance.models import Entry
from finance.posting import LENGTHS, Movement, Posted, UnknownEntry, post_entry, reverse_entry
from finance.terms import FISCAL, SELF_RAISED, SPENDING
from lifecycle.errors import Conflict
from lifecycle.models import Project
from lifecycle.parties.log import Actor


class NotFiscalSpending(Conflict):
    """Only a 支出 of provincial or park money can be disallowed; details: sequence."""

    code = "not_fiscal_spending"


@dataclass(frozen=True, slots=True)
class Disallowed:
    """The reversal of the 支出, and the same spending out of the unit's own money."""

    reversal: Posted
    spending: Posted


@transaction.atomic
def disallow(
    *,
    project: Project,
    sequence: int,
    on: date,
    reason: str,
    actor: Actor,
    today: date,
    spent_on: date | None = None,
    voucher: str = "",
    key: str | None = None,
) -> Disallowed:
    """Reverse a fiscal 支出 on `on` and post it again to 单位自筹, both or neither.

    spent_on: the day of the new spending, None for the day it was spent; later where the unit's own money came
    later. voucher: empty keeps the voucher. The money is then the source's again, and comes back as 退回. A `key`
    used before with the same facts answers both entries again.

    Raises:
        Invalid: no reason, or a day to come.
        UnknownEntry, NotFiscalSpending, NotReversible, StageForbids, KeyReused, AlreadyPosted: as they say.
        InsufficientFunds: the unit has not that much money of its own on some day.
    In every case nothing is written.
    Source: RULES 'What may be posted, and by whom'.
    """
    project = hold(project).project
    entry = Entry.objects.filter(project=project, sequence=sequence).first()
    if entry is None:
        raise UnknownEntry(_("没有这笔分录。"))
    if entry.kind != SPENDING or entry.source not in FISCAL:
        raise NotFiscalSpending(
            _("第 %(sequence)d 号分录不是财政资金支出。") % {"sequence": sequence},
            details={"sequence": sequence},
        )
    reversal = reverse_entry(
        project=project, sequence=sequence, on=on, reason=reason, actor=actor, today=today, key=key
    )
    spending = post_entry(
        project=project,
        movement=Movement(
            kind=SPENDING,
            source=SELF_RAISED,
            amount=entry.amount,
            on=spent_on or entry.on,
            voucher=voucher.strip() or entry.voucher,
            category=entry.category,
            invoice=entry.invoice,
            counterparty=entry.counterparty,
            memo=(_("原第 %(sequence)d 号分录，%(reason)s") % {"sequence": sequence, "reason": reason})[
                : LENGTHS["memo"]
            ],
        ),
        key=None if key is None else f"disallow:{sha256(key.encode()).hexdigest()}",
        actor=actor,
        today=today,
    )
    return Disallowed(reversal, spending)
