"""The settlement out of the ledger, its freezing, and whether it still adds up."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from finance.models import Settlement
from finance.posting import reverse_entry
from finance.settlement import (
    SettlementTable,
    adds_up,
    digest_of,
    freeze,
    is_whole,
    settlement_of,
    spent_after,
)
from lifecycle.errors import Invalid, StageForbids
from lifecycle.models import Project, Step
from tests.builders import day, make_project, moved, yuan
from tests.finance.settling import PARK, TODAY, spent_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return spent_project()


def frozen(project: Project, on: str = "2026-03-01") -> Settlement:
    return freeze(project=project, on=day(on), actor=PARK, today=TODAY)


def reverse(project: Project, sequence: int, on: str = "2026-06-01") -> None:
    reverse_entry(project=project, sequence=sequence, on=day(on), reason="误记", actor=PARK, today=TODAY)


def test_spending_is_told_by_category_and_source_in_the_order_of_the_scheme(project: Project) -> None:
    table = settlement_of(project, on=day("2026-03-01"))

    assert list(table.spent) == ["设备费", "业务费", "劳务费", "间接费用"]
    assert table.spent["设备费"]["省拨款"] == yuan("50")
    assert table.spent["业务费"] == {
        "省拨款": yuan("0"),
        "园区配套": yuan("80"),
        "单位自筹": yuan("0"),
        "社会资本": yuan("0"),
    }
    assert table.spent_on("劳务费") == yuan("40")
    assert (table.total.received, table.total.spent, table.total.balance) == (
        yuan("660"),
        yuan("170"),
        yuan("490"),
    )
    assert (table.surplus, table.held_at_park) == (yuan("30"), yuan("20"))


def test_only_what_is_dated_by_the_day_counts(project: Project) -> None:
    table = settlement_of(project, on=day("2023-02-09"))

    assert (table.spent_on("设备费"), table.spent_on("业务费"), table.surplus) == (
        yuan("50"),
        yuan("0"),
        yuan("110"),
    )


def test_categories_and_sources_add_up_to_the_same(project: Project) -> None:
    reverse(project, 6)
    table = settlement_of(project, on=TODAY)

    assert sum(table.spent_on(category) for category in table.spent) == table.total.spent == yuan("90")


def test_a_settlement_costs_two_queries(project: Project, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        settlement_of(project, on=TODAY)


def test_what_is_frozen_can_be_digested_by_anybody(project: Project) -> None:
    settlement = frozen(project)
    settlement.refresh_from_db()
    content = settlement.content

    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert settlement.digest == hashlib.sha256(canonical.encode("utf-8")).hexdigest()
    assert content["format"] == "pilot-settlement-1"
    assert (content["project"], content["number"], content["settled_on"]) == (project.number, 1, "2026-03-01")
    assert content["ledger"] == {"sequence": 7, "head_hash": project.journal.head_hash}
    assert (settlement.sequence, settlement.head_hash) == (7, project.journal.head_hash)
    assert SettlementTable.from_json(settlement.settled_on, content) == settlement_of(
        project, on=settlement.settled_on
    )
    assert [step.act for step in Step.objects.of(settlement)] == ["freeze"]


def test_the_same_facts_give_the_same_settlement(project: Project) -> None:
    first = frozen(project)

    assert frozen(project) == first
    assert frozen(project, "2026-03-02").number == 2


def test_a_new_posting_gives_a_new_one(project: Project) -> None:
    frozen(project)
    moved(project, "支出", "单位自筹", "1.00", "2026-02-01")

    assert frozen(project).number == 2


@pytest.mark.parametrize("on", ["2022-08-31", "2026-07-01"])
def test_its_day_is_neither_before_the_term_nor_to_come(on: str, project: Project) -> None:
    with pytest.raises(Invalid):
        frozen(project, on)

    assert not Settlement.objects.exists()


def test_none_goes_back_behind_the_last(project: Project) -> None:
    frozen(project, "2026-03-01")

    with pytest.raises(Invalid):
        frozen(project, "2026-02-28")


@pytest.mark.parametrize("state", ["approved", "funding", "suspended", "closed", "terminated", "revoked"])
def test_other_stages_have_none(state: str) -> None:
    with pytest.raises(StageForbids):
        frozen(make_project(state=state, milestones=False))


def test_a_project_without_entries_has_an_empty_one() -> None:
    settlement = frozen(make_project(milestones=False))

    assert is_whole(settlement)
    assert adds_up(settlement) == []


def test_it_adds_up_until_the_ledger_of_its_days_changes(project: Project) -> None:
    settlement = frozen(project)
    assert adds_up(settlement) == []

    moved(project, "支出", "单位自筹", "1.50", "2026-03-01", category="劳务费")

    found = {(each.source, each.item): (each.frozen, each.in_ledger) for each in adds_up(settlement)}
    assert found == {
        ("单位自筹", "spent"): (yuan("40"), yuan("41.50")),
        ("单位自筹", "balance"): (yuan("460"), yuan("458.50")),
        ("单位自筹", "劳务费"): (yuan("40"), yuan("41.50")),
    }


def test_a_reversal_in_its_days_is_seen(project: Project) -> None:
    settlement = frozen(project)
    reverse(project, 5)

    assert ("省拨款", "spent") in {(each.source, each.item) for each in adds_up(settlement)}


def test_a_spending_moved_to_another_category_is_seen(project: Project) -> None:
    settlement = frozen(project)
    reverse(project, 5)
    moved(project, "支出", "省拨款", "50.00", "2023-01-10", category="间接费用")

    assert {each.item for each in adds_up(settlement)} == {"设备费", "间接费用"}


@pytest.mark.parametrize(("on", "late"), [("2026-03-01", "0.00"), ("2026-03-02", "1.00")])
def test_spending_after_its_day_is_counted_apart(on: str, late: str, project: Project) -> None:
    settlement = frozen(project)
    moved(project, "支出", "单位自筹", "1.00", "2026-03-02")

    assert adds_up(settlement) == []
    assert spent_after(settlement, on=day(on)) == yuan(late)


def test_what_came_back_since_may_be_left_out_of_account(project: Project) -> None:
    settlement = frozen(project)
    moved(project, "退回", "省拨款", "30.00", "2026-03-01")
    moved(project, "园区退回", "省拨款", "20.00", "2026-03-01")

    assert adds_up(settlement, allowing_returns=True) == []
    assert {each.item for each in adds_up(settlement)} == {"refunded", "balance", "held_at_park"}


def test_what_had_come_back_before_must_stay(project: Project) -> None:
    moved(project, "退回", "省拨款", "30.00", "2026-02-01")
    settlement = frozen(project)
    reverse(project, 8)

    assert {each.item for each in adds_up(settlement, allowing_returns=True)} == {"refunded", "balance"}


def test_a_settlement_whose_content_was_touched_is_not_whole(project: Project) -> None:
    settlement = frozen(project)
    assert is_whole(settlement)

    settlement.content["surplus"] = "0.00"
    assert not is_whole(settlement)

    settlement.digest = digest_of(settlement.content)
    assert is_whole(settlement)

    settlement.content["ledger"]["head_hash"] = "0" * 64
    settlement.digest = digest_of(settlement.content)
    assert not is_whole(settlement)

    settlement.head_hash = "0" * 64
    assert not is_whole(settlement)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE finance_settlement SET digest = ''", "DELETE FROM finance_settlement"],
)
def test_the_database_keeps_it_as_it_was_frozen(statement: str, project: Project) -> None:
    frozen(project)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
