"""Taking misused money out of the fiscal sources, so that it can be sent back."""

from __future__ import annotations

from typing import Any

import pytest

from finance.disallowing import Disallowed, NotFiscalSpending, disallow
from finance.funding import funding_of
from finance.models import Entry
from finance.posting import (
    AlreadyPosted,
    InsufficientFunds,
    KeyReused,
    NotReversible,
    UnknownEntry,
)
from finance.workings import refund_workings
from lifecycle.errors import Invalid, StageForbids
from lifecycle.models import Project
from tests.builders import day, moved, yuan
from tests.finance.settling import PARK, TODAY, spent_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return spent_project()


def put_right(project: Project, sequence: int = 5, **changes: Any) -> Disallowed:
    facts: dict[str, Any] = {"on": day("2026-06-10"), "reason": "超出开支范围"} | changes
    return disallow(project=project, sequence=sequence, actor=PARK, today=TODAY, **facts)


def test_the_spending_becomes_the_units_own_on_the_day_it_was_spent(project: Project) -> None:
    done = put_right(project)

    spending = Entry.objects.get(project=project, sequence=done.spending.sequence)
    assert done.reversal.shown["reverses"] == 5
    assert (spending.kind, spending.source, spending.category, spending.amount, spending.on) == (
        "支出",
        "单位自筹",
        "设备费",
        yuan("50"),
        day("2023-01-10"),
    )
    assert (spending.invoice, spending.memo) == ("1001", "原第 5 号分录，超出开支范围")
    money = funding_of([project])[project.pk].sources
    assert (money["省拨款"].balance, money["单位自筹"].balance) == (yuan("80"), yuan("410"))


def test_what_was_misused_is_then_unspent_and_comes_back_all_the_same(project: Project) -> None:
    def due() -> list[str]:
        found = refund_workings(project, cause="termination", on=TODAY, named=[5])
        return [f"{each.amount}" for each in found]

    before = due()
    put_right(project)

    assert due() == before


def test_the_day_of_the_new_spending_may_be_later(project: Project) -> None:
    done = put_right(project, spent_on=day("2026-06-10"), voucher="记-新")

    assert (done.spending.shown["on"], done.spending.shown["voucher"]) == ("2026-06-10", "记-新")


def test_without_money_of_its_own_nothing_is_changed(project: Project) -> None:
    moved(project, "支出", "单位自筹", "430.00", "2025-01-01")

    with pytest.raises(InsufficientFunds):
        put_right(project)

    assert Entry.objects.filter(project=project).count() == 8
    assert Entry.objects.standing().filter(project=project, sequence=5).exists()


@pytest.mark.parametrize("sequence", [1, 2, 7])
def test_only_fiscal_spending_is_disallowed(sequence: int, project: Project) -> None:
    with pytest.raises(NotFiscalSpending):
        put_right(project, sequence)


def test_there_has_to_be_such_an_entry(project: Project) -> None:
    with pytest.raises(UnknownEntry):
        put_right(project, 99)


def test_an_entry_is_disallowed_once(project: Project) -> None:
    put_right(project)

    with pytest.raises(NotReversible):
        put_right(project)


def test_a_voucher_that_is_the_units_own_already_needs_another_number(project: Project) -> None:
    entry = Entry.objects.get(project=project, sequence=5)
    moved(
        project, "支出", "单位自筹", "1.00", "2023-01-10",
        category="设备费", voucher=entry.voucher, invoice="1001",
    )  # fmt: skip

    with pytest.raises(AlreadyPosted):
        put_right(project)
    assert put_right(project, voucher=f"{entry.voucher}-1").spending.sequence == 10


@pytest.mark.parametrize("changes", [{"reason": " "}, {"on": day("2026-07-01")}])
def test_it_has_a_reason_and_a_day(changes: dict[str, Any], project: Project) -> None:
    with pytest.raises(Invalid):
        put_right(project, **changes)


@pytest.mark.parametrize("state", ["terminated", "revoked"])
def test_a_project_that_was_broken_off_puts_right_what_was_misused(state: str) -> None:
    assert put_right(spent_project(state=state)).spending.sequence == 9


def test_a_closed_project_stands_as_it_was_settled() -> None:
    with pytest.raises(StageForbids):
        put_right(spent_project(state="closed"))


def test_a_repeated_key_does_it_once(project: Project) -> None:
    first, again = put_right(project, key="k" * 200), put_right(project, key="k" * 200)

    assert (again.reversal.sequence, again.spending.sequence) == (
        first.reversal.sequence,
        first.spending.sequence,
    )
    assert again.reversal.repeated and again.spending.repeated
    with pytest.raises(KeyReused):
        put_right(project, key="k" * 200, reason="别的")
