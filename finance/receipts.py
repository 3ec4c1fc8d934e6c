"""Recording what came back of a refund (退款到账), by the province."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from finance.holding import hold
from finance.models import Entry, Refund, RefundReceipt
from finance.posting import LENGTHS, KeyReused, Movement, UnknownEntry, post_entry
from finance.refunds import known_refund, require_open
from finance.terms import PARK, RETURN_OF
from lifecycle.errors import Conflict
from lifecycle.faults import Faults
from lifecycle.models import Document, DocumentCategory, Project
from lifecycle.models.fields import ZERO
from lifecycle.parties.log import Actor
from lifecycle.rules.answers import shown
from lifecycle.steps import take_step

MEMO = "应退款到账"
"""What the ledger says of a 退回 that is posted with a receipt; the ledger is written in Chinese."""


class EntryDoesNotFit(Conflict):
    """The entry brings nothing back for this refund; details: sequence."""

    code = "entry_does_not_fit"


class MoreThanAsked(Conflict):
    """More than is still open, or than the entry has left to give; details: available (yuan)."""

    code = "more_than_asked"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A receipt with its refund as it stands after it; `repeated` when the key had recorded it before."""

    receipt: RefundReceipt
    refund: Refund
    repeated: bool


@transaction.atomic
def record_receipt(
    *,
    refund: Refund,
    on: date,
    amount: Decimal,
    interest: Decimal,
    voucher: str,
    actor: Actor,
    today: date,
    sequence: int | None = None,
    key: str | None = None,
    document: Document | None = None,
) -> Recorded:
    """Record that principal, interest or both came back on `on`; all covered, the refund is settled.

    amount: principal in yuan, which stands in the ledger: in the 退回 or 园区退回 of `sequence`, which may serve
    several refunds up to its amount; without one the unit's 退回 is posted now, dated `on`. interest never
    enters the ledger. A `key` used before with the same facts answers what it recorded.

    Raises:
        Invalid: details name the fields.
        RefundClosed: it has come back already or was taken back.
        UnknownEntry, EntryDoesNotFit: as they say; an entry dated before the notice is in its workings already.
        MoreThanAsked: of principal, of interest, or of the entry.
        KeyReused: the key stands for another receipt or entry.
        InsufficientFunds and the other refusals of `post_entry`.
    In every case nothing is written.
    """
    project = hold(refund.project).project
    refund = known_refund(project, refund.pk)
    voucher = voucher.strip()
    if key is not None and (known := _known(project, key)) is not None:
        if (known.refund_id, known.received_on, known.amount, known.interest, known.voucher) != (
            (refund.pk, on, amount, interest, voucher)
        ) or (sequence is not None and (known.entry is None or known.entry.sequence != sequence)):
            raise KeyReused(_("该幂等键已用于另一笔到账，请换一个键。"), details={"receipt": known.pk})
        return Recorded(known, refund, repeated=True)
    faults = Faults()
    faults.amount("amount", amount, may_be_zero=True)
    faults.amount("interest", interest, may_be_zero=True)
    if not faults and not amount and not interest:
        faults["amount"] = _("请填写到账的本金或利息。")
    faults.text("voucher", voucher, limit=LENGTHS["voucher"], needed=_("请填写凭证号。"))
    faults.day("on", on, today=today, since=refund.asked_on)
    faults.document("document", document, project=project, category=DocumentCategory.REFUND)
    if sequence is not None and not amount:
        faults.setdefault("amount", _("指明分录时请填写其中的本金。"))
    if refund.holder == PARK and amount and sequence is None:
        faults["sequence"] = _("园区退回由高新区管委会登记，请填写其分录序号。")
    faults.refuse()
    require_open(refund)
    _require_open_amount(refund, amount, interest)
    entry = None
    if sequence is not None:
        entry = _fitting(project, refund, sequence, amount, on=on)
    elif amount:
        entry = _posted(project, refund, amount, on=on, voucher=voucher, key=key, actor=actor, today=today)
    receipt = RefundReceipt.objects.create(
        project=project,
        refund=refund,
        entry=entry,
        received_on=on,
        amount=amount,
        interest=interest,
        voucher=voucher,
        key=key,
        document=document,
        actor_id=actor.pk,
        actor_name=actor.name,
    )
    former = refund.state
    if amount == refund.open_amount and interest == refund.open_interest:
        refund.settle()
        refund.save(update_fields=["state"])
    take_step(
        refund,
        "receive",
        number=project.number,
        actor=actor,
        on=on,
        from_state=former,
        amount=f"{amount:.2f}",
        interest=f"{interest:.2f}",
        voucher=voucher,
        sequence=entry.sequence if entry else None,
    )
    return Recorded(receipt, known_refund(project, refund.pk), repeated=False)


def _known(project: Project, key: str) -> RefundReceipt | None:
    return RefundReceipt.objects.select_related("entry").filter(project=project, key=key).first()


def _require_open_amount(refund: Refund, amount: Decimal, interest: Decimal) -> None:
    for given, left, word in (
        (amount, refund.open_amount, _("本金")),
        (interest, refund.open_interest, _("利息")),
    ):
        if given > left:
            raise MoreThanAsked(
                _("该应退款的%(what)s只差 %(available)s 元。") % {"what": word, "available": shown(left)},
                details={"available": f"{left:.2f}"},
            )


def _fitting(project: Project, refund: Refund, sequence: int, amount: Decimal, *, on: date) -> Entry:
    """The entry that brings the money back, once it is known to fit."""
    entry = Entry.objects.filter(project=project, sequence=sequence).first()
    if entry is None:
        raise UnknownEntry(_("没有这笔分录。"))
    kind = RETURN_OF[refund.holder]
    if not Entry.objects.standing().filter(pk=entry.pk, kind=kind, source=refund.source).exists():
        raise EntryDoesNotFit(
            _("第 %(sequence)d 号分录不是未红冲的“%(kind)s”（%(source)s）。")
            % {"sequence": sequence, "kind": _(kind), "source": _(refund.source)},
            details={"sequence": sequence},
        )
    if not refund.asked_on <= entry.on <= on:
        raise EntryDoesNotFit(
            _(
                "第 %(sequence)d 号分录的业务日期 %(day)s 应在通知日期 %(asked)s 至到账日期之间；"
                "通知前退回的在测算中扣除，不作为本次到账。"
            )
            % {"sequence": sequence, "day": entry.on.isoformat(), "asked": refund.asked_on.isoformat()},
            details={"sequence": sequence},
        )
    linked = (
        RefundReceipt.objects.filter(entry=entry, refund__in=Refund.objects.asked_back()).aggregate(
            sum=Sum("amount")
        )["sum"]
        or ZERO
    )
    if linked + amount > entry.amount:
        left = entry.amount - linked
        raise MoreThanAsked(
            _("第 %(sequence)d 号分录只剩 %(available)s 元未认领。")
            % {"sequence": sequence, "available": shown(left)},
            details={"available": f"{left:.2f}", "sequence": sequence},
        )
    return entry


def _posted(
    project: Project,
    refund: Refund,
    amount: Decimal,
    *,
    on: date,
    voucher: str,
    key: str | None,
    actor: Actor,
    today: date,
) -> Entry:
    """The unit's 退回, posted now; a key that posted the same before answers that entry."""
    posted = post_entry(
        project=project,
        movement=Movement(
            kind=RETURN_OF[refund.holder],
            source=refund.source,
            amount=amount,
            on=on,
            voucher=voucher,
            memo=f"{MEMO}（{refund.notice_no}）" if refund.notice_no else MEMO,
        ),
        key=key,
        actor=actor,
        today=today,
    )
    if posted.repeated:
        return _fitting(project, refund, posted.sequence, amount, on=on)
    return Entry.objects.get(project=project, sequence=posted.sequence)
