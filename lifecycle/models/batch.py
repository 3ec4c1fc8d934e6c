"""A batch of the programme and the limits that bind its projects."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from lifecycle.models.fields import recorded_at, sane_day


class Batch(models.Model):
    """Projects awarded together by one document."""

    name = models.CharField(_("批次名称"), max_length=200)
    year = models.PositiveSmallIntegerField(_("年度"))
    document_no = models.CharField(_("下达文号"), max_length=200, blank=True)
    awarded_on = models.DateField(_("下达日期"))
    recorded_at = recorded_at()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name"], name="batch_name_once"),
            models.CheckConstraint(
                condition=models.Q(year__gte=2000, year__lt=2100), name="batch_year_is_sane"
            ),
            sane_day("awarded_on", "batch_awarded_on_is_sane"),
        ]

    def __str__(self) -> str:
        return self.name


class BatchLimit(models.Model):
    """One limit of a batch from a day on; `code` and the text of `value` as in lifecycle.rules.limits.

    A day before the first `applies_from` is judged by the first value.
    """

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="limits")
    code = models.CharField(_("参数"), max_length=50)
    value = models.CharField(_("取值"), max_length=200)
    applies_from = models.DateField(_("生效日期"))
    basis = models.TextField(_("依据"))
    recorded_at = recorded_at()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "code", "applies_from"], name="batch_limit_once_a_day"),
            models.CheckConstraint(condition=~models.Q(basis=""), name="batch_limit_has_a_basis"),
        ]

    def __str__(self) -> str:
        return f"{self.code} = {self.value}"
