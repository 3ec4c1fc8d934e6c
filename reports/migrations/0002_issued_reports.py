"""Reports that were issued, and the trigger that keeps them as they are."""

from pathlib import Path

import datetime
import django.db.models.deletion
from django.db import migrations, models

REVERSE = """
DROP TRIGGER issue_is_never_changed ON reports_issue;
DROP TRIGGER issuedfile_is_never_changed ON reports_issuedfile;
DROP TRIGGER ledgerprint_is_never_changed ON reports_ledgerprint;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("lifecycle", "0012_jobs_and_reminders"),
        ("parties", "0003_programs_carry_tokens"),
        ("reports", "0001_kept_answers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Issue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=100, unique=True, verbose_name="报告编号")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("acceptance", "验收报告"),
                            ("annual", "年度执行情况报告"),
                            ("settlement", "经费决算表"),
                            ("midterm", "中期检查记录"),
                            ("disbursements", "拨款台账"),
                            ("spending", "支出台账"),
                            ("refund", "退款通知书"),
                            ("certificate", "验收证书"),
                            ("park", "高新区实施成效报告"),
                            ("due", "应结未结项目清单"),
                            ("brief", "月度合规简报"),
                        ],
                        max_length=20,
                        verbose_name="报告类型",
                    ),
                ),
                ("subject", models.CharField(max_length=80)),
                ("title", models.CharField(max_length=300, verbose_name="标题")),
                ("on", models.DateField(db_column="day", verbose_name="数据截止日")),
                ("facts", models.BinaryField()),
                ("digest", models.CharField(max_length=64, verbose_name="校验码")),
                ("program_version", models.CharField(max_length=20)),
                ("issued_at", models.DateTimeField(verbose_name="出具时间")),
                ("issuer_id", models.BigIntegerField(null=True)),
                ("issuer_name", models.CharField(max_length=100, verbose_name="出具人")),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="issues",
                        to="parties.organisation",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="issues",
                        to="lifecycle.project",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["digest"], name="issue_by_digest"),
                    models.Index(fields=["kind", "subject", "id"], name="issue_by_subject"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "subject", "digest"), name="issue_once_of_the_same_facts"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "acceptance",
                                    "annual",
                                    "settlement",
                                    "midterm",
                                    "disbursements",
                                    "spending",
                                    "refund",
                                    "certificate",
                                    "park",
                                    "due",
                                    "brief",
                                ],
                            )
                        ),
                        name="issue_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("organisation__isnull", True), ("project__isnull", False)),
                            models.Q(("organisation__isnull", False), ("project__isnull", True)),
                            _connector="OR",
                        ),
                        name="issue_is_of_a_project_or_an_organisation",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="issue_has_its_digest"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("on__isnull", True),
                            models.Q(
                                ("on__gte", datetime.date(2000, 1, 1)), ("on__lt", datetime.date(2100, 1, 1))
                            ),
                            _connector="OR",
                        ),
                        name="issue_on_is_sane",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IssuedFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "format",
                    models.CharField(
                        choices=[("pdf", "PDF"), ("docx", "DOCX"), ("xlsx", "XLSX")], max_length=10
                    ),
                ),
                ("stored_as", models.CharField(max_length=100)),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.BigIntegerField(verbose_name="大小")),
                ("pages", models.PositiveIntegerField(null=True, verbose_name="页数")),
                (
                    "issue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="reports.issue"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["sha256"], name="issued_file_by_digest")],
                "constraints": [
                    models.UniqueConstraint(fields=("issue", "format"), name="issued_once_in_a_format"),
                    models.UniqueConstraint(fields=("stored_as",), name="issued_file_stored_once"),
                    models.CheckConstraint(
                        condition=models.Q(("format__in", ["pdf", "docx", "xlsx"])),
                        name="issued_format_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("size__gt", 0)), name="issued_file_is_not_empty"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")),
                        name="issued_file_has_its_digest",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("format", "pdf"), ("pages__isnull", False)),
                            models.Q(models.Q(("format", "pdf"), _negated=True), ("pages__isnull", True)),
                            _connector="OR",
                        ),
                        name="issued_pdf_counts_its_pages",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerPrint",
            fields=[
                ("head", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("sequence", models.IntegerField()),
                ("first_at", models.DateTimeField()),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ledger_prints",
                        to="lifecycle.project",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("head__regex", "^[0-9a-f]{64}$")), name="ledger_print_is_a_digest"
                    )
                ],
            },
        ),
        migrations.RunSQL(
            (Path(__file__).parent / "sql" / "issued.sql").read_text(encoding="utf-8"), REVERSE
        ),
    ]
