"""Signs of life: a clock says that it rang, a worker that it hears."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from lifecycle.models import SignKind

FRESH = timedelta(seconds=10)
"""A sign so young is good enough: a busy worker does not write one for every run."""


def give_sign(kind: SignKind, *, name: str, engine: str, now: datetime) -> None:
    """Say that this clock or worker was alive at `now`; one statement, which writes nothing after a fresh sign."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO lifecycle_sign (kind, name, engine, since, seen_at)
            SELECT %(kind)s, %(name)s, %(engine)s, %(now)s, %(now)s
            WHERE NOT EXISTS (
                SELECT FROM lifecycle_sign
                WHERE kind = %(kind)s AND name = %(name)s AND engine = %(engine)s
                    AND seen_at > %(fresh)s AND seen_at <= %(now)s)
            ON CONFLICT (kind, name) DO UPDATE SET engine = excluded.engine, seen_at = excluded.seen_at
            """,
            {"kind": kind, "name": name, "engine": engine, "now": now, "fresh": now - FRESH},
        )
