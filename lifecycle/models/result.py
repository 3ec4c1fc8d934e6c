"""What a unit says of its results where no report asked: benefits of a year, and how well it thinks it did."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from lifecycle.models.fields import money, recorded_at, sane_day
from lifecycle.models.project import Project
from lifecycle.rules.self_rating import BENEFIT, EXECUTION, OUTPUT, SATISFACTION


class YearBenefits(models.Model):
    """Benefits of a year of which no annual report tells, each counted from the start of the project.

    sales, tax: yuan. export: US dollars. None where nothing is said. Where a report of the year tells them, it
    is the report that counts.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="benefits")
    year = models.PositiveSmallIntegerField(_("年度"))
    sales = money(_("累计销售收入"), null=True, blank=True)
    tax = money(_("累计上缴税金"), null=True, blank=True)
    export = money(_("累计出口创汇"), null=True, blank=True)
    patents = models.PositiveIntegerField(_("累计授权专利"), null=True, blank=True)
    standards = models.PositiveIntegerField(_("累计制定标准"), null=True, blank=True)
    new_jobs = models.PositiveIntegerField(_("累计新增就业"), null=True, blank=True)
    recorded_at = recorded_at()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "year"], name="benefits_once_a_year"),
            models.CheckConstraint(
                condition=models.Q(year__gte=2000, year__lt=2100), name="benefits_year_is_sane"
            ),
            *(
                models.CheckConstraint(
                    condition=models.Q(**{f"{name}__isnull": True}) | models.Q(**{f"{name}__gte": 0}),
                    name=f"benefits_{name}_is_not_below_zero",
                )
                for name in ("sales", "tax", "export")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}"


def _score(verbose_name: Any) -> models.DecimalField:
    return models.DecimalField(verbose_name, max_digits=4, decimal_places=2)


class SelfRating(models.Model):
    """How the unit rates itself before one application for acceptance, a sentence to each score.

    round: of the application it is made for. filed_on: the day of that application; from then on it stands.
    execution: what the ledger of that day gives, None before, and where the contract plans no money.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="self_ratings")
    round = models.PositiveSmallIntegerField(_("轮次"))
    output = _score(_("产出指标得分"))
    output_reason = models.TextField(_("产出指标说明"))
    benefit = _score(_("效益指标得分"))
    benefit_reason = models.TextField(_("效益指标说明"))
    satisfaction = _score(_("满意度指标得分"))
    satisfaction_reason = models.TextField(_("满意度指标说明"))
    execution = models.DecimalField(
        _("预算执行率得分"), max_digits=4, decimal_places=2, null=True, blank=True
    )
    filed_on = models.DateField(_("申请日期"), null=True, blank=True)
    recorded_at = recorded_at()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "round"], name="self_rating_once_a_round"),
            models.CheckConstraint(
                condition=models.Q(round__gte=1, round__lte=2), name="self_rating_round_is_known"
            ),
            *(
                models.CheckConstraint(
                    condition=models.Q(**{f"{name}__isnull": True})
                    | models.Q(**{f"{name}__gte": 0, f"{name}__lte": most}),
                    name=f"self_rating_{name}_is_within_its_weight",
                )
                for name, most in (
                    ("execution", EXECUTION),
                    ("output", OUTPUT),
                    ("benefit", BENEFIT),
                    ("satisfaction", SATISFACTION),
                )
            ),
            models.CheckConstraint(
                condition=models.Q(execution__isnull=True) | models.Q(filed_on__isnull=False),
                name="self_rating_execution_is_of_the_filing",
            ),
            sane_day("filed_on", "self_rating_filed_on_is_sane"),
        ]

    def __str__(self) -> str:
        return f"{self.round}"
