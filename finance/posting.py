"""The door to the journal for people: post one movement, reverse one.

Conditions, lock, chain, balances and the log are one database function each
(finance/migrations/sql/posting.sql), so a posting costs one round trip and one commit. Workbooks come in through finance.bulk.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from finance.kinds import KINDS
from finance.models.account import spoken
from finance.reopening import reopen_refunds
from finance.terms import CATEGORIES, COMING_BACK, SPENDING
from lifecycle.errors import Conflict, DomainError, StageForbids
from lifecycle.faults import Faults
from lifecycle.models import Project, ProjectState
from lifecycle.parties.log import Actor
from lifecycle.rules.answers import shown
from lifecycle.wording import listed

LENGTHS = {"voucher": 100, "invoice": 100, "counterparty": 200, "memo": 500, "key": 200}
"""How long the texts of a movement may be, in characters."""


class InsufficientFunds(Conflict):
    """A balance would fall below zero on some day; nothing is written.

    details: available and wanted (yuan), account, first_day.
    """

    code = "insufficient_funds"


class KeyReused(Conflict):
    """The idempotency key stands for an entry with other facts."""

    code = "key_reused"


class AlreadyPosted(Conflict):
    """The same voucher, kind, source, category and invoice stands in the journal already."""

    code = "already_posted"


class NotReversible(Conflict):
    """The entry is reversed already, is a reversal itself, or is later than the reversal's day."""

    code = "not_reversible"


class UnknownEntry(DomainError):
    """There is no entry of that sequence in the project's journal."""

    code = "not_found"


@dataclass(frozen=True, slots=True)
class Movement:
    """A movement of money to be recorded. amount: Decimal yuan, two places, above zero."""

    kind: str
    source: str
    amount: Decimal
    on: date
    voucher: str
    category: str = ""
    invoice: str = ""
    counterparty: str = ""
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """What the journal says of an entry; `repeated` when the key had posted it before.

    `shown` is JSON ready: id, sequence, on, recorded_at, kind, source, category, debit, credit
    (names of accounts), amount, voucher, invoice, counterparty, memo, reverses, previous_hash,
    hash, origin, recorded_by.
    """

    repeated: bool
    shown: dict[str, Any]

    @property
    def sequence(self) -> int:
        return int(self.shown["sequence"])


def check_shape(movement: Movement, *, scheme: str, today: date) -> None:
    """Refuse what can never be an entry, naming every fault at once.

    scheme: the project's 支出科目体系. Raises Invalid with details {field: message}.
    Source: RULES.md 'What may be posted, and by whom'.
    """
    faults = Faults()
    kind = KINDS.get(movement.kind)
    if kind is None:
        faults["kind"] = _("业务类型“%(found)s”不存在，应为：%(wanted)s。") % {
            "found": movement.kind,
            "wanted": listed(KINDS),
        }
    elif movement.source not in kind.posters:
        faults["source"] = _("“%(kind)s”的资金来源应为：%(wanted)s。") % {
            "kind": movement.kind,
            "wanted": listed(kind.sources),
        }
    if movement.kind == SPENDING:
        wanted = CATEGORIES[scheme]
        if movement.category not in wanted:
            faults["category"] = _("支出科目应为本项目科目体系中的一项：%(wanted)s。") % {
                "wanted": listed(wanted)
            }
    elif movement.category:
        faults["category"] = _("只有“支出”填写支出科目。")
    faults.amount("amount", movement.amount)
    if movement.on > today:
        faults["on"] = _("业务日期不能晚于今天（%(today)s）。") % {"today": today.isoformat()}
    elif movement.on.year < 2000:
        faults["on"] = _("业务日期不能早于 2000 年。")
    faults.text("voucher", movement.voucher, limit=LENGTHS["voucher"], needed=_("请填写凭证号。"))
    for field in ("invoice", "counterparty", "memo"):
        faults.text(field, getattr(movement, field), limit=LENGTHS[field], is_required=False)
    faults.refuse()


def post_entry(
    *,
    project: Project,
    movement: Movement,
    key: str | None,
    actor: Actor,
    today: date,
    recorded_at: datetime | None = None,
) -> Posted:
    """Append one entry to the project's journal, live.

    A `key` already posted with the same facts returns its entry, so a retry is safe. `recorded_at`
    None takes the database's clock under the project's lock. Costs one round trip; a backdated
    entry also the entries after its day.

    Raises:
        Invalid: the movement is not one that may be posted; details name the fields.
        InsufficientFunds: a balance would fall below zero on some day from `movement.on` on.
        KeyReused, AlreadyPosted, StageForbids: as they say.
    In every case nothing is written.
    """
    check_shape(movement, scheme=project.category_scheme, today=today)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT outcome, detail FROM finance_post(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                project.pk,
                key,
                movement.kind,
                movement.source,
                movement.category,
                movement.on,
                movement.amount,
                movement.voucher,
                movement.invoice,
                movement.counterparty,
                movement.memo,
                actor.pk,
                actor.name,
                actor.address,
                recorded_at,
            ],
        )
        outcome, detail = cursor.fetchone()
    return _answer(outcome, detail)


def reverse_entry(
    *,
    project: Project,
    sequence: int,
    on: date,
    reason: str,
    actor: Actor,
    today: date,
    key: str | None = None,
    recorded_at: datetime | None = None,
) -> Posted:
    """Reverse an entry (红字冲销): its mirror is appended, and both drop out of every sum.

    `on` is the day of the reversal, not before the entry's own. Since the pair drops out from the
    entry's day on, no end-of-day balance from that day on may fall below zero. A refund that a returned payment
    had settled is asked for again.

    Raises:
        Invalid: no reason, or a day in the future.
        UnknownEntry, NotReversible, InsufficientFunds, KeyReused, StageForbids: nothing is written.
    """
    faults = Faults()
    faults.text("reason", reason, limit=LENGTHS["memo"], needed=_("请写明红冲原因。"))
    if on > today:
        faults["on"] = _("业务日期不能晚于今天（%(today)s）。") % {"today": today.isoformat()}
    faults.refuse()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT outcome, detail FROM finance_reverse(%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    project.pk,
                    sequence,
                    key,
                    on,
                    reason,
                    actor.pk,
                    actor.name,
                    actor.address,
                    recorded_at,
                ],
            )
            outcome, detail = cursor.fetchone()
        posted = _answer(outcome, detail)
        if posted.shown["kind"] in COMING_BACK and not posted.repeated:
            reopen_refunds(project=project, sequence=sequence, on=on, actor=actor)
    return posted


def stage_refusal(state: str, *, kind: str) -> StageForbids:
    """The refusal of a movement that the project's stage does not take."""
    return StageForbids(
        _("项目处于“%(state)s”阶段，不能登记“%(kind)s”。")
        % {"state": ProjectState(state).label, "kind": _(kind)},
        details={"state": state, "kind": kind},
    )


def key_refusal(sequence: int) -> KeyReused:
    """The refusal of a key that stands for the entry of that sequence."""
    return KeyReused(_("该幂等键已用于另一笔分录，请换一个键。"), details={"sequence": sequence})


def _answer(outcome: str, detail: dict[str, Any] | str | None) -> Posted:
    """The entry, or the refusal that the outcome stands for."""
    facts: dict[str, Any] = json.loads(detail) if isinstance(detail, str) else (detail or {})
    if outcome in ("posted", "repeated"):
        return Posted(outcome == "repeated", facts)
    if outcome == "insufficient":
        raise InsufficientFunds(
            _("%(account)s可用余额 %(available)s 元，不足 %(wanted)s 元（%(day)s 起不足）。")
            % {
                "account": spoken(facts["account"]),
                "available": shown(Decimal(facts["available"])),
                "wanted": shown(Decimal(facts["wanted"])),
                "day": facts["first_day"],
            },
            details=facts,
        )
    if outcome == "key_reused":
        raise key_refusal(facts["sequence"])
    if outcome == "already_posted":
        raise AlreadyPosted(
            _("凭证 %(voucher)s 的同一业务已登记为第 %(sequence)d 号分录；同一凭证拆分登记请加 -1、-2 区分。")
            % {"voucher": facts["voucher"], "sequence": facts["sequence"]},
            details={"sequence": facts["sequence"]},
        )
    if outcome == "stage_forbids":
        raise stage_refusal(facts["state"], kind=facts["kind"])
    if outcome == "already_reversed":
        raise NotReversible(
            _("该分录已由第 %(sequence)d 号分录红冲。") % {"sequence": facts["sequence"]},
            details={"sequence": facts["sequence"]},
        )
    if outcome == "is_a_reversal":
        raise NotReversible(
            _("红冲分录不能再红冲；请重新登记正确的分录。"),
            details={"sequence": facts["sequence"]},
        )
    if outcome == "before_the_entry":
        raise NotReversible(
            _("红冲日期不能早于原分录日期 %(on)s。") % {"on": facts["on"]},
            details={"on": facts["on"]},
        )
    raise UnknownEntry(_("没有这笔分录。"))
