"""A receipt is recorded once, for its own refund, and never beyond the entry that it points to."""

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION finance_receipt_inserted() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    refund finance_refund;
    entry finance_entry;
    linked numeric;
BEGIN
    SELECT * INTO refund FROM finance_refund WHERE id = NEW.refund_id;
    IF refund.project_id <> NEW.project_id THEN
        RAISE EXCEPTION 'receipts: refund % belongs to another project', NEW.refund_id USING ERRCODE = '23514';
    END IF;
    IF NEW.entry_id IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT * INTO entry FROM finance_entry WHERE id = NEW.entry_id;
    IF entry.id IS NULL OR entry.reverses_id IS NOT NULL OR (entry.project_id, entry.source, entry.kind)
        <> (refund.project_id, refund.source, CASE refund.holder WHEN 'park' THEN '园区退回' ELSE '退回' END) THEN
        RAISE EXCEPTION 'receipts: entry % brings nothing back for refund %', NEW.entry_id, NEW.refund_id
            USING ERRCODE = '23514';
    END IF;
    SELECT coalesce(sum(c.amount), 0) INTO linked
    FROM finance_refundreceipt c JOIN finance_refund r ON r.id = c.refund_id
    WHERE c.entry_id = NEW.entry_id AND r.state <> 'withdrawn';
    IF linked + NEW.amount > entry.amount THEN
        RAISE EXCEPTION 'receipts: entry % has no more than % to give', NEW.entry_id, entry.amount - linked
            USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER receipt_fits_its_refund BEFORE INSERT ON finance_refundreceipt
    FOR EACH ROW EXECUTE FUNCTION finance_receipt_inserted();
ALTER TABLE finance_refundreceipt ENABLE ALWAYS TRIGGER receipt_fits_its_refund;
"""

REVERSE = """
DROP TRIGGER receipt_fits_its_refund ON finance_refundreceipt;
DROP FUNCTION finance_receipt_inserted();
"""


class Migration(migrations.Migration):
    dependencies = [("finance", "0005_settling_is_witnessed")]
    operations = [
        migrations.AddField(
            model_name="refundreceipt",
            name="key",
            field=models.CharField(max_length=200, null=True),
        ),
        migrations.AddConstraint(
            model_name="refundreceipt",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key__isnull", False)),
                fields=("project", "key"),
                name="receipt_key_once",
            ),
        ),
        migrations.RunSQL(FORWARD, REVERSE),
    ]
