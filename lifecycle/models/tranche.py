"""The plan by which grant and matching money are paid."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from lifecycle.models.fields import money, recorded_at, sane_day
from lifecycle.models.project import Project


class Tranche(models.Model):
    """A planned instalment (拨款计划) of provincial or park money, in yuan.

    A tail (尾款) is due after acceptance, so that filing for acceptance does not wait for it. How far a
    tranche is, from planned to confirmed, is read from the journal (`finance.disbursements`), never kept here.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="tranches")
    source = models.CharField(_("资金来源"), max_length=10)
    number = models.PositiveSmallIntegerField(_("期次"))
    planned_on = models.DateField(_("计划拨付日期"))
    amount = money(_("金额"))
    condition = models.TextField(_("拨付条件"), blank=True)
    is_tail = models.BooleanField(_("尾款"), default=False, db_default=False)
    recorded_at = recorded_at()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "source", "number"], name="tranche_once_in_a_project"),
            models.CheckConstraint(
                condition=models.Q(source__in=["省拨款", "园区配套"]), name="tranche_is_of_fiscal_money"
            ),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="tranche_amount_is_above_zero"),
            sane_day("planned_on", "tranche_planned_on_is_sane"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.number}"
