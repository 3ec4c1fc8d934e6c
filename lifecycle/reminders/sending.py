"""A round: what is due is claimed and told to whom it concerns, in one transaction of a few statements.

Only bells ring here; mails and calls wait as deliveries for who carries them out.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from lifecycle.calendar import Calendar, in_working_hours
from lifecycle.models import Delivery, Message, Project, Way
from lifecycle.reading import fetch
from lifecycle.reminders.planning import planned
from lifecycle.reminders.recipients import RECIPIENTS, Recipient, kind_parameters


@dataclass(frozen=True, slots=True)
class Round:
    """What one round came to, in messages. planned: put on the plan, or moved on it. sent: in this round.

    skipped: due, but held back, of each matter and organisation one: no working time, a reply pending above, nobody
    to tell. overdue: open matters whose due day is past.
    """

    planned: int
    sent: int
    skipped: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a round would come to. messages: those it would send, by send day and id, with whom each would reach.

    is_working_time: whether it would send at all.
    """

    round: Round
    is_working_time: bool
    messages: list[tuple[Message, list[Recipient]]]


def send_round(*, now: datetime) -> Round:
    """Plan what is stale, then send what is due if it is a working day and working hours.

    The same round again sends nothing; two at once send each message once, and neither waits for the other's
    messages. Of the steps of a matter that have come only the latest is sent to an organisation, the earlier
    are overtaken by it. A message that reaches nobody is not sent and waits until it would.
    """
    on = _day(now)
    fresh = planned(Project.objects.all(), on=on, now=now)
    sent = len(_send(on=on, now=now)) if is_working_time(now) else 0
    skipped, overdue = _left(on=on)
    return Round(fresh.messages, sent, skipped, overdue)


def rehearse(now: datetime) -> Rehearsal:
    """What the round of `now`, also one to come, would send and to whom as things stand; nothing is kept of it."""
    on = _day(now)
    with _taken_back():
        fresh = planned(Project.objects.all(), on=on, now=now)
        is_working = is_working_time(now)
        sent = _send(on=on, now=now) if is_working else []
        skipped, overdue = _left(on=on)
        messages = list(with_matters(Message.objects.filter(pk__in=sent)).order_by("send_on", "pk"))
        told = _told(sent)
    return Rehearsal(
        Round(fresh.messages, len(sent), skipped, overdue),
        is_working,
        [(message, told[message.pk]) for message in messages],
    )


def is_working_time(now: datetime) -> bool:
    """Whether messages go out at this instant: a working day, in working hours."""
    on = _day(now)
    return in_working_hours(now) and Calendar.load(on, on).is_working_day(on)


def with_matters(messages: QuerySet[Message]) -> QuerySet[Message]:
    """With all that is needed to show a message: organisation, matter, project and its parties."""
    return messages.select_related(
        "organisation",
        "matter__responsible",
        "matter__waits_for",
        "matter__project__unit",
        "matter__project__cluster__park__parent",
    )


def _day(now: datetime) -> date:
    return timezone.localdate(now, timezone.get_default_timezone())


@contextmanager
def _taken_back() -> Iterator[None]:
    """A transaction that is rolled back whatever happens in it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@transaction.atomic
def _send(*, on: date, now: datetime) -> list[int]:
    """Claim and tell; ids of the messages sent.

    Messages that another transaction holds are left to it. Conditional in the claim itself: whatever was
    planned when this looked is sent only if it still is.
    """
    due = fetch(
        """
        SELECT g.id, g.matter_id, g.organisation_id FROM lifecycle_message g
        WHERE g.state = 'planned' AND g.send_on <= %(on)s
            AND (SELECT m.state FROM lifecycle_matter m WHERE m.id = g.matter_id) = 'open'
        ORDER BY g.matter_id, g.organisation_id, g.step
        FOR NO KEY UPDATE OF g SKIP LOCKED
        """,
        {"on": on},
    )
    if not due:
        return []
    latest = {(matter, organisation): message for message, matter, organisation in due}
    earlier = {
        message: latest[matter, organisation]
        for message, matter, organisation in due
        if latest[matter, organisation] != message
    }
    # As lists, since of lists the planner knows how long they are. After a large planning it expects next to no
    # message to be due, and would look through all of them for each; above it has no choice but the key.
    rows = fetch(
        f"""
        WITH telling AS MATERIALIZED (
            SELECT * FROM unnest(%(messages)s::bigint[], %(matters)s::bigint[], %(organisations)s::bigint[])
                AS t (message_id, matter_id, organisation_id)
        ),
        {RECIPIENTS},
        claimed AS (
            UPDATE lifecycle_message g SET state = 'sent', sent_at = %(now)s
            WHERE g.id IN (SELECT message_id FROM recipients) AND g.state = 'planned'
            RETURNING g.id
        ),
        overtaken AS (
            UPDATE lifecycle_message g SET state = 'overtaken', ended_at = %(now)s
            FROM unnest(%(earlier)s::bigint[], %(later)s::bigint[]) AS e (id, later)
            JOIN claimed c ON c.id = e.later
            WHERE g.id = e.id AND g.state = 'planned'
        ),
        told AS (
            INSERT INTO lifecycle_delivery (message_id, way, person_id, webhook_id, made_at)
            SELECT r.message_id, r.way, r.person_id, r.webhook_id, %(now)s
            FROM recipients r JOIN claimed c ON c.id = r.message_id
        )
        SELECT id FROM claimed
        """,
        {
            "now": now,
            "messages": list(latest.values()),
            "matters": [matter for matter, _ in latest],
            "organisations": [organisation for _, organisation in latest],
            "earlier": list(earlier),
            "later": list(earlier.values()),
            **kind_parameters(),
        },
    )
    return [row[0] for row in rows]


def _left(*, on: date) -> tuple[int, int]:
    """(messages that are due and held back, one of each matter and organisation; open matters past due)."""
    rows = fetch(
        """
        SELECT
            (SELECT count(DISTINCT (g.matter_id, g.organisation_id)) FROM lifecycle_message g
                WHERE g.state = 'planned' AND g.send_on <= %(on)s),
            (SELECT count(*) FROM lifecycle_matter m WHERE m.state = 'open' AND m.due_on < %(on)s)
        """,
        {"on": on},
    )
    return int(rows[0][0]), int(rows[0][1])


def _told(messages: list[int]) -> dict[int, list[Recipient]]:
    """Whom the messages were sent to, by message."""
    found: dict[int, list[Recipient]] = {pk: [] for pk in messages}
    deliveries = Delivery.objects.filter(message__in=messages).select_related("person", "webhook")
    for each in deliveries.order_by("message", "way", "pk"):
        name = str(each.person or each.webhook)
        found[each.message_id].append(Recipient(Way(each.way), each.person_id, each.webhook_id, name))
    return found
