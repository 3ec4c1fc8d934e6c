"""Whatever the queries of what is due read moves the stamp of its project; what is open is found by an index."""

from pathlib import Path

from django.db import migrations, models

FORWARD = (Path(__file__).parent / "sql" / "more_stamps.sql").read_text(encoding="utf-8")
REVERSE = """
DROP FUNCTION lifecycle_stamp_through() CASCADE;
DROP FUNCTION lifecycle_stamp_below() CASCADE;
DROP FUNCTION lifecycle_stamp_all() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("lifecycle", "0013_signs_of_life"),
        ("parties", "0003_programs_carry_tokens"),
    ]
    operations = [
        migrations.AddIndex(
            model_name="milestone",
            index=models.Index(
                condition=models.Q(("state__in", ("planned", "in_progress", "returned", "handed_in"))),
                fields=["planned_on", "project"],
                name="milestone_open",
            ),
        ),
        migrations.RunSQL(FORWARD, REVERSE),
    ]
