"""A stage moves with its record and not without; papers, steps and signatures are appended only."""

from pathlib import Path

from django.db import migrations

FOLDER = Path(__file__).parent / "sql"
MOVES = (FOLDER / "moves.sql").read_text(encoding="utf-8")
REVERSE_MOVES = """
DROP FUNCTION lifecycle_state_change_inserted() CASCADE;
DROP FUNCTION lifecycle_state_change_settled() CASCADE;
DROP FUNCTION lifecycle_state_moved() CASCADE;
DROP FUNCTION lifecycle_projects_came_in() CASCADE;
DROP FUNCTION lifecycle_refuse_move(bigint, text);
DROP FUNCTION lifecycle_arrow_exists(text, text, text);
DROP TRIGGER statechange_is_never_changed ON lifecycle_statechange;
DROP TRIGGER step_is_never_changed ON lifecycle_step;
DROP TRIGGER document_is_never_changed ON lifecycle_document;
DROP TRIGGER signature_is_never_changed ON lifecycle_signature;
"""


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0005_lives_hold_together")]
    operations = [migrations.RunSQL(MOVES, REVERSE_MOVES)]
