"""What finance demands before a move."""

from __future__ import annotations

from typing import Any

import pytest

from finance.audits import record_audit
from finance.guards import (
    AUDIT_ON_FILE,
    REFUNDS_SETTLED,
    SETTLEMENT_ADDS_UP,
    SETTLEMENT_SEALED,
    SURPLUS_SETTLED,
)
from finance.models import Settlement
from finance.posting import reverse_entry
from finance.receipts import record_receipt
from finance.refunds import withdraw_refund
from finance.settlement import freeze
from finance.surplus import decide_surplus
from lifecycle.guards import Case, Condition, Guard, conditions_of, guards_of
from lifecycle.models import DatedEvent, Project
from lifecycle.moves import MOVES
from lifecycle.rules.answers import Status, figures_from_json
from tests.builders import day, make_batch, make_cluster, make_project, moved, yuan
from tests.finance.settling import PARK, PROVINCE, TODAY, accepted, asked, spent_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return spent_project()


def look(guard: Guard, project: Project, on: str = "2026-06-30") -> Condition:
    """What the guard finds, once it has shown that it can be said, kept and read again."""
    found = Condition(guard, guard.look(Case(project, day(on), TODAY)))
    assert found.message
    assert figures_from_json(found.as_json()["figures"]) == found.outcome.figures
    return found


def frozen(project: Project, on: str = "2026-03-01") -> Settlement:
    return freeze(project=project, on=day(on), actor=PARK, today=TODAY)


def codes(move: str) -> list[str]:
    mine = ("FIN-", "audit_", "settlement_", "surplus_", "refunds_")
    return [guard.code for guard in guards_of(move) if guard.code.startswith(mine)]


def test_each_move_has_its_conditions_of_money_in_order() -> None:
    assert {move: codes(move) for move in MOVES if codes(move)} == {
        "start_funding": ["FIN-01", "FIN-02", "FIN-03"],
        "start_implementation": ["FIN-04", "FIN-05"],
        "apply_for_acceptance": [
            "audit_on_file",
            "FIN-04",
            "FIN-05",
            "FIN-07",
            "FIN-09",
            "FIN-11",
            "settlement_adds_up",
        ],
        "close": ["FIN-10", "surplus_settled", "refunds_settled", "settlement_sealed"],
    }


def money_of(move: str, case: Case) -> dict[str, Condition]:
    return {found.code: found for found in conditions_of(move, case)}


def test_funding_starts_only_where_the_contract_passes_or_is_excepted() -> None:
    project = make_project(
        state="approved",
        milestones=False,
        provincial_grant=yuan("5000000.01"),
        total_investment=yuan("30000000"),
    )
    found = money_of("start_funding", Case(project, TODAY, TODAY))

    # Above the cap is a warning, which a mere "not breached" would let through.
    assert found["FIN-02"].outcome.status == Status.WARN
    assert [found[code].is_met for code in ("FIN-01", "FIN-02", "FIN-03")] == [False, False, True]


def test_a_warning_of_pace_lets_implementation_start() -> None:
    project = make_project(state="funding", milestones=False)
    moved(project, "直接拨付", "省拨款", "100.00", "2026-06-01")

    for on, is_met in (("2026-07-01", True), ("2026-07-02", False)):
        found = money_of("start_implementation", Case(project, day(on), day(on)))
        assert found["FIN-04"].is_met is is_met


def test_the_facts_are_gathered_once_for_all_conditions(
    project: Project, django_assert_num_queries: Any
) -> None:
    case = Case(project, TODAY, TODAY)
    conditions_of("close", case)

    with django_assert_num_queries(0):
        assert len(case.ask(lambda _case: case).life.events) == 0
        found = [
            guard.look(case) for guard in guards_of("close") if guard.code in ("FIN-10", "refunds_settled")
        ]
    assert len(found) == 2


# audit_on_file


@pytest.mark.parametrize(("grant", "is_met"), [("999999.99", True), ("1000000.00", False)])
def test_from_a_hundred_wan_on_an_audit_is_needed(grant: str, is_met: bool) -> None:
    project = make_project(milestones=False, provincial_grant=yuan(grant))

    assert look(AUDIT_ON_FILE, project).is_met is is_met


def test_the_batch_says_from_which_grant_on() -> None:
    cluster = make_cluster(batch=make_batch(audit_from_grant="3500000.01"))

    assert look(AUDIT_ON_FILE, make_project(cluster=cluster, milestones=False)).is_met


@pytest.mark.parametrize(("on", "is_met"), [("2026-02-28", False), ("2026-03-01", True)])
def test_an_audit_counts_from_its_day(on: str, is_met: bool, project: Project) -> None:
    record_audit(
        project=project,
        on=day("2026-03-01"),
        firm="所",
        report_no="1",
        opinion="保留意见",
        audited_investment=yuan("1"),
        actor=PARK,
        today=TODAY,
    )

    assert look(AUDIT_ON_FILE, project, on).is_met is is_met


def test_an_audit_out_of_a_workbook_is_one(project: Project) -> None:
    DatedEvent.objects.create(project=project, kind="专项审计", happened_on=day("2026-03-01"))

    assert look(AUDIT_ON_FILE, project).outcome.figures == {"audited": day("2026-03-01")}


# settlement_adds_up


def test_without_a_settlement_acceptance_is_not_asked_for(project: Project) -> None:
    assert not look(SETTLEMENT_ADDS_UP, project).is_met


@pytest.mark.parametrize(("on", "is_met"), [("2026-02-28", False), ("2026-03-01", True)])
def test_a_settlement_counts_from_its_day(on: str, is_met: bool, project: Project) -> None:
    frozen(project)

    assert look(SETTLEMENT_ADDS_UP, project, on).is_met is is_met


def test_the_first_figure_that_parts_is_told(project: Project) -> None:
    frozen(project)
    moved(project, "支出", "单位自筹", "1.50", "2026-03-01", category="劳务费")

    found = look(SETTLEMENT_ADDS_UP, project)

    assert not found.is_met
    assert found.message == (
        "第 1 号决算（截至 2026-03-01）与台账不符：单位自筹“支出”决算 40.00 元，台账 41.50 元，共 3 处；请重新编制。"
    )
    frozen(project)
    assert look(SETTLEMENT_ADDS_UP, project).is_met


@pytest.mark.parametrize(("on", "is_met"), [("2026-03-01", True), ("2026-03-02", False)])
def test_nothing_is_spent_after_it(on: str, is_met: bool, project: Project) -> None:
    frozen(project)
    moved(project, "支出", "单位自筹", "1.50", "2026-03-02")

    assert look(SETTLEMENT_ADDS_UP, project, on).is_met is is_met


def test_money_sent_back_in_its_days_after_it_was_frozen_makes_it_part(project: Project) -> None:
    frozen(project)
    moved(project, "退回", "省拨款", "30.00", "2026-03-01")

    assert not look(SETTLEMENT_ADDS_UP, project).is_met
    assert look(SETTLEMENT_SEALED, project).is_met


# settlement_sealed


def test_closing_needs_a_settlement_that_still_stands(project: Project) -> None:
    assert not look(SETTLEMENT_SEALED, project).is_met

    frozen(project)
    assert look(SETTLEMENT_SEALED, project).is_met

    reverse_entry(project=project, sequence=5, on=TODAY, reason="误记", actor=PARK, today=TODAY)
    assert not look(SETTLEMENT_SEALED, project).is_met


def test_a_settlement_that_is_not_what_was_digested_is_not_sealed(project: Project) -> None:
    settlement = frozen(project)
    Settlement.objects.create(
        project=project,
        number=2,
        settled_on=settlement.settled_on,
        content=settlement.content | {"surplus": "0.00"},
        digest=settlement.digest,
        sequence=settlement.sequence,
        head_hash=settlement.head_hash,
    )

    found = look(SETTLEMENT_SEALED, project)

    assert (found.is_met, found.outcome.figures) == (False, {"number": 2})


# surplus_settled


def test_where_nothing_is_left_the_surplus_is_settled() -> None:
    assert look(SURPLUS_SETTLED, make_project(milestones=False)).is_met


def test_what_is_left_has_to_be_decided(project: Project) -> None:
    found = look(SURPLUS_SETTLED, project)

    assert not found.is_met
    assert found.outcome.figures == {"balance": yuan("30"), "held": yuan("20")}


@pytest.fixture
def kept() -> Project:
    """Acceptance passed; on 2026-06-01 the 50 left at the unit were left to it until 2028-06-01."""
    project = spent_project("acceptance")
    moved(project, "拨付单位", "省拨款", "20.00", "2023-01-01")
    accepted(project)
    decide_surplus(
        project=project, use="kept", on=day("2026-06-01"), reason="留用", actor=PROVINCE, today=TODAY
    )
    return project


@pytest.mark.parametrize(
    ("on", "is_met"),
    [("2026-05-31", False), ("2026-06-01", True), ("2028-06-01", True), ("2028-06-02", False)],
)
def test_what_is_kept_is_settled_from_the_decision_to_its_last_day(
    on: str, is_met: bool, kept: Project
) -> None:
    assert look(SURPLUS_SETTLED, kept, on).is_met is is_met


@pytest.mark.parametrize(
    ("kind", "source"), [("支出", "省拨款"), ("到账园区", "省拨款"), ("拨付单位", "园区配套")]
)
def test_a_decision_covers_exactly_the_present_balance(kind: str, source: str, kept: Project) -> None:
    moved(kept, kind, source, "0.01", "2026-06-02")

    assert not look(SURPLUS_SETTLED, kept).is_met


def test_another_verdict_takes_the_surplus_away(kept: Project) -> None:
    kept.acceptances.update(verdict="结题")

    assert not look(SURPLUS_SETTLED, kept).is_met


def test_what_is_given_back_is_settled_once_it_is_back() -> None:
    project = spent_project("acceptance")
    decide_surplus(
        project=project, use="returned", on=day("2026-06-01"), reason="交回", actor=PROVINCE, today=TODAY
    )
    assert not look(SURPLUS_SETTLED, project).is_met

    moved(project, "退回", "省拨款", "30.00", "2026-06-10")
    assert not look(SURPLUS_SETTLED, project).is_met

    moved(project, "园区退回", "省拨款", "20.00", "2026-06-11")
    assert look(SURPLUS_SETTLED, project).is_met
    assert not look(REFUNDS_SETTLED, project).is_met


# refunds_settled


def test_a_refund_is_open_from_its_notice_until_all_of_it_came(project: Project) -> None:
    assert look(REFUNDS_SETTLED, project).is_met
    refund = asked(project, on="2026-06-01")
    assert look(REFUNDS_SETTLED, project, "2026-05-31").is_met
    assert not look(REFUNDS_SETTLED, project, "2026-06-01").is_met

    record_receipt(
        refund=refund,
        on=day("2026-06-10"),
        amount=yuan("30"),
        interest=yuan("0"),
        voucher="收-1",
        actor=PROVINCE,
        today=TODAY,
    )
    assert not look(REFUNDS_SETTLED, project, "2026-06-09").is_met
    assert look(REFUNDS_SETTLED, project, "2026-06-10").is_met

    reverse_entry(project=project, sequence=8, on=TODAY, reason="误记", actor=PARK, today=TODAY)
    found = look(REFUNDS_SETTLED, project)
    assert not found.is_met
    assert found.outcome.figures == {"count": 1, "amount": yuan("30"), "holders": ["承担单位"]}


def test_a_refund_taken_back_is_not_open(project: Project) -> None:
    refund = asked(project)
    withdraw_refund(refund=refund, on=TODAY, reason="误发", actor=PROVINCE, today=TODAY)

    assert look(REFUNDS_SETTLED, project).is_met
