"""Writing the log of who did what from where."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models.functions import Now

from lifecycle.parties.models import Person, SecurityEvent


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, from where, and in which role where that is known. `person` None is the operator at the
    command line.
    """

    person: Person | None = None
    address: str = ""
    role: str = ""

    @property
    def name(self) -> str:
        return self.person.username if self.person else "operator"

    @property
    def pk(self) -> int | None:
        return self.person.pk if self.person else None


OPERATOR_ACTOR = Actor(None, "console")


@contextmanager
def attributed_to(actor: Actor) -> Iterator[None]:
    """Facts changed inside carry the actor's name in their history.

    The name is a setting of the database session, so that triggers can read it; it is taken back
    at the end, since the connection goes on to serve others.
    """
    _name_actor(actor.name)
    try:
        yield
    finally:
        # In a transaction about to be rolled back the setting goes with it; a closed connection has none.
        if connection.connection is not None and not (
            connection.in_atomic_block and connection.needs_rollback
        ):
            _name_actor("")


def _name_actor(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pilot.actor', %s, false)", [name])


def record(actor: Actor, act: str, *, at: datetime | None = None, subject: str = "", **details: Any) -> None:
    """Append one line to the log, in the transaction of the act itself; `at` None is the database's clock."""
    SecurityEvent.objects.create(
        at=at or Now(),
        actor_id=actor.pk,
        actor_name=actor.name,
        address=actor.address,
        act=act,
        subject=subject[:200],
        details=details,
    )
