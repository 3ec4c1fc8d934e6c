"""The yearly work plan of a project."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from lifecycle.models.fields import recorded_at, sane_day
from lifecycle.models.project import Project


class Milestone(models.Model):
    """Something to be done by a day, in one year of the plan."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="milestones")
    year = models.PositiveSmallIntegerField(_("年度"))
    name = models.CharField(_("里程碑"), max_length=200)
    planned_on = models.DateField(_("计划完成日期"))
    completed_on = models.DateField(_("实际完成日期"), null=True, blank=True)
    progress = models.TextField(_("完成情况"), blank=True)
    owner = models.CharField(_("责任人"), max_length=100, blank=True)
    recorded_at = recorded_at()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "year", "name"], name="milestone_once_in_a_year"),
            models.CheckConstraint(
                condition=models.Q(year__gte=2000, year__lt=2100), name="milestone_year_is_sane"
            ),
            sane_day("planned_on", "milestone_planned_on_is_sane"),
            sane_day("completed_on", "milestone_completed_on_is_sane"),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.name}"
