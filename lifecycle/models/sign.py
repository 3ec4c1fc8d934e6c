"""Signs of life of the processes that work behind the scenes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SignKind(models.TextChoices):
    CLOCK = "clock", _("时钟")
    WORKER = "worker", _("执行进程")


class Sign(models.Model):
    """When a clock last rang, or a worker was last heard to work.

    name: machine and process. engine: which one it belongs to. since: its first sign.
    """

    kind = models.CharField(max_length=10, choices=SignKind.choices)
    name = models.CharField(max_length=100)
    engine = models.CharField(max_length=20)
    since = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "name"], name="sign_once_a_process"),
            models.CheckConstraint(condition=Q(kind__in=SignKind.values), name="sign_kind_is_known"),
        ]
        indexes: ClassVar = [models.Index(fields=["kind", "-seen_at"], name="sign_latest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
