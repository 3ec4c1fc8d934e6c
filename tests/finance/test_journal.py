"""Going round the posting service: the database itself refuses, whoever tries and however."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from finance.models import Account, Entry, Journal, Line
from lifecycle.models import Project
from tests.builders import make_project, moved, yuan

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    project = make_project(milestones=False)
    moved(project, "到账园区", "省拨款", "100", "2022-10-01")
    moved(project, "拨付单位", "省拨款", "60", "2022-10-05")
    connection.check_constraints()
    return project


def attempt(statement: str, parameters: list[object] | None = None) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


CHANGES = [
    "UPDATE finance_entry SET amount = amount + 7",
    "UPDATE finance_entry SET memo = 'other' WHERE false",
    "DELETE FROM finance_entry",
    "TRUNCATE finance_entry CASCADE",
    "TRUNCATE lifecycle_project CASCADE",
    "UPDATE finance_account SET balance = 0",
    "UPDATE finance_account SET name = 'other'",
    "DELETE FROM finance_account",
    "TRUNCATE finance_account CASCADE",
    "UPDATE finance_journal SET sequence = 0",
    "DELETE FROM finance_journal",
    "TRUNCATE finance_journal CASCADE",
    "UPDATE lifecycle_project SET number = 'X' || number",
]


@pytest.mark.parametrize("role", ["origin", "replica", "local"])
@pytest.mark.parametrize("statement", CHANGES)
def test_raw_sql_of_a_superuser_cannot_change_the_journal(project, statement, role):
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if not cursor.fetchone()[0]:
            pytest.skip("the server's user is no superuser")
    before = list(Entry.objects.order_by("id").values())
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"SET LOCAL session_replication_role = {role}")
        cursor.execute(statement)
    assert list(Entry.objects.order_by("id").values()) == before


def test_the_orm_cannot_change_the_journal(project):
    entry = Entry.objects.filter(project=project).latest("sequence")
    entry.amount = yuan("7")
    account = Account.objects.filter(project=project).latest("id")
    account.balance = yuan("7")
    ways = [
        lambda: Entry.objects.update(amount=F("amount") + 1),
        lambda: entry.save(),
        lambda: Entry.objects.bulk_update([entry], ["amount"]),
        lambda: Entry.objects.filter(pk=entry.pk)._raw_delete("default"),
        lambda: entry.delete(),
        lambda: account.save(),
        lambda: Account.objects.bulk_update([account], ["balance"]),
        lambda: Account.objects.filter(project=project)._raw_delete("default"),
        lambda: Journal.objects.filter(project=project).update(sequence=1),
    ]
    for way in ways:
        with pytest.raises(IntegrityError), transaction.atomic():
            way()


def test_lines_are_a_view_that_takes_no_writing(project):
    assert Line.objects.filter(account__project=project).count() == 4
    for statement in ("UPDATE finance_line SET debit = 1", "DELETE FROM finance_line"):
        with pytest.raises(Exception, match="view"):
            attempt(statement)


def forged(project: Project, **other: object) -> Entry:
    """A right continuation of the journal, but for what `other` says."""
    last = Entry.objects.filter(project=project).latest("sequence")
    facts: dict[str, object] = {
        "project_id": project.pk,
        "sequence": last.sequence + 1,
        "on": last.on,
        "recorded_at": last.recorded_at,
        "kind": "拨付单位",
        "source": "省拨款",
        "category": "",
        "debit_id": last.debit_id,
        "credit_id": last.credit_id,
        "amount": yuan("1"),
        "voucher": "forged",
        "previous_hash": last.hash,
        "origin": "live",
    } | other
    if "hash" not in facts:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT finance_hash(finance_body(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '', '', '', NULL), %s)",
                [
                    facts["sequence"],
                    facts["on"],
                    facts["recorded_at"],
                    facts["kind"],
                    facts["source"],
                    facts["category"],
                    Account.objects.get(pk=facts["debit_id"]).name,
                    Account.objects.get(pk=facts["credit_id"]).name,
                    facts["amount"],
                    facts["voucher"],
                    facts["previous_hash"],
                ],
            )
            facts["hash"] = cursor.fetchone()[0]
    return Entry(**facts)


def test_a_forged_entry_that_is_right_in_everything_moves_head_and_balances(project):
    """The trigger keeps the books for whoever writes; what it lets in is as good as posted."""
    Entry.objects.bulk_create([forged(project)])
    assert Account.objects.get(project=project, role="unit").balance == yuan("61")
    assert Journal.objects.get(project=project).sequence == 3


def other_account(project: Project) -> int:
    stranger = make_project(milestones=False)
    moved(stranger, "拨付单位", "省拨款", "1", "2022-10-01")
    return Account.objects.get(project=stranger, role="unit").pk


FORGERIES = {
    "a gap in the sequence": lambda p: {"sequence": 9},
    "a sequence used already": lambda p: {"sequence": 2},
    "another previous hash": lambda p: {"previous_hash": "0" * 64},
    "a hash of other facts": lambda p: {"hash": "0" * 64},
    "an account of another project": lambda p: {"debit_id": other_account(p)},
    "one account on both sides": lambda p: {"debit_id": Account.objects.get(project=p, role="park").pk},
    "sides the wrong way round": lambda p: {
        "debit_id": Account.objects.get(project=p, role="park").pk,
        "credit_id": Account.objects.get(project=p, role="unit").pk,
    },
    "a kind that does not fit its accounts": lambda p: {"kind": "直接拨付"},
    "an unknown kind": lambda p: {"kind": "划转"},
    "a category on what is no spending": lambda p: {"category": "设备费"},
    "no amount": lambda p: {"amount": yuan("0")},
    "an amount below zero": lambda p: {"amount": yuan("-5")},
    "no voucher": lambda p: {"voucher": ""},
    "a day of another age": lambda p: {"on": "1900-01-01"},
    "the separator in a text": lambda p: {"voucher": "a\x1fb"},
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES.keys())
@pytest.mark.parametrize("role", ["origin", "replica"])
def test_a_forged_entry_is_refused(project, forgery, role):
    entry = forged(project, **forgery(project))
    before = Entry.objects.count()
    with pytest.raises(IntegrityError), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL session_replication_role = {role}")
        Entry.objects.bulk_create([entry])
    assert Entry.objects.count() == before


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forged_entry_is_refused_among_others_too(project, forgery):
    right = forged(project)
    follower = forged(project, sequence=4, previous_hash=right.hash, voucher="second")
    wrong = forged(
        project,
        **{"sequence": 5, "previous_hash": follower.hash, "voucher": "third"} | forgery(project),
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.bulk_create([right, follower, wrong])


def test_a_reversal_must_mirror_its_entry(project):
    original = Entry.objects.get(project=project, sequence=2)
    for other in (
        {"reverses": original},
        {"reverses": original, "amount": original.amount},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Entry.objects.bulk_create([forged(project, **other)])


def test_an_account_starts_empty_and_under_its_own_name(project):
    for facts in (
        {"balance": yuan("5"), "name": "项目支出-省拨款-设备费"},
        {"balance": yuan("0"), "name": "别名"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Account.objects.create(
                project=project,
                role="expense",
                source="省拨款",
                category="设备费",
                **facts,
            )


def test_a_chain_starts_at_its_projects_genesis():
    project = make_project(milestones=False)
    for sequence, head in ((0, "0" * 64), (5, "0" * 64)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Journal.objects.create(project=project, sequence=sequence, head_hash=head)
