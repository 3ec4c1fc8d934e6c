"""A version of the contract stands as it was made, and the project says what the one in force says."""

from pathlib import Path

from django.db import migrations

FORWARD = (Path(__file__).parent / "sql" / "contract.sql").read_text(encoding="utf-8")
REVERSE = """
DROP FUNCTION lifecycle_contract_stands() CASCADE;
DROP FUNCTION lifecycle_contract_holds() CASCADE;
DROP FUNCTION lifecycle_contract_of_project_holds() CASCADE;
DROP FUNCTION lifecycle_hold_to_contract(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0007_smaller_lives_keep_their_versions")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
