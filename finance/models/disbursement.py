"""What the unit says of the payments it received."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.models.journal import Entry
from lifecycle.models import Project
from lifecycle.models.fields import sane_day


class PaymentConfirmation(models.Model):
    """The unit's word that a payment (拨付单位, 直接拨付) arrived. Appended only; it changes no figure."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="payment_confirmations")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="confirmation")
    confirmed_on = models.DateField(_("确认日期"))
    at = models.DateTimeField(db_default=models.functions.Now())
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(_("确认人"), max_length=100, blank=True)

    class Meta:
        constraints: ClassVar = [sane_day("confirmed_on", "confirmation_confirmed_on_is_sane")]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.confirmed_on}"
