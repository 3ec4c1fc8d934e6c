"""What in the database guards the journal, as it must stand, and how to find it missing or changed.

Whoever owns the database can drop, disable or replace a trigger. The chain then shows what they
changed, and this shows that they opened the way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from finance.reading import Reader

TRIGGERS: tuple[str, ...] = (
    "entry_continues_the_chain AFTER INSERT ON finance_entry REFERENCING NEW TABLE AS fresh"
    " FOR EACH STATEMENT EXECUTE FUNCTION finance_entry_inserted()",
    "entry_is_never_changed BEFORE DELETE OR UPDATE ON finance_entry"
    " FOR EACH STATEMENT EXECUTE FUNCTION finance_refuse()",
    "entry_is_never_truncated BEFORE TRUNCATE ON finance_entry"
    " FOR EACH STATEMENT EXECUTE FUNCTION finance_refuse()",
    "account_starts_empty BEFORE INSERT ON finance_account"
    " FOR EACH ROW EXECUTE FUNCTION finance_account_inserted()",
    "account_moves_with_entries BEFORE UPDATE ON finance_account"
    " FOR EACH STATEMENT WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION finance_refuse()",
    "account_is_never_deleted BEFORE DELETE ON finance_account"
    " FOR EACH STATEMENT EXECUTE FUNCTION finance_refuse()",
    "account_is_never_truncated BEFORE TRUNCATE ON finance_account"
    " FOR EACH STATEMENT EXECUTE FUNCTION finance_refuse()",
    "journal_starts_at_genesis BEFORE INSERT ON finance_journal"
    " FOR EACH ROW EXECUTE FUNCTION finance_journal_inserted()",
    "journal_moves_with_entries BEFORE UPDATE ON finance_journal"
    " FOR EACH STATEMENT WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION finance_refuse()",
    "journal_is_never_deleted BEFORE DELETE ON finance_journal"
    " FOR EACH STATEMENT EXECUTE FUNCTION finance_refuse()",
    "journal_is_never_truncated BEFORE TRUNCATE ON finance_journal"
    " FOR EACH STATEMENT EXECUTE FUNCTION finance_refuse()",
    "project_number_stays BEFORE UPDATE OF number ON lifecycle_project FOR EACH ROW"
    " WHEN (((old.number)::text IS DISTINCT FROM (new.number)::text))"
    " EXECUTE FUNCTION finance_project_number_stays()",
)
"""Every trigger of the journal, as PostgreSQL tells it; each must be ENABLE ALWAYS."""

FUNCTIONS = Path(__file__).parent / "migrations" / "sql" / "journal.sql"
"""Where the functions behind the triggers are written; the database must hold them to the letter."""
_FUNCTION = re.compile(r"CREATE FUNCTION (\w+)\(.*?\bAS \$\$(.*?)\$\$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class GuardianFault:
    """A trigger or function that is not as it must be. code: missing, disabled or changed."""

    name: str
    code: str

    @property
    def message(self) -> str:
        if self.code == "missing":
            return _("数据库缺少 %(name)s。") % {"name": self.name}
        if self.code == "disabled":
            return _("触发器 %(name)s 未处于始终启用（ENABLE ALWAYS）状态。") % {"name": self.name}
        return _("数据库中的 %(name)s 与程序所附的不一致。") % {"name": self.name}


def guardian_faults(cursor: Reader) -> tuple[GuardianFault, ...]:
    """What is missing, not always enabled or not as written; empty when all stands. Two queries."""
    return (*_trigger_faults(cursor), *_function_faults(cursor))


def _trigger_faults(cursor: Reader) -> list[GuardianFault]:
    cursor.execute(
        "SELECT t.tgname, t.tgenabled::text, pg_get_triggerdef(t.oid), c.relnamespace::regnamespace::text"
        " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
    )
    standing: dict[str, tuple[str, str]] = {}
    for name, enabled, definition, schema in cursor.fetchall():
        standing[name] = (
            enabled,
            definition.removeprefix("CREATE TRIGGER ").replace(f" ON {schema}.", " ON "),
        )
    faults = []
    for definition in TRIGGERS:
        name = definition.split(" ", 1)[0]
        if name not in standing:
            faults.append(GuardianFault(name, "missing"))
        elif standing[name][1] != definition:
            faults.append(GuardianFault(name, "changed"))
        elif standing[name][0] != "A":
            faults.append(GuardianFault(name, "disabled"))
    return faults


def _function_faults(cursor: Reader) -> list[GuardianFault]:
    cursor.execute(
        "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"
        " AND starts_with(proname, 'finance_')"
    )
    standing: dict[str, str] = dict(cursor.fetchall())
    return [
        GuardianFault(f"{name}()", "changed" if name in standing else "missing")
        for name, body in _FUNCTION.findall(FUNCTIONS.read_text(encoding="utf-8"))
        if standing.get(name) != body
    ]
