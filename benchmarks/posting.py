"""One entry after another: the whole service beside plain inserts."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import connection, connections
from django.utils import timezone

from benchmarks import others
from benchmarks.measure import Report, in_turn
from benchmarks.place import own_name, plain_connection
from finance.posting import Movement, post_entry
from finance.terms import PROVINCIAL, SPENDING, THREE_CLASSES
from lifecycle.models import Project, ProjectState
from lifecycle.parties.log import OPERATOR_ACTOR

ENTRIES = 400
CLIENTS = 8
OF_A_CLIENT = 150
WARM = 10
"""Entries of each client before the common start: a connection plans its first few statements anew."""
_numbers = count(1)


def measure(report: Report, rounds: int) -> None:
    projects = list(
        Project.objects.filter(
            state=ProjectState.IMPLEMENTING,
            accounts__role="unit",
            accounts__source=PROVINCIAL,
            accounts__balance__gte=1_000,
        ).order_by("pk")[: CLIENTS + 1]
    )
    if len(projects) <= CLIENTS:
        report.note("posting: left out, it takes nine projects in implementation (BENCH_PROJECTS ≥ 100)")
        return
    alone, several = projects[0], projects[1:]
    today = timezone.localdate()
    plain = _Plain(alone.pk)

    def ours() -> float:
        began = time.perf_counter()
        for _ in range(ENTRIES):
            _post(alone, today, f"{next(_numbers)}")
        return time.perf_counter() - began

    def eight(targets: list[Project]) -> Callable[[], float]:
        return lambda: _by_eight(targets, today, OF_A_CLIENT)

    with own_name() as name, others.worker("hordak_yardstick", name) as hordak:
        works: dict[str, Callable[[], float]] = {
            "plain": lambda: plain.post(ENTRIES, today),
            "ours": ours,
            "several": eight(several),
            "one": eight([alone] * CLIENTS),
        }
        if hordak is not None:
            hordak.ask(0)
            works["hordak"] = lambda: hordak.ask(ENTRIES)
        found = in_turn(rounds, **works)
    plain.close()
    rate = {name: ENTRIES / seconds for name, seconds in found.items()}
    rate["several"] = CLIENTS * OF_A_CLIENT / found["several"]
    rate["one"] = CLIENTS * OF_A_CLIENT / found["one"]
    yardstick = "plain psycopg: BEGIN, an entry, two lines, COMMIT; one client"
    report.rates("post one entry, one client", yardstick, rate["plain"], rate["ours"], 1.0)
    if "hordak" in rate:
        report.rates(
            "post one entry, one client",
            "django-hordak 2.0, a transaction and two legs",
            rate["hordak"],
            rate["ours"],
            2.0,
        )
    else:
        report.note(f"posting: django-hordak left out ({others.why_not()})")
    report.rates("eight clients on eight projects", yardstick, rate["plain"], rate["several"], 2.5)
    report.rates("eight clients on one project", yardstick, rate["plain"], rate["one"], 0.8)


def _post(project: Project, today: date, mark: str) -> None:
    post_entry(
        project=project,
        movement=Movement(
            kind=SPENDING,
            source=PROVINCIAL,
            category=THREE_CLASSES[0],
            amount=Decimal("0.01"),
            on=today,
            voucher=f"测-{mark}",
            invoice=f"P{project.pk}-{mark}",
            counterparty="精密仪器厂",
            memo="采购样机部件",
        ),
        key=f"bench:{mark}",
        actor=OPERATOR_ACTOR,
        today=today,
    )


def _by_eight(targets: list[Project], today: date, entries: int) -> float:
    """Seconds from the common start of eight processes until the last has posted its entries."""
    context = multiprocessing.get_context("fork")
    started = context.Barrier(len(targets) + 1)
    ends = context.SimpleQueue()
    base = next(_numbers)
    connections.close_all()
    clients = [
        context.Process(target=_client, args=(target, today, entries, f"{base}-{place}", started, ends))
        for place, target in enumerate(targets)
    ]
    for client in clients:
        client.start()
    started.wait(60)
    began = time.perf_counter()
    for client in clients:
        client.join()
    if any(client.exitcode for client in clients):
        raise RuntimeError("a client failed to post")
    # The clock is the same in every process; what a client needs to leave is not counted.
    last: float = max(ends.get() for _ in clients)
    return last - began


def _client(project: Project, today: date, entries: int, mark: str, started: Any, ends: Any) -> None:
    try:
        for number in range(WARM):
            _post(project, today, f"{mark}-warm-{number}")
        started.wait(60)
    except BaseException:
        started.abort()
        raise
    for number in range(entries):
        _post(project, today, f"{mark}-{number}")
    ends.put(time.perf_counter())
    connection.close()


class _Plain:
    """The yardstick: four statements on plain tables, prepared by psycopg as it does by itself."""

    def __init__(self, project_id: int) -> None:
        self._connection = plain_connection()
        self._project_id = project_id
        rows = self._connection.execute(
            "SELECT id FROM yard.account WHERE project_id = %s ORDER BY id LIMIT 2", [project_id]
        ).fetchall()
        self._debit, self._credit = rows[0][0], rows[1][0]
        self._sequence = 0

    def post(self, entries: int, today: date) -> float:
        at = datetime.now().astimezone()
        cursor = self._connection.cursor()
        began = time.perf_counter()
        for _ in range(entries):
            self._sequence += 1
            mark = str(self._sequence)
            cursor.execute("BEGIN")
            cursor.execute(
                "INSERT INTO yard.entry (project_id, sequence, day, recorded_at, kind, source, category, voucher,"
                " invoice, counterparty, memo, previous_hash, hash, key, origin, recorded_by, recorder_name)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'live', NULL, 'operator')"
                " RETURNING id",
                [
                    self._project_id, self._sequence, today, at, SPENDING, PROVINCIAL, THREE_CLASSES[0],
                    f"测-{mark}", f"P{mark}", "精密仪器厂", "采购样机部件", "0" * 64, "1" * 64, f"bench:{mark}",
                ],
            )  # fmt: skip
            row = cursor.fetchone()
            assert row is not None
            amount = Decimal("0.01")
            cursor.execute(
                "INSERT INTO yard.line (entry_id, account_id, debit, credit)"
                " VALUES (%s, %s, %s, 0), (%s, %s, 0, %s)",
                [row[0], self._debit, amount, row[0], self._credit, amount],
            )
            cursor.execute("COMMIT")
        return time.perf_counter() - began

    def close(self) -> None:
        self._connection.close()
