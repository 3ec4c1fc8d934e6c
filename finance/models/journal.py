"""The journal: append only, one chain of entries for each project."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.models.account import Account
from lifecycle.models import Project
from lifecycle.models.fields import money, sane_day
from lifecycle.parties.sight import Sight


class Journal(models.Model):
    """The head of a project's chain; moved by the trigger on the entries alone."""

    project = models.OneToOneField(
        Project, on_delete=models.PROTECT, primary_key=True, related_name="journal"
    )
    sequence = models.IntegerField(default=0)
    head_hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.project_id}: {self.sequence}"


class Origin(models.TextChoices):
    LIVE = "live", _("系统登记")
    IMPORTED = "imported", _("工作簿导入")


class EntryQuerySet(models.QuerySet["Entry"]):
    def visible_to(self, sight: Sight) -> Self:
        """The entries of the projects in sight."""
        return self.filter(sight.projects("project__"))

    def standing(self) -> Self:
        """Without reversed entries and their reversals, which drop out of every sum."""
        return self.filter(reverses=None).filter(
            ~models.Exists(
                Entry.objects.filter(reverses=models.OuterRef("pk"), project=models.OuterRef("project"))
            )
        )


class Entry(models.Model):
    """A movement: `amount` yuan out of the credit account into the debit account of one project.

    Both sides are one row, so an entry that does not balance cannot be written down. The database
    refuses UPDATE, DELETE and TRUNCATE; a mistake is reversed and posted again.
    """

    # The trigger on INSERT (migration 0002) holds project and both accounts together, and accounts are never
    # deleted; reference checks besides would double the cost of a bulk load and prove nothing more.
    project = models.ForeignKey(
        Project,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="entries",
    )
    sequence = models.IntegerField(_("序号"))
    on = models.DateField(_("业务日期"), db_column="day")
    recorded_at = models.DateTimeField(_("记账时间"))
    kind = models.CharField(_("业务类型"), max_length=10)
    source = models.CharField(_("资金来源"), max_length=10)
    category = models.CharField(_("支出科目"), max_length=50, blank=True)
    debit = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="debits",
        verbose_name=_("借方科目"),
    )
    credit = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="credits",
        verbose_name=_("贷方科目"),
    )
    amount = money(_("金额"))
    voucher = models.CharField(_("凭证号"), max_length=100)
    invoice = models.CharField(_("票据号"), max_length=100, blank=True)
    counterparty = models.CharField(_("对方单位"), max_length=200, blank=True)
    memo = models.CharField(_("摘要"), max_length=500, blank=True)
    reverses = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="reversals",
        verbose_name=_("红冲序号"),
    )
    previous_hash = models.CharField(_("前序哈希"), max_length=64)
    hash = models.CharField(_("哈希"), max_length=64)
    key = models.CharField(max_length=200, null=True)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    recorded_by = models.BigIntegerField(null=True)
    recorder_name = models.CharField(max_length=100, blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "sequence"], name="entry_sequence_once"),
            models.UniqueConstraint(
                fields=["project", "key"],
                condition=models.Q(key__isnull=False),
                name="entry_key_once",
            ),
            models.UniqueConstraint(
                fields=["reverses"],
                condition=models.Q(reverses__isnull=False),
                name="entry_reversed_once",
            ),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="entry_amount_is_above_zero"),
            models.CheckConstraint(condition=~models.Q(voucher=""), name="entry_has_a_voucher"),
            sane_day("on", "entry_on_is_sane"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["project", "on"], name="entry_by_day"),
            # What came, was paid and was given back, without the spending, which is most of the journal.
            models.Index(
                fields=["project", "on"],
                name="entry_of_flows",
                condition=models.Q(kind__in=("到账园区", "拨付单位", "直接拨付", "园区退回")),
            ),
            models.Index(
                fields=["invoice"],
                name="entry_by_invoice",
                condition=~models.Q(invoice=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.kind} {self.amount}"


class Line(models.Model):
    """A debit or credit line of an entry; a view, two rows an entry."""

    id = models.BigIntegerField(primary_key=True)
    entry = models.ForeignKey(Entry, on_delete=models.DO_NOTHING, related_name="lines")
    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING, related_name="lines")
    debit = money(_("借方"))
    credit = money(_("贷方"))

    class Meta:
        managed = False
        db_table = "finance_line"

    def __str__(self) -> str:
        return f"{self.account_id}: {self.debit} / {self.credit}"
