"""Tables of the smaller lives inside a project, and the states of those that were there."""

import datetime
import django.db.models.deletion
import django.db.models.functions.datetime
import django_fsm
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("lifecycle", "0002_facts_keep_their_versions"),
        ("parties", "0003_programs_carry_tokens"),
    ]

    operations = [
        migrations.CreateModel(
            name="Acceptance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(verbose_name="轮次")),
                (
                    "state",
                    django_fsm.FSMField(
                        choices=[
                            ("filed", "待审核"),
                            ("agreed", "已同意，待评审"),
                            ("reviewed", "已评审"),
                            ("returned", "退回整改"),
                            ("concluded", "已结题"),
                        ],
                        default="filed",
                        max_length=20,
                        protected=True,
                        verbose_name="状态",
                    ),
                ),
                ("applied_on", models.DateField(verbose_name="申请日期")),
                ("checklist", models.JSONField(default=list, verbose_name="材料清单")),
                ("settlement_digest", models.CharField(blank=True, max_length=64)),
                ("city_opinion", models.TextField(blank=True, verbose_name="设区市意见")),
                ("city_reviewed_on", models.DateField(blank=True, null=True, verbose_name="设区市审核日期")),
                ("agreed_on", models.DateField(blank=True, null=True, verbose_name="省同意日期")),
                ("meeting_on", models.DateField(blank=True, null=True, verbose_name="评审日期")),
                ("opinion", models.TextField(blank=True, verbose_name="专家组意见")),
                ("task_verdict", models.CharField(blank=True, max_length=10, verbose_name="任务验收结论")),
                ("finance_verdict", models.CharField(blank=True, max_length=10, verbose_name="财务验收结论")),
                ("verdict", models.CharField(blank=True, max_length=10, verbose_name="验收结论")),
                ("published_from", models.DateField(blank=True, null=True, verbose_name="公示开始")),
                ("published_until", models.DateField(blank=True, null=True, verbose_name="公示结束")),
                ("objection", models.TextField(blank=True, verbose_name="公示异议")),
                ("certificate_no", models.CharField(blank=True, max_length=100, verbose_name="证书编号")),
                ("certified_on", models.DateField(blank=True, null=True, verbose_name="发证日期")),
                ("archived_on", models.DateField(blank=True, null=True, verbose_name="归档日期")),
                ("archive_no", models.CharField(blank=True, max_length=100, verbose_name="档案号")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("certificate_no", ""), _negated=True),
                        fields=("certificate_no",),
                        name="acceptance_certificate_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["filed", "agreed", "reviewed", "returned", "concluded"])
                        ),
                        name="acceptance_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("round__gte", 1), ("round__lte", 2)),
                        name="acceptance_is_mended_once_at_most",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("finance_verdict__in", ("", "通过验收", "结题", "不通过验收")),
                            ("task_verdict__in", ("", "通过验收", "结题", "不通过验收")),
                            ("verdict__in", ("", "通过验收", "结题", "不通过验收")),
                        ),
                        name="acceptance_verdicts_are_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "reviewed"), _negated=True),
                            models.Q(
                                models.Q(("opinion", ""), _negated=True),
                                models.Q(("task_verdict", ""), _negated=True),
                                models.Q(("finance_verdict", ""), _negated=True),
                                models.Q(("verdict", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="acceptance_reviewed_has_its_verdicts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("applied_on__isnull", True),
                            models.Q(
                                ("applied_on__gte", datetime.date(2000, 1, 1)),
                                ("applied_on__lt", datetime.date(2100, 1, 1)),
                            ),
                            _connector="OR",
                        ),
                        name="acceptance_applied_on_is_sane",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("city_reviewed_on__isnull", True),
                            models.Q(
                                ("city_reviewed_on__gte", datetime.date(2000, 1, 1)),
                                ("city_reviewed_on__lt", datetime.date(2100, 1, 1)),
                            ),
                            _connector="OR",
                        ),
                        name="acceptance_city_reviewed_on_is_sane",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("agreed_on__isnull", True),
                            models.Q(
                                ("agreed_on__gte", datetime.date(2000, 1, 1)),
                                ("agreed_on__lt", datetime.date(2100, 1, 1)),
                            ),
                            _connector="OR",
                        ),
                        name="acceptance_agreed_on_is_sane",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("meeting_on__isnull", True),
                            models.Q(
                                ("meeting_on__gte", datetime.date(2000, 1, 1)),
                                ("meeting_on__lt", datetime.date(2100, 1, 1)),
                            ),
                            _connector="OR",
                        ),
                        name="acceptance_meeting_on_is_sane",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("published_from__isnull", True),
                            models.Q(
                                ("published_from__gte", datetime.date(2000, 1, 1)),
                                ("published_from__lt", datetime.date(2100, 1, 1)),
                            ),
                            _connector="OR",
                        ),
                        name="acceptance_published_from_is_sane",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("published_until__isnull", True),
                            models.Q(
                                ("published_until__gte", datetime.date(2000, 1, 1)),
                                ("published_until__lt", datetime.date(2100, 1, 1)),
                            ),
                            _connector="OR",
                        ),
                        name="acceptance_published_until_is_sane",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("certified_on__isnull", True),
                            models.Q(
                                ("certified_on__gte", datetime.date(2000, 1, 1)),
                                ("certified_on__lt", datetime.date(2100, 1, 1)),
                            ),
                            _connector="OR",
                        ),
                        name="acceptance_certified_on_is_sane",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("archived_on__isnull", True),
                            models.Q(
                                ("archived_on__gte", datetime.date(2000, 1, 1)),
                                ("archived_on__lt", datetime.date(2100, 1, 1)),
                            ),
                            _connector="OR",
                        ),
                        name="acceptance_archived_on_is_sane",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChangeRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("unit", "变更承担单位"),
                            ("leader", "变更项目负责人"),
                            ("term", "延长实施期"),
                            ("targets", "调整考核指标"),
                            ("total", "调整总投入和经费"),
                            ("early_acceptance", "提前验收"),
                            ("partners", "变更参与单位"),
                            ("source_structure", "调整资金来源结构和拨款计划"),
                            ("work_plan", "调整年度工作计划"),
                            ("members", "变更项目组成员"),
                            ("technical_route", "调整技术路线"),
                            ("categories", "支出科目间调剂"),
                        ],
                        max_length=30,
                        verbose_name="变更事项",
                    ),
                ),
                (
                    "tier",
                    models.CharField(
                        choices=[("major", "重大变更"), ("important", "重要变更"), ("ordinary", "一般变更")],
                        max_length=20,
                        verbose_name="变更级别",
                    ),
                ),
                ("reason", models.TextField(verbose_name="理由")),
                ("wanted", models.JSONField()),
                ("former", models.JSONField(default=dict)),
                (
                    "state",
                    django_fsm.FSMField(
                        choices=[
                            ("draft", "起草中"),
                            ("at_park", "待高新区审核"),
                            ("at_city", "待设区市审核"),
                            ("at_province", "待省批准"),
                            ("returned", "已退回"),
                            ("approved", "已批准"),
                            ("refused", "不批准"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="draft",
                        max_length=20,
                        protected=True,
                        verbose_name="状态",
                    ),
                ),
                ("asked_on", models.DateField(blank=True, null=True, verbose_name="申请日期")),
                ("decided_on", models.DateField(blank=True, null=True, verbose_name="决定日期")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "unit",
                                    "leader",
                                    "term",
                                    "targets",
                                    "total",
                                    "early_acceptance",
                                    "partners",
                                    "source_structure",
                                    "work_plan",
                                    "members",
                                    "technical_route",
                                    "categories",
                                ],
                            )
                        ),
                        name="change_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tier__in", ["major", "important", "ordinary"])),
                        name="change_tier_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "draft",
                                    "at_park",
                                    "at_city",
                                    "at_province",
                                    "returned",
                                    "approved",
                                    "refused",
                                    "withdrawn",
                                ],
                            )
                        ),
                        name="change_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="change_has_a_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("approved", "refused")), _negated=True),
                            ("decided_on__isnull", False),
                            _connector="OR",
                        ),
                        name="change_decided_has_its_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("asked_on__isnull", True),
                            models.Q(
                                ("asked_on__gte", datetime.date(2000, 1, 1)),
                                ("asked_on__lt", datetime.date(2100, 1, 1)),
                            ),
                            _connector="OR",
                        ),
                        name="change_asked_on_is_sane",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_on__isnull", True),
                            models.Q(
                                ("decided_on__gte", datetime.date(2000, 1, 1)),
                                ("decided_on__lt", datetime.date(2100, 1, 1)),
                            ),
                            _connector="OR",
                        ),
                        name="change_decided_on_is_sane",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Contract",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveSmallIntegerField(verbose_name="版本")),
                (
                    "state",
                    django_fsm.FSMField(
                        choices=[
                            ("draft", "待签署"),
                            ("in_force", "执行中"),
                            ("superseded", "已被替代"),
                            ("withdrawn", "已作废"),
                        ],
                        default="draft",
                        max_length=20,
                        protected=True,
                        verbose_name="状态",
                    ),
                ),
                ("terms", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                ("drafted_on", models.DateField(verbose_name="拟定日期")),
                ("in_force_on", models.DateField(blank=True, null=True, verbose_name="生效日期")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "in_force", "superseded", "withdrawn"])),
                        name="contract_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "in_force"), _negated=True),
                            ("in_force_on__isnull", False),
                            _connector="OR",
                        ),
                        name="contract_in_force_has_its_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("drafted_on__isnull", True),
                            models.Q(
                                ("drafted_on__gte", datetime.date(2000, 1, 1)),
                                ("drafted_on__lt", datetime.date(2100, 1, 1)),
                            ),
                            _connector="OR",
                        ),
                        name="contract_drafted_on_is_sane",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("in_force_on__isnull", True),
                            models.Q(
                                ("in_force_on__gte", datetime.date(2000, 1, 1)),
                                ("in_force_on__lt", datetime.date(2100, 1, 1)),
                            ),
                            _connector="OR",
                        ),
                        name="contract_in_force_on_is_sane",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "subject_kind",
                    models.CharField(
                        choices=[
                            ("unit", "承担单位"),
                            ("person", "个人"),
                            ("park", "高新区管委会"),
                            ("expert", "专家"),
                            ("audit_firm", "审计机构"),
                        ],
                        max_length=20,
                        verbose_name="对象类型",
                    ),
                ),
                ("subject_name", models.CharField(max_length=200, verbose_name="对象")),
                (
                    "grade",
                    models.CharField(
                        choices=[("good", "守信"), ("minor", "一般失信"), ("grave", "严重失信")],
                        max_length=20,
                        verbose_name="等级",
                    ),
                ),
                ("behaviour", models.TextField(verbose_name="行为")),
                ("recorded_on", models.DateField(verbose_name="认定日期")),
                ("until", models.DateField(blank=True, null=True, verbose_name="截止日期")),
                ("lifted_on", models.DateField(blank=True, null=True, verbose_name="解除日期")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["subject_name"], name="credit_by_name")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("subject_kind__in", ["unit", "person", "park", "expert", "audit_firm"])
                        ),
                        name="credit_subject_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("grade__in", ["good", "minor", "grave"])),
                        name="credit_grade_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("subject_name", ""), _negated=True),
                            models.Q(("behaviour", ""), _negated=True),
                        ),
                        name="credit_says_who_and_what",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__isnull", True), ("until__gte", models.F("recorded_on")), _connector="OR"
                        ),
                        name="credit_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("recorded_on__isnull", True),
                            models.Q(
                                ("recorded_on__gte", datetime.date(2000, 1, 1)),
                                ("recorded_on__lt", datetime.date(2100, 1, 1)),
                            ),
                            _connector="OR",
                        ),
                        name="credit_recorded_on_is_sane",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__isnull", True),
                            models.Q(
                                ("until__gte", datetime.date(2000, 1, 1)),
                                ("until__lt", datetime.date(2100, 1, 1)),
                            ),
                            _connector="OR",
                        ),
                        name="credit_until_is_sane",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("lifted_on__isnull", True),
                            models.Q(
                                ("lifted_on__gte", datetime.date(2000, 1, 1)),
                                ("lifted_on__lt", datetime.date(2100, 1, 1)),
                            ),
                            _connector="OR",
                        ),
                        name="credit_lifted_on_is_sane",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("commitment", "承诺书"),
                            ("contract", "合同"),
                            ("milestone", "里程碑佐证"),
                            ("annual_report", "年度报告附件"),
                            ("inspection", "检查材料"),
                            ("rectification", "整改证明"),
                            ("change", "变更材料"),
                            ("technical_report", "科技报告"),
                            ("audit", "专项审计报告"),
                            ("acceptance", "验收材料"),
                            ("expert_opinion", "专家意见"),
                            ("decision", "决定文件"),
                            ("exemption", "例外审批文件"),
                            ("payment", "拨付凭证"),
                            ("refund", "退款凭证"),
                            ("certificate", "证书"),
                            ("other", "其他"),
                        ],
                        max_length=30,
                        verbose_name="类别",
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=30)),
                ("subject_id", models.BigIntegerField(null=True)),
                ("title", models.CharField(max_length=200, verbose_name="名称")),
                ("number", models.CharField(blank=True, max_length=200, verbose_name="编号")),
                ("file_name", models.CharField(max_length=200, verbose_name="文件名")),
                ("stored_as", models.CharField(max_length=100)),
                ("media_type", models.CharField(max_length=100, verbose_name="文件类型")),
                ("size", models.BigIntegerField(verbose_name="大小")),
                ("sha256", models.CharField(max_length=64)),
                ("version", models.PositiveSmallIntegerField(default=1, verbose_name="版本")),
                (
                    "uploaded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="上传时间"
                    ),
                ),
                ("uploader_id", models.BigIntegerField(null=True)),
                ("uploader_name", models.CharField(blank=True, max_length=100, verbose_name="上传人")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["subject", "subject_id"], name="document_by_subject"),
                    models.Index(fields=["sha256"], name="document_by_digest"),
                    models.Index(
                        condition=models.Q(("number", ""), _negated=True),
                        fields=["number"],
                        name="document_by_number",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("stored_as",), name="document_stored_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "category__in",
                                [
                                    "commitment",
                                    "contract",
                                    "milestone",
                                    "annual_report",
                                    "inspection",
                                    "rectification",
                                    "change",
                                    "technical_report",
                                    "audit",
                                    "acceptance",
                                    "expert_opinion",
                                    "decision",
                                    "exemption",
                                    "payment",
                                    "refund",
                                    "certificate",
                                    "other",
                                ],
                            )
                        ),
                        name="document_category_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("subject", ""), ("subject_id__isnull", True)),
                            models.Q(models.Q(("subject", ""), _negated=True), ("subject_id__isnull", False)),
                            _connector="OR",
                        ),
                        name="document_belongs_to_one_thing",
                    ),
                    models.CheckConstraint(condition=models.Q(("size__gt", 0)), name="document_is_not_empty"),
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")),
                        name="document_has_its_digest",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Exemption",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rule", models.CharField(max_length=10, verbose_name="规则")),
                ("reason", models.TextField(verbose_name="理由")),
                (
                    "state",
                    django_fsm.FSMField(
                        choices=[
                            ("asked", "待批准"),
                            ("granted", "已批准"),
                            ("refused", "不批准"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="asked",
                        max_length=20,
                        protected=True,
                        verbose_name="状态",
                    ),
                ),
                ("asked_on", models.DateField(verbose_name="申请日期")),
                ("asked_by", models.CharField(max_length=200, verbose_name="申请人")),
                ("granted_on", models.DateField(blank=True, null=True, verbose_name="批准日期")),
                ("until", models.DateField(blank=True, null=True, verbose_name="截止日期")),
                ("granted_by", models.CharField(blank=True, max_length=200, verbose_name="批准单位")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("rule__in", ("FIN-01", "FIN-02", "FIN-04", "LC-06", "LC-07", "LC-09"))
                        ),
                        name="exemption_rule_can_be_waived",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="exemption_has_a_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["asked", "granted", "refused", "withdrawn"])),
                        name="exemption_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__isnull", True), ("until__gte", models.F("granted_on")), _connector="OR"
                        ),
                        name="exemption_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("asked_on__isnull", True),
                            models.Q(
                                ("asked_on__gte", datetime.date(2000, 1, 1)),
                                ("asked_on__lt", datetime.date(2100, 1, 1)),
                            ),
                            _connector="OR",
                        ),
                        name="exemption_asked_on_is_sane",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("granted_on__isnull", True),
                            models.Q(
                                ("granted_on__gte", datetime.date(2000, 1, 1)),
                                ("granted_on__lt", datetime.date(2100, 1, 1)),
                            ),
                            _connector="OR",
                        ),
                        name="exemption_granted_on_is_sane",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__isnull", True),
                            models.Q(
                                ("until__gte", datetime.date(2000, 1, 1)),
                                ("until__lt", datetime.date(2100, 1, 1)),
                            ),
                            _connector="OR",
                        ),
                        name="exemption_until_is_sane",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "origin",
                    models.CharField(
                        choices=[("inspection", "检查"), ("acceptance", "验收整改"), ("audit", "审计")],
                        default="inspection",
                        max_length=20,
                        verbose_name="来源",
                    ),
                ),
                (
                    "severity",
                    models.CharField(
                        choices=[("minor", "一般"), ("major", "较重"), ("grave", "严重")],
                        max_length=20,
                        verbose_name="程度",
                    ),
                ),
                ("text", models.TextField(verbose_name="问题")),
                ("found_on", models.DateField(verbose_name="发现日期")),
                ("due_on", models.DateField(verbose_name="整改期限")),
                (
                    "state",
                    django_fsm.FSMField(
                        choices=[("open", "待整改"), ("answered", "已答复待复核"), ("closed", "已销号")],
                        default="open",
                        max_length=20,
                        protected=True,
                        verbose_name="状态",
                    ),
                ),
                ("answer", models.TextField(blank=True, verbose_name="整改答复")),
                ("answered_on", models.DateField(blank=True, null=True, verbose_name="答复日期")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="销号日期")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("severity__in", ["minor", "major", "grave"])),
                        name="finding_severity_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "answered", "closed"])),
                        name="finding_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="finding_says_what"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_on__gte", models.F("found_on"))),
                        name="finding_is_due_after_it_was_found",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_on__isnull", False), ("state", "closed")),
                            models.Q(
                                models.Q(("state", "closed"), _negated=True), ("closed_on__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="finding_closed_has_its_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("found_on__isnull", True),
                            models.Q(
                                ("found_on__gte", datetime.date(2000, 1, 1)),
                                ("found_on__lt", datetime.date(2100, 1, 1)),
                            ),
                            _connector="OR",
                        ),
                        name="finding_found_on_is_sane",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("due_on__isnull", True),
                            models.Q(
                                ("due_on__gte", datetime.date(2000, 1, 1)),
                                ("due_on__lt", datetime.date(2100, 1, 1)),
                            ),
                            _connector="OR",
                        ),
                        name="finding_due_on_is_sane",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answered_on__isnull", True),
                            models.Q(
                                ("answered_on__gte", datetime.date(2000, 1, 1)),
                                ("answered_on__lt", datetime.date(2100, 1, 1)),
                            ),
                            _connector="OR",
                        ),
                        name="finding_answered_on_is_sane",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_on__isnull", True),
                            models.Q(
                                ("closed_on__gte", datetime.date(2000, 1, 1)),
                                ("closed_on__lt", datetime.date(2100, 1, 1)),
                            ),
                            _connector="OR",
                        ),
                        name="finding_closed_on_is_sane",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Inspection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("midterm", "中期检查"), ("spot", "抽查")],
                        max_length=20,
                        verbose_name="检查类型",
                    ),
                ),
                (
                    "state",
                    django_fsm.FSMField(
                        choices=[("planned", "待检查"), ("held", "已检查"), ("cancelled", "已取消")],
                        default="planned",
                        max_length=20,
                        protected=True,
                        verbose_name="状态",
                    ),
                ),
                ("planned_on", models.DateField(verbose_name="计划检查日期")),
                ("held_on", models.DateField(blank=True, null=True, verbose_name="检查日期")),
                ("inspector", models.CharField(max_length=200, verbose_name="检查单位")),
                ("checklist", models.JSONField(default=list, verbose_name="检查清单")),
                ("result", models.CharField(blank=True, max_length=10, verbose_name="结果")),
                ("opinion", models.TextField(blank=True, verbose_name="检查意见")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["midterm", "spot"])), name="inspection_kind_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["planned", "held", "cancelled"])),
                        name="inspection_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("held_on__isnull", False),
                                ("result__in", ("通过", "限期整改", "不通过")),
                                ("state", "held"),
                            ),
                            models.Q(
                                models.Q(("state", "held"), _negated=True),
                                ("held_on__isnull", True),
                                ("result", ""),
                            ),
                            _connector="OR",
                        ),
                        name="inspection_held_has_day_and_result",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("planned_on__isnull", True),
                            models.Q(
                                ("planned_on__gte", datetime.date(2000, 1, 1)),
                                ("planned_on__lt", datetime.date(2100, 1, 1)),
                            ),
                            _connector="OR",
                        ),
                        name="inspection_planned_on_is_sane",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("held_on__isnull", True),
                            models.Q(
                                ("held_on__gte", datetime.date(2000, 1, 1)),
                                ("held_on__lt", datetime.date(2100, 1, 1)),
                            ),
                            _connector="OR",
                        ),
                        name="inspection_held_on_is_sane",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Panelist",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="姓名")),
                ("organisation", models.CharField(max_length=200, verbose_name="工作单位")),
                ("specialty", models.CharField(blank=True, max_length=100, verbose_name="专业")),
                ("is_finance", models.BooleanField(default=False, verbose_name="财务专家")),
                ("is_chair", models.BooleanField(default=False, verbose_name="组长")),
                ("token_digest", models.CharField(blank=True, max_length=64)),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="链接有效期")),
                ("opened_at", models.DateTimeField(blank=True, null=True, verbose_name="打开时间")),
                ("submitted_at", models.DateTimeField(blank=True, null=True, verbose_name="提交时间")),
                ("scores", models.JSONField(default=dict, verbose_name="评分")),
                ("task_verdict", models.CharField(blank=True, max_length=10, verbose_name="任务验收结论")),
                ("finance_verdict", models.CharField(blank=True, max_length=10, verbose_name="财务验收结论")),
                ("opinion", models.TextField(blank=True, verbose_name="意见")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("token_digest", ""), _negated=True),
                        fields=("token_digest",),
                        name="panelist_link_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("finance_verdict__in", ("", "通过验收", "结题", "不通过验收")),
                            ("task_verdict__in", ("", "通过验收", "结题", "不通过验收")),
                        ),
                        name="panelist_verdicts_are_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("submitted_at__isnull", True), ("token_digest", ""), _connector="OR"
                        ),
                        name="panelist_link_dies_after_use",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "party",
                    models.CharField(
                        choices=[("province", "省科技厅"), ("park", "高新区管委会"), ("unit", "承担单位")],
                        max_length=20,
                        verbose_name="签约方",
                    ),
                ),
                ("signatory", models.CharField(max_length=100, verbose_name="签署人")),
                ("signed_on", models.DateField(verbose_name="签署日期")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("actor_id", models.BigIntegerField(null=True)),
                ("actor_name", models.CharField(blank=True, max_length=100)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("signatory", ""), _negated=True), name="signature_has_a_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("signed_on__isnull", True),
                            models.Q(
                                ("signed_on__gte", datetime.date(2000, 1, 1)),
                                ("signed_on__lt", datetime.date(2100, 1, 1)),
                            ),
                            _connector="OR",
                        ),
                        name="signature_signed_on_is_sane",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StateChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sequence", models.IntegerField(verbose_name="序号")),
                ("move", models.CharField(max_length=40, verbose_name="事项")),
                ("from_state", models.CharField(blank=True, max_length=20, verbose_name="原阶段")),
                (
                    "to_state",
                    models.CharField(
                        choices=[
                            ("approved", "立项"),
                            ("funding", "拨款"),
                            ("implementing", "实施"),
                            ("acceptance", "验收"),
                            ("closed", "结题"),
                            ("suspended", "暂停"),
                            ("terminated", "终止"),
                            ("revoked", "撤销"),
                        ],
                        max_length=20,
                        verbose_name="新阶段",
                    ),
                ),
                ("effective_on", models.DateField(null=True, verbose_name="生效日期")),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="办理时间"
                    ),
                ),
                ("actor_id", models.BigIntegerField(null=True)),
                ("actor_name", models.CharField(blank=True, max_length=100, verbose_name="办理人")),
                ("role", models.CharField(blank=True, max_length=20, verbose_name="角色")),
                ("reason", models.TextField(blank=True, verbose_name="理由")),
                (
                    "reason_class",
                    models.CharField(
                        blank=True,
                        choices=[("objective", "客观原因"), ("fault", "责任原因")],
                        max_length=20,
                        verbose_name="理由类别",
                    ),
                ),
                ("conditions", models.JSONField(default=dict)),
                ("facts", models.JSONField(default=dict)),
                ("rule_set", models.CharField(blank=True, max_length=16)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("from_state", ""), ("move", "entered"), ("sequence", 1)),
                            models.Q(
                                models.Q(("move", "entered"), _negated=True),
                                ("effective_on__isnull", False),
                                ("sequence__gt", 1),
                                models.Q(("from_state", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="state_change_begins_by_coming_in",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(max_length=30)),
                ("subject_id", models.BigIntegerField()),
                ("act", models.CharField(max_length=40, verbose_name="事项")),
                ("from_state", models.CharField(blank=True, max_length=20, verbose_name="原状态")),
                ("to_state", models.CharField(blank=True, max_length=20, verbose_name="新状态")),
                ("on", models.DateField(db_column="day", verbose_name="日期")),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="办理时间"
                    ),
                ),
                ("actor_id", models.BigIntegerField(null=True)),
                ("actor_name", models.CharField(blank=True, max_length=100, verbose_name="办理人")),
                ("role", models.CharField(blank=True, max_length=20, verbose_name="角色")),
                ("reason", models.TextField(blank=True, verbose_name="说明")),
                ("details", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [models.Index(fields=["subject", "subject_id"], name="step_by_subject")],
            },
        ),
        migrations.AddField(
            model_name="annualreport",
            name="content",
            field=models.JSONField(default=dict, verbose_name="内容"),
        ),
        migrations.AddField(
            model_name="annualreport",
            name="points",
            field=models.JSONField(default=list, verbose_name="退回意见"),
        ),
        migrations.AddField(
            model_name="annualreport",
            name="state",
            field=django_fsm.FSMField(
                choices=[
                    ("draft", "起草中"),
                    ("handed_in", "已提交待审核"),
                    ("returned", "已退回"),
                    ("accepted", "审核通过"),
                ],
                default="draft",
                max_length=20,
                protected=True,
                verbose_name="状态",
            ),
        ),
        migrations.AddField(
            model_name="datedevent",
            name="decided_on",
            field=models.DateField(blank=True, null=True, verbose_name="批准日期"),
        ),
        migrations.AddField(
            model_name="milestone",
            name="planned_spend",
            field=models.DecimalField(
                blank=True, decimal_places=2, max_digits=18, null=True, verbose_name="计划支出"
            ),
        ),
        migrations.AddField(
            model_name="milestone",
            name="state",
            field=django_fsm.FSMField(
                choices=[
                    ("planned", "未开始"),
                    ("in_progress", "进行中"),
                    ("handed_in", "已提交待核实"),
                    ("returned", "已退回"),
                    ("verified", "已核实"),
                    ("waived", "已免除"),
                ],
                default="planned",
                max_length=20,
                protected=True,
                verbose_name="状态",
            ),
        ),
        migrations.AddField(
            model_name="milestone",
            name="waived_on",
            field=models.DateField(blank=True, null=True, verbose_name="免除日期"),
        ),
        migrations.AddField(
            model_name="milestone",
            name="weight",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="权重"),
        ),
        migrations.AddField(
            model_name="tranche",
            name="is_tail",
            field=models.BooleanField(db_default=False, default=False, verbose_name="尾款"),
        ),
        migrations.AlterField(
            model_name="project",
            name="state",
            field=django_fsm.FSMField(
                choices=[
                    ("approved", "立项"),
                    ("funding", "拨款"),
                    ("implementing", "实施"),
                    ("acceptance", "验收"),
                    ("closed", "结题"),
                    ("suspended", "暂停"),
                    ("terminated", "终止"),
                    ("revoked", "撤销"),
                ],
                default="approved",
                max_length=20,
                protected=True,
                verbose_name="当前阶段",
            ),
        ),
        migrations.AddConstraint(
            model_name="datedevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_on__isnull", True),
                    models.Q(
                        ("decided_on__gte", datetime.date(2000, 1, 1)),
                        ("decided_on__lt", datetime.date(2100, 1, 1)),
                    ),
                    _connector="OR",
                ),
                name="event_decided_on_is_sane",
            ),
        ),
        migrations.AddField(
            model_name="acceptance",
            name="organiser",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="parties.organisation",
                verbose_name="组织单位",
            ),
        ),
        migrations.AddField(
            model_name="acceptance",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="acceptances",
                to="lifecycle.project",
            ),
        ),
        migrations.AddField(
            model_name="changerequest",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="changes", to="lifecycle.project"
            ),
        ),
        migrations.AddField(
            model_name="contract",
            name="change",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="contract",
                to="lifecycle.changerequest",
            ),
        ),
        migrations.AddField(
            model_name="contract",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="contracts", to="lifecycle.project"
            ),
        ),
        migrations.AddField(
            model_name="creditrecord",
            name="organisation",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="credit_records",
                to="parties.organisation",
            ),
        ),
        migrations.AddField(
            model_name="creditrecord",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="credit_records",
                to="lifecycle.project",
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="documents", to="lifecycle.project"
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="replaces",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="lifecycle.document",
            ),
        ),
        migrations.AddField(
            model_name="creditrecord",
            name="document",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="lifecycle.document",
            ),
        ),
        migrations.AddField(
            model_name="exemption",
            name="document",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="lifecycle.document",
            ),
        ),
        migrations.AddField(
            model_name="exemption",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="exemptions", to="lifecycle.project"
            ),
        ),
        migrations.AddField(
            model_name="finding",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="findings", to="lifecycle.project"
            ),
        ),
        migrations.AddField(
            model_name="inspection",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="inspections",
                to="lifecycle.project",
            ),
        ),
        migrations.AddField(
            model_name="finding",
            name="inspection",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="findings",
                to="lifecycle.inspection",
            ),
        ),
        migrations.AddField(
            model_name="panelist",
            name="acceptance",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="panel", to="lifecycle.acceptance"
            ),
        ),
        migrations.AddField(
            model_name="signature",
            name="contract",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="signatures",
                to="lifecycle.contract",
            ),
        ),
        migrations.AddField(
            model_name="signature",
            name="document",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="lifecycle.document",
            ),
        ),
        migrations.AddField(
            model_name="signature",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.organisation"
            ),
        ),
        migrations.AddField(
            model_name="statechange",
            name="document",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="lifecycle.document",
            ),
        ),
        migrations.AddField(
            model_name="statechange",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="state_changes",
                to="lifecycle.project",
            ),
        ),
        migrations.AddField(
            model_name="step",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="lifecycle.project"
            ),
        ),
        migrations.AddConstraint(
            model_name="acceptance",
            constraint=models.UniqueConstraint(fields=("project", "round"), name="acceptance_round_once"),
        ),
        migrations.AddConstraint(
            model_name="acceptance",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "returned"), _negated=True),
                fields=("project",),
                name="acceptance_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="acceptance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("agreed", "reviewed")), _negated=True),
                    models.Q(("agreed_on__isnull", False), ("organiser__isnull", False)),
                    _connector="OR",
                ),
                name="acceptance_agreed_has_day_and_organiser",
            ),
        ),
        migrations.AddConstraint(
            model_name="changerequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("draft", "at_park", "at_city", "at_province", "returned"))),
                fields=("project", "kind"),
                name="change_of_a_kind_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.UniqueConstraint(fields=("project", "version"), name="contract_version_once"),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "in_force")), fields=("project",), name="contract_one_in_force"
            ),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "draft")), fields=("project",), name="contract_one_draft"
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("replaces__isnull", True), ("version", 1)),
                    models.Q(("replaces__isnull", False), ("version__gt", 1)),
                    _connector="OR",
                ),
                name="document_version_follows_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="exemption",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "granted"), _negated=True),
                    models.Q(
                        ("document__isnull", False),
                        ("granted_on__isnull", False),
                        models.Q(("granted_by", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="exemption_granted_on_paper",
            ),
        ),
        migrations.AddConstraint(
            model_name="exemption",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "asked")),
                fields=("project", "rule"),
                name="exemption_asked_once_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(("origin__in", ["inspection", "acceptance", "audit"])),
                name="finding_origin_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="panelist",
            constraint=models.UniqueConstraint(
                fields=("acceptance", "name", "organisation"), name="panelist_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="panelist",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_chair", True)), fields=("acceptance",), name="panel_has_one_chair"
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.UniqueConstraint(fields=("contract", "party"), name="signature_once_a_party"),
        ),
        migrations.AddConstraint(
            model_name="statechange",
            constraint=models.UniqueConstraint(
                fields=("project", "sequence"), name="state_change_sequence_once"
            ),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(fields=["project", "-id"], name="step_by_project"),
        ),
    ]
