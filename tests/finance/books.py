"""Books for tests, and hands that change them behind the back of the triggers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from finance import chain
from finance.guardians import TRIGGERS
from finance.models import Entry
from finance.posting import reverse_entry
from lifecycle.models import Project
from lifecycle.parties.log import OPERATOR_ACTOR
from tests.builders import day, make_project, moved

TABLES = ("finance_entry", "finance_account", "finance_journal", "lifecycle_project")


def make_books(number: str | None = None) -> Project:
    """Eight entries: money arrives, is passed on, spent under awkward texts; entry 4 is reversed."""
    project = make_project(milestones=False, **({"number": number} if number else {}))
    moved(project, "到账园区", "省拨款", "100", "2022-10-01")
    moved(project, "拨付单位", "省拨款", "60", "2022-10-05", voucher="两行\n凭证\r\n")
    for amount, on in (("7", "2022-10-06"), ("8", "2022-10-07"), ("9", "2022-10-08")):
        moved(project, "支出", "省拨款", amount, on)
    reverse_entry(
        project=project,
        sequence=4,
        on=day("2022-11-01"),
        reason="误记",
        actor=OPERATOR_ACTOR,
        today=day("2023-01-01"),
    )
    moved(project, "退回", "省拨款", "3", "2022-11-02", voucher="\x02标记\x02")
    moved(project, "园区退回", "省拨款", "2", "2022-11-03")
    return project


@contextmanager
def triggers_off() -> Iterator[None]:
    """As one who owns the database might do it, leaving no trace in the triggers."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        try:
            yield
        finally:
            for definition in TRIGGERS:
                name, _, rest = definition.partition(" ")
                table = rest.split(" ON ", 1)[1].split(" ", 1)[0]
                cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def tamper(statement: str, *parameters: object) -> None:
    with triggers_off(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def rehash(project: Project, sequence: int) -> None:
    """Make hash and links from an entry on agree again with what the rows say, and the head with them."""
    for entry in Entry.objects.filter(project=project, sequence__gte=sequence).order_by("sequence"):
        before = Entry.objects.filter(project=project, sequence=entry.sequence - 1).first()
        previous = before.hash if before else chain.genesis(project.number)
        tamper(
            "UPDATE finance_entry e SET previous_hash = %s, hash = finance_hash(finance_body(e.sequence, e.day,"
            " e.recorded_at, e.kind, e.source, e.category, d.name, c.name, e.amount, e.voucher, e.invoice,"
            " e.counterparty, e.memo, (SELECT sequence FROM finance_entry o WHERE o.id = e.reverses_id)), %s)"
            " FROM finance_account d, finance_account c"
            " WHERE d.id = e.debit_id AND c.id = e.credit_id AND e.id = %s",
            previous,
            previous,
            entry.pk,
        )
    tamper(
        "UPDATE finance_journal j SET sequence = e.sequence, head_hash = e.hash FROM finance_entry e"
        " WHERE e.project_id = j.project_id AND j.project_id = %s AND e.sequence ="
        " (SELECT max(sequence) FROM finance_entry WHERE project_id = j.project_id)",
        project.pk,
    )
