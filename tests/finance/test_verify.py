"""The check of the journal: whole books pass, and whatever is done behind the triggers' back is found."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from finance import chain
from finance.guardians import TRIGGERS, guardian_faults
from finance.kinds import KINDS
from finance.models import Entry, Journal
from finance.posting import reverse_entry
from finance.reading import reading
from finance.verify import FROM_TO, Fault, verify
from lifecycle.models import Project
from lifecycle.parties.log import OPERATOR_ACTOR
from tests.builders import day, make_project, moved

TABLES = ("finance_entry", "finance_account", "finance_journal", "lifecycle_project")


def make_books(number: str) -> Project:
    """Eight entries: money arrives, is passed on, spent under awkward texts; entry 4 is reversed."""
    project = make_project(milestones=False, number=number)
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
        yield
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


def faults() -> dict[str, Fault]:
    return {each.number: each.fault for each in verify().projects if each.fault}


def test_whole_books_pass_and_tell_their_heads(committed_db):
    project = make_books("B1")
    make_project(milestones=False, number="B0")

    found = verify()

    assert found.ok
    assert found.guardians == ()
    assert [(each.number, each.entries) for each in found.projects] == [("B0", 0), ("B1", 8)]
    assert found.projects[0].head_hash == chain.genesis("B0")
    assert found.projects[1].head_hash == Journal.objects.get(project=project).head_hash


CHANGES = {
    "amount": (
        "UPDATE finance_entry SET amount = amount + 1 WHERE project_id = %s AND sequence = 3",
        3,
        "hash",
    ),
    "day": ("UPDATE finance_entry SET day = day + 1 WHERE project_id = %s AND sequence = 1", 1, "hash"),
    "instant": (
        "UPDATE finance_entry SET recorded_at = recorded_at + interval '1 microsecond'"
        " WHERE project_id = %s AND sequence = 8",
        8,
        "hash",
    ),
    "memo": ("UPDATE finance_entry SET memo = memo || ' ' WHERE project_id = %s AND sequence = 5", 5, "hash"),
    "deletion": ("DELETE FROM finance_entry WHERE project_id = %s AND sequence = 5", 5, "gap"),
    "deletion of the first": ("DELETE FROM finance_entry WHERE project_id = %s AND sequence = 1", 1, "gap"),
    "deletion of the last": ("DELETE FROM finance_entry WHERE project_id = %s AND sequence = 8", 8, "gap"),
    "deletion of all": ("DELETE FROM finance_entry WHERE project_id = %s", 1, "gap"),
    "link": (
        "UPDATE finance_entry SET previous_hash = repeat('0', 64) WHERE project_id = %s AND sequence = 2",
        2,
        "link",
    ),
    "hash": (
        "UPDATE finance_entry SET hash = repeat('0', 64) WHERE project_id = %s AND sequence = 8",
        8,
        "hash",
    ),
    "account's name": (
        "UPDATE finance_account SET name = name || '二' WHERE project_id = %s AND role = 'park'",
        1,
        "hash",
    ),
    "kept balance": (
        "UPDATE finance_account SET balance = balance + 0.01 WHERE project_id = %s AND role = 'unit'",
        None,
        "balance",
    ),
    "latest day": (
        "UPDATE finance_account SET last_on = last_on - 1 WHERE project_id = %s AND role = 'unit'",
        None,
        "balance",
    ),
    "head": ("UPDATE finance_journal SET head_hash = repeat('0', 64) WHERE project_id = %s", None, "head"),
    "head's place": ("UPDATE finance_journal SET sequence = 7 WHERE project_id = %s", None, "head"),
    "head beyond the end": ("UPDATE finance_journal SET sequence = 9 WHERE project_id = %s", 9, "gap"),
    "missing head": ("DELETE FROM finance_journal WHERE project_id = %s", None, "head"),
    "number": ("UPDATE lifecycle_project SET number = 'B1-2' WHERE id = %s", 1, "link"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_behind_the_triggers_is_found_where_it_was_made(change, committed_db):
    project = make_books("B1")
    make_books("B2")
    statement, sequence, code = CHANGES[change]

    tamper(statement, project.pk)

    found = faults()
    project.refresh_from_db()
    assert list(found) == [project.number]
    assert (found[project.number].sequence, found[project.number].code) == (sequence, code)
    assert verify().guardians == ()


REWRITINGS = {
    "kind that its accounts do not fit": (
        "UPDATE finance_entry SET kind = '直接拨付' WHERE project_id = %s AND sequence = 2",
        2,
        "accounts",
    ),
    "category that its account does not fit": (
        "UPDATE finance_entry SET category = '劳务费' WHERE project_id = %s AND sequence = 5",
        5,
        "accounts",
    ),
    "sides changed over": (
        "UPDATE finance_entry SET debit_id = credit_id, credit_id = debit_id WHERE project_id = %s AND sequence = 3",
        3,
        "accounts",
    ),
    "reversal of another amount": (
        "UPDATE finance_entry SET amount = 8.01 WHERE project_id = %s AND sequence = 6",
        6,
        "reversal",
    ),
    "amount": (
        "UPDATE finance_entry SET amount = 10 WHERE project_id = %s AND sequence = 5",
        None,
        "balance",
    ),
}


@pytest.mark.parametrize("change", REWRITINGS)
def test_a_chain_rewritten_with_its_head_still_has_to_fit_accounts_and_balances(change, committed_db):
    project = make_books("B1")
    statement, sequence, code = REWRITINGS[change]
    tamper(statement, project.pk)

    rehash(project, 1)

    assert faults() == {"B1": Fault(sequence, code)}


def test_a_separator_inside_a_text_is_found_though_the_hash_agrees(committed_db):
    project = make_books("B1")
    tamper("UPDATE finance_entry SET memo = E'a\\x1fb' WHERE project_id = %s AND sequence = 5", project.pk)

    rehash(project, 5)

    assert faults() == {"B1": Fault(5, "hash")}


def test_the_first_bad_entry_is_told_of_each_project(committed_db):
    one, two = make_books("B1"), make_books("B2")
    tamper("UPDATE finance_entry SET memo = 'x' WHERE project_id = %s AND sequence >= 4", one.pk)
    tamper("UPDATE finance_entry SET voucher = 'x' WHERE project_id = %s AND sequence = 7", two.pk)

    assert {number: fault.sequence for number, fault in faults().items()} == {"B1": 4, "B2": 7}


def test_only_the_projects_asked_for_are_checked(committed_db):
    one, two = make_books("B1"), make_books("B2")
    tamper("UPDATE finance_entry SET memo = 'x' WHERE project_id = %s AND sequence = 4", one.pk)

    assert verify([two.pk]).ok
    assert not verify([one.pk]).ok
    assert verify([]).projects == ()


@pytest.mark.parametrize("definition", TRIGGERS)
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("DROP TRIGGER {name} ON {table}", "missing"),
        ("ALTER TABLE {table} DISABLE TRIGGER {name}", "disabled"),
        ("ALTER TABLE {table} ENABLE TRIGGER {name}", "disabled"),
    ],
)
@pytest.mark.django_db
def test_a_trigger_dropped_or_not_always_enabled_is_named(definition, change, code):
    name, _, rest = definition.partition(" ")
    table = rest.split(" ON ", 1)[1].split(" ", 1)[0]
    with connection.cursor() as cursor:
        cursor.execute(change.format(name=name, table=table))

    with reading() as reader:
        assert [(each.name, each.code) for each in guardian_faults(reader)] == [(name, code)]


@pytest.mark.django_db
def test_a_trigger_that_never_fires_is_named():
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER entry_is_never_changed ON finance_entry")
        cursor.execute(
            "CREATE TRIGGER entry_is_never_changed BEFORE UPDATE OR DELETE ON finance_entry"
            " FOR EACH STATEMENT WHEN (false) EXECUTE FUNCTION finance_refuse()"
        )
        cursor.execute("ALTER TABLE finance_entry ENABLE ALWAYS TRIGGER entry_is_never_changed")

    with reading() as reader:
        assert [(each.name, each.code) for each in guardian_faults(reader)] == [
            ("entry_is_never_changed", "changed")
        ]


@pytest.mark.django_db
def test_a_function_with_another_body_is_named():
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION finance_refuse() RETURNS trigger LANGUAGE plpgsql AS $$"
            "BEGIN RETURN NULL; END $$"
        )

    with reading() as reader:
        (fault,) = guardian_faults(reader)
    assert (fault.name, fault.code) == ("finance_refuse()", "changed")
    assert "finance_refuse()" in fault.message


def test_every_kind_of_movement_has_its_accounts():
    assert set(FROM_TO) == set(KINDS)


def test_a_check_sees_one_state_while_others_post(committed_db):
    project = make_books("B1")
    stop = threading.Event()

    def posting() -> None:
        while not stop.is_set():
            moved(project, "到账园区", "省拨款", "1", "2022-10-01")
        connection.close()

    thread = threading.Thread(target=posting)
    thread.start()
    try:
        assert all(verify().ok for _ in range(10))
    finally:
        stop.set()
        thread.join()


def run(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("verify_ledger", *arguments, stdout=out)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_the_command_says_that_all_is_well(committed_db):
    make_books("B1")

    assert run() == (0, "已核验 1 个项目、8 笔分录，0 个项目有问题。\n")


def test_the_command_names_project_and_entry_and_ends_with_one(committed_db):
    project = make_books("B1")
    make_books("B2")
    tamper("UPDATE finance_entry SET amount = 1 WHERE project_id = %s AND sequence = 5", project.pk)

    code, words = run()

    assert code == 1
    assert words.startswith("B1：第 5 号分录的内容与其哈希不符。\n")
    assert run("B2")[0] == 0
    told = json.loads(run("B1", "B2", "--json")[1])
    assert told["ok"] is False
    assert told["projects"]["B1"]["first_bad"] == {
        "sequence": 5,
        "code": "hash",
        "message": "第 5 号分录的内容与其哈希不符。",
    }
    assert told["projects"]["B2"]["ok"] is True


def test_the_command_says_when_a_trigger_is_missing(committed_db):
    make_books("B1")
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER entry_is_never_changed ON finance_entry")

    assert run() == (
        1,
        "数据库缺少 entry_is_never_changed。\n已核验 1 个项目、8 笔分录，0 个项目有问题。\n",
    )


@pytest.mark.django_db
def test_the_command_refuses_an_unknown_project():
    with pytest.raises(CommandError, match="没有编号为“NO-SUCH”的项目"):
        call_command("verify_ledger", "NO-SUCH")
