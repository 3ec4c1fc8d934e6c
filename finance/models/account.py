"""The double-entry accounts of a project, with their kept balances."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lifecycle.models import Project
from lifecycle.models.fields import ZERO, money


class AccountRole(models.TextChoices):
    """What an account stands for; one of each a source, expenses one a category."""

    GRANTOR = "grantor", _("资金来源")
    DIRECT = "direct", _("直接拨付")
    PARK = "park", _("园区待拨")
    UNIT = "unit", _("单位资金")
    EXPENSE = "expense", _("项目支出")
    REFUNDED = "refunded", _("单位退回")
    RETURNED = "returned", _("园区退回")


class Account(models.Model):
    """An account of one project. `balance` is debits less credits of all its entries, in yuan.

    Kept by the trigger on the journal, in the transaction of the entry; the database refuses any
    other change. `last_on` is the latest business day of an entry.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="accounts")
    role = models.CharField(max_length=10, choices=AccountRole.choices)
    source = models.CharField(max_length=10)
    category = models.CharField(max_length=50, blank=True)
    name = models.CharField(_("科目"), max_length=100)
    balance = money(_("余额"), default=ZERO)
    last_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project", "role", "source", "category"],
                name="account_once_in_a_project",
            ),
            models.UniqueConstraint(fields=["project", "id"], name="account_within_its_project"),
            models.CheckConstraint(
                condition=models.Q(role__in=AccountRole.values),
                name="account_role_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name


def spoken(name: str) -> str:
    """The name of an account in the active language; its parts are words of the field."""
    return "-".join(gettext(part) for part in name.split("-"))
