"""Many entries at once: checked, chained and with balances, beside COPY of rows that are ready."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from functools import partial
from itertools import count

from django.db import connection, transaction
from django.utils import timezone

from benchmarks.measure import Report, in_turn, peak_growth
from finance.bulk import post_many
from finance.posting import Movement
from finance.terms import FISCAL, SPENDING, THREE_CLASSES
from lifecycle.models import Project
from lifecycle.parties.log import OPERATOR_ACTOR

PROJECTS = 100
OF_EACH = 260
_numbers = count(1)

_COLUMNS = (
    "project_id, sequence, day, recorded_at, kind, source, category, debit_id, credit_id, amount, voucher,"
    " invoice, counterparty, memo, previous_hash, hash, origin, recorded_by, recorder_name"
)


class _TakenBack(Exception):
    pass


def measure(report: Report, rounds: int) -> None:
    ids = list(Project.objects.order_by("-pk").values_list("pk", flat=True)[:PROJECTS])
    entries = len(ids) * OF_EACH

    def ours() -> float:
        rows = list(_movements(ids, OF_EACH))
        began = time.perf_counter()
        post_many(rows, actor=OPERATOR_ACTOR)
        return time.perf_counter() - began

    def same_tables() -> float:
        return _copy(f"finance_entry ({_COLUMNS})", ready[-1])

    def bare_table() -> float:
        return _copy(f"yard.bare_entry ({_COLUMNS})", ready[-1])

    def classical() -> float:
        return _copy_classical(ready[-1], entries)

    ready: list[bytes] = []

    def make_ready() -> float:
        ready[:] = [_ready_rows(ids)]
        return 0.0

    found = in_turn(
        rounds, ready=make_ready, bare=bare_table, classical=classical, same=same_tables, ours=ours
    )
    work = f"import {entries:,} entries"
    report.times(work, "COPY of the ready rows into the same tables", found["same"], found["ours"], 1.5)
    report.times(
        work,
        "COPY of the ready rows into our journal bare of its trigger",
        found["bare"],
        found["ours"],
        None,
    )
    report.times(
        work,
        "COPY into plain entries and two lines each, foreign keys kept",
        found["classical"],
        found["ours"],
        1.5,
    )
    report.note(f"import: ours {entries / found['ours']:,.0f} entries/s")
    growth = [
        peak_growth(partial(post_many, _movements(ids, OF_EACH * times), actor=OPERATOR_ACTOR))
        for times in (1, 4)
    ]
    if growth[0] is not None and growth[1] is not None:
        report.note(
            f"import: memory grows by {growth[0]:.0f} MB for {entries:,} entries, {growth[1]:.0f} MB for {4 * entries:,}"
        )


def _movements(ids: list[int], of_each: int) -> Iterator[tuple[int, Movement]]:
    """As a workbook has them: spending, project by project, with vouchers and invoices never seen before."""
    return _movements_of_run(next(_numbers), ids, of_each)


def _movements_of_run(run: int, ids: list[int], of_each: int) -> Iterator[tuple[int, Movement]]:
    today = timezone.localdate()
    for project_id in ids:
        for number in range(of_each):
            yield (
                project_id,
                Movement(
                    kind=SPENDING,
                    source=FISCAL[number % 2],
                    category=THREE_CLASSES[number % 3],
                    amount=Decimal(number + 1) / 100,
                    on=today - timedelta(days=number % 300),
                    voucher=f"批-{run}-{number}",
                    invoice=f"B{run:04}{project_id:08}{number:06}",
                    counterparty="精密仪器厂",
                    memo="采购样机部件",
                ),
            )


def _ready_rows(ids: list[int]) -> bytes:
    """The rows as our own import would write them next, in COPY's format."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(max(id), 0) FROM finance_entry")
            last = cursor.fetchone()[0]
            post_many(_movements(ids, OF_EACH), actor=OPERATOR_ACTOR)
            with cursor.copy(
                f"COPY (SELECT {_COLUMNS} FROM finance_entry WHERE id > {last} ORDER BY id) TO STDOUT"
            ) as copy:
                raise _TakenBack(b"".join(copy))
    except _TakenBack as rows:
        found: bytes = rows.args[0]
        return found


def _copy(target: str, rows: bytes) -> float:
    began = time.perf_counter()
    with (
        transaction.atomic(),
        connection.cursor() as cursor,
        cursor.copy(f"COPY {target} FROM STDIN") as copy,
    ):
        _send(copy, rows)
    return time.perf_counter() - began


def _copy_classical(rows: bytes, entries: int) -> float:
    """Ids are dealt out beforehand, since whoever copies lines has to know those of the entries."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('yard.entry', 'id'),"
            " nextval(pg_get_serial_sequence('yard.entry', 'id')) + %s)",
            [entries + 1],
        )
        first = cursor.fetchone()[0] - entries
    run = next(_numbers)
    entry_rows, line_rows = bytearray(), bytearray()
    for number, line in enumerate(rows.rstrip(b"\n").split(b"\n")):
        f = line.decode().split("\t")
        entry_id = first + number
        # A sequence of the run's own: ours has moved on in between.
        entry_rows += (
            f"{entry_id}\t{f[0]}\t{-run * 1_000_000 - number}\t"
            + "\t".join((*f[2:7], *f[10:16], *f[16:])) + "\n"
        ).encode()  # fmt: skip
        line_rows += f"{entry_id}\t{f[7]}\t{f[9]}\t0\n{entry_id}\t{f[8]}\t0\t{f[9]}\n".encode()
    began = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        with cursor.copy(
            "COPY yard.entry (id, project_id, sequence, day, recorded_at, kind, source, category, voucher, invoice,"
            " counterparty, memo, previous_hash, hash, origin, recorded_by, recorder_name) FROM STDIN"
        ) as copy:
            _send(copy, bytes(entry_rows))
        with cursor.copy("COPY yard.line (entry_id, account_id, debit, credit) FROM STDIN") as copy:
            _send(copy, bytes(line_rows))
    return time.perf_counter() - began


def _send(copy: object, rows: bytes) -> None:
    for at in range(0, len(rows), 256 * 1024):
        copy.write(rows[at : at + 256 * 1024])  # type: ignore[attr-defined]
