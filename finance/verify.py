"""A check of the journal against itself, from outside the database's own functions.

Every hash is made anew here from what the rows say (docs/ledger-hash.md), every link and sequence
followed from genesis to head, kept balances held against sums, accounts against the kind of movement,
and the triggers that guard it all looked for. What it cannot see is a whole chain rewritten together
with its head: against that stand the heads that were printed and sent before.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _
from psycopg.sql import SQL, Composed, Literal

from finance.chain import SEPARATOR, VERSION, genesis
from finance.guardians import GuardianFault, guardian_faults
from finance.models import AccountRole
from finance.reading import Reader, copied, reading
from finance.terms import ARRIVAL, CONTRIBUTION, DIRECT, PARK_RETURN, PAYMENT, PROVINCIAL, REFUND, SPENDING

FROM_TO: dict[str, tuple[AccountRole, AccountRole]] = {
    ARRIVAL: (AccountRole.GRANTOR, AccountRole.PARK),
    PAYMENT: (AccountRole.GRANTOR, AccountRole.UNIT),
    DIRECT: (AccountRole.DIRECT, AccountRole.UNIT),
    CONTRIBUTION: (AccountRole.GRANTOR, AccountRole.UNIT),
    SPENDING: (AccountRole.UNIT, AccountRole.EXPENSE),
    REFUND: (AccountRole.UNIT, AccountRole.REFUNDED),
    PARK_RETURN: (AccountRole.PARK, AccountRole.RETURNED),
}
"""Credit and debit account of each kind. Source: RULES.md 'What may be posted, and by whom'."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing found wrong with a project's journal.

    sequence: of the entry; None where it is no entry's. code: gap, link, hash, head, accounts,
    reversal, balance.
    """

    sequence: int | None
    code: str

    @property
    def message(self) -> str:
        at = {"sequence": self.sequence}
        match self.code:
            case "gap":
                return _("第 %(sequence)s 号分录缺失或次序不连续。") % at
            case "link":
                return _("第 %(sequence)s 号分录的前序哈希与上一笔不符。") % at
            case "hash":
                return _("第 %(sequence)s 号分录的内容与其哈希不符。") % at
            case "head":
                return _("链头与最后一笔分录不符。")
            case "accounts":
                return _("第 %(sequence)s 号分录的借贷科目与业务类型不符。") % at
            case "reversal":
                return _("第 %(sequence)s 号红冲分录与其所冲分录不符。") % at
            case _:
                return _("科目余额与分录合计不符。")


@dataclass(frozen=True, slots=True)
class Checked:
    """A project's journal after the check: how many entries it has, where it ends, what is wrong first."""

    number: str
    entries: int
    head_hash: str
    fault: Fault | None


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check found; projects by number."""

    projects: tuple[Checked, ...]
    guardians: tuple[GuardianFault, ...]

    @property
    def ok(self) -> bool:
        return not self.guardians and all(each.fault is None for each in self.projects)


@dataclass(slots=True)
class _Chain:
    """A project's chain on the way from its genesis to its head, and what is wrong with it first."""

    number: str
    kept_head: tuple[int, str] | None
    hash: bytes
    sequence: int = 0
    fault: Fault | None = None

    def blame(self, sequence: int | None, code: str) -> None:
        """Keep the fault of the lowest entry, or the first of an entry; the journal's own come last."""
        if self.fault is None or (sequence or sys.maxsize) < (self.fault.sequence or sys.maxsize):
            self.fault = Fault(sequence, code)


def verify(projects: Iterable[int] | None = None) -> Verification:
    """Check the journals of these projects (ids; None: all) and what guards them. Writes nothing.

    Reads one snapshot, so others may go on posting. Memory grows with projects and accounts, not
    with entries; queries are constant.
    """
    ids = None if projects is None else list(projects)
    with reading() as cursor:
        guardians = guardian_faults(cursor)
        chains = _chains(cursor, ids)
        groups, kept = _groups(cursor, ids), _kept_balances(cursor, ids)
        reversals = _false_reversals(cursor, ids)
        _follow(cursor, ids, chains)
    for project, sequence in reversals:
        chains[project].blame(sequence, "reversal")
    for project, sequence in _misfits(groups):
        chains[project].blame(sequence, "accounts")
    for chain in chains.values():
        sequence, head = chain.kept_head or (0, genesis(chain.number))
        if sequence > chain.sequence:
            chain.blame(chain.sequence + 1, "gap")
        elif (sequence, head) != (chain.sequence, chain.hash.decode()):
            chain.blame(None, "head")
    for project in _unequal(groups, kept):
        chains[project].blame(None, "balance")
    return Verification(
        tuple(
            Checked(each.number, each.sequence, each.hash.decode(), each.fault)
            for each in sorted(chains.values(), key=lambda chain: chain.number)
        ),
        guardians,
    )


def _within(ids: list[int] | None) -> Composed:
    return SQL("TRUE").format() if ids is None else SQL("e.project_id = ANY({})").format(Literal(ids))


def _chains(cursor: Reader, ids: list[int] | None) -> dict[int, _Chain]:
    cursor.execute(
        "SELECT p.id, p.number, j.sequence, j.head_hash"
        " FROM lifecycle_project p LEFT JOIN finance_journal j ON j.project_id = p.id"
        " WHERE %s::bigint[] IS NULL OR p.id = ANY(%s::bigint[])",
        [ids, ids],
    )
    return {
        project: _Chain(number, None if sequence is None else (sequence, head), genesis(number).encode())
        for project, number, sequence, head in cursor.fetchall()
    }


# Every row as COPY writes it with the separator of the hash: the project, then the very bytes that are
# hashed, then the hash. A text with a line end in it stands between marks, as CSV has quotes.
_SEPARATOR = SEPARATOR.encode()
_MARK = b"\x02"
_MARKED = re.compile(rb"\x02((?:[^\x02]|\x02\x02)*)\x02")
_LAYOUT = r"FORMAT csv, DELIMITER E'\x1f', QUOTE E'\x02', NULL E'\x03'"
_COLUMNS = 18
_CHAINED = """
    SELECT e.project_id, {version}, e.sequence, e.day,
        CASE WHEN date_bin('10 microseconds', e.recorded_at, 'epoch'::timestamptz) <> e.recorded_at
            THEN substr(to_json(e.recorded_at)::text, 2, 32)
            ELSE to_char(e.recorded_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"+08:00"') END,
        e.kind, e.source, e.category, coalesce(d.name, ''), coalesce(c.name, ''), e.amount,
        e.voucher, e.invoice, e.counterparty, e.memo,
        CASE WHEN e.reverses_id IS NULL THEN ''
            ELSE (SELECT o.sequence::text FROM finance_entry o WHERE o.id = e.reverses_id) END,
        e.previous_hash, e.hash
    FROM finance_entry e
    LEFT JOIN finance_account d ON d.id = e.debit_id
    LEFT JOIN finance_account c ON c.id = e.credit_id
    WHERE {wanted}
    ORDER BY e.project_id, e.sequence
"""


def _follow(cursor: Reader, ids: list[int] | None, chains: dict[int, _Chain]) -> None:
    """Follow every chain from its genesis, making each hash anew."""
    query = SQL(_CHAINED).format(version=Literal(VERSION), wanted=_within(ids))
    chain = _Chain("", None, b"")
    sequence, head = 0, b""
    opening, skipped = b"\x00", 0
    with copied(cursor, query, _LAYOUT) as rows:
        for row in rows:
            line = bytes(row)
            sequence += 1
            whole = _MARK not in line
            # At the end stand separator, previous hash (64 signs), separator, hash (64), line end.
            if not (whole and line.startswith(b"%b%d\x1f" % (opening, sequence)) and line[-130:-66] == head):
                if not whole:
                    line = _MARKED.sub(lambda text: text[1].replace(_MARK * 2, _MARK), line)
                    whole = line.count(_SEPARATOR) == _COLUMNS - 1
                if not line.startswith(opening):
                    chain.sequence, chain.hash = sequence - 1, head
                    owner = line.partition(_SEPARATOR)[0]
                    chain = chains[int(owner)]
                    sequence, head = chain.sequence + 1, chain.hash
                    opening, skipped = b"%b\x1f%b\x1f" % (owner, VERSION.encode()), len(owner) + 1
                if not line.startswith(b"%b%d\x1f" % (opening, sequence)):
                    chain.blame(sequence, "gap")
                    sequence = int(line.split(_SEPARATOR, 3)[2])
                if line[-130:-66] != head:
                    chain.blame(sequence, "link")
            head = line[-65:-1]
            if sha256(line[skipped:-66]).hexdigest().encode() != head or not whole:
                chain.blame(sequence, "hash")
    chain.sequence, chain.hash = sequence, head


@dataclass(frozen=True, slots=True)
class _Group:
    """The entries of a project that agree in kind, source, category, direction and accounts."""

    project: int
    first: int
    kind: str
    source: str
    category: str
    reverses: bool
    debit: int
    credit: int
    amount: Decimal
    last_on: date
    debit_account: tuple[Any, ...]
    credit_account: tuple[Any, ...]


def _groups(cursor: Reader, ids: list[int] | None) -> list[_Group]:
    cursor.execute(
        SQL(
            "WITH grouped AS ("
            "  SELECT e.project_id, min(e.sequence), e.kind, e.source, e.category,"
            "    e.reverses_id IS NOT NULL, e.debit_id, e.credit_id, sum(e.amount), max(e.day)"
            "  FROM finance_entry e WHERE {} GROUP BY 1, 3, 4, 5, 6, 7, 8"
            ") SELECT g.*, d.project_id, d.role, d.source, d.category,"
            "   c.project_id, c.role, c.source, c.category"
            " FROM grouped g LEFT JOIN finance_account d ON d.id = g.debit_id"
            " LEFT JOIN finance_account c ON c.id = g.credit_id"
        ).format(_within(ids))
    )
    return [_Group(*(*row[:10], row[10:14], row[14:])) for row in cursor.fetchall()]


def _misfits(groups: Iterable[_Group]) -> Iterator[tuple[int, int]]:
    """Project and first entry of each group whose accounts are not those of its kind."""
    for group in groups:
        source, target = FROM_TO.get(group.kind, (None, None))
        if group.kind == PAYMENT and group.source == PROVINCIAL:
            source = AccountRole.PARK
        credit = (group.project, source, group.source, "")
        debit = (group.project, target, group.source, group.category)
        if group.reverses:
            debit, credit = credit, debit
        if (group.debit_account, group.credit_account) != (debit, credit):
            yield group.project, group.first


def _kept_balances(cursor: Reader, ids: list[int] | None) -> dict[int, tuple[int, Decimal, date | None]]:
    """Project, kept balance and latest day of each account, by id."""
    cursor.execute(
        SQL("SELECT e.id, e.project_id, e.balance, e.last_on FROM finance_account e WHERE {}").format(
            _within(ids)
        )
    )
    return {account: (project, balance, last_on) for account, project, balance, last_on in cursor.fetchall()}


def _unequal(groups: Iterable[_Group], kept: dict[int, tuple[int, Decimal, date | None]]) -> Iterator[int]:
    """The project of each account whose kept balance or latest day is not that of its entries."""
    sums: dict[int, Decimal] = defaultdict(Decimal)
    latest: dict[int, date] = {}
    for group in groups:
        for account, amount in ((group.debit, group.amount), (group.credit, -group.amount)):
            sums[account] += amount
            latest[account] = max(latest.get(account, group.last_on), group.last_on)
    for account, (project, balance, last_on) in kept.items():
        if (sums[account], latest.get(account)) != (balance, last_on):
            yield project


def _false_reversals(cursor: Reader, ids: list[int] | None) -> list[tuple[Any, ...]]:
    """Project and sequence of each reversal that is not the first mirror of an earlier entry."""
    cursor.execute(
        SQL(
            "SELECT e.project_id, e.sequence FROM finance_entry e"
            " LEFT JOIN finance_entry o ON o.id = e.reverses_id AND o.project_id = e.project_id"
            " WHERE e.reverses_id IS NOT NULL AND {} AND ("
            "  (o.debit_id, o.credit_id, o.amount, o.kind, o.source, o.category) IS DISTINCT FROM"
            "  (e.credit_id, e.debit_id, e.amount, e.kind, e.source, e.category)"
            "  OR o.reverses_id IS NOT NULL OR o.day > e.day OR o.sequence >= e.sequence"
            "  OR EXISTS ("
            "    SELECT 1 FROM finance_entry r WHERE r.reverses_id = o.id AND r.sequence < e.sequence))"
        ).format(_within(ids))
    )
    return cursor.fetchall()
