"""Smaller lives keep what they said before, and stamp the project they belong to."""

from pathlib import Path

from django.db import migrations

FORWARD = (Path(__file__).parent / "sql" / "more_history.sql").read_text(encoding="utf-8")
TABLES = ("exemption", "finding", "contract", "changerequest", "inspection", "acceptance", "creditrecord")
TRIGGERS = ("keeps_versions", "stamps_inserts", "stamps_updates", "stamps_deletes", "is_never_truncated")
REVERSE = "".join(
    f"DROP TRIGGER {table}_{trigger} ON lifecycle_{table};\n" for table in TABLES for trigger in TRIGGERS
)


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0006_moves_are_witnessed")]
    operations = [migrations.RunSQL(FORWARD, f"{REVERSE}DROP FUNCTION lifecycle_keep_history_of(regclass);")]
