"""Audits and refunds keep their versions; what was confirmed, settled or received is appended only."""

from django.db import migrations

KEPT = ("audit", "refund", "refundreceipt")
APPENDED = ("paymentconfirmation", "settlement", "surplusdecision", "refundreceipt")
TRIGGERS = ("keeps_versions", "stamps_inserts", "stamps_updates", "stamps_deletes", "is_never_truncated")

FORWARD = "".join(f"SELECT lifecycle_keep_history_of('finance_{table}');\n" for table in KEPT) + "".join(
    f"""
CREATE TRIGGER {table}_is_never_changed BEFORE UPDATE OR DELETE ON finance_{table}
    FOR EACH STATEMENT EXECUTE FUNCTION lifecycle_refuse_change();
ALTER TABLE finance_{table} ENABLE ALWAYS TRIGGER {table}_is_never_changed;
"""
    for table in APPENDED
)
REVERSE = "".join(
    f"DROP TRIGGER {table}_{trigger} ON finance_{table};\n" for table in KEPT for trigger in TRIGGERS
) + "".join(f"DROP TRIGGER {table}_is_never_changed ON finance_{table};\n" for table in APPENDED)


class Migration(migrations.Migration):
    dependencies = [
        ("finance", "0004_settling_and_refunds"),
        ("lifecycle", "0007_smaller_lives_keep_their_versions"),
    ]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
