"""What happened to a project on which day: annual reports, and the dated events of its life."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE, FSMField, transition

from lifecycle.models.fields import WithArrows, recorded_at, sane_day
from lifecycle.models.project import Project


class ReportProgress(models.TextChoices):
    AHEAD = "超前", _("超前")
    ON_PLAN = "按计划", _("按计划")
    DELAYED = "推迟", _("推迟")
    STALLED = "停滞", _("停滞")


class AnnualReportState(models.TextChoices):
    DRAFT = "draft", _("起草中")
    HANDED_IN = "handed_in", _("已提交待审核")
    RETURNED = "returned", _("已退回")
    ACCEPTED = "accepted", _("审核通过")


class AnnualReport(WithArrows):
    """The report on a year; handed in by the unit, checked by the park, seen by city and province.

    submitted_on: first handed in; a return does not take it back. content: what it says, by section (see
    `lifecycle.annual_reports`); frozen once accepted. points: what the park marked at the last return,
    [{"section", "text"}].
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="annual_reports")
    year = models.PositiveSmallIntegerField(_("年度"))
    submitted_on = models.DateField(_("提交日期"), null=True, blank=True)
    reviewed_on = models.DateField(_("审核日期"), null=True, blank=True)
    progress = models.CharField(_("进展"), max_length=10, choices=ReportProgress.choices, blank=True)
    state = FSMField(
        _("状态"),
        max_length=20,
        choices=AnnualReportState.choices,
        default=AnnualReportState.DRAFT,
        protected=True,
    )
    content = models.JSONField(_("内容"), default=dict)
    points = models.JSONField(_("退回意见"), default=list)
    recorded_at = recorded_at()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "year"], name="annual_report_once_a_year"),
            models.CheckConstraint(
                condition=models.Q(year__gte=2000, year__lt=2100), name="annual_report_year_is_sane"
            ),
            sane_day("submitted_on", "annual_report_submitted_on_is_sane"),
            sane_day("reviewed_on", "annual_report_reviewed_on_is_sane"),
            models.CheckConstraint(
                condition=models.Q(state__in=AnnualReportState.values), name="annual_report_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state=AnnualReportState.DRAFT, submitted_on__isnull=True)
                | (~models.Q(state=AnnualReportState.DRAFT) & models.Q(submitted_on__isnull=False)),
                name="annual_report_handed_in_has_its_day",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=AnnualReportState.ACCEPTED) | models.Q(reviewed_on__isnull=False),
                name="annual_report_accepted_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}"

    @transition(
        field=state,
        source=[AnnualReportState.DRAFT, AnnualReportState.RETURNED],
        target=AnnualReportState.HANDED_IN,
    )
    def hand_in(self, on: date) -> None:
        """The unit hands it in; the first day counts."""
        self.submitted_on = self.submitted_on or on

    @transition(field=state, source=AnnualReportState.HANDED_IN, target=AnnualReportState.RETURNED)
    def give_back(self) -> None:
        """The park marked points to be mended."""

    @transition(field=state, source=AnnualReportState.HANDED_IN, target=AnnualReportState.ACCEPTED)
    def accept(self, on: date) -> None:
        """The park found it in order; from here on it stands as it is."""
        self.reviewed_on = on

    @transition(field=state, source="*", target=RETURN_VALUE(*AnnualReportState.values))
    def follow_the_record(self) -> str:
        """What a workbook says of it, read as a state."""
        if self.reviewed_on is not None and self.submitted_on is not None:
            return AnnualReportState.ACCEPTED
        return AnnualReportState.DRAFT if self.submitted_on is None else AnnualReportState.HANDED_IN


class EventKind(models.TextChoices):
    MIDTERM_CHECK = "中期检查", _("中期检查")
    TECHNICAL_REPORT = "科技报告", _("科技报告")
    AUDIT = "专项审计", _("专项审计")
    ACCEPTANCE_APPLICATION = "验收申请", _("验收申请")
    ACCEPTANCE_VERDICT = "验收结论", _("验收结论")
    EXTENSION = "延期", _("延期")
    SUSPENSION = "暂停", _("暂停")
    RESUMPTION = "恢复", _("恢复")
    TERMINATION = "终止", _("终止")
    REVOCATION = "撤销", _("撤销")


class DatedEvent(models.Model):
    """Something that happened on a day (检查验收). `value` is months for 延期.

    decided_on: the day an extension was approved, where that is not the day it was asked for.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(_("事项"), max_length=10, choices=EventKind.choices)
    happened_on = models.DateField(_("日期"))
    result = models.CharField(_("结果"), max_length=50, blank=True)
    value = models.DecimalField(_("数值"), max_digits=18, decimal_places=2, null=True, blank=True)
    document_no = models.CharField(_("文号"), max_length=200, blank=True)
    note = models.TextField(_("说明"), blank=True)
    decided_on = models.DateField(_("批准日期"), null=True, blank=True)
    recorded_at = recorded_at()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "kind", "happened_on"], name="event_once_a_day"),
            sane_day("decided_on", "event_decided_on_is_sane"),
            models.CheckConstraint(condition=models.Q(kind__in=EventKind.values), name="event_kind_is_known"),
            sane_day("happened_on", "event_happened_on_is_sane"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.happened_on}"
