"""What the reversal of a returned payment does to the refund it had settled."""

from __future__ import annotations

from datetime import date

from finance.models import Refund, RefundState
from lifecycle.models import Project
from lifecycle.parties.log import Actor
from lifecycle.steps import take_step


def reopen_refunds(*, project: Project, sequence: int, on: date, actor: Actor) -> None:
    """Ask again for refunds that were settled by the entry of that sequence, now that it was reversed.

    In the transaction of the reversal, which holds the journal. Refunds taken back stay so.
    """
    settled = Refund.objects.select_for_update(of=("self",)).filter(
        project=project,
        state=RefundState.RECEIVED,
        receipts__entry__project=project,
        receipts__entry__sequence=sequence,
    )
    for refund in list(settled.order_by("pk")):
        refund.reopen()
        refund.save(update_fields=["state"])
        take_step(
            refund,
            "reopen",
            number=project.number,
            actor=actor,
            on=on,
            from_state=RefundState.RECEIVED,
            reversed_entry=sequence,
        )
