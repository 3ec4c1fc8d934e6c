"""Inspections (中期检查, 抽查) and what they found."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from lifecycle.models.fields import WithArrows, recorded_at, sane_day
from lifecycle.models.project import Project


class InspectionKind(models.TextChoices):
    MIDTERM = "midterm", _("中期检查")
    SPOT = "spot", _("抽查")


class InspectionState(models.TextChoices):
    PLANNED = "planned", _("待检查")
    HELD = "held", _("已检查")
    CANCELLED = "cancelled", _("已取消")


RESULTS = ("通过", "限期整改", "不通过")


class Inspection(WithArrows):
    """One inspection. checklist: [{"item", "finding", "is_met"}] in order. result: one of RESULTS once held."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="inspections")
    kind = models.CharField(_("检查类型"), max_length=20, choices=InspectionKind.choices)
    state = FSMField(
        _("状态"),
        max_length=20,
        choices=InspectionState.choices,
        default=InspectionState.PLANNED,
        protected=True,
    )
    planned_on = models.DateField(_("计划检查日期"))
    held_on = models.DateField(_("检查日期"), null=True, blank=True)
    inspector = models.CharField(_("检查单位"), max_length=200)
    checklist = models.JSONField(_("检查清单"), default=list)
    result = models.CharField(_("结果"), max_length=10, blank=True)
    opinion = models.TextField(_("检查意见"), blank=True)
    recorded_at = recorded_at()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=InspectionKind.values), name="inspection_kind_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=InspectionState.values), name="inspection_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state=InspectionState.HELD, held_on__isnull=False, result__in=RESULTS)
                | (~models.Q(state=InspectionState.HELD) & models.Q(held_on__isnull=True, result="")),
                name="inspection_held_has_day_and_result",
            ),
            models.UniqueConstraint(
                fields=["project"],
                condition=models.Q(kind=InspectionKind.MIDTERM, state=InspectionState.PLANNED),
                name="inspection_midterm_planned_one_at_a_time",
            ),
            sane_day("planned_on", "inspection_planned_on_is_sane"),
            sane_day("held_on", "inspection_held_on_is_sane"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.planned_on}"

    @transition(field=state, source=InspectionState.PLANNED, target=InspectionState.HELD)
    def hold(self) -> None:
        """It took place."""

    @transition(field=state, source=InspectionState.PLANNED, target=InspectionState.CANCELLED)
    def cancel(self) -> None:
        """It does not take place."""


class Severity(models.TextChoices):
    MINOR = "minor", _("一般")
    MAJOR = "major", _("较重")
    GRAVE = "grave", _("严重")


class FindingOrigin(models.TextChoices):
    INSPECTION = "inspection", _("检查")
    ACCEPTANCE = "acceptance", _("验收整改")
    AUDIT = "audit", _("审计")


class FindingState(models.TextChoices):
    OPEN = "open", _("待整改")
    ANSWERED = "answered", _("已答复待复核")
    CLOSED = "closed", _("已销号")


class Finding(WithArrows):
    """Something found that must be mended by `due_on`, answered with proof, and closed by who found it."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="findings")
    inspection = models.ForeignKey(
        Inspection, on_delete=models.PROTECT, null=True, blank=True, related_name="findings"
    )
    origin = models.CharField(
        _("来源"), max_length=20, choices=FindingOrigin.choices, default=FindingOrigin.INSPECTION
    )
    severity = models.CharField(_("程度"), max_length=20, choices=Severity.choices)
    text = models.TextField(_("问题"))
    found_on = models.DateField(_("发现日期"))
    due_on = models.DateField(_("整改期限"))
    state = FSMField(
        _("状态"), max_length=20, choices=FindingState.choices, default=FindingState.OPEN, protected=True
    )
    answer = models.TextField(_("整改答复"), blank=True)
    answered_on = models.DateField(_("答复日期"), null=True, blank=True)
    closed_on = models.DateField(_("销号日期"), null=True, blank=True)
    recorded_at = recorded_at()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(severity__in=Severity.values), name="finding_severity_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(origin__in=FindingOrigin.values), name="finding_origin_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=FindingState.values), name="finding_state_is_known"
            ),
            models.CheckConstraint(condition=~models.Q(text=""), name="finding_says_what"),
            models.CheckConstraint(
                condition=models.Q(due_on__gte=models.F("found_on")), name="finding_is_due_after_it_was_found"
            ),
            models.CheckConstraint(
                condition=models.Q(state=FindingState.CLOSED, closed_on__isnull=False)
                | (~models.Q(state=FindingState.CLOSED) & models.Q(closed_on__isnull=True)),
                name="finding_closed_has_its_day",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_on__isnull=True) | models.Q(closed_on__gte=models.F("found_on")),
                name="finding_is_closed_after_it_was_found",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=FindingState.ANSWERED)
                | (models.Q(answered_on__isnull=False) & ~models.Q(answer="")),
                name="finding_answered_has_day_and_answer",
            ),
            sane_day("found_on", "finding_found_on_is_sane"),
            sane_day("due_on", "finding_due_on_is_sane"),
            sane_day("answered_on", "finding_answered_on_is_sane"),
            sane_day("closed_on", "finding_closed_on_is_sane"),
        ]

    def __str__(self) -> str:
        return f"{self.severity} {self.due_on}"

    @transition(field=state, source=FindingState.OPEN, target=FindingState.ANSWERED)
    def reply(self) -> None:
        """The unit or park says how it was mended, with proof."""

    @transition(field=state, source=FindingState.ANSWERED, target=FindingState.OPEN)
    def give_back(self) -> None:
        """The answer does not do."""

    @transition(field=state, source=FindingState.ANSWERED, target=FindingState.CLOSED)
    def shut(self) -> None:
        """Mended."""
