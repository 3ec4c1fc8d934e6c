"""Money of a faultless project, to be changed where a test needs it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from finance.rules.facts import Audit, FlowRow, Flows, FundingFacts, Refund
from tests.lifecycle.rules.builders import day, life_facts

D = Decimal


def flow(on: str, kind: str, source: str, amount: str | int, category: str | None = None) -> FlowRow:
    return (day(on), kind, source, category, D(amount))


def tranche(source: str, number: int, planned_on: str, amount: str | int) -> tuple[Any, ...]:
    return (source, number, day(planned_on), D(amount))


def audit(on: str, investment: str | int) -> Audit:
    return Audit(day(on), D(investment))


def refund(
    asked_on: str,
    due_on: str,
    amount: str | int,
    *,
    received: str | int = 0,
    source: str = "省拨款",
    holder: str = "unit",
) -> Refund:
    return Refund(source, holder, day(asked_on), day(due_on), D(amount), D(received))


def funding_facts(
    *rows: FlowRow,
    on: str = "2023-06-15",
    province: Any = "5000000.00",
    park: Any = "5000000.00",
    investment: Any = "30000000.00",
    scheme: str = "三类",
    tranches: Any = (),
    repeated_invoices: Any = (),
    audits: Any = (),
    refunds: Any = (),
    **life: Any,
) -> FundingFacts:
    """A contract of 500 + 500 of 3 000 万元 with the movements `rows`, as of `on`. None: not known."""
    facts = life_facts(on, **life)
    committed = {"省拨款": province, "园区配套": park, "单位自筹": "20000000.00", "社会资本": "0.00"}
    return FundingFacts(
        project=facts,
        scheme=scheme,
        investment=None if investment is None else D(investment),
        committed={source: None if amount is None else D(amount) for source, amount in committed.items()},
        flows=Flows.up_to(facts.on, rows),
        tranches=tranches,
        repeated_invoices=repeated_invoices,
        audits=audits,
        refunds=refunds,
    )
