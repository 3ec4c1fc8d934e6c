"""Gathering the facts of a project's money, and invoices that stand on more than one voucher."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

import finance.facts
from finance.facts import funding_facts, repeated_invoices
from finance.posting import reverse_entry
from finance.rules.facts import FundingFacts, RepeatedInvoice
from lifecycle.facts import life_facts
from lifecycle.models import Project, Tranche
from lifecycle.parties.log import OPERATOR_ACTOR
from tests.builders import day, instant, make_cluster, make_project, moved, yuan

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["look-ups", "index"])
def both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Repeated invoices are looked for one by one for few projects, and in the whole index for many."""
    monkeypatch.setattr(finance.facts, "MANY", 1 if request.param == "index" else 1_000_000)


def facts_of(project: Project, on: str, known_at: datetime | None = None) -> FundingFacts:
    life = life_facts([project.pk], on=day(on), known_at=known_at)
    return funding_facts(life, on=day(on), known_at=known_at, repeated={})[project.pk]


def repeated_of(project: Project, on: str = "2026-01-15", **known: Any) -> list[RepeatedInvoice]:
    return repeated_invoices([project.pk], on=day(on), **known).get(project.pk, [])


def test_movements_come_by_day_kind_source_and_fiscal_category() -> None:
    project = make_project()
    Tranche.objects.create(
        project=project,
        source="省拨款",
        number=1,
        planned_on=day("2022-10-31"),
        amount=yuan("5.00"),
    )
    moved(project, "到账园区", "省拨款", "9.00", "2022-10-01")
    moved(project, "拨付单位", "省拨款", "5.00", "2022-10-05")
    moved(project, "支出", "省拨款", "1.00", "2022-10-06")
    moved(project, "支出", "省拨款", "2.00", "2022-10-06")
    moved(project, "支出", "单位自筹", "4.00", "2022-10-06", category="业务费")
    moved(project, "支出", "省拨款", "1.00", "2022-10-07", category="业务费")

    facts = facts_of(project, "2022-10-06")

    assert facts.scheme == "三类"
    assert facts.investment == yuan("24000000")
    assert facts.committed["园区配套"] == yuan("3500000")
    assert facts.tranches == [("省拨款", 1, day("2022-10-31"), yuan("5.00"))]
    assert facts.flows.arrived == [(day("2022-10-01"), yuan("9.00"))]
    assert facts.flows.fiscal_spent == {"设备费": yuan("3.00")}
    assert sorted(facts.flows.spent) == [
        (day("2022-10-06"), yuan("3.00")),
        (day("2022-10-06"), yuan("4.00")),
    ]


def test_reversed_entries_are_left_out_unless_the_reversal_was_not_known_yet() -> None:
    project = make_project()
    moved(project, "资金到位", "单位自筹", "10.00", "2022-10-01")
    known = instant()
    reverse_entry(
        project=project,
        sequence=1,
        on=day("2023-01-01"),
        reason="误记",
        actor=OPERATOR_ACTOR,
        today=day("2023-01-01"),
    )

    assert facts_of(project, "2022-10-31").flows.received == {}
    assert facts_of(project, "2022-10-31", known_at=known).flows.received_of("单位自筹") == yuan("10.00")
    assert facts_of(project, "2022-10-31", known_at=instant()).flows.received == {}


@pytest.mark.usefixtures("both_ways")
def test_one_voucher_may_split_an_invoice_over_sources() -> None:
    project = make_project()
    moved(project, "支出", "省拨款", "1.00", "2023-01-01", voucher="记-1", invoice="77")
    moved(project, "支出", "园区配套", "2.00", "2023-01-01", voucher="记-1", invoice="77")

    assert repeated_of(project) == []


@pytest.mark.usefixtures("both_ways")
def test_an_invoice_on_two_vouchers_is_told_with_its_vouchers_and_amount() -> None:
    project = make_project()
    moved(project, "支出", "省拨款", "1.00", "2023-01-01", voucher="记-1", invoice="77")
    moved(project, "支出", "省拨款", "2.00", "2023-02-01", voucher="记-2", invoice="77")

    assert repeated_of(project) == [RepeatedInvoice("77", ("记-1", "记-2"), 0, yuan("3.00"))]
    assert repeated_of(project, on="2023-01-31") == []


@pytest.mark.usefixtures("both_ways")
def test_vouchers_of_other_projects_are_counted_and_never_named() -> None:
    first, second = make_project(), make_project()
    moved(first, "支出", "省拨款", "1.00", "2023-01-01", voucher="记-1", invoice="77")
    moved(second, "支出", "省拨款", "2.00", "2023-02-01", voucher="记-1", invoice="77")
    moved(second, "支出", "省拨款", "4.00", "2023-02-01", voucher="记-2", invoice="77")

    assert repeated_of(first) == [RepeatedInvoice("77", ("记-1",), 2, yuan("1.00"))]
    assert repeated_of(second) == [RepeatedInvoice("77", ("记-1", "记-2"), 1, yuan("6.00"))]
    assert set(repeated_invoices([first.pk, second.pk], on=day("2026-01-15"))) == {
        first.pk,
        second.pk,
    }


@pytest.mark.usefixtures("both_ways")
def test_a_reversed_voucher_repeats_no_invoice_once_the_reversal_is_known() -> None:
    project, other = make_project(), make_project()
    moved(project, "支出", "省拨款", "1.00", "2023-01-01", invoice="77")
    moved(other, "支出", "省拨款", "1.00", "2023-01-01", voucher="记-9", invoice="77")
    known = instant()
    reverse_entry(
        project=project,
        sequence=1,
        on=day("2023-01-01"),
        reason="误记",
        actor=OPERATOR_ACTOR,
        today=day("2023-01-01"),
    )

    assert repeated_of(other) == []
    assert len(repeated_of(other, known_at=known)) == 1
    assert repeated_of(other, known_at=instant()) == []


@pytest.mark.usefixtures("both_ways")
def test_only_spending_can_repeat_an_invoice() -> None:
    project = make_project()
    moved(project, "资金到位", "单位自筹", "1.00", "2023-01-01", invoice="77")
    moved(project, "支出", "单位自筹", "1.00", "2023-01-02", invoice="77")

    assert repeated_of(project) == []


def test_seven_queries_gather_the_facts_of_any_number_of_projects(
    django_assert_num_queries: Any,
) -> None:
    cluster = make_cluster()
    projects = [make_project(cluster=cluster, milestones=False) for _each in range(30)]
    for project in projects:
        moved(project, "支出", "省拨款", "1.00", "2023-01-01", invoice="77")
    for few in (projects[:3], projects):
        ids = [project.pk for project in few]
        life = life_facts(ids, on=day("2026-01-15"))
        with django_assert_num_queries(7):
            repeated = repeated_invoices(ids, on=day("2026-01-15"))
            funding = funding_facts(life, on=day("2026-01-15"), repeated=repeated)
        assert all(funding[pk].repeated_invoices[0].elsewhere == 29 for pk in ids)
