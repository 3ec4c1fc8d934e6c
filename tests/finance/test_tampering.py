"""Whatever is done to one project's books behind the triggers' back is found, where it was done."""

from __future__ import annotations

import pytest

from finance.verify import Fault, verify
from tests.finance.books import make_books, rehash, tamper

# Each looks at its own projects alone, so that one database does for all.
pytestmark = pytest.mark.usefixtures("file_committed_db")

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
def test_a_change_behind_the_triggers_is_found_where_it_was_made(change):
    project, other = make_books(), make_books()
    statement, sequence, code = CHANGES[change]

    tamper(statement, project.pk)

    found = verify([project.pk, other.pk])
    project.refresh_from_db()
    (fault,) = (each for each in found.projects if each.fault)
    assert fault.number == project.number
    assert (fault.fault.sequence, fault.fault.code) == (sequence, code)
    assert found.guardians == ()


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
def test_a_chain_rewritten_with_its_head_still_has_to_fit_accounts_and_balances(change):
    project = make_books()
    statement, sequence, code = REWRITINGS[change]
    tamper(statement, project.pk)

    rehash(project, 1)

    (found,) = verify([project.pk]).projects
    assert found.fault == Fault(sequence, code)
