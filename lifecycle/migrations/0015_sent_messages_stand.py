"""What was sent stands, and what nobody has seen yet is found by an index of its own."""

from pathlib import Path

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
    ]
