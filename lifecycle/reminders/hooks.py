"""The webhooks of an organisation: added, paused and deleted by its people. Address and secret are shown to nobody again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lifecycle.errors import Conflict
from lifecycle.faults import Faults
from lifecycle.models import Dialect, Webhook
from lifecycle.parties.accounts import TooManyAttempts
from lifecycle.parties.log import Actor, record
from lifecycle.parties.models import Organisation, SecurityEvent

NAME_LENGTH = 100
URL_LENGTH = 500
SECRET_LENGTH = 200
SECRET_LEAST = 16
MOST = 10
"""How many webhooks an organisation may have."""

WINDOW = timedelta(minutes=15)
TESTS_MOST = 10
"""How many test messages the people of an organisation may send within WINDOW."""

TEST = "test_webhook"


class TooManyWebhooks(Conflict):
    """The organisation has as many as it may."""

    code = "too_many_webhooks"


class WebhookExists(Conflict):
    """The organisation has one of that name."""

    code = "webhook_exists"


@transaction.atomic
def add_webhook(
    *,
    organisation: Organisation,
    name: str,
    dialect: str,
    url: str,
    secret: str,
    url_fault: Callable[[str], str],
    actor: Actor,
    now: datetime,
) -> Webhook:
    """Send the organisation's messages to the address from now on.

    url_fault: what is wrong with an address, by whoever will call it.

    Raises:
        Invalid: a text is empty or too long, the dialect unknown, the address refused, or a plain JSON receiver
            without a secret of SECRET_LEAST signs.
        TooManyWebhooks, WebhookExists
    """
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    faults = Faults()
    name = faults.text("name", name, limit=NAME_LENGTH)
    url = faults.text("url", url, limit=URL_LENGTH)
    secret = faults.text("secret", secret, limit=SECRET_LENGTH, is_required=False)
    if dialect not in Dialect.values:
        faults.say("dialect", _("没有这种类型。"))
    if url:
        faults.say("url", url_fault(url))
    if dialect == Dialect.JSON and len(secret) < SECRET_LEAST:
        faults.say("secret", _("请填写至少 %(least)d 个字符的签名密钥。") % {"least": SECRET_LEAST})
    faults.refuse()
    if organisation.webhooks.count() >= MOST:
        raise TooManyWebhooks(_("每个单位最多登记 %(most)d 个群机器人。") % {"most": MOST})
    webhook = Webhook(organisation=organisation, name=name, dialect=dialect, url=url, secret=secret)
    try:
        with transaction.atomic():
            webhook.save(force_insert=True)
    except IntegrityError as error:
        raise WebhookExists(_("本单位已有同名的群机器人。"), details={"name": name}) from error
    _note(webhook, "add_webhook", actor, now)
    return webhook


@transaction.atomic
def switch_webhook(*, webhook: Webhook, active: bool, actor: Actor, now: datetime) -> None:
    """Pause it, or let it go on; what waited meanwhile is then sent. Once more changes nothing."""
    changed = Webhook.objects.filter(pk=webhook.pk).exclude(is_active=active)
    if changed.update(is_active=active, failures=0, paused_until=None):
        _note(webhook, "resume_webhook" if active else "pause_webhook", actor, now)


@transaction.atomic
def delete_webhook(*, webhook: Webhook, actor: Actor, now: datetime) -> None:
    """Take it away, with what waits for it."""
    _note(webhook, "delete_webhook", actor, now)
    webhook.delete()


def note_test(*, webhook: Webhook, actor: Actor, now: datetime) -> None:
    """Count a test message before it is sent.

    Raises TooManyAttempts once there were TESTS_MOST of the organisation within WINDOW.
    """
    tried = SecurityEvent.objects.filter(
        act=TEST, at__gt=now - WINDOW, details__organisation=webhook.organisation_id
    )
    oldest = tried.order_by("-at").values_list("at", flat=True)[TESTS_MOST - 1 : TESTS_MOST].first()
    if oldest is not None:
        wait = int((oldest + WINDOW - now).total_seconds()) + 1
        raise TooManyAttempts(
            _("测试消息发送过多，请在 %(minutes)d 分钟后再试。") % {"minutes": -(-wait // 60)},
            details={"retry_after": wait},
        )
    _note(webhook, TEST, actor, now)


def _note(webhook: Webhook, act: str, actor: Actor, now: datetime) -> None:
    record(
        actor,
        act,
        at=now,
        subject=webhook.organisation.name,
        webhook=webhook.name,
        dialect=webhook.dialect,
        organisation=webhook.organisation_id,
    )
