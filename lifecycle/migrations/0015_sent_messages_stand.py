"""What was sent stands; what nobody has seen yet is found by an index of its own, and no index is there twice."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

FORWARD = (Path(__file__).parent / "sql" / "messages.sql").read_text(encoding="utf-8")
REVERSE = """
DROP TRIGGER message_is_never_truncated ON lifecycle_message;
DROP FUNCTION lifecycle_message_stands() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0014_what_is_due_is_stamped")]
    operations = [
        migrations.RunSQL(FORWARD, REVERSE),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                fields=["person", "-made_at", "-id"],
                name="delivery_unseen",
                condition=models.Q(way="bell", seen_at__isnull=True, done_at__isnull=True),
            ),
        ),
        migrations.AlterField(
            model_name="matter",
            name="project",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="matters",
                to="lifecycle.project",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="matter",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="messages",
                to="lifecycle.matter",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="organisation",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to="parties.organisation",
            ),
        ),
    ]
