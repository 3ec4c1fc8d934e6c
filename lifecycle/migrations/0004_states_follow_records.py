"""Milestones and annual reports that were kept before they had a state: it follows from what is recorded."""

from django.db import migrations

# The rows say nothing new, so neither their history nor the stamps of their projects move.
FORWARD = """
ALTER TABLE lifecycle_milestone DISABLE TRIGGER USER;
ALTER TABLE lifecycle_annualreport DISABLE TRIGGER USER;
UPDATE lifecycle_milestone SET state = CASE
    WHEN completed_on IS NOT NULL THEN 'verified' WHEN progress <> '' THEN 'in_progress' ELSE 'planned' END;
UPDATE lifecycle_annualreport SET state = CASE
    WHEN submitted_on IS NULL THEN 'draft' WHEN reviewed_on IS NULL THEN 'handed_in' ELSE 'accepted' END;
ALTER TABLE lifecycle_milestone ENABLE TRIGGER USER;
ALTER TABLE lifecycle_annualreport ENABLE TRIGGER USER;
ALTER TABLE lifecycle_milestone ENABLE ALWAYS TRIGGER milestone_keeps_versions;
ALTER TABLE lifecycle_milestone ENABLE ALWAYS TRIGGER milestone_is_never_truncated;
ALTER TABLE lifecycle_annualreport ENABLE ALWAYS TRIGGER annualreport_keeps_versions;
ALTER TABLE lifecycle_annualreport ENABLE ALWAYS TRIGGER annualreport_is_never_truncated;
"""


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0003_lives_inside_a_project")]
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
