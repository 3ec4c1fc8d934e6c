"""Targets name the papers that prove them; benefits of untold years and self-ratings, which stand once filed."""

import datetime
from pathlib import Path
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

FORWARD = (Path(__file__).parent / "sql" / "results.sql").read_text(encoding="utf-8")
TRIGGERS = ("keeps_versions", "stamps_inserts", "stamps_updates", "stamps_deletes", "is_never_truncated")
REVERSE = "".join(
    f"DROP TRIGGER {table}_{trigger} ON lifecycle_{table};\n"
    for table in ("yearbenefits", "selfrating")
    for trigger in TRIGGERS
)
REVERSE += """
DROP FUNCTION lifecycle_filed_rating_stands() CASCADE;
DROP FUNCTION lifecycle_target_papers_are_its_own() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("lifecycle", "0015_sent_messages_stand"),
    ]

    operations = [
        migrations.AddField(
            model_name="target",
            name="papers",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                blank=True,
                default=list,
                size=None,
                verbose_name="佐证文件",
            ),
        ),
        migrations.CreateModel(
            name="SelfRating",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(verbose_name="轮次")),
                ("output", models.DecimalField(decimal_places=2, max_digits=4, verbose_name="产出指标得分")),
                ("output_reason", models.TextField(verbose_name="产出指标说明")),
                ("benefit", models.DecimalField(decimal_places=2, max_digits=4, verbose_name="效益指标得分")),
                ("benefit_reason", models.TextField(verbose_name="效益指标说明")),
                (
                    "satisfaction",
                    models.DecimalField(decimal_places=2, max_digits=4, verbose_name="满意度指标得分"),
                ),
                ("satisfaction_reason", models.TextField(verbose_name="满意度指标说明")),
                (
                    "execution",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=4, null=True, verbose_name="预算执行率得分"
                    ),
                ),
                ("filed_on", models.DateField(blank=True, null=True, verbose_name="申请日期")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="self_ratings",
                        to="lifecycle.project",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("project", "round"), name="self_rating_once_a_round"),
                    models.CheckConstraint(
                        condition=models.Q(("round__gte", 1), ("round__lte", 2)),
                        name="self_rating_round_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("execution__isnull", True),
                            models.Q(("execution__gte", 0), ("execution__lte", 10)),
                            _connector="OR",
                        ),
                        name="self_rating_execution_is_within_its_weight",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("output__isnull", True),
                            models.Q(("output__gte", 0), ("output__lte", 50)),
                            _connector="OR",
                        ),
                        name="self_rating_output_is_within_its_weight",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("benefit__isnull", True),
                            models.Q(("benefit__gte", 0), ("benefit__lte", 30)),
                            _connector="OR",
                        ),
                        name="self_rating_benefit_is_within_its_weight",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("satisfaction__isnull", True),
                            models.Q(("satisfaction__gte", 0), ("satisfaction__lte", 10)),
                            _connector="OR",
                        ),
                        name="self_rating_satisfaction_is_within_its_weight",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("execution__isnull", True), ("filed_on__isnull", False), _connector="OR"
                        ),
                        name="self_rating_execution_is_of_the_filing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("filed_on__isnull", True),
                            models.Q(
                                ("filed_on__gte", datetime.date(2000, 1, 1)),
                                ("filed_on__lt", datetime.date(2100, 1, 1)),
                            ),
                            _connector="OR",
                        ),
                        name="self_rating_filed_on_is_sane",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="YearBenefits",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                (
                    "sales",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=18, null=True, verbose_name="累计销售收入"
                    ),
                ),
                (
                    "tax",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=18, null=True, verbose_name="累计上缴税金"
                    ),
                ),
                (
                    "export",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=18, null=True, verbose_name="累计出口创汇"
                    ),
                ),
                ("patents", models.PositiveIntegerField(blank=True, null=True, verbose_name="累计授权专利")),
                (
                    "standards",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="累计制定标准"),
                ),
                ("new_jobs", models.PositiveIntegerField(blank=True, null=True, verbose_name="累计新增就业")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="benefits",
                        to="lifecycle.project",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("project", "year"), name="benefits_once_a_year"),
                    models.CheckConstraint(
                        condition=models.Q(("year__gte", 2000), ("year__lt", 2100)),
                        name="benefits_year_is_sane",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sales__isnull", True), ("sales__gte", 0), _connector="OR"),
                        name="benefits_sales_is_not_below_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tax__isnull", True), ("tax__gte", 0), _connector="OR"),
                        name="benefits_tax_is_not_below_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("export__isnull", True), ("export__gte", 0), _connector="OR"),
                        name="benefits_export_is_not_below_zero",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARD, REVERSE),
    ]
