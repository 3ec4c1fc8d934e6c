"""Signs of life: a clock says that it rang, a worker that it hears."""

from __future__ import annotations

from datetime import datetime

from lifecycle.models import Sign, SignKind


def give_sign(kind: SignKind, *, name: str, engine: str, now: datetime) -> None:
    """Say that this clock or worker was alive at `now`; one statement."""
    Sign.objects.bulk_create(
        [Sign(kind=kind, name=name, engine=engine, since=now, seen_at=now)],
        update_conflicts=True,
        unique_fields=["kind", "name"],
        update_fields=["engine", "seen_at"],
    )
