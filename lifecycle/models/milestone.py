"""The yearly work plan of a project."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE, FSMField, transition

from lifecycle.models.fields import WithArrows, money, recorded_at, sane_day
from lifecycle.models.project import Project


class MilestoneState(models.TextChoices):
    PLANNED = "planned", _("未开始")
    IN_PROGRESS = "in_progress", _("进行中")
    HANDED_IN = "handed_in", _("已提交待核实")
    RETURNED = "returned", _("已退回")
    VERIFIED = "verified", _("已核实")
    WAIVED = "waived", _("已免除")


UNDONE = (MilestoneState.PLANNED, MilestoneState.IN_PROGRESS, MilestoneState.RETURNED)
"""States in which the work still has to be handed in."""


class Milestone(WithArrows):
    """Something to be done by a day, in one year of the plan.

    `completed_on` is the day it was done, as handed in; a return takes it back. weight: its share of the
    whole plan, 1 to 100. planned_spend: yuan. One that is waived is no longer due from `waived_on` on.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="milestones")
    year = models.PositiveSmallIntegerField(_("年度"))
    name = models.CharField(_("里程碑"), max_length=200)
    planned_on = models.DateField(_("计划完成日期"))
    completed_on = models.DateField(_("实际完成日期"), null=True, blank=True)
    progress = models.TextField(_("完成情况"), blank=True)
    owner = models.CharField(_("责任人"), max_length=100, blank=True)
    weight = models.PositiveSmallIntegerField(_("权重"), null=True, blank=True)
    planned_spend = money(_("计划支出"), null=True, blank=True)
    state = FSMField(
        _("状态"),
        max_length=20,
        choices=MilestoneState.choices,
        default=MilestoneState.PLANNED,
        protected=True,
    )
    waived_on = models.DateField(_("免除日期"), null=True, blank=True)
    recorded_at = recorded_at()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "year", "name"], name="milestone_once_in_a_year"),
            models.CheckConstraint(
                condition=models.Q(year__gte=2000, year__lt=2100), name="milestone_year_is_sane"
            ),
            sane_day("planned_on", "milestone_planned_on_is_sane"),
            sane_day("completed_on", "milestone_completed_on_is_sane"),
            sane_day("waived_on", "milestone_waived_on_is_sane"),
            models.CheckConstraint(
                condition=models.Q(state__in=MilestoneState.values), name="milestone_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=(MilestoneState.HANDED_IN, MilestoneState.VERIFIED), completed_on__isnull=False
                )
                | models.Q(state__in=(*UNDONE, MilestoneState.WAIVED), completed_on__isnull=True),
                name="milestone_is_done_once_handed_in",
            ),
            models.CheckConstraint(
                condition=models.Q(state=MilestoneState.WAIVED, waived_on__isnull=False)
                | (~models.Q(state=MilestoneState.WAIVED) & models.Q(waived_on__isnull=True)),
                name="milestone_waived_has_its_day",
            ),
            models.CheckConstraint(
                condition=models.Q(weight__isnull=True) | models.Q(weight__gte=1, weight__lte=100),
                name="milestone_weight_is_a_share",
            ),
            models.CheckConstraint(
                condition=models.Q(planned_spend__isnull=True) | models.Q(planned_spend__gte=0),
                name="milestone_planned_spend_is_not_negative",
            ),
        ]
        indexes: ClassVar = [
            # What still has to be done or looked at, few among very many.
            models.Index(
                fields=["planned_on", "project"],
                name="milestone_open",
                condition=models.Q(state__in=(*UNDONE, MilestoneState.HANDED_IN)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.name}"

    @property
    def is_undone(self) -> bool:
        """Whether it still has to be handed in."""
        return self.state in UNDONE

    @transition(field=state, source=list(UNDONE), target=MilestoneState.IN_PROGRESS)
    def go_on(self) -> None:
        """Work on it was reported."""

    @transition(field=state, source=list(UNDONE), target=MilestoneState.HANDED_IN)
    def hand_in(self, completed_on: date) -> None:
        """Said to be done, with evidence; the park is to verify it."""
        self.completed_on = completed_on

    @transition(field=state, source=MilestoneState.HANDED_IN, target=MilestoneState.VERIFIED)
    def verify(self) -> None:
        """The park found it done."""

    @transition(field=state, source=MilestoneState.HANDED_IN, target=MilestoneState.RETURNED)
    def give_back(self) -> None:
        """The park found something missing; it is not done after all."""
        self.completed_on = None

    @transition(field=state, source=MilestoneState.HANDED_IN, target=MilestoneState.IN_PROGRESS)
    def take_back(self) -> None:
        """Whoever handed it in takes that back before it is verified."""
        self.completed_on = None

    @transition(field=state, source=list(UNDONE), target=MilestoneState.WAIVED)
    def waive(self, on: date) -> None:
        """It need not be done any more."""
        self.waived_on = on

    @transition(field=state, source="*", target=RETURN_VALUE(*MilestoneState.values))
    def follow_the_record(self, *, verified: bool) -> str:
        """What a workbook says of it, read as a state. verified: brought by one who may verify it."""
        if self.completed_on is not None:
            self.waived_on = None
            return MilestoneState.VERIFIED if verified else MilestoneState.HANDED_IN
        if self.waived_on is not None:
            return MilestoneState.WAIVED
        return MilestoneState.IN_PROGRESS if self.progress else MilestoneState.PLANNED
