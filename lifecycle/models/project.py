"""A funded pilot project: what its contract says and which stage it is in."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE, FSMField, transition

from lifecycle.models.cluster import Cluster
from lifecycle.models.fields import ZERO, WithArrows, money, recorded_at, sane_day
from lifecycle.parties.models import Organisation
from lifecycle.parties.sight import Sight


class ProjectState(models.TextChoices):
    APPROVED = "approved", _("立项")
    FUNDING = "funding", _("拨款")
    IMPLEMENTING = "implementing", _("实施")
    ACCEPTANCE = "acceptance", _("验收")
    CLOSED = "closed", _("结题")
    SUSPENDED = "suspended", _("暂停")
    TERMINATED = "terminated", _("终止")
    REVOKED = "revoked", _("撤销")


BEFORE_CLOSEOUT = (
    ProjectState.APPROVED,
    ProjectState.FUNDING,
    ProjectState.IMPLEMENTING,
    ProjectState.ACCEPTANCE,
    ProjectState.SUSPENDED,
)
"""Stages from which a project can still be broken off."""


class Site(models.TextChoices):
    INSIDE = "本高新区内", _("本高新区内")
    OUTSIDE = "本高新区外", _("本高新区外")


class CategoryScheme(models.TextChoices):
    THREE = "三类", _("三类")
    CLASSIC = "十一类", _("十一类")


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, sight: Sight) -> Self:
        """The projects in sight; what is left out does not exist for that person."""
        return self.filter(sight.projects())

    def with_parties(self) -> Self:
        """With unit, cluster, batch, park and city at hand, in the same query."""
        return self.select_related("unit", "cluster__batch", "cluster__park__parent")

    def held(self, pk: int) -> Project:
        """The project with its parties, its row locked until the end of the transaction: lock first, then look.

        The lock leaves the key alone. Whoever posts holds the journal and then refers to the project, so a
        full lock could wait for them and they for it.
        """
        return self.select_for_update(of=("self",), no_key=True).with_parties().get(pk=pk)


class Project(WithArrows):
    """One project. Amounts are the contract's, in yuan; `end_on` includes every approved extension.

    `self_raised` may be below zero: contracts write what is left of the total after the other sources there.
    """

    number = models.CharField(_("项目编号"), max_length=50)
    name = models.CharField(_("项目名称"), max_length=200)
    cluster = models.ForeignKey(
        Cluster, on_delete=models.PROTECT, related_name="projects", verbose_name=_("集群名称")
    )
    unit = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="projects", verbose_name=_("承担单位")
    )
    site = models.CharField(_("所在地"), max_length=10, choices=Site.choices)
    partners = models.TextField(_("参与单位"), blank=True)
    leader = models.CharField(_("项目负责人"), max_length=100, blank=True)
    target_product = models.CharField(_("目标产品"), max_length=200, blank=True)
    chain_link = models.CharField(_("产业链环节"), max_length=100, blank=True)
    technology_source = models.CharField(_("技术成果来源"), max_length=200, blank=True)
    expected_level = models.CharField(_("预期技术水平"), max_length=100, blank=True)
    start_on = models.DateField(_("实施开始日期"))
    end_on = models.DateField(_("实施结束日期"))
    total_investment = money(_("项目新增总投入"))
    provincial_grant = money(_("省拨款"))
    park_matching = money(_("园区配套"))
    self_raised = money(_("单位自筹"), default=ZERO)
    social_capital = money(_("社会资本"), default=ZERO)
    category_scheme = models.CharField(
        _("支出科目体系"), max_length=10, choices=CategoryScheme.choices, default=CategoryScheme.THREE
    )
    contract_signed_on = models.DateField(_("合同签订日期"), null=True, blank=True)
    state = FSMField(
        _("当前阶段"),
        max_length=20,
        choices=ProjectState.choices,
        default=ProjectState.APPROVED,
        protected=True,
    )
    recorded_at = recorded_at()

    objects = ProjectQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["number"], name="project_number_once"),
            models.CheckConstraint(condition=~Q(number=""), name="project_has_a_number"),
            models.CheckConstraint(
                condition=Q(end_on__gte=F("start_on")), name="project_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(
                    total_investment__gte=0,
                    provincial_grant__gte=0,
                    park_matching__gte=0,
                    social_capital__gte=0,
                ),
                name="project_amounts_are_not_negative",
            ),
            models.CheckConstraint(condition=Q(state__in=ProjectState.values), name="project_state_is_known"),
            models.CheckConstraint(condition=Q(site__in=Site.values), name="project_site_is_known"),
            models.CheckConstraint(
                condition=Q(category_scheme__in=CategoryScheme.values),
                name="project_category_scheme_is_known",
            ),
            sane_day("start_on", "project_start_on_is_sane"),
            sane_day("end_on", "project_end_on_is_sane"),
            sane_day("contract_signed_on", "project_contract_signed_on_is_sane"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "number"], name="project_by_state"),
            models.Index(fields=["cluster", "number"], name="project_by_cluster"),
            models.Index(fields=["unit", "number"], name="project_by_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def is_outside_park(self) -> bool:
        """Whether the unit lies outside the park (本高新区外), so that the park need not match."""
        return self.site == Site.OUTSIDE

    def committed(self) -> dict[str, Decimal]:
        """What the contract promises, in yuan by source, in contract order."""
        return {
            "省拨款": self.provincial_grant,
            "园区配套": self.park_matching,
            "单位自筹": self.self_raised,
            "社会资本": self.social_capital,
        }

    # The arrows between stages. `lifecycle.transitions` walks them, with conditions and a record; the
    # database refuses a state that moves without its record.

    @transition(field=state, source="*", target=RETURN_VALUE(*ProjectState.values))
    def come_in_at(self, stage: str) -> str:
        """Come in with its history (历史补录), at whatever stage it had reached; only before it is first saved."""
        if not self._state.adding:
            raise ValueError("a project that is kept moves by lifecycle.transitions")
        return stage

    @transition(field=state, source=ProjectState.APPROVED, target=ProjectState.FUNDING)
    def start_funding(self) -> None:
        """The contract stands; money may flow."""

    @transition(field=state, source=ProjectState.FUNDING, target=ProjectState.IMPLEMENTING)
    def start_implementation(self) -> None:
        """The unit has the first money of every source; the work goes on with it."""

    @transition(field=state, source=ProjectState.IMPLEMENTING, target=ProjectState.ACCEPTANCE)
    def apply_for_acceptance(self) -> None:
        """The work is finished; the park puts it forward for acceptance."""

    @transition(field=state, source=ProjectState.ACCEPTANCE, target=ProjectState.CLOSED)
    def close(self) -> None:
        """The verdicts are in and the money is settled."""

    @transition(field=state, source=ProjectState.ACCEPTANCE, target=ProjectState.IMPLEMENTING)
    def return_for_rectification(self) -> None:
        """Acceptance found something to be mended; once only."""

    @transition(field=state, source=ProjectState.IMPLEMENTING, target=ProjectState.SUSPENDED)
    def suspend(self) -> None:
        """The work and the payments stop for a while."""

    @transition(field=state, source=ProjectState.SUSPENDED, target=ProjectState.IMPLEMENTING)
    def resume(self) -> None:
        """The work goes on."""

    @transition(field=state, source=list(BEFORE_CLOSEOUT), target=ProjectState.TERMINATED)
    def terminate(self) -> None:
        """Broken off; unspent and misused money comes back."""

    @transition(field=state, source=list(BEFORE_CLOSEOUT), target=ProjectState.REVOKED)
    def revoke(self) -> None:
        """Taken back; all money and its interest come back."""
