"""What a mail server sends back when it could not deliver: which digest it was, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from uuid import UUID

from lifecycle.models import Digest, DigestState, Way
from lifecycle.wording import CONTROL, shortened

MOST = 1024 * 1024
"""How many bytes of a notification are read; the headers of ours stand well before that."""

PARTS_MOST = 50
ERROR_LENGTH = 500

_OURS = re.compile(r"<([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})@[^<>\s]{1,255}>")


@dataclass(frozen=True, slots=True)
class Bounce:
    """A notification that a mail of ours will never arrive. said: the other side's words, on one line."""

    digest: UUID
    said: str


def read_bounce(raw: bytes) -> Bounce | None:
    """The bounce that a delivery status notification (RFC 3464) tells of; None for any other mail.

    One that tells of a delay, or that a mail was delivered after all, is none. The digest is found by the
    Message-ID of our mail, in the headers that come back with it.
    """
    mail = message_from_bytes(raw[:MOST], policy=policy.compat32)
    if mail.get_content_type() != "multipart/report":
        return None
    said, number = "", None
    for part in _parts(mail):
        if part.get_content_type() == "message/delivery-status":
            said = said or _failure(part)
        elif part.get_content_type() in ("message/rfc822", "text/rfc822-headers"):
            number = number or _number(part)
    return Bounce(number, said) if said and number else None


def take_bounce(bounce: Bounce) -> bool:
    """Write down that the mail came back; False when no sent mail of ours is meant, or it is known already."""
    ours = Digest.objects.filter(pk=bounce.digest, way=Way.MAIL, state=DigestState.SENT)
    return bool(ours.update(state=DigestState.BOUNCED, error=bounce.said))


def _parts(mail: Message) -> Iterator[Message]:
    parts = mail.get_payload()
    if isinstance(parts, list):
        for part in parts[:PARTS_MOST]:
            if isinstance(part, Message):
                yield part


def _failure(part: Message) -> str:
    """Status and words of the first recipient for whom it failed; empty where it failed for none."""
    groups = part.get_payload()
    for group in groups[:PARTS_MOST] if isinstance(groups, list) else []:
        if isinstance(group, Message) and str(group.get("Action", "")).strip().lower() == "failed":
            words = f"{group.get('Status', '')} {group.get('Diagnostic-Code', '')}".strip() or "failed"
            return shortened(CONTROL.sub("", words), ERROR_LENGTH)
    return ""


def _number(part: Message) -> UUID | None:
    """The id in the Message-ID of the mail that came back."""
    payload = part.get_payload()
    inner = payload[0] if isinstance(payload, list) and payload else message_from_bytes(_bytes(part))
    found = _OURS.search(str(inner.get("Message-ID", ""))) if isinstance(inner, Message) else None
    return UUID(found.group(1)) if found else None


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
