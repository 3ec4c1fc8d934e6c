"""Change requests (变更): what a contract or a work plan may become, tier by tier."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE, FSMField, transition

from lifecycle.models.fields import WithArrows, recorded_at, sane_day
from lifecycle.models.project import Project


class ChangeTier(models.TextChoices):
    MAJOR = "major", _("重大变更")
    IMPORTANT = "important", _("重要变更")
    ORDINARY = "ordinary", _("一般变更")


class ChangeKind(models.TextChoices):
    UNIT = "unit", _("变更承担单位")
    LEADER = "leader", _("变更项目负责人")
    TERM = "term", _("延长实施期")
    TARGETS = "targets", _("调整考核指标")
    TOTAL = "total", _("调整总投入和经费")
    EARLY_ACCEPTANCE = "early_acceptance", _("提前验收")
    PARTNERS = "partners", _("变更参与单位")
    SOURCE_STRUCTURE = "source_structure", _("调整资金来源结构和拨款计划")
    WORK_PLAN = "work_plan", _("调整年度工作计划")
    MEMBERS = "members", _("变更项目组成员")
    TECHNICAL_ROUTE = "technical_route", _("调整技术路线")
    CATEGORIES = "categories", _("支出科目间调剂")


class ChangeState(models.TextChoices):
    DRAFT = "draft", _("起草中")
    AT_PARK = "at_park", _("待高新区审核")
    AT_CITY = "at_city", _("待设区市审核")
    AT_PROVINCE = "at_province", _("待省批准")
    RETURNED = "returned", _("已退回")
    APPROVED = "approved", _("已批准")
    REFUSED = "refused", _("不批准")
    WITHDRAWN = "withdrawn", _("已撤回")


OPEN = (
    ChangeState.DRAFT,
    ChangeState.AT_PARK,
    ChangeState.AT_CITY,
    ChangeState.AT_PROVINCE,
    ChangeState.RETURNED,
)
"""States in which something is still to be decided."""


class ChangeRequest(WithArrows):
    """A change asked for by the unit, with its reason; it goes its tier's chain and is applied on approval.

    wanted: the new values (shape by kind, see `lifecycle.changes`). former: the same facts as they stood when
    it was handed in, so that approval can see whether anything moved meanwhile. asked_on: the day it was
    first handed in. decided_on: approved or refused.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(_("变更事项"), max_length=30, choices=ChangeKind.choices)
    tier = models.CharField(_("变更级别"), max_length=20, choices=ChangeTier.choices)
    reason = models.TextField(_("理由"))
    wanted = models.JSONField()
    former = models.JSONField(default=dict)
    state = FSMField(
        _("状态"), max_length=20, choices=ChangeState.choices, default=ChangeState.DRAFT, protected=True
    )
    asked_on = models.DateField(_("申请日期"), null=True, blank=True)
    decided_on = models.DateField(_("决定日期"), null=True, blank=True)
    recorded_at = recorded_at()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=ChangeKind.values), name="change_kind_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(tier__in=ChangeTier.values), name="change_tier_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=ChangeState.values), name="change_state_is_known"
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="change_has_a_reason"),
            models.CheckConstraint(
                condition=~models.Q(state__in=(ChangeState.APPROVED, ChangeState.REFUSED))
                | models.Q(decided_on__isnull=False),
                name="change_decided_has_its_day",
            ),
            models.UniqueConstraint(
                fields=["project", "kind"],
                condition=models.Q(state__in=OPEN),
                name="change_of_a_kind_one_at_a_time",
            ),
            sane_day("asked_on", "change_asked_on_is_sane"),
            sane_day("decided_on", "change_decided_on_is_sane"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @transition(field=state, source=[ChangeState.DRAFT, ChangeState.RETURNED], target=ChangeState.AT_PARK)
    def hand_in(self) -> None:
        """The unit puts it forward."""

    @transition(
        field=state,
        source=[ChangeState.AT_PARK, ChangeState.AT_CITY],
        target=RETURN_VALUE(ChangeState.AT_CITY, ChangeState.AT_PROVINCE),
    )
    def pass_on(self, to: str) -> str:
        """Agreed here; the next in the chain decides."""
        return to

    @transition(
        field=state,
        source=[ChangeState.AT_PARK, ChangeState.AT_CITY, ChangeState.AT_PROVINCE],
        target=ChangeState.RETURNED,
    )
    def give_back(self) -> None:
        """Back to the unit with what is to be mended."""

    @transition(
        field=state, source=[ChangeState.AT_PARK, ChangeState.AT_PROVINCE], target=ChangeState.APPROVED
    )
    def approve(self) -> None:
        """The last in the chain agrees: the province, or the park for an ordinary change."""

    @transition(
        field=state,
        source=[ChangeState.AT_PARK, ChangeState.AT_CITY, ChangeState.AT_PROVINCE],
        target=ChangeState.REFUSED,
    )
    def refuse(self) -> None:
        """Not agreed; the contract stays as it is."""

    @transition(
        field=state,
        source=list(OPEN),
        target=ChangeState.WITHDRAWN,
    )
    def withdraw(self) -> None:
        """The unit takes it back."""
