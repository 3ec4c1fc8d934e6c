"""The private address under which a calendar program reads one person's due days: shown once, kept as a digest."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lifecycle.models import CalendarLink
from lifecycle.parties.accounts import TooManyAttempts
from lifecycle.parties.log import Actor, record
from lifecycle.parties.models import Person, SecurityEvent

WINDOW = timedelta(minutes=15)
REFUSED_MOST = 50
"""How many dead links an address may try within WINDOW before it is told to wait, as with passwords."""

USE_NOTED = timedelta(hours=1)
"""How exactly the last use is kept; calendars ask every few minutes."""

REFUSED = "calendar_refused"


def make_link(*, person: Person, actor: Actor, now: datetime) -> str:
    """A new token; one the person had before opens no more. It is given once and never kept."""
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        CalendarLink.objects.update_or_create(
            person=person, defaults={"digest": digest_of(token), "made_at": now, "used_at": None}
        )
        record(actor, "make_calendar_link", at=now, subject=person.username)
    return token


def revoke_link(*, person: Person, actor: Actor, now: datetime) -> bool:
    """The link opens no more; False when there was none."""
    with transaction.atomic():
        gone, _rows = CalendarLink.objects.filter(person=person).delete()
        if gone:
            record(actor, "revoke_calendar_link", at=now, subject=person.username)
    return bool(gone)


def owner_of(token: str, *, now: datetime) -> Person | None:
    """Whose link it is; None when unknown, renewed, revoked, or of an account that is switched off. One query, and
    once an hour a second one, which notes the use.
    """
    digest = digest_of(token)
    link = CalendarLink.objects.select_related("person").filter(digest=digest, person__is_active=True).first()
    # The database compares byte by byte, but digests: how far they agree says nothing of the token.
    if link is None or not compare_digest(link.digest, digest):
        return None
    if link.used_at is None or link.used_at <= now - USE_NOTED:
        old = Q(used_at=None) | Q(used_at__lte=now - USE_NOTED)
        CalendarLink.objects.filter(old, pk=link.pk, digest=digest).update(used_at=now)
    return link.person


def note_refused(*, address: str, now: datetime) -> None:
    """Count a link that opened nothing; the token itself is written nowhere.

    Raises TooManyAttempts once there were REFUSED_MOST from the address; then nothing more is written. A link that is
    alive opens all the same.
    """
    tried = SecurityEvent.objects.filter(actor_name="", act=REFUSED, address=address, at__gt=now - WINDOW)
    oldest = tried.order_by("-at").values_list("at", flat=True)[REFUSED_MOST - 1 : REFUSED_MOST].first()
    if oldest is not None:
        wait = int((oldest + WINDOW - now).total_seconds()) + 1
        raise TooManyAttempts(
            _("尝试次数过多，请在 %(minutes)d 分钟后再试。") % {"minutes": -(-wait // 60)},
            details={"retry_after": wait},
        )
    SecurityEvent.objects.create(at=now, address=address, act=REFUSED)


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
