"""Long reads of the books: a connection of their own, one snapshot, rows as they come.

An export or a check walks through a million entries while others post. It must see one state of the
books, keep no more than a few rows in memory, and leave nothing behind when the reader walks away.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from psycopg import Cursor
from psycopg.abc import Buffer
from psycopg.sql import SQL, Composable

PIECE = 64 * 1024
"""Bytes that a stream hands on at once."""

Reader = Cursor[tuple[Any, ...]]


@contextmanager
def reading() -> Iterator[Reader]:
    """A read-only cursor on one snapshot of the database, days and instants written in ISO, Shanghai time.

    The connection is the reader's own, so that a download may be given up, or closed by another
    thread, without a trace on the connection of the request. Inside a transaction its connection is
    shared instead, since what it wrote is to be read too.
    """
    shared = connection.in_atomic_block
    wrapper = connection if shared else connection.copy()
    if not shared:
        wrapper.inc_thread_sharing()
    try:
        wrapper.ensure_connection()
        raw = wrapper.connection
        # Rolled back in any case: nothing was written, and the settings go with it.
        with raw.transaction(force_rollback=True), raw.cursor() as cursor:
            if not shared:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute(
                "SELECT set_config('TimeZone', 'Asia/Shanghai', true),"
                " set_config('DateStyle', 'ISO, YMD', true)"
            )
            yield cursor
    finally:
        if not shared:
            wrapper.close()


@contextmanager
def copied(cursor: Reader, query: Composable, layout: str) -> Iterator[Iterator[Buffer]]:
    """The rows of `query` as COPY writes them in `layout`, each with its newline.

    Left early, it is cancelled.

    PostgreSQL sends one message a row, so a newline inside a text never divides it. The query's order
    must be that of an index: sorts and hash joins are put off, so that the first row comes at once
    and the memory of neither side grows with the rows.
    """
    cursor.execute(
        "SELECT set_config(name, value, true) FROM (VALUES ('enable_sort', 'off'),"
        " ('enable_hashjoin', 'off'), ('enable_mergejoin', 'off'),"
        " ('max_parallel_workers_per_gather', '0'), ('jit', 'off')) wanted (name, value)"
    )
    with cursor.copy(SQL("COPY ({}) TO STDOUT ({})").format(query, SQL(layout))) as copy:  # type: ignore[arg-type]
        yield iter(copy)
