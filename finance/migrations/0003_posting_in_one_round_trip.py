"""The database functions behind finance.posting."""

from pathlib import Path

from django.db import migrations

FORWARD = (Path(__file__).parent / "sql" / "posting.sql").read_text(encoding="utf-8")
REVERSE = """
DROP FUNCTION finance_reverse(bigint, integer, text, date, text, bigint, text, text, timestamptz);
DROP FUNCTION finance_post(bigint, text, text, text, text, date, numeric, text, text, text, text, bigint, text, text,
    timestamptz);
DROP FUNCTION finance_touch_sharers(bigint, text);
DROP FUNCTION finance_entry_shown(bigint);
DROP FUNCTION finance_shown(finance_entry, text, text, integer);
DROP FUNCTION finance_shortfall(finance_account, text, text, date, numeric, numeric);
DROP FUNCTION finance_first_short(finance_account, date, numeric);
DROP FUNCTION finance_lowest(finance_account, date);
DROP FUNCTION finance_open_journal(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("finance", "0002_journal_is_its_own_witness"),
        ("parties", "0002_log_is_append_only"),
    ]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
