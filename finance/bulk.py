"""The door to the journal for workbooks: many movements, recorded as they happened.

Chained here and streamed by COPY into the journal, whose trigger holds every entry against the
chain, the accounts and the hash as it does for one, and moves heads and balances with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import IntegrityError, connection, transaction

from finance.chain import digest, instant
from finance.models import Origin
from finance.posting import Movement
from lifecycle.parties.log import Actor

AT_ONCE = 10_000
"""Movements held in memory, and written by one COPY."""

AccountKey = tuple[int, str, str, str]


@dataclass(slots=True)
class _Head:
    """Where a project's chain stands."""

    sequence: int
    hash: str


def post_many(
    rows: Iterable[tuple[int, Movement]],
    *,
    actor: Actor,
    recorded_at: datetime | None = None,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Append movements in the order given, even where a balance falls below zero.

    rows: (project id, movement); their shape has been checked (`posting.check_shape`) and none of
    them stands in the journal. `recorded_at` None takes the database's clock. Memory is flat, the
    cost linear in the rows. `progress` hears the count written so far, every AT_ONCE rows. Answers
    the number of entries written; all or none are. Journals touched stay locked to the end.

    Raises:
        IntegrityError: a movement stands in the journal already, or came twice.
    """
    source = iter(rows)
    heads: dict[int, _Head] = {}
    accounts: dict[AccountKey, tuple[int, str, int, str]] = {}
    written = 0
    with transaction.atomic():
        while chunk := list(islice(source, AT_ONCE)):
            _open(heads, {project_id for project_id, _movement in chunk})
            _find_accounts(accounts, {(p, m.kind, m.source, m.category) for p, m in chunk})
            if recorded_at is None:
                recorded_at = _database_clock()
            _touch_sharers([m.invoice for _project, m in chunk if m.invoice])
            _copy(_entries(chunk, heads, accounts, actor=actor, recorded_at=recorded_at))
            written += len(chunk)
            if progress is not None:
                progress(written)
        _refuse_doubles(list(heads))
    return written


def _open(heads: dict[int, _Head], projects: set[int]) -> None:
    """Lock the journals of the projects that are new to us, in order, and learn where they stand."""
    fresh = sorted(projects - heads.keys())
    if not fresh:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO finance_journal (project_id, sequence, head_hash)"
            " SELECT id, 0, finance_genesis(number) FROM lifecycle_project WHERE id = ANY(%s) ORDER BY id"
            " FOR KEY SHARE ON CONFLICT DO NOTHING",
            [fresh],
        )
        cursor.execute(
            "SELECT project_id, sequence, head_hash FROM finance_journal WHERE project_id = ANY(%s)"
            " ORDER BY project_id FOR NO KEY UPDATE",
            [fresh],
        )
        for project_id, sequence, head_hash in cursor:
            heads[project_id] = _Head(sequence, head_hash)


def _find_accounts(accounts: dict[AccountKey, tuple[int, str, int, str]], wanted: set[AccountKey]) -> None:
    """Learn the accounts that the movements go between, opening those that are not there yet.

    accounts: (project, kind, source, category) -> debit id and name, credit id and name.
    """
    fresh = sorted(wanted - accounts.keys())
    if not fresh:
        return
    columns = [list(column) for column in zip(*fresh, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO finance_account (project_id, role, source, category, name, balance)
            SELECT project_id, role, source, category, finance_account_name(role, source, category), 0
            FROM (
                SELECT project_id, finance_debit_role(kind) AS role, source, category
                FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) w (project_id, kind, source, category)
                UNION
                SELECT project_id, finance_credit_role(kind, source), source, ''
                FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) w (project_id, kind, source, category)
            ) wanted
            ORDER BY 1, 2, 3, 4
            ON CONFLICT DO NOTHING
            """,
            columns * 2,
        )
        cursor.execute(
            """
            SELECT w.project_id, w.kind, w.source, w.category, d.id, d.name, c.id, c.name
            FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) w (project_id, kind, source, category)
            JOIN finance_account d ON d.project_id = w.project_id AND d.role = finance_debit_role(w.kind)
                AND d.source = w.source AND d.category = w.category
            JOIN finance_account c ON c.project_id = w.project_id
                AND c.role = finance_credit_role(w.kind, w.source) AND c.source = w.source AND c.category = ''
            """,
            columns,
        )
        for project_id, kind, source, category, *sides in cursor:
            accounts[project_id, kind, source, category] = tuple(sides)


def _database_clock() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        at: datetime = cursor.fetchone()[0]
    return at


def _entries(
    chunk: list[tuple[int, Movement]],
    heads: dict[int, _Head],
    accounts: dict[AccountKey, tuple[int, str, int, str]],
    *,
    actor: Actor,
    recorded_at: datetime,
) -> Iterator[tuple[Any, ...]]:
    """The rows of the journal, each chained to the one before it in its project."""
    shown_at = instant(recorded_at)
    for project_id, m in chunk:
        head = heads[project_id]
        debit_id, debit, credit_id, credit = accounts[project_id, m.kind, m.source, m.category]
        sequence = head.sequence + 1
        day = m.on.isoformat()
        amount = f"{m.amount:.2f}"
        mark = digest(
            (
                str(sequence),
                day,
                shown_at,
                m.kind,
                m.source,
                m.category,
                debit,
                credit,
                amount,
                m.voucher,
                m.invoice,
                m.counterparty,
                m.memo,
                "",
            ),
            head.hash,
        )
        yield (
            project_id,
            sequence,
            day,
            shown_at,
            m.kind,
            m.source,
            m.category,
            debit_id,
            credit_id,
            amount,
            m.voucher,
            m.invoice,
            m.counterparty,
            m.memo,
            head.hash,
            mark,
            Origin.IMPORTED.value,
            actor.pk,
            actor.name,
        )
        head.sequence = sequence
        head.hash = mark


def _copy(entries: Iterable[tuple[Any, ...]]) -> None:
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(
            "COPY finance_entry (project_id, sequence, day, recorded_at, kind, source, category, debit_id, credit_id,"
            " amount, voucher, invoice, counterparty, memo, previous_hash, hash, origin, recorded_by, recorder_name)"
            " FROM STDIN"
        ) as copy,
    ):
        for entry in entries:
            copy.write_row(entry)


def _refuse_doubles(projects: list[int]) -> None:
    """The key of WORKBOOK.md is unique among entries that are not reversed."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT min(e.voucher) FROM finance_entry e
            WHERE e.project_id = ANY(%s) AND e.reverses_id IS NULL
                AND NOT EXISTS (SELECT 1 FROM finance_entry r WHERE r.reverses_id = e.id)
            GROUP BY e.project_id, e.voucher, e.kind, e.source, e.category, e.invoice
            HAVING count(*) > 1
            LIMIT 1
            """,
            [projects],
        )
        if double := cursor.fetchone():
            raise IntegrityError(f"journal: movement {double[0]} is in the journal already, or came twice")


def _touch_sharers(invoices: list[str]) -> None:
    """Projects that carry one of the invoices already: their FIN-11 may change."""
    if invoices:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE lifecycle_projectstamp SET stamp = stamp + 1 WHERE project_id IN"
                " (SELECT project_id FROM finance_entry WHERE invoice = ANY(%s) AND invoice <> '')",
                [invoices],
            )
