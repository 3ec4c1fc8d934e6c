"""Who of an organisation is told of a message, and by which ways: one rule in SQL, for sending and for foretelling alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lifecycle.models import Way
from lifecycle.reading import fetch
from lifecycle.reminders.kinds import kinds

RECIPIENTS = """
    said AS MATERIALIZED (
        SELECT k.kind, coalesce(s.is_binding, k.is_binding) AS is_binding, coalesce(s.is_urgent, k.is_urgent) AS is_urgent
        FROM unnest(%(kinds)s::text[], %(binding)s::boolean[], %(urgent)s::boolean[]) AS k (kind, is_binding, is_urgent)
        LEFT JOIN lifecycle_kindsetting s ON s.kind = k.kind
    ),
    members AS MATERIALIZED (
        SELECT DISTINCT b.organisation_id, b.person_id
        FROM parties_membership b
        JOIN parties_organisation o ON o.id = b.organisation_id AND o.kind = b.role
        JOIN parties_person p ON p.id = b.person_id AND p.is_active
        WHERE b.organisation_id IN (SELECT organisation_id FROM telling)
    ),
    people AS MATERIALIZED (
        SELECT t.message_id, b.person_id, p.email <> '' AND CASE
            WHEN coalesce(r.by_mail, true) THEN true ELSE s.is_urgent AND r.urgent_at_once END AS by_mail
        FROM telling t
        JOIN lifecycle_matter m ON m.id = t.matter_id
        JOIN said s ON s.kind = m.kind
        LEFT JOIN (
            SELECT c.project_id, c.organisation_id, c.person_id
            FROM lifecycle_caretaker c JOIN members USING (organisation_id, person_id)
        ) c ON c.project_id = m.project_id AND c.organisation_id = t.organisation_id
        JOIN members b ON b.organisation_id = t.organisation_id AND b.person_id = coalesce(c.person_id, b.person_id)
        JOIN parties_person p ON p.id = b.person_id
        LEFT JOIN lifecycle_preference r ON r.person_id = b.person_id
        WHERE s.is_binding OR NOT coalesce(r.muted, '[]') @> to_jsonb(m.kind)
    ),
    recipients AS MATERIALIZED (
        SELECT message_id, 'bell' AS way, person_id, NULL::bigint AS webhook_id FROM people
        UNION ALL SELECT message_id, 'mail', person_id, NULL FROM people WHERE by_mail
        UNION ALL
        SELECT t.message_id, 'webhook', NULL, w.id
        FROM telling t JOIN lifecycle_webhook w ON w.organisation_id = t.organisation_id AND w.is_active
    )
"""
"""CTEs that end in `recipients (message_id, way, person_id, webhook_id)`, after one of the messages to be told:
`telling (message_id, matter_id, organisation_id)`.

People act for the organisation in the role of its kind and are switched on; only the caretaker of the project
there, as long as that is one of them. Muted kinds are left out unless binding. Mail goes to who has an address
and wants it, all of it or what is urgent.
"""


def kind_parameters() -> dict[str, Any]:
    """What RECIPIENTS needs to know of the kinds."""
    known = kinds().values()
    return {
        "kinds": [kind.code for kind in known],
        "binding": [kind.is_binding for kind in known],
        "urgent": [kind.is_urgent for kind in known],
    }


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person or webhook that a message reaches or would reach. name: of the person, or of the webhook."""

    way: Way
    person: int | None
    webhook: int | None
    name: str


def recipients_of(messages: Iterable[int]) -> dict[int, list[Recipient]]:
    """Whom each message would reach if it went out now, by its id, in order of way and name; one query.

    A message that would reach nobody is left out.
    """
    rows = fetch(
        f"""
        WITH telling AS MATERIALIZED (
            SELECT id AS message_id, matter_id, organisation_id FROM lifecycle_message
            WHERE id = ANY(%(messages)s::bigint[])
        ), {RECIPIENTS}
        SELECT r.message_id, r.way, r.person_id, r.webhook_id,
            coalesce(nullif(p.full_name, ''), p.username, w.name)
        FROM recipients r
        LEFT JOIN parties_person p ON p.id = r.person_id
        LEFT JOIN lifecycle_webhook w ON w.id = r.webhook_id
        ORDER BY r.message_id, r.way, 5, r.person_id, r.webhook_id
        """,
        {"messages": list(messages), **kind_parameters()},
    )
    found: dict[int, list[Recipient]] = {}
    for message, way, person, webhook, name in rows:
        found.setdefault(message, []).append(Recipient(Way(way), person, webhook, name))
    return found
