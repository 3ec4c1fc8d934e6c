"""Credit records (信用记录) of units, people, parks, experts and audit firms."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lifecycle.models.document import Document
from lifecycle.models.fields import recorded_at, sane_day
from lifecycle.models.project import Project
from lifecycle.parties.models import Organisation


class CreditSubject(models.TextChoices):
    UNIT = "unit", _("承担单位")
    PERSON = "person", _("个人")
    PARK = "park", _("高新区管委会")
    EXPERT = "expert", _("专家")
    AUDIT_FIRM = "audit_firm", _("审计机构")


class CreditGrade(models.TextChoices):
    GOOD = "good", _("守信")
    MINOR = "minor", _("一般失信")
    GRAVE = "grave", _("严重失信")


class CreditRecordQuerySet(models.QuerySet["CreditRecord"]):
    def in_force(self, on: date) -> Self:
        """Recorded by `on`, and neither ended before it nor lifted by it."""
        return self.filter(
            Q(until__isnull=True) | Q(until__gte=on),
            Q(lifted_on__isnull=True) | Q(lifted_on__gt=on),
            recorded_on__lte=on,
        )


class CreditRecord(models.Model):
    """What the province holds against or for somebody out of one project. In force until `until`, for good
    where None, unless it was lifted.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="credit_records")
    subject_kind = models.CharField(_("对象类型"), max_length=20, choices=CreditSubject.choices)
    subject_name = models.CharField(_("对象"), max_length=200)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="credit_records"
    )
    grade = models.CharField(_("等级"), max_length=20, choices=CreditGrade.choices)
    behaviour = models.TextField(_("行为"))
    recorded_on = models.DateField(_("认定日期"))
    until = models.DateField(_("截止日期"), null=True, blank=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    lifted_on = models.DateField(_("解除日期"), null=True, blank=True)
    recorded_at = recorded_at()

    objects = CreditRecordQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(subject_kind__in=CreditSubject.values), name="credit_subject_is_known"
            ),
            models.CheckConstraint(condition=Q(grade__in=CreditGrade.values), name="credit_grade_is_known"),
            models.CheckConstraint(
                condition=~Q(subject_name="") & ~Q(behaviour=""),
                name="credit_says_who_and_what",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("recorded_on")),
                name="credit_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(lifted_on__isnull=True) | Q(lifted_on__gte=F("recorded_on")),
                name="credit_is_lifted_after_it_was_recorded",
            ),
            sane_day("recorded_on", "credit_recorded_on_is_sane"),
            sane_day("until", "credit_until_is_sane"),
            sane_day("lifted_on", "credit_lifted_on_is_sane"),
        ]
        indexes: ClassVar = [models.Index(fields=["subject_name"], name="credit_by_name")]

    def __str__(self) -> str:
        return f"{self.subject_name} {self.grade}"

    def is_in_force(self, on: date) -> bool:
        """As `in_force` of the queryset, of this one."""
        return (
            self.recorded_on <= on
            and (self.until is None or self.until >= on)
            and (self.lifted_on is None or self.lifted_on > on)
        )
