"""One mid-term planned at a time; findings and credit records whose days follow one another."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("lifecycle", "0009_accepted_reports_stand"),
        ("parties", "0003_programs_carry_tokens"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="creditrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("lifted_on__isnull", True), ("lifted_on__gte", models.F("recorded_on")), _connector="OR"
                ),
                name="credit_is_lifted_after_it_was_recorded",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_on__isnull", True), ("closed_on__gte", models.F("found_on")), _connector="OR"
                ),
                name="finding_is_closed_after_it_was_found",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "answered"), _negated=True),
                    models.Q(("answered_on__isnull", False), models.Q(("answer", ""), _negated=True)),
                    _connector="OR",
                ),
                name="finding_answered_has_day_and_answer",
            ),
        ),
        migrations.AddConstraint(
            model_name="inspection",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "midterm"), ("state", "planned")),
                fields=("project",),
                name="inspection_midterm_planned_one_at_a_time",
            ),
        ),
    ]
