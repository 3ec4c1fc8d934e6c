"""The facts of every project of the sample, held against plain SQL over the ledger."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

import pytest

from lifecycle.models import Project
from reports.collect import collect_acceptance, collect_settlement
from reports.facts import AcceptanceFacts, SettlementFacts, decode, encode
from tests.reports import plain_sql

TODAY = date(2026, 11, 21)
DAYS = (TODAY, date(2024, 6, 30), date(2022, 1, 1))

Gathered = dict[tuple[str, date], AcceptanceFacts]


@pytest.fixture(scope="module")
def gathered(programme: None) -> Gathered:
    """The facts of every project on each of DAYS."""
    projects = list(Project.objects.order_by("number"))
    assert len(projects) == 34
    return {
        (project.number, on): collect_acceptance(project, on=on, today=TODAY)
        for project in projects
        for on in DAYS
    }


def test_the_facts_of_every_project_say_what_plain_sql_says(
    gathered: Gathered,
) -> None:
    for (number, on), facts in gathered.items():
        money = plain_sql.money(number, on)
        assert {
            each.source: {name: getattr(each, name) for name in money[each.source]} for each in facts.sources
        } == money
        assert facts.ratio_received == _ratio(money, "received")
        assert facts.ratio_committed == _ratio(money, "committed")

        spent = plain_sql.spent(number, on)
        assert {(row.year, row.category, row.source): row.amount for row in facts.spending} == spent
        by_category: dict[tuple[str, str], Decimal] = {}
        for (_year, category, source), amount in spent.items():
            by_category[category, source] = by_category.get((category, source), Decimal(0)) + amount
        assert {
            (row.category, source): amount
            for row in facts.categories
            for source, amount in zip(plain_sql.SOURCES, row.amounts, strict=True)
            if amount
        } == by_category
        assert {year.year: year.spent for year in facts.years if year.spent} == {
            year: sum(amount for key, amount in spent.items() if key[0] == year) for year, _, _ in spent
        }

        assert {
            (each.source, each.number): (
                each.amount,
                each.paid,
                each.arrived_on if each.source == "省拨款" else None,
                each.paid_on,
            )
            for each in facts.tranches
        } == plain_sql.tranches(number, on)
        passed_by = plain_sql.passed_by_the_park(number, on)
        for each in facts.tranches:
            assert each.is_direct == (passed_by and bool(each.paid) and each.source == "省拨款")
            if each.source == "省拨款" and each.arrived_on is not None and each.paid_on is not None:
                waited = max((each.paid_on - each.arrived_on).days, 0)
                assert each.days_at_park == (None if passed_by else waited)

        assert {
            year.year: (year.planned, year.done, year.late) for year in facts.years if year.planned
        } == plain_sql.milestones(number, on)

        ((entries,),) = plain_sql.rows(
            "SELECT count(*) FROM finance_entry e JOIN lifecycle_project p ON p.id = e.project_id"
            " WHERE p.number = %(number)s AND e.day <= %(on)s",
            number,
            on,
        )
        assert facts.ledger.entries == entries == len(facts.ledger.shown)


def test_facts_are_the_same_after_they_were_kept_and_always_the_same_bytes(
    gathered: Gathered,
) -> None:
    for (number, on), facts in gathered.items():
        content = encode(facts)
        assert decode(content, AcceptanceFacts) == facts
        assert encode(decode(content, AcceptanceFacts)) == content
        if on != TODAY:
            continue
        again = collect_acceptance(Project.objects.get(number=number), on=on, today=TODAY)
        assert encode(again) == content


def test_a_settlement_has_the_figures_of_the_report(gathered: Gathered) -> None:
    for (number, on), facts in gathered.items():
        settled = collect_settlement(Project.objects.get(number=number), on=on, today=TODAY)

        assert settled.sources == facts.sources
        assert settled.categories == facts.categories
        assert settled.ledger.entries == facts.ledger.entries
        assert settled.ledger.shown == []
        assert decode(encode(settled), SettlementFacts) == settled


def _ratio(money: dict[str, dict[str, Decimal]], name: str) -> Decimal | None:
    province, park = money["省拨款"][name], money["园区配套"][name]
    return (park / province).quantize(Decimal("0.0001"), ROUND_HALF_EVEN) if province else None
