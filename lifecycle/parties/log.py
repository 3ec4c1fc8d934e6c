"""Writing the log of who did what from where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lifecycle.parties.models import Person, SecurityEvent


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and from where. `person` None is the operator at the command line."""

    person: Person | None = None
    address: str = ""

    @property
    def name(self) -> str:
        return self.person.username if self.person else "operator"

    @property
    def pk(self) -> int | None:
        return self.person.pk if self.person else None


OPERATOR_ACTOR = Actor(None, "console")


def record(actor: Actor, act: str, *, at: datetime, subject: str = "", **details: Any) -> None:
    """Append one line to the log, in the transaction of the act itself."""
    SecurityEvent.objects.create(
        at=at,
        actor_id=actor.pk,
        actor_name=actor.name,
        address=actor.address,
        act=act,
        subject=subject[:200],
        details=details,
    )
