"""Constraints and triggers of the journal: chained, balanced by shape, appended only."""

from pathlib import Path

from django.db import migrations

FORWARD = (Path(__file__).parent / "sql" / "journal.sql").read_text(encoding="utf-8")
REVERSE = """
DROP TRIGGER project_number_stays ON lifecycle_project;
DROP VIEW finance_line;
DROP INDEX entry_by_voucher;
DROP FUNCTION finance_folded(text);
DROP FUNCTION finance_entry_inserted() CASCADE;
DROP FUNCTION finance_fits(finance_entry, finance_account, finance_account, finance_entry);
DROP FUNCTION finance_refuse_entry(bigint, integer);
DROP FUNCTION finance_refuse() CASCADE;
DROP FUNCTION finance_account_inserted() CASCADE;
DROP FUNCTION finance_journal_inserted() CASCADE;
DROP FUNCTION finance_project_number_stays() CASCADE;
DROP FUNCTION finance_hash(text, text);
DROP FUNCTION finance_body(integer, date, timestamptz, text, text, text, text, text, numeric, text, text, text, text,
    integer);
DROP FUNCTION finance_instant(timestamptz);
DROP FUNCTION finance_genesis(text);
DROP FUNCTION finance_account_name(text, text, text);
DROP FUNCTION finance_debit_role(text);
DROP FUNCTION finance_credit_role(text, text);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("finance", "0001_initial"),
        ("lifecycle", "0002_facts_keep_their_versions"),
    ]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
