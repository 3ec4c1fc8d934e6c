"""Acceptance (验收): the application, who organises it, the panel, the verdicts, and what follows."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from lifecycle.models.fields import WithArrows, recorded_at, sane_day
from lifecycle.models.project import Project
from lifecycle.parties.models import Organisation

VERDICTS = ("通过验收", "结题", "不通过验收")
"""What may be said of the task and of the money."""


class AcceptanceState(models.TextChoices):
    FILED = "filed", _("待审核")
    AGREED = "agreed", _("已同意，待评审")
    REVIEWED = "reviewed", _("已评审")
    RETURNED = "returned", _("退回整改")
    CONCLUDED = "concluded", _("已结题")


class Acceptance(WithArrows):
    """One application for acceptance; a second only after the one rectification.

    round: 1, or 2 after a rectification. checklist: [{"code", "is_met", "document"}]. city_opinion: what the
    city said, where asked. organiser: the province, or the city it left it to. verdict: what both verdicts
    come to. settlement_digest: of the frozen settlement it was filed with.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="acceptances")
    round = models.PositiveSmallIntegerField(_("轮次"))
    state = FSMField(
        _("状态"),
        max_length=20,
        choices=AcceptanceState.choices,
        default=AcceptanceState.FILED,
        protected=True,
    )
    applied_on = models.DateField(_("申请日期"))
    checklist = models.JSONField(_("材料清单"), default=list)
    settlement_digest = models.CharField(max_length=64, blank=True)
    city_opinion = models.TextField(_("设区市意见"), blank=True)
    city_reviewed_on = models.DateField(_("设区市审核日期"), null=True, blank=True)
    organiser = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("组织单位"),
    )
    agreed_on = models.DateField(_("省同意日期"), null=True, blank=True)
    meeting_on = models.DateField(_("评审日期"), null=True, blank=True)
    opinion = models.TextField(_("专家组意见"), blank=True)
    task_verdict = models.CharField(_("任务验收结论"), max_length=10, blank=True)
    finance_verdict = models.CharField(_("财务验收结论"), max_length=10, blank=True)
    verdict = models.CharField(_("验收结论"), max_length=10, blank=True)
    published_from = models.DateField(_("公示开始"), null=True, blank=True)
    published_until = models.DateField(_("公示结束"), null=True, blank=True)
    objection = models.TextField(_("公示异议"), blank=True)
    certificate_no = models.CharField(_("证书编号"), max_length=100, blank=True)
    certified_on = models.DateField(_("发证日期"), null=True, blank=True)
    archived_on = models.DateField(_("归档日期"), null=True, blank=True)
    archive_no = models.CharField(_("档案号"), max_length=100, blank=True)
    recorded_at = recorded_at()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "round"], name="acceptance_round_once"),
            models.UniqueConstraint(
                fields=["project"],
                condition=~models.Q(state=AcceptanceState.RETURNED),
                name="acceptance_one_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["certificate_no"],
                condition=~models.Q(certificate_no=""),
                name="acceptance_certificate_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=AcceptanceState.values), name="acceptance_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(round__gte=1, round__lte=2), name="acceptance_is_mended_once_at_most"
            ),
            models.CheckConstraint(
                condition=models.Q(task_verdict__in=("", *VERDICTS), finance_verdict__in=("", *VERDICTS))
                & models.Q(verdict__in=("", *VERDICTS)),
                name="acceptance_verdicts_are_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=(AcceptanceState.AGREED, AcceptanceState.REVIEWED))
                | models.Q(agreed_on__isnull=False, organiser__isnull=False),
                name="acceptance_agreed_has_day_and_organiser",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=AcceptanceState.REVIEWED)
                | (
                    ~models.Q(opinion="")
                    & ~models.Q(task_verdict="")
                    & ~models.Q(finance_verdict="")
                    & ~models.Q(verdict="")
                ),
                name="acceptance_reviewed_has_its_verdicts",
            ),
            models.CheckConstraint(
                condition=models.Q(published_from__isnull=True, published_until__isnull=True)
                | models.Q(published_from__isnull=False, published_until__isnull=False)
                & models.Q(published_until__gte=models.F("published_from")),
                name="acceptance_is_published_from_until",
            ),
            models.CheckConstraint(
                condition=models.Q(certified_on__isnull=True, certificate_no="")
                | (
                    models.Q(certified_on__gt=models.F("published_until"), verdict__in=VERDICTS[:2])
                    & models.Q(state__in=(AcceptanceState.REVIEWED, AcceptanceState.CONCLUDED))
                    & ~models.Q(certificate_no="")
                    & models.Q(certified_on__isnull=False, published_until__isnull=False)
                ),
                name="acceptance_is_certified_once_published",
            ),
            models.CheckConstraint(
                condition=models.Q(archived_on__isnull=True, archive_no="")
                | (
                    models.Q(archived_on__isnull=False, state=AcceptanceState.CONCLUDED)
                    & ~models.Q(archive_no="")
                ),
                name="acceptance_is_archived_once_concluded",
            ),
            *(
                sane_day(field, f"acceptance_{field}_is_sane")
                for field in (
                    "applied_on",
                    "city_reviewed_on",
                    "agreed_on",
                    "meeting_on",
                    "published_from",
                    "published_until",
                    "certified_on",
                    "archived_on",
                )
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round} {self.state}"

    @transition(field=state, source=AcceptanceState.FILED, target=AcceptanceState.AGREED)
    def agree(self) -> None:
        """The province agreed and named who organises."""

    @transition(field=state, source=AcceptanceState.AGREED, target=AcceptanceState.REVIEWED)
    def review(self) -> None:
        """The panel met; opinion and both verdicts are recorded."""

    @transition(
        field=state,
        source=[AcceptanceState.FILED, AcceptanceState.AGREED, AcceptanceState.REVIEWED],
        target=AcceptanceState.RETURNED,
    )
    def give_back(self) -> None:
        """Back into implementation, once, to be mended."""

    @transition(field=state, source=AcceptanceState.REVIEWED, target=AcceptanceState.CONCLUDED)
    def conclude(self) -> None:
        """The project is closed."""


class Panelist(models.Model):
    """An expert on the panel of one acceptance. The personal link is kept as a digest and dies after use; what was
    submitted is never changed.

    scores: {item code: points}, see `lifecycle.acceptance`. organisation: where the expert comes from, as text.
    """

    acceptance = models.ForeignKey(Acceptance, on_delete=models.PROTECT, related_name="panel")
    name = models.CharField(_("姓名"), max_length=100)
    organisation = models.CharField(_("工作单位"), max_length=200)
    specialty = models.CharField(_("专业"), max_length=100, blank=True)
    is_finance = models.BooleanField(_("财务专家"), default=False)
    is_chair = models.BooleanField(_("组长"), default=False)
    token_digest = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField(_("链接有效期"), null=True, blank=True)
    opened_at = models.DateTimeField(_("打开时间"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    scores = models.JSONField(_("评分"), default=dict)
    task_verdict = models.CharField(_("任务验收结论"), max_length=10, blank=True)
    finance_verdict = models.CharField(_("财务验收结论"), max_length=10, blank=True)
    opinion = models.TextField(_("意见"), blank=True)
    recorded_at = recorded_at()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["acceptance", "name", "organisation"], name="panelist_once"),
            models.UniqueConstraint(
                fields=["acceptance"], condition=models.Q(is_chair=True), name="panel_has_one_chair"
            ),
            models.UniqueConstraint(
                fields=["token_digest"],
                condition=~models.Q(token_digest=""),
                name="panelist_link_once",
            ),
            models.CheckConstraint(
                condition=models.Q(task_verdict__in=("", *VERDICTS), finance_verdict__in=("", *VERDICTS)),
                name="panelist_verdicts_are_known",
            ),
            models.CheckConstraint(
                condition=models.Q(submitted_at__isnull=True) | models.Q(token_digest=""),
                name="panelist_link_dies_after_use",
            ),
            models.CheckConstraint(
                condition=models.Q(token_digest="")
                | models.Q(token_digest__regex=r"^[0-9a-f]{64}$", expires_at__isnull=False),
                name="panelist_link_is_a_digest_and_ends",
            ),
            models.CheckConstraint(
                condition=models.Q(submitted_at__isnull=True)
                | ~(models.Q(task_verdict="") | models.Q(finance_verdict="") | models.Q(opinion="")),
                name="panelist_submits_both_verdicts",
            ),
        ]

    def __str__(self) -> str:
        return self.name
