"""One call of a webhook: what it says, made ready beside the database, and the sending, which touches none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.ways import dialects
from backend.ways.contents import Contents, contents_of
from backend.ways.dialects import Call, Parcel
from backend.ways.digests import CALL_MOST
from backend.ways.guard import Gate, NotAllowed, Unreachable
from lifecycle.models import Digest, Webhook


@dataclass(frozen=True, slots=True)
class Reached:
    """What became of a call. error: empty when the receiver took it."""

    error: str = ""


def prepare(digest: Digest, webhook: Webhook, *, now: datetime) -> Call:
    """The call that tells a digest, in Chinese; needs the webhook's organisation. One query."""
    with translation.override(settings.LANGUAGE_CODE):
        contents = contents_of(digest.pk, on=timezone.localdate(now), most=CALL_MOST)
        return _call(webhook, digest.pk, contents, now)


def test_call(webhook: Webhook, *, now: datetime) -> Call:
    """A call that tells nothing but that it would arrive; no query where the organisation is known."""
    with translation.override(settings.LANGUAGE_CODE):
        head = _("这是一条测试消息，%(organisation)s的待办提醒将发送到这里。") % {
            "organisation": webhook.organisation.name
        }
        return _call(webhook, uuid4(), Contents((), 0), now, head=head)


def send(call: Call, dialect: str, gate: Gate) -> Reached:
    """Make the call; whatever goes wrong is told, nothing is raised. Runs in any thread."""
    try:
        with translation.override(settings.LANGUAGE_CODE):
            return Reached(dialects.fault_of(dialect, gate.post(call.url, call.body, call.headers)))
    except (NotAllowed, Unreachable) as error:
        return Reached(str(error))


def _call(webhook: Webhook, number: UUID, contents: Contents, now: datetime, *, head: str = "") -> Call:
    values: dict[str, Any] = {"organisation": webhook.organisation.name, "count": contents.count}
    head = (
        head
        or ngettext(
            "%(organisation)s：%(count)d 项待办提醒", "%(organisation)s：%(count)d 项待办提醒", contents.count
        )
        % values
    )
    parcel = Parcel(number, webhook.organisation.name, head, contents, now)
    return dialects.write(webhook.dialect, webhook.url, webhook.secret, parcel)
