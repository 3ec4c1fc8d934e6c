"""The security log refuses every change, whoever tries."""

from pathlib import Path

from django.db import migrations

FORWARD = (Path(__file__).parent / "sql" / "log.sql").read_text(encoding="utf-8")
REVERSE = """
DROP TRIGGER security_event_is_never_changed ON parties_securityevent;
DROP FUNCTION parties_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("parties", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
