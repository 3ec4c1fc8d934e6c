"""Reports that were issued: the facts they say, frozen, and the bytes that were handed out. Appended only."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from lifecycle.models import Project
from lifecycle.models.fields import sane_day
from lifecycle.parties.models import Organisation
from lifecycle.parties.sight import Sight


class ReportKind(models.TextChoices):
    """What is handed in or kept on paper."""

    ACCEPTANCE = "acceptance", _("验收报告")
    ANNUAL = "annual", _("年度执行情况报告")
    SETTLEMENT = "settlement", _("经费决算表")
    MIDTERM = "midterm", _("中期检查记录")
    DISBURSEMENTS = "disbursements", _("拨款台账")
    SPENDING = "spending", _("支出台账")
    REFUND = "refund", _("退款通知书")
    CERTIFICATE = "certificate", _("验收证书")
    PARK = "park", _("高新区实施成效报告")
    DUE = "due", _("应结未结项目清单")
    BRIEF = "brief", _("月度合规简报")


class IssueFormat(models.TextChoices):
    PDF = "pdf", "PDF"
    DOCX = "docx", "DOCX"
    XLSX = "xlsx", "XLSX"


class IssueQuerySet(models.QuerySet["Issue"]):
    def visible_to(self, sight: Sight) -> Self:
        """Those of projects in sight, and those drawn up for an organisation one acts for or answers for."""
        if sight.everything:
            return self
        own: set[int] = set().union(*sight.acting.values()) if sight.acting else set()
        own |= sight.parks | sight.cities
        return self.filter(
            Q(pk__in=self.filter(sight.projects("project__"), project__isnull=False).values("pk"))
            | Q(project__isnull=True, organisation__in=own)
            | Q(project__isnull=True, organisation__parent__in=sight.cities)
        )

    def with_overtaken(self) -> Self:
        """With `is_overtaken`: a later issue of the same kind says something else of the same thing."""
        later = Issue.objects.filter(
            kind=OuterRef("kind"), subject=OuterRef("subject"), pk__gt=OuterRef("pk")
        )
        return self.annotate(is_overtaken=Exists(later))


class Issue(models.Model):
    """One issued report. The database refuses UPDATE, DELETE and TRUNCATE.

    subject: what it is about within its kind, as its number says it (a project's number, a year, a month).
    project, or organisation where it is about no single project: whose sight it is in. facts: canonical JSON, the
    only thing its files were made from; digest: their SHA-256, printed on every page. The same facts of the same
    thing are issued once.
    """

    number = models.CharField(_("报告编号"), max_length=100, unique=True)
    kind = models.CharField(_("报告类型"), max_length=20, choices=ReportKind.choices)
    subject = models.CharField(max_length=80)
    title = models.CharField(_("标题"), max_length=300)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, related_name="issues")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="issues")
    on = models.DateField(_("数据截止日"), db_column="day")
    facts = models.BinaryField()
    digest = models.CharField(_("校验码"), max_length=64)
    program_version = models.CharField(max_length=20)
    issued_at = models.DateTimeField(_("出具时间"))
    issuer_id = models.BigIntegerField(null=True)
    issuer_name = models.CharField(_("出具人"), max_length=100)

    objects = IssueQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "subject", "digest"], name="issue_once_of_the_same_facts"
            ),
            models.CheckConstraint(condition=Q(kind__in=ReportKind.values), name="issue_kind_is_known"),
            models.CheckConstraint(
                condition=Q(project__isnull=False, organisation__isnull=True)
                | Q(project__isnull=True, organisation__isnull=False),
                name="issue_is_of_a_project_or_an_organisation",
            ),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="issue_has_its_digest"),
            sane_day("on", "issue_on_is_sane"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["digest"], name="issue_by_digest"),
            models.Index(fields=["kind", "subject", "id"], name="issue_by_subject"),
        ]

    def __str__(self) -> str:
        return self.number


class IssuedFile(models.Model):
    """The bytes of an issue in one format, as they were made then. pages: of a PDF."""

    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="files")
    format = models.CharField(max_length=10, choices=IssueFormat.choices)
    stored_as = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField(_("大小"))
    pages = models.PositiveIntegerField(_("页数"), null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issue", "format"], name="issued_once_in_a_format"),
            models.UniqueConstraint(fields=["stored_as"], name="issued_file_stored_once"),
            models.CheckConstraint(condition=Q(format__in=IssueFormat.values), name="issued_format_is_known"),
            models.CheckConstraint(condition=Q(size__gt=0), name="issued_file_is_not_empty"),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="issued_file_has_its_digest"
            ),
            models.CheckConstraint(
                condition=Q(format=IssueFormat.PDF, pages__isnull=False)
                | (~Q(format=IssueFormat.PDF) & Q(pages__isnull=True)),
                name="issued_pdf_counts_its_pages",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["sha256"], name="issued_file_by_digest")]

    def __str__(self) -> str:
        return f"{self.issue_id} {self.format}"


class LedgerPrint(models.Model):
    """A head of a project's chain that went out on a ledger file, so that paper with it can be told genuine."""

    head = models.CharField(max_length=64, primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="ledger_prints")
    sequence = models.IntegerField()
    first_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(head__regex=r"^[0-9a-f]{64}$"), name="ledger_print_is_a_digest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.sequence}"
