"""What the contract wants to be achieved."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from lifecycle.models.fields import recorded_at
from lifecycle.models.project import Project


class Target(models.Model):
    """One target (考核指标). Values are kept as written: a number, or words such as 国际领先.

    papers: ids of the documents of the project that show what was achieved.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="targets")
    category = models.CharField(_("类别"), max_length=100, blank=True)
    name = models.CharField(_("指标名称"), max_length=200)
    unit_of_measure = models.CharField(_("计量单位"), max_length=50, blank=True)
    contract_value = models.CharField(_("合同值"), max_length=200)
    achieved_value = models.CharField(_("累计完成值"), max_length=200, blank=True)
    evidence = models.TextField(_("佐证"), blank=True)
    papers = ArrayField(models.BigIntegerField(), verbose_name=_("佐证文件"), default=list, blank=True)
    recorded_at = recorded_at()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "name"], name="target_once_in_a_project"),
        ]

    def __str__(self) -> str:
        return self.name
