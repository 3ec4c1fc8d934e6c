"""Where messages of an organisation go besides its people: the robot of a work chat, or a program."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lifecycle.parties.models import Organisation


class Dialect(models.TextChoices):
    JSON = "json", _("通用 JSON")
    WECOM = "wecom", _("企业微信")
    DINGTALK = "dingtalk", _("钉钉")
    FEISHU = "feishu", _("飞书")


class Webhook(models.Model):
    """An address that takes the messages of one organisation. The address and the secret are shown to nobody again.

    failures: calls in a row that failed; a receiver that goes on failing is paused and its owner told.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="webhooks")
    name = models.CharField(_("名称"), max_length=100)
    dialect = models.CharField(_("类型"), max_length=10, choices=Dialect.choices, default=Dialect.JSON)
    url = models.CharField(_("地址"), max_length=500)
    secret = models.CharField(_("签名密钥"), max_length=200, blank=True)
    is_active = models.BooleanField(_("启用"), default=True)
    failures = models.PositiveIntegerField(default=0)
    paused_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "name"], name="webhook_name_once"),
            models.CheckConstraint(condition=Q(dialect__in=Dialect.values), name="webhook_dialect_is_known"),
            models.CheckConstraint(condition=~Q(url=""), name="webhook_has_an_address"),
        ]

    def __str__(self) -> str:
        return self.name
