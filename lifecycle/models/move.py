"""Every move of a project between stages, as it was made; and every step of the smaller lives inside it."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from lifecycle.models.document import Document
from lifecycle.models.project import Project, ProjectState
from lifecycle.parties.sight import Sight

ENTERED = "entered"
"""The first row of every project: at which stage it came into the system. Written by the database."""


class ReasonClass(models.TextChoices):
    """Why a project is broken off."""

    OBJECTIVE = "objective", _("客观原因")
    FAULT = "fault", _("责任原因")


class StateChange(models.Model):
    """One move: who made it, for which day, why, and every condition as it stood.

    Appended only. The database takes a row only where it goes on from the project's present state by a
    known arrow, moves no state without one, and at the commit holds the last row against the state.

    sequence: 1, 2, … within the project; the first is ENTERED. effective_on: the day it takes effect; None
    for ENTERED. conditions: as `lifecycle.guards.Condition.as_json` gave them, those of the effective day and,
    where that lies in the past, those of the day it was made: {"on": […], "today": […]}. rule_set: version of
    the conditions and rules. facts: what the move itself brought (findings, organiser, reason document).
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="state_changes")
    sequence = models.IntegerField(_("序号"))
    move = models.CharField(_("事项"), max_length=40)
    from_state = models.CharField(_("原阶段"), max_length=20, blank=True)
    to_state = models.CharField(_("新阶段"), max_length=20, choices=ProjectState.choices)
    effective_on = models.DateField(_("生效日期"), null=True)
    at = models.DateTimeField(_("办理时间"), db_default=models.functions.Now())
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(_("办理人"), max_length=100, blank=True)
    role = models.CharField(_("角色"), max_length=20, blank=True)
    reason = models.TextField(_("理由"), blank=True)
    reason_class = models.CharField(_("理由类别"), max_length=20, choices=ReasonClass.choices, blank=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    conditions = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    rule_set = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "sequence"], name="state_change_sequence_once"),
            models.CheckConstraint(
                condition=models.Q(move=ENTERED, sequence=1, from_state="")
                | (
                    ~models.Q(move=ENTERED)
                    & models.Q(sequence__gt=1, effective_on__isnull=False)
                    & ~models.Q(from_state="")
                ),
                name="state_change_begins_by_coming_in",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.move}: {self.from_state} → {self.to_state}"


class StepQuerySet(models.QuerySet["Step"]):
    def visible_to(self, sight: Sight) -> Self:
        """The steps of the projects in sight."""
        return self.filter(sight.projects("project__"))

    def of(self, subject: models.Model) -> Self:
        """The story of one thing, in the order it happened."""
        return self.filter(subject=subject._meta.model_name, subject_id=subject.pk).order_by("pk")


class Step(models.Model):
    """One step in a smaller life: contract, tranche, milestone, annual report, inspection, finding, change,
    acceptance, exemption, refund, credit record. Appended only.

    subject: the model's name in lower case; subject_id its row. on: the business day. details: JSON figures.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="steps")
    subject = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    act = models.CharField(_("事项"), max_length=40)
    from_state = models.CharField(_("原状态"), max_length=20, blank=True)
    to_state = models.CharField(_("新状态"), max_length=20, blank=True)
    on = models.DateField(_("日期"), db_column="day")
    at = models.DateTimeField(_("办理时间"), db_default=models.functions.Now())
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(_("办理人"), max_length=100, blank=True)
    role = models.CharField(_("角色"), max_length=20, blank=True)
    reason = models.TextField(_("说明"), blank=True)
    details = models.JSONField(default=dict)

    objects = StepQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["subject", "subject_id"], name="step_by_subject"),
            models.Index(fields=["project", "-id"], name="step_by_project"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.subject_id}: {self.act}"
