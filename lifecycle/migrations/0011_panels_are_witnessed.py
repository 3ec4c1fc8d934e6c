"""What an expert submitted is never changed; publication, certificate and archive come in their order."""

from django.db import migrations, models


WITNESS = """
CREATE TRIGGER panelist_stands_once_submitted BEFORE UPDATE OR DELETE ON lifecycle_panelist
    FOR EACH ROW WHEN (OLD.submitted_at IS NOT NULL) EXECUTE FUNCTION lifecycle_refuse_change();
CREATE TRIGGER panelist_is_never_truncated BEFORE TRUNCATE ON lifecycle_panelist
    FOR EACH STATEMENT EXECUTE FUNCTION lifecycle_refuse_change();
ALTER TABLE lifecycle_panelist ENABLE ALWAYS TRIGGER panelist_stands_once_submitted;
ALTER TABLE lifecycle_panelist ENABLE ALWAYS TRIGGER panelist_is_never_truncated;
"""
REVERSE = """
DROP TRIGGER panelist_stands_once_submitted ON lifecycle_panelist;
DROP TRIGGER panelist_is_never_truncated ON lifecycle_panelist;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("lifecycle", "0010_inspections_hold_together"),
        ("parties", "0003_programs_carry_tokens"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="acceptance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("published_from__isnull", True), ("published_until__isnull", True)),
                    models.Q(
                        ("published_from__isnull", False),
                        ("published_until__isnull", False),
                        ("published_until__gte", models.F("published_from")),
                    ),
                    _connector="OR",
                ),
                name="acceptance_is_published_from_until",
            ),
        ),
        migrations.AddConstraint(
            model_name="acceptance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("certificate_no", ""), ("certified_on__isnull", True)),
                    models.Q(
                        ("certified_on__gt", models.F("published_until")),
                        ("verdict__in", ("通过验收", "结题")),
                        ("state__in", ("reviewed", "concluded")),
                        models.Q(("certificate_no", ""), _negated=True),
                        ("certified_on__isnull", False),
                        ("published_until__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="acceptance_is_certified_once_published",
            ),
        ),
        migrations.AddConstraint(
            model_name="acceptance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("archive_no", ""), ("archived_on__isnull", True)),
                    models.Q(
                        ("archived_on__isnull", False),
                        ("state", "concluded"),
                        models.Q(("archive_no", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="acceptance_is_archived_once_concluded",
            ),
        ),
        migrations.AddConstraint(
            model_name="panelist",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("token_digest", ""),
                    models.Q(("expires_at__isnull", False), ("token_digest__regex", "^[0-9a-f]{64}$")),
                    _connector="OR",
                ),
                name="panelist_link_is_a_digest_and_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="panelist",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("submitted_at__isnull", True),
                    models.Q(
                        ("task_verdict", ""),
                        ("finance_verdict", ""),
                        ("opinion", ""),
                        _connector="OR",
                        _negated=True,
                    ),
                    _connector="OR",
                ),
                name="panelist_submits_both_verdicts",
            ),
        ),
        migrations.RunSQL(WITNESS, REVERSE),
    ]
