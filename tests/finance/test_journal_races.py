"""Two connections at once: of two that want the same thing one gets it, and the books stay whole."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import IntegrityError, connection, transaction

from finance.chain import genesis
from finance.models import Account, Entry, Journal
from finance.posting import (
    InsufficientFunds,
    Movement,
    NotReversible,
    post_entry,
    reverse_entry,
)
from lifecycle.errors import DomainError
from lifecycle.models import Project
from lifecycle.parties.log import OPERATOR_ACTOR
from tests.builders import make_project, moved, yuan
from tests.finance.test_journal import forged

pytestmark = pytest.mark.usefixtures("file_committed_db")
TODAY = date(2026, 11, 21)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run the acts on a connection each, started together; answers results or refusals in their order."""
    barrier = threading.Barrier(len(acts))
    answers: list[object] = [None] * len(acts)

    def run(index: int) -> None:
        try:
            barrier.wait()
            answers[index] = acts[index]()
        except (DomainError, IntegrityError) as refusal:
            answers[index] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def spend(project: Project, voucher: str, amount: str = "60.00", key: str | None = None) -> object:
    movement = Movement("支出", "省拨款", Decimal(amount), date(2022, 10, 8), voucher, "设备费")
    return post_entry(project=project, movement=movement, key=key, actor=OPERATOR_ACTOR, today=TODAY)


@pytest.fixture
def project() -> Project:
    project = make_project(milestones=False)
    moved(project, "到账园区", "省拨款", "100", "2022-10-01")
    moved(project, "拨付单位", "省拨款", "60", "2022-10-05")
    return project


def whole(project: Project) -> bool:
    """The chain links from the first entry to the head, and kept balances equal the sums."""
    entries = list(Entry.objects.filter(project=project).order_by("sequence"))
    links = all(later.previous_hash == earlier.hash for earlier, later in pairwise(entries))
    head = Journal.objects.get(project=project)
    sums: dict[int, Decimal] = {}
    for entry in entries:
        sums[entry.debit_id] = sums.get(entry.debit_id, Decimal()) + entry.amount
        sums[entry.credit_id] = sums.get(entry.credit_id, Decimal()) - entry.amount
    kept = dict(Account.objects.filter(project=project).values_list("pk", "balance"))
    return (
        links
        and [e.sequence for e in entries] == list(range(1, len(entries) + 1))
        and (head.sequence, head.head_hash) == (len(entries), entries[-1].hash)
        and kept == {pk: sums.get(pk, yuan("0")) for pk in kept}
    )


def test_the_last_money_is_spent_once(project):
    answers = at_once(*(lambda n=n: spend(project, f"v{n}") for n in range(4)))
    assert sum(isinstance(answer, InsufficientFunds) for answer in answers) == 3
    assert Account.objects.get(project=project, role="unit").balance == 0
    assert whole(project)


def test_one_key_pressed_twice_posts_once(project):
    answers = at_once(*(lambda: spend(project, "v", "1.00", key="k") for _ in range(4)))
    assert sorted(answer.repeated for answer in answers) == [False, True, True, True]
    assert Entry.objects.filter(project=project).count() == 3


def test_the_first_entry_of_a_project_may_come_from_two_at_once():
    project = make_project(milestones=False)

    def receive(voucher: str) -> object:
        movement = Movement("资金到位", "单位自筹", Decimal("5.00"), date(2022, 10, 8), voucher)
        return post_entry(
            project=project,
            movement=movement,
            key=None,
            actor=OPERATOR_ACTOR,
            today=TODAY,
        )

    at_once(lambda: receive("a"), lambda: receive("b"))
    assert Account.objects.get(project=project, role="unit").balance == yuan("10")
    assert whole(project)


def test_an_entry_is_reversed_once(project):
    def reverse() -> object:
        return reverse_entry(
            project=project,
            sequence=2,
            on=TODAY,
            reason="误记",
            actor=OPERATOR_ACTOR,
            today=TODAY,
        )

    answers = at_once(reverse, reverse)
    assert sum(isinstance(answer, NotReversible) for answer in answers) == 1
    assert whole(project)


def test_a_receipt_is_not_reversed_beside_its_spending(project):
    def reverse() -> object:
        return reverse_entry(
            project=project,
            sequence=2,
            on=TODAY,
            reason="误记",
            actor=OPERATOR_ACTOR,
            today=TODAY,
        )

    answers = at_once(reverse, lambda: spend(project, "v"))
    assert sum(isinstance(answer, InsufficientFunds) for answer in answers) == 1
    assert whole(project)


def test_of_two_raw_inserts_at_the_same_place_one_is_refused(project):
    first, second = forged(project, voucher="x"), forged(project, voucher="y")
    answers = at_once(
        lambda: Entry.objects.bulk_create([first]) and None,
        lambda: Entry.objects.bulk_create([second]) and None,
    )
    assert sum(isinstance(answer, IntegrityError) for answer in answers) == 1
    assert whole(project)


def test_a_raw_insert_waits_for_a_posting_and_is_refused(project):
    """The forged entry was right when it was made; when its turn comes the chain has moved on."""
    entry = forged(project)
    posted = threading.Event()
    answers: list[object] = []

    def insert() -> None:
        posted.wait(30)
        try:
            Entry.objects.bulk_create([entry])
        except IntegrityError as refusal:
            answers.append(refusal)
        finally:
            connection.close()

    thread = threading.Thread(target=insert)
    thread.start()
    with transaction.atomic():
        spend(project, "v", "1.00")
        posted.set()
        thread.join(0.5)
        assert thread.is_alive(), "the insert did not wait for the posting"
    thread.join(30)
    assert len(answers) == 1
    assert whole(project)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE finance_entry SET amount = 7",
        "DELETE FROM finance_entry",
        "UPDATE finance_account SET balance = 7",
        "DELETE FROM finance_account",
        "UPDATE finance_journal SET sequence = 7",
        "DELETE FROM finance_journal",
        "TRUNCATE finance_entry CASCADE",
        "TRUNCATE finance_account CASCADE",
        "TRUNCATE finance_journal CASCADE",
    ],
)
def test_a_change_beside_a_posting_is_refused_and_the_posting_stands(project, statement):
    def tamper() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    answers = at_once(tamper, lambda: spend(project, "v", "1.00"))
    assert isinstance(answers[0], IntegrityError)
    assert answers[1].sequence == 3
    assert whole(project)


def beside(act: Callable[[], object], open_act: Callable[[], object]) -> object:
    """Run `act` on another connection while `open_act` is done but not committed; it must wait for that."""
    answers: list[object] = []

    def run() -> None:
        try:
            answers.append(act())
        except (DomainError, IntegrityError) as refusal:
            answers.append(refusal)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        open_act()
        thread.start()
        thread.join(0.5)
        assert thread.is_alive(), "it did not wait"
    thread.join(30)
    return answers[0]


def receive(project: Project) -> object:
    movement = Movement("资金到位", "单位自筹", Decimal("5.00"), date(2022, 10, 8), "v")
    return post_entry(project=project, movement=movement, key=None, actor=OPERATOR_ACTOR, today=TODAY)


def other_number(project: Project) -> str:
    return f"{project.number}-2"


def test_a_number_is_not_changed_beside_the_first_entry_that_hashes_it():
    project = make_project(milestones=False)
    answer = beside(
        lambda: Project.objects.filter(pk=project.pk).update(number=other_number(project)),
        lambda: receive(project),
    )
    assert isinstance(answer, IntegrityError)
    assert Entry.objects.get(project=project).previous_hash == genesis(project.number)


@pytest.mark.parametrize("in_bulk", [False, True])
def test_a_first_entry_beside_a_change_of_number_hashes_the_number_that_stands(in_bulk):
    project = make_project(milestones=False)

    def post() -> object:
        return moved(project, "资金到位", "单位自筹", "5", "2022-10-08") if in_bulk else receive(project)

    number = other_number(project)
    beside(post, lambda: Project.objects.filter(pk=project.pk).update(number=number))
    assert Entry.objects.get(project=project).previous_hash == genesis(number)
