"""Papers on file: what was uploaded, as it was, for good."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from lifecycle.models.project import Project
from lifecycle.parties.sight import Sight


class DocumentCategory(models.TextChoices):
    """What a paper is for."""

    COMMITMENT = "commitment", _("承诺书")
    CONTRACT = "contract", _("合同")
    MILESTONE = "milestone", _("里程碑佐证")
    ANNUAL_REPORT = "annual_report", _("年度报告附件")
    INSPECTION = "inspection", _("检查材料")
    RECTIFICATION = "rectification", _("整改证明")
    CHANGE = "change", _("变更材料")
    TECHNICAL_REPORT = "technical_report", _("科技报告")
    AUDIT = "audit", _("专项审计报告")
    ACCEPTANCE = "acceptance", _("验收材料")
    EXPERT_OPINION = "expert_opinion", _("专家意见")
    DECISION = "decision", _("决定文件")
    EXEMPTION = "exemption", _("例外审批文件")
    PAYMENT = "payment", _("拨付凭证")
    REFUND = "refund", _("退款凭证")
    CERTIFICATE = "certificate", _("证书")
    OTHER = "other", _("其他")


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, sight: Sight) -> Self:
        """The papers of the projects in sight."""
        return self.filter(sight.projects("project__"))

    def attached_to(self, subject: models.Model) -> Self:
        """The papers of one thing inside a project, oldest first."""
        return self.filter(subject=subject._meta.model_name, subject_id=subject.pk).order_by("pk")

    def present(self) -> Self:
        """Without those that a later version has replaced."""
        return self.filter(replaced_by=None)


class Document(models.Model):
    """One uploaded file. Appended only: another version is another row that `replaces` this one.

    subject, subject_id: the thing inside the project it belongs to (model name in lower case and row), or
    empty for the project itself. stored_as: its random name below the private file storage. size: bytes.
    number: the number of the certificate or paper, where it has one.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="documents")
    category = models.CharField(_("类别"), max_length=30, choices=DocumentCategory.choices)
    subject = models.CharField(max_length=30, blank=True)
    subject_id = models.BigIntegerField(null=True)
    title = models.CharField(_("名称"), max_length=200)
    number = models.CharField(_("编号"), max_length=200, blank=True)
    file_name = models.CharField(_("文件名"), max_length=200)
    stored_as = models.CharField(max_length=100)
    media_type = models.CharField(_("文件类型"), max_length=100)
    size = models.BigIntegerField(_("大小"))
    sha256 = models.CharField(max_length=64)
    version = models.PositiveSmallIntegerField(_("版本"), default=1)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    uploaded_at = models.DateTimeField(_("上传时间"), db_default=models.functions.Now())
    uploader_id = models.BigIntegerField(null=True)
    uploader_name = models.CharField(_("上传人"), max_length=100, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["stored_as"], name="document_stored_once"),
            models.CheckConstraint(
                condition=models.Q(category__in=DocumentCategory.values), name="document_category_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(subject="", subject_id__isnull=True)
                | (~models.Q(subject="") & models.Q(subject_id__isnull=False)),
                name="document_belongs_to_one_thing",
            ),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="document_is_not_empty"),
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="document_has_its_digest"
            ),
            models.CheckConstraint(
                condition=models.Q(version=1, replaces__isnull=True)
                | models.Q(version__gt=1, replaces__isnull=False),
                name="document_version_follows_another",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["subject", "subject_id"], name="document_by_subject"),
            models.Index(fields=["sha256"], name="document_by_digest"),
            models.Index(fields=["number"], name="document_by_number", condition=~models.Q(number="")),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"
