"""The check of the journal: whole books pass, and whatever is done behind the triggers' back is found."""

from __future__ import annotations

import json
import threading
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from finance import chain
from finance.guardians import TRIGGERS, guardian_faults
from finance.kinds import KINDS
from finance.models import Journal
from finance.reading import reading
from finance.verify import FROM_TO, Fault, verify
from tests.builders import make_project, moved
from tests.finance.books import make_books, rehash, tamper


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
