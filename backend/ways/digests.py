"""Puts what waits for mail and webhooks together: one mail a person a day, urgent ones by themselves, one call a webhook.

A delivery that waits has no digest. Each statement here works on all of them at once, under one lock, so that two
who gather at the same time put nothing together twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from lifecycle.models import JobRun, JobState, MatterState, Message, MessageState
from lifecycle.parties.models import Membership
from lifecycle.reminders.settings import settings

CALL_MOST = 500
"""How many messages one call of a webhook carries; the others wait for the next."""

ROUND = "reminders.round"
"""The job that sends messages to where they wait for a mail."""

PATIENCE = time(11, 0)
"""Until when the mail of the day waits for messages of the day that are still to be sent."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """How many digests were made, and how many deliveries were dropped since nobody is to be told any more."""

    urgent: int
    ordinary: int
    calls: int
    dropped: int


def gather(*, now: datetime, by_mail: bool) -> Gathered:
    """Make the digests that may go out now; to be called on working days in working hours.

    by_mail: whether there is a mail server; without one what is for mail goes on waiting, and is told in one mail
    later. The mail of the day is made once, from the person's own hour on. Dropped is mail to people who are
    switched off, have no address, take no mail or left the organisation, and of matters that are done by now.
    The same number of statements whatever waits.
    """
    local = timezone.localtime(now, timezone.get_default_timezone())
    values: dict[str, Any] = {
        "now": now,
        "on": local.date(),
        "hour": local.hour,
        "urgent": [code for code, setting in settings().items() if setting.is_urgent],
        "most": CALL_MOST,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('gather digests', 0))")
        dropped = urgent = ordinary = 0
        if by_mail:
            dropped = _count(cursor, _DROP, values)
            urgent = _count(cursor, _URGENT, values)
            if local.time() >= PATIENCE or not _is_round_open(values["on"], now):
                ordinary = _count(cursor, _ORDINARY, values)
        calls = _count(cursor, _CALLS, values)
    return Gathered(urgent, ordinary, calls, dropped)


def _is_round_open(on: date, now: datetime) -> bool:
    """Whether messages of the day, or of days before, are still to be sent: a mail now would come without them.

    Not so once a round of the day is over, for what it left reaches nobody; nor where there is nobody to reach.
    """
    midnight = timezone.localtime(now, timezone.get_default_timezone()).replace(hour=0, minute=0, second=0)
    somebody = Membership.objects.filter(
        organisation=OuterRef("organisation"), role=OuterRef("organisation__kind"), person__is_active=True
    )
    is_left = Message.objects.filter(
        Exists(somebody), state=MessageState.PLANNED, send_on__lte=on, matter__state=MatterState.OPEN
    )
    rounds = JobRun.objects.filter(job=ROUND, state=JobState.DONE, started_at__gte=midnight)
    return is_left.exists() and not rounds.exists()


def _count(cursor: Any, sql: str, values: dict[str, Any]) -> int:
    cursor.execute(sql, values)
    return int(cursor.fetchone()[0])


_DROP = """
WITH dropped AS (
    DELETE FROM lifecycle_delivery delivery
    USING lifecycle_message message
    JOIN lifecycle_matter matter ON matter.id = message.matter_id
    JOIN parties_organisation organisation ON organisation.id = message.organisation_id,
        parties_person person
    LEFT JOIN lifecycle_preference preference ON preference.person_id = person.id
    WHERE delivery.digest_id IS NULL AND delivery.way = 'mail'
      AND message.id = delivery.message_id AND person.id = delivery.person_id
      AND (
        NOT person.is_active OR person.email = '' OR NOT COALESCE(preference.by_mail, true)
        OR matter.state = 'done'
        OR NOT EXISTS (
            SELECT FROM parties_membership membership
            WHERE membership.person_id = person.id AND membership.organisation_id = organisation.id
              AND membership.role = organisation.kind
        )
      )
    RETURNING delivery.id
) SELECT count(*) FROM dropped
"""

_WAITING = """
    SELECT delivery.id, delivery.person_id, COALESCE(preference.mail_from, 9) AS mail_from,
        matter.kind = ANY(%(urgent)s::text[]) AND COALESCE(preference.urgent_at_once, true) AS is_urgent
    FROM lifecycle_delivery delivery
    JOIN lifecycle_message message ON message.id = delivery.message_id
    JOIN lifecycle_matter matter ON matter.id = message.matter_id
    LEFT JOIN lifecycle_preference preference ON preference.person_id = delivery.person_id
    WHERE delivery.digest_id IS NULL AND delivery.way = 'mail'
"""

_MAIL = """
WITH waiting AS ({waiting}), chosen AS (
    SELECT id, person_id FROM waiting WHERE {which}
), made AS (
    INSERT INTO lifecycle_digest (id, way, person_id, day, is_urgent, state, attempts, error, made_at)
    SELECT gen_random_uuid(), 'mail', person_id, %(on)s, {is_urgent}, 'waiting', 0, '', %(now)s
    FROM (SELECT DISTINCT person_id FROM chosen) people
    ON CONFLICT DO NOTHING
    RETURNING id, person_id
), put AS (
    UPDATE lifecycle_delivery delivery SET digest_id = made.id
    FROM chosen JOIN made USING (person_id)
    WHERE delivery.id = chosen.id
) SELECT count(*) FROM made
"""

_URGENT = _MAIL.format(waiting=_WAITING, which="is_urgent", is_urgent="true")
_ORDINARY = _MAIL.format(waiting=_WAITING, which="NOT is_urgent AND mail_from <= %(hour)s", is_urgent="false")

# What goes wrong with a receiver is tried again before anything new is put together for it, so that a dead one
# gathers one call and not one for every round.
_CALLS = """
WITH waiting AS (
    SELECT delivery.id, delivery.webhook_id,
        row_number() OVER (PARTITION BY delivery.webhook_id ORDER BY delivery.id) AS place
    FROM lifecycle_delivery delivery
    JOIN lifecycle_webhook webhook ON webhook.id = delivery.webhook_id
    WHERE delivery.digest_id IS NULL AND delivery.way = 'webhook' AND webhook.is_active
      AND (webhook.paused_until IS NULL OR webhook.paused_until <= %(now)s)
      AND NOT EXISTS (
        SELECT FROM lifecycle_digest digest WHERE digest.webhook_id = webhook.id AND digest.state = 'waiting'
      )
), made AS (
    INSERT INTO lifecycle_digest (id, way, webhook_id, day, is_urgent, state, attempts, error, made_at)
    SELECT gen_random_uuid(), 'webhook', webhook_id, %(on)s, false, 'waiting', 0, '', %(now)s
    FROM (SELECT DISTINCT webhook_id FROM waiting) webhooks
    RETURNING id, webhook_id
), put AS (
    UPDATE lifecycle_delivery delivery SET digest_id = made.id
    FROM waiting JOIN made USING (webhook_id)
    WHERE delivery.id = waiting.id AND waiting.place <= %(most)s
) SELECT count(*) FROM made
"""
