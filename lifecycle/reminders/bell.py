"""What the bell in the frame of every page says: how much was said and not seen, and how much is late. One query."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import connection

from lifecycle.parties.models import Person


@dataclass(frozen=True, slots=True)
class Bell:
    """unseen: messages in the person's list that they did not see and whose matter is not done; late: matters that
    their organisations should have done by now."""

    unseen: int = 0
    late: int = 0


_COUNTS = """
SELECT (SELECT count(*) FROM lifecycle_delivery
        WHERE person_id = %s AND way = 'bell' AND seen_at IS NULL AND done_at IS NULL),
       (SELECT count(*) FROM lifecycle_matter
        WHERE responsible_id = ANY(%s) AND state = 'open' AND due_on < %s)
"""


def bell_of(person: Person, organisations: Collection[int], on: date) -> Bell:
    """The counts of a person who acts for these organisations, as of the last planning; each by an index of its own."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, [person.pk, list(organisations), on])
        unseen, late = cursor.fetchone()
    return Bell(unseen, late)
