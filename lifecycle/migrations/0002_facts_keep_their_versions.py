"""Fact tables keep what they said before, and stamp the project they speak of."""

from pathlib import Path

from django.db import migrations

FORWARD = (Path(__file__).parent / "sql" / "history.sql").read_text(encoding="utf-8")
REVERSE = """
DROP TRIGGER fact_version_is_never_changed ON lifecycle_factversion;
DROP FUNCTION lifecycle_keep_version() CASCADE;
DROP FUNCTION lifecycle_stamp_new() CASCADE;
DROP FUNCTION lifecycle_stamp_project() CASCADE;
DROP FUNCTION lifecycle_stamp_cluster() CASCADE;
DROP FUNCTION lifecycle_stamp_batch() CASCADE;
DROP FUNCTION lifecycle_refuse_change() CASCADE;
DROP FUNCTION lifecycle_project_of(text, jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
