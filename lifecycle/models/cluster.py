"""An innovation cluster of one park in one batch."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from lifecycle.models.batch import Batch
from lifecycle.models.fields import recorded_at, sane_day
from lifecycle.parties.models import Organisation
from lifecycle.parties.sight import Sight


class ClusterQuerySet(models.QuerySet["Cluster"]):
    def visible_to(self, sight: Sight) -> Self:
        """The clusters in sight."""
        if sight.everything:
            return self
        return self.filter(pk__in=Cluster.objects.filter(sight.clusters()).values("pk"))


class Cluster(models.Model):
    name = models.CharField(_("集群名称"), max_length=200)
    batch = models.ForeignKey(
        Batch, on_delete=models.PROTECT, related_name="clusters", verbose_name=_("批次名称")
    )
    park = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="clusters", verbose_name=_("高新区管委会")
    )
    industry_field = models.CharField(_("产业领域"), max_length=200, blank=True)
    product_group = models.CharField(_("目标产品群类型"), max_length=200, blank=True)
    commitment_letter_on = models.DateField(_("承诺书日期"), null=True, blank=True)
    goal = models.TextField(_("培育目标"), blank=True)
    recorded_at = recorded_at()

    objects = ClusterQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name"], name="cluster_name_once"),
            sane_day("commitment_letter_on", "cluster_commitment_letter_on_is_sane"),
        ]

    def __str__(self) -> str:
        return self.name
