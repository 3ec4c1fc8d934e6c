"""The end of the money: the audit, the frozen settlement, what becomes of the surplus, what must come back."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from finance.models.journal import Entry
from lifecycle.models import Document, Project, StateChange
from lifecycle.models.fields import ZERO, WithArrows, money, recorded_at, sane_day
from lifecycle.parties.sight import Sight


class AuditOpinion(models.TextChoices):
    UNQUALIFIED = "无保留意见", _("无保留意见")
    QUALIFIED = "保留意见", _("保留意见")
    ADVERSE = "否定意见", _("否定意见")
    DISCLAIMER = "无法表示意见", _("无法表示意见")


class Audit(models.Model):
    """The special audit (专项审计) before acceptance. audited_investment: the new investment as audited, yuan.

    Where the provincial grant asks for no CPA audit, `firm` is whoever confirmed the figures.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="audits")
    audited_on = models.DateField(_("审计日期"))
    firm = models.CharField(_("审计机构"), max_length=200)
    report_no = models.CharField(_("报告文号"), max_length=200)
    opinion = models.CharField(_("审计意见"), max_length=20, choices=AuditOpinion.choices)
    audited_investment = money(_("审定新增总投入"))
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = recorded_at()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "audited_on"], name="audit_once_a_day"),
            models.CheckConstraint(
                condition=models.Q(audited_investment__gte=0), name="audit_investment_is_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(opinion__in=AuditOpinion.values), name="audit_opinion_is_known"
            ),
            sane_day("audited_on", "audit_audited_on_is_sane"),
        ]

    def __str__(self) -> str:
        return f"{self.report_no} {self.audited_on}"


class Settlement(models.Model):
    """The settlement as it was frozen: money by source and category out of the ledger. Appended only.

    content: see `finance.settlement`. digest: SHA-256 of the canonical content. sequence, head_hash: where the
    ledger stood.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="settlements")
    number = models.PositiveSmallIntegerField(_("序号"))
    settled_on = models.DateField(_("决算截止日"))
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    sequence = models.IntegerField()
    head_hash = models.CharField(max_length=64)
    at = models.DateTimeField(db_default=models.functions.Now())
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "number"], name="settlement_number_once"),
            sane_day("settled_on", "settlement_settled_on_is_sane"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.settled_on}"


class SurplusUse(models.TextChoices):
    KEPT = "kept", _("留用")
    RETURNED = "returned", _("交回")


class SurplusDecision(models.Model):
    """What becomes of the fiscal money left at the unit, and of what the park still holds. amount: that, in yuan.
    Appended only; the latest holds.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="surplus_decisions")
    decided_on = models.DateField(_("决定日期"))
    use = models.CharField(_("处理方式"), max_length=10, choices=SurplusUse.choices)
    amount = money(_("结余金额"))
    kept_until = models.DateField(_("留用期限"), null=True, blank=True)
    reason = models.TextField(_("说明"))
    at = models.DateTimeField(db_default=models.functions.Now())
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(use__in=SurplusUse.values), name="surplus_use_is_known"
            ),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="surplus_is_not_negative"),
            sane_day("decided_on", "surplus_decided_on_is_sane"),
            sane_day("kept_until", "surplus_kept_until_is_sane"),
        ]

    def __str__(self) -> str:
        return f"{self.use} {self.amount}"


class RefundCause(models.TextChoices):
    TERMINATION = "termination", _("终止")
    REVOCATION = "revocation", _("撤销")
    SURPLUS = "surplus", _("结余交回")
    DISALLOWED = "disallowed", _("违规支出追回")


class RefundState(models.TextChoices):
    ASKED = "asked", _("待退回")
    RECEIVED = "received", _("已退清")
    WITHDRAWN = "withdrawn", _("已撤回")


class RefundQuerySet(models.QuerySet["Refund"]):
    def visible_to(self, sight: Sight) -> Self:
        """The refunds of the projects in sight."""
        return self.filter(sight.projects("project__"))

    def asked_back(self) -> Self:
        """Without those that were taken back."""
        return self.exclude(state=RefundState.WITHDRAWN)

    def with_receipts(self) -> Self:
        """With what has come: `came` of the principal, `came_interest`, in yuan, as far as receipts count."""
        counted = RefundReceipt.objects.counted().filter(refund=OuterRef("pk")).order_by().values("refund")
        return self.annotate(
            came=Coalesce(
                Subquery(counted.annotate(sum=Sum("amount")).values("sum")), ZERO, output_field=_YUAN
            ),
            came_interest=Coalesce(
                Subquery(counted.annotate(sum=Sum("interest")).values("sum")), ZERO, output_field=_YUAN
            ),
        ).annotate(
            open_amount=F("amount") - F("came"),
            open_interest=F("interest") - F("came_interest"),
        )


_YUAN = models.DecimalField(max_digits=18, decimal_places=2)


class Refund(WithArrows):
    """Money of one source that must come back (应退): asked for by notice, due by a day.

    holder: who has it: the unit (unit) or the park (park). amount: principal, interest: both in yuan; interest
    never enters the ledger. It is received when receipts cover principal and interest. What came and what is open
    of both is there on rows of `with_receipts()` alone.
    """

    came: Decimal
    came_interest: Decimal
    open_amount: Decimal
    open_interest: Decimal

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="refunds")
    cause = models.CharField(_("原因"), max_length=20, choices=RefundCause.choices)
    state_change = models.ForeignKey(StateChange, on_delete=models.PROTECT, null=True, related_name="refunds")
    source = models.CharField(_("资金来源"), max_length=10)
    holder = models.CharField(_("应退单位"), max_length=10)
    amount = money(_("应退本金"))
    interest = money(_("应退利息"), default=ZERO)
    workings = models.JSONField(default=dict)
    notice_no = models.CharField(_("通知文号"), max_length=200, blank=True)
    asked_on = models.DateField(_("通知日期"))
    due_on = models.DateField(_("退回期限"))
    state = FSMField(
        _("状态"), max_length=20, choices=RefundState.choices, default=RefundState.ASKED, protected=True
    )
    recorded_at = recorded_at()

    objects = RefundQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(cause__in=RefundCause.values), name="refund_cause_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=RefundState.values), name="refund_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(source__in=["省拨款", "园区配套"]), name="refund_is_of_fiscal_money"
            ),
            models.CheckConstraint(
                condition=models.Q(holder="unit") | models.Q(holder="park", source="省拨款"),
                name="refund_holder_has_such_money",
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gte=0, interest__gte=0)
                & (models.Q(amount__gt=0) | models.Q(interest__gt=0)),
                name="refund_is_above_zero",
            ),
            models.CheckConstraint(
                condition=models.Q(due_on__gte=models.F("asked_on")), name="refund_is_due_after_it_was_asked"
            ),
            sane_day("asked_on", "refund_asked_on_is_sane"),
            sane_day("due_on", "refund_due_on_is_sane"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.amount}"

    @transition(field=state, source=RefundState.ASKED, target=RefundState.RECEIVED)
    def settle(self) -> None:
        """Receipts cover it."""

    @transition(field=state, source=RefundState.ASKED, target=RefundState.WITHDRAWN)
    def withdraw(self) -> None:
        """It was asked for in error."""

    @transition(field=state, source=RefundState.RECEIVED, target=RefundState.ASKED)
    def reopen(self) -> None:
        """A receipt's entry was reversed."""


class RefundReceiptQuerySet(models.QuerySet["RefundReceipt"]):
    def counted(self) -> Self:
        """Those that count: their entry, where they have one, was not reversed."""
        return self.with_standing().filter(is_counted=True)

    def with_standing(self) -> Self:
        """With `is_counted`: whether they count."""
        reversal = Entry.objects.filter(reverses=OuterRef("entry"), project=OuterRef("project"))
        return self.annotate(is_counted=Q(entry=None) | ~Exists(reversal))


class RefundReceipt(models.Model):
    """Money that came back, as the province recorded it. Appended only.

    entry: the 退回 or 园区退回 in the ledger; None where only interest came. amount: principal, in yuan, the
    entry's part that counts for this refund. key: the idempotency key under which it was recorded. is_counted: on
    rows of `with_standing()` alone.
    """

    is_counted: bool

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="refund_receipts")
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="receipts")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, related_name="refund_receipts")
    received_on = models.DateField(_("到账日期"))
    amount = money(_("本金"), default=ZERO)
    interest = money(_("利息"), default=ZERO)
    voucher = models.CharField(_("凭证号"), max_length=100)
    key = models.CharField(max_length=200, null=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=100, blank=True)
    recorded_at = recorded_at()

    objects = RefundReceiptQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project", "key"], condition=models.Q(key__isnull=False), name="receipt_key_once"
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gte=0, interest__gte=0)
                & (models.Q(amount__gt=0) | models.Q(interest__gt=0)),
                name="receipt_is_above_zero",
            ),
            models.CheckConstraint(
                condition=models.Q(amount=0, entry__isnull=True)
                | models.Q(amount__gt=0, entry__isnull=False),
                name="receipt_of_principal_is_in_the_ledger",
            ),
            sane_day("received_on", "receipt_received_on_is_sane"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.received_on}"
