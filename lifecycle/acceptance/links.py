"""The personal link by which an expert judges without an account: shown once, kept as a digest, dead after use."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from hashlib import sha256
from hmac import compare_digest

from django.db import transaction
from django.utils.translation import gettext as _

from lifecycle.acceptance.panel import note, reread
from lifecycle.faults import Faults
from lifecycle.models import AcceptanceState, Panelist, ProjectState
from lifecycle.parties.log import Actor

LONGEST = timedelta(days=30)
"""For how long a link opens at most."""


def send_link(*, panelist: Panelist, expires_at: datetime, actor: Actor, now: datetime, today: date) -> str:
    """A new link for the expert; one they had before opens no more. The token is given once and never kept.

    Raises:
        WrongStep, HasSubmitted: the expert does not judge any more.
        Invalid: it would expire at once, or after more than LONGEST.
    """
    with transaction.atomic():
        expert = reread(panelist)
        faults = Faults()
        if not now < expires_at <= now + LONGEST:
            faults.say("expires_at", _("有效期应在此刻之后、%(days)d 天之内。") % {"days": LONGEST.days})
        faults.refuse()
        token = secrets.token_urlsafe(32)
        expert.token_digest, expert.expires_at, expert.opened_at = digest_of(token), expires_at, None
        expert.save(update_fields=["token_digest", "expires_at", "opened_at"])
        note(expert, "send_link", actor=actor, on=today, expires_at=expires_at.isoformat())
    return token


def withdraw_link(*, panelist: Panelist, actor: Actor, today: date) -> Panelist:
    """The expert's link opens no more.

    Raises WrongStep, HasSubmitted: the expert does not judge any more.
    """
    with transaction.atomic():
        expert = reread(panelist)
        if expert.token_digest:
            expert.token_digest, expert.expires_at = "", None
            expert.save(update_fields=["token_digest", "expires_at"])
            note(expert, "withdraw_link", actor=actor, on=today)
    return expert


def panelist_of(token: str, *, now: datetime) -> Panelist | None:
    """Whose link it is, with acceptance and project; None when unknown, withdrawn, used or expired, and once the
    acceptance is not to be judged any more. One query, whatever was sent.
    """
    digest = digest_of(token)
    expert = (
        Panelist.objects.select_related(
            "acceptance__project__unit", "acceptance__project__cluster__park", "acceptance__organiser"
        )
        .filter(
            token_digest=digest,
            submitted_at=None,
            expires_at__gt=now,
            acceptance__state=AcceptanceState.AGREED,
            acceptance__project__state=ProjectState.ACCEPTANCE,
        )
        .first()
    )
    # The database compares byte by byte, but digests: how far they agree says nothing of the token.
    return expert if expert is not None and compare_digest(expert.token_digest, digest) else None


def note_opened(panelist: Panelist, *, now: datetime) -> None:
    """The link was opened; the first time counts."""
    if panelist.opened_at is None:
        Panelist.objects.filter(pk=panelist.pk, opened_at=None).update(opened_at=now)


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
