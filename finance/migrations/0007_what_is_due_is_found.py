"""A confirmation moves the stamp of its project; flows are found without passing over the spending."""

from django.db import migrations, models

ACTS = (("insert", "NEW"), ("update", "NEW"), ("delete", "OLD"))
FORWARD = "".join(
    f"""
CREATE TRIGGER paymentconfirmation_stamps_{act}s AFTER {act.upper()} ON finance_paymentconfirmation
    REFERENCING {rows} TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION lifecycle_stamp_new();
"""
    for act, rows in ACTS
)
REVERSE = "".join(
    f"DROP TRIGGER paymentconfirmation_stamps_{act}s ON finance_paymentconfirmation;\n" for act, _rows in ACTS
)


class Migration(migrations.Migration):
    dependencies = [
        ("finance", "0006_receipts_are_held_to_the_ledger"),
        ("lifecycle", "0002_facts_keep_their_versions"),
    ]
    operations = [
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("kind__in", ("到账园区", "拨付单位", "直接拨付", "园区退回"))),
                fields=["project", "on"],
                name="entry_of_flows",
            ),
        ),
        migrations.RunSQL(FORWARD, REVERSE),
    ]
