"""The contract of a project: its versions, each frozen, and who signed them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from lifecycle.models.document import Document
from lifecycle.models.fields import WithArrows, recorded_at, sane_day
from lifecycle.models.project import Project
from lifecycle.parties.models import Organisation, Role


class ContractState(models.TextChoices):
    DRAFT = "draft", _("待签署")
    IN_FORCE = "in_force", _("执行中")
    SUPERSEDED = "superseded", _("已被替代")
    WITHDRAWN = "withdrawn", _("已作废")


PARTIES = (Role.PROVINCE, Role.PARK, Role.UNIT)
"""Who signs: 甲方 province, 丙方 park, 乙方 unit, by their roles."""


class Contract(WithArrows):
    """One version of the contract. terms: what it says, frozen (see `lifecycle.contracts.terms_of`).

    digest: SHA-256 of the canonical terms. in_force_on: the day the last party signed, or the change that made
    it was approved. change: the approved change request that made this version; None for the first.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="contracts")
    version = models.PositiveSmallIntegerField(_("版本"))
    state = FSMField(
        _("状态"), max_length=20, choices=ContractState.choices, default=ContractState.DRAFT, protected=True
    )
    terms = models.JSONField()
    digest = models.CharField(max_length=64)
    drafted_on = models.DateField(_("拟定日期"))
    in_force_on = models.DateField(_("生效日期"), null=True, blank=True)
    change = models.OneToOneField(
        "lifecycle.ChangeRequest", on_delete=models.PROTECT, null=True, blank=True, related_name="contract"
    )
    recorded_at = recorded_at()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "version"], name="contract_version_once"),
            models.UniqueConstraint(
                fields=["project"],
                condition=models.Q(state=ContractState.IN_FORCE),
                name="contract_one_in_force",
            ),
            models.UniqueConstraint(
                fields=["project"], condition=models.Q(state=ContractState.DRAFT), name="contract_one_draft"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=ContractState.values), name="contract_state_is_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ContractState.IN_FORCE) | models.Q(in_force_on__isnull=False),
                name="contract_in_force_has_its_day",
            ),
            sane_day("drafted_on", "contract_drafted_on_is_sane"),
            sane_day("in_force_on", "contract_in_force_on_is_sane"),
        ]

    def __str__(self) -> str:
        return f"v{self.version} {self.state}"

    @transition(field=state, source=ContractState.DRAFT, target=ContractState.IN_FORCE)
    def come_into_force(self) -> None:
        """Every party has signed, or the change was approved."""

    @transition(field=state, source=ContractState.IN_FORCE, target=ContractState.SUPERSEDED)
    def supersede(self) -> None:
        """The next version stands in its place."""

    @transition(field=state, source=ContractState.DRAFT, target=ContractState.WITHDRAWN)
    def withdraw(self) -> None:
        """The draft is given up; what was wrong is put right and drafted again."""


class Signature(models.Model):
    """A party's signature under one version of the contract. Appended only."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="signatures")
    party = models.CharField(
        _("签约方"), max_length=20, choices=[(role.value, role.label) for role in PARTIES]
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    signatory = models.CharField(_("签署人"), max_length=100)
    signed_on = models.DateField(_("签署日期"))
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=models.functions.Now())
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "party"], name="signature_once_a_party"),
            models.CheckConstraint(condition=~models.Q(signatory=""), name="signature_has_a_name"),
            sane_day("signed_on", "signature_signed_on_is_sane"),
        ]

    def __str__(self) -> str:
        return f"{self.party} {self.signed_on}"
