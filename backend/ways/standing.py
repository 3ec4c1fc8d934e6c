"""How the ways out stand: what waits, since when, and what did not arrive, for whoever looks after the program."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from backend.ways.mail import has_server

RECENT = timedelta(days=7)
"""How far back failures are counted."""


@dataclass(frozen=True, slots=True)
class Standing:
    """has_server: whether there is a mail server. mails_waiting: messages that wait for a mail, oldest: since when.

    tried: mails and calls that did not go through yet; failed, bounced: those of the last days that never will.
    resting: webhooks that are left alone for a while because they failed; last_sent: when something last went out.
    last_error: what the other side said last, of what is still tried or failed.
    """

    has_server: bool
    mails_waiting: int
    oldest: datetime | None
    tried: int
    failed: int
    bounced: int
    resting: int
    last_sent: datetime | None
    last_error: str

    @property
    def is_well(self) -> bool:
        """Whether nothing keeps messages from leaving; a mail that came back is its receiver's matter."""
        return (self.has_server or not self.mails_waiting) and not self.tried and not self.failed


def standing(*, now: datetime) -> Standing:
    """How it stands; one query, of what waits and of the last days."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, {"now": now, "since": now - RECENT})
        return Standing(has_server(), *cursor.fetchone())


_STANDING = """
WITH open AS (
    SELECT count(*) AS many, min(made_at) AS oldest FROM lifecycle_delivery
    WHERE digest_id IS NULL AND way = 'mail'
), recent AS (
    SELECT state, attempts, sent_at, error, made_at FROM lifecycle_digest
    WHERE state = 'waiting' OR made_at >= %(since)s
)
SELECT
    (SELECT many FROM open), (SELECT oldest FROM open),
    count(*) FILTER (WHERE state = 'waiting' AND error <> ''),
    count(*) FILTER (WHERE state = 'failed'), count(*) FILTER (WHERE state = 'bounced'),
    (SELECT count(*) FROM lifecycle_webhook WHERE is_active AND paused_until > %(now)s),
    max(sent_at),
    COALESCE((array_agg(error ORDER BY made_at DESC) FILTER (
        WHERE state IN ('waiting', 'failed') AND error <> ''))[1], '')
FROM recent
"""
