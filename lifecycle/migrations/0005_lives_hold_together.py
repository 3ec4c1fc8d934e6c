"""What must hold of milestones and annual reports, once their states follow their records."""

import datetime

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0004_states_follow_records")]
    operations = [
        migrations.AddConstraint(
            model_name="annualreport",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draft", "handed_in", "returned", "accepted"])),
                name="annual_report_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="annualreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "draft"), ("submitted_on__isnull", True)),
                    models.Q(models.Q(("state", "draft"), _negated=True), ("submitted_on__isnull", False)),
                    _connector="OR",
                ),
                name="annual_report_handed_in_has_its_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="annualreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "accepted"), _negated=True),
                    ("reviewed_on__isnull", False),
                    _connector="OR",
                ),
                name="annual_report_accepted_has_its_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="milestone",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("waived_on__isnull", True),
                    models.Q(
                        ("waived_on__gte", datetime.date(2000, 1, 1)),
                        ("waived_on__lt", datetime.date(2100, 1, 1)),
                    ),
                    _connector="OR",
                ),
                name="milestone_waived_on_is_sane",
            ),
        ),
        migrations.AddConstraint(
            model_name="milestone",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["planned", "in_progress", "handed_in", "returned", "verified", "waived"])
                ),
                name="milestone_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="milestone",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("completed_on__isnull", False), ("state__in", ("handed_in", "verified"))),
                    models.Q(
                        ("completed_on__isnull", True),
                        ("state__in", ("planned", "in_progress", "returned", "waived")),
                    ),
                    _connector="OR",
                ),
                name="milestone_is_done_once_handed_in",
            ),
        ),
        migrations.AddConstraint(
            model_name="milestone",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "waived"), ("waived_on__isnull", False)),
                    models.Q(models.Q(("state", "waived"), _negated=True), ("waived_on__isnull", True)),
                    _connector="OR",
                ),
                name="milestone_waived_has_its_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="milestone",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("weight__isnull", True),
                    models.Q(("weight__gte", 1), ("weight__lte", 100)),
                    _connector="OR",
                ),
                name="milestone_weight_is_a_share",
            ),
        ),
        migrations.AddConstraint(
            model_name="milestone",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("planned_spend__isnull", True), ("planned_spend__gte", 0), _connector="OR"
                ),
                name="milestone_planned_spend_is_not_negative",
            ),
        ),
    ]
