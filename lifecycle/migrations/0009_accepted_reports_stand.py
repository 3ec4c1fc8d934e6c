"""An annual report that was accepted is changed by nobody."""

from pathlib import Path

from django.db import migrations

FORWARD = (Path(__file__).parent / "sql" / "accepted_reports.sql").read_text(encoding="utf-8")
REVERSE = """
DROP TRIGGER accepted_report_stands ON lifecycle_annualreport;
DROP FUNCTION lifecycle_accepted_report_stands();
"""


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0008_contract_stands")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
