"""The answers of today, kept so that lists, filters and counts need not judge anew."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from lifecycle.models import Project
from lifecycle.rules.answers import Answer, Status

_STATUSES = [(status.value, status.value) for status in Status]


class Judgement(models.Model):
    """When and on what a project's kept answers were judged, and what they come to.

    They are stale unless `on` is the day asked for, `stamp` and `sequence` are those of the project's
    facts and journal, and `rule_set` is the present RULE_SET_VERSION. worst: breach, warn or pass.
    """

    project = models.OneToOneField(
        Project, on_delete=models.CASCADE, primary_key=True, related_name="judgement"
    )
    on = models.DateField(db_column="day")
    stamp = models.BigIntegerField()
    sequence = models.IntegerField()
    rule_set = models.CharField(max_length=16)
    worst = models.CharField(max_length=20, choices=_STATUSES)
    breaches = models.PositiveSmallIntegerField()
    warnings = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"{self.project_id} on {self.on}: {self.worst}"

    @property
    def status(self) -> Status:
        """The worst of the answers: breach, warn, or pass when nothing has to be done."""
        return Status(self.worst)


class RuleAnswer(models.Model):
    """The kept answer of one project to one rule; its day stands in the project's Judgement."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, db_index=False, related_name="answers")
    rule = models.CharField(max_length=10)
    status = models.CharField(max_length=20, choices=_STATUSES)
    sentence = models.TextField()
    figures = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "rule"], name="rule_answered_once_a_project"),
            models.CheckConstraint(
                condition=models.Q(status__in=[status.value for status in Status]),
                name="rule_answer_status_is_known",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["status", "rule", "project"], name="rule_answer_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.rule}: {self.status}"

    @property
    def answer(self) -> Answer:
        """The answer as it was judged."""
        return Answer.from_json(self.rule, self.status, self.sentence, self.figures)
