"""Recorded exceptions (例外): a rule that need not hold for one project, by leave of the province."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from lifecycle.models.document import Document
from lifecycle.models.fields import WithArrows, recorded_at, sane_day
from lifecycle.models.project import Project

WAIVABLE = ("FIN-01", "FIN-02", "FIN-04", "LC-06", "LC-07", "LC-09")
"""The rules that an exception may cover, and no others. Source: PRODUCT 'The life of a project'."""


class ExemptionState(models.TextChoices):
    ASKED = "asked", _("待批准")
    GRANTED = "granted", _("已批准")
    REFUSED = "refused", _("不批准")
    WITHDRAWN = "withdrawn", _("已撤回")


class Exemption(WithArrows):
    """An exception to one rule for one project: asked for with a reason, decided by the province.

    In force from `granted_on` to `until`, both included (without end when None).
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="exemptions")
    rule = models.CharField(_("规则"), max_length=10)
    reason = models.TextField(_("理由"))
    state = FSMField(
        _("状态"), max_length=20, choices=ExemptionState.choices, default=ExemptionState.ASKED, protected=True
    )
    asked_on = models.DateField(_("申请日期"))
    asked_by = models.CharField(_("申请人"), max_length=200)
    granted_on = models.DateField(_("批准日期"), null=True, blank=True)
    until = models.DateField(_("截止日期"), null=True, blank=True)
    granted_by = models.CharField(_("批准单位"), max_length=200, blank=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = recorded_at()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(rule__in=WAIVABLE), name="exemption_rule_can_be_waived"
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="exemption_has_a_reason"),
            models.CheckConstraint(
                condition=models.Q(state__in=ExemptionState.values), name="exemption_state_is_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ExemptionState.GRANTED)
                | (models.Q(granted_on__isnull=False, document__isnull=False) & ~models.Q(granted_by="")),
                name="exemption_granted_on_paper",
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("granted_on")),
                name="exemption_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["project", "rule"],
                condition=models.Q(state=ExemptionState.ASKED),
                name="exemption_asked_once_at_a_time",
            ),
            sane_day("asked_on", "exemption_asked_on_is_sane"),
            sane_day("granted_on", "exemption_granted_on_is_sane"),
            sane_day("until", "exemption_until_is_sane"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.state}"

    @transition(field=state, source=ExemptionState.ASKED, target=ExemptionState.GRANTED)
    def grant(self) -> None:
        """The province allows it."""

    @transition(field=state, source=ExemptionState.ASKED, target=ExemptionState.REFUSED)
    def refuse(self) -> None:
        """The province does not allow it."""

    @transition(field=state, source=ExemptionState.ASKED, target=ExemptionState.WITHDRAWN)
    def withdraw(self) -> None:
        """Whoever asked takes it back."""
