"""Facts made by hand, for tests of sections that need no database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from reports.facts import (
    AcceptanceFacts,
    AnswerFacts,
    CategoryFacts,
    ContractFacts,
    CoursePoint,
    LedgerFacts,
    LimitFacts,
    MadeBy,
    MilestoneFacts,
    PartyFacts,
    ProjectFacts,
    SettlementFacts,
    SourceFacts,
    SpendingFacts,
    TargetFacts,
    TrancheFacts,
    YearFacts,
)

ON = date(2026, 11, 21)


def yuan(text: str) -> Decimal:
    return Decimal(text).quantize(Decimal("0.01"))


def project(**facts: Any) -> ProjectFacts:
    values: dict[str, Any] = {
        "pk": 1,
        "number": "BA2022001",
        "name": "射频前端模组",
        "stage": "验收",
        "is_inferred": False,
        "is_ended": False,
        "is_outside_park": False,
        "site": "本高新区内",
        "cluster": "集群",
        "industry_field": "封测",
        "product_group": "",
        "batch": "2022年度试点",
        "award_document": "〔2022〕88号",
        "awarded_on": date(2022, 8, 20),
        "commitment_on": date(2022, 4, 22),
        "leader": "陈远",
        "partners": "甲大学、乙研究院",
        "target_product": "",
        "chain_link": "",
        "technology_source": "",
        "expected_level": "",
        "scheme": "三类",
        "start_on": date(2022, 9, 1),
        "end_on": date(2026, 2, 28),
    }
    return ProjectFacts(**(values | facts))


def source(
    name: str, committed: str = "0", received: str = "0", spent: str = "0", **more: Any
) -> SourceFacts:
    refunded = yuan(more.pop("refunded", "0"))
    values: dict[str, Any] = {"arrived_at_park": yuan("0"), "held_at_park": yuan("0")}
    return SourceFacts(
        source=name,
        committed=yuan(committed),
        received=yuan(received),
        spent=yuan(spent),
        refunded=refunded,
        balance=yuan(received) - yuan(spent) - refunded,
        **(values | more),
    )


SOURCES = [
    source("省拨款", "3500000", "3500000", "3499000", arrived_at_park=yuan("3500000")),
    source("园区配套", "3500000", "2450000", "2000000"),
    source("单位自筹", "1000000", "1000000", "1000000"),
    source("社会资本"),
]


def tranche(number: int = 1, source: str = "省拨款", **facts: Any) -> TrancheFacts:
    values: dict[str, Any] = {
        "pk": number,
        "planned_on": date(2022, 10, 31),
        "amount": yuan("1000000"),
        "condition": "",
        "is_tail": False,
        "state": "已拨付待确认",
        "arrived": yuan("1000000") if source == "省拨款" else None,
        "paid": yuan("1000000"),
        "confirmed": yuan("0"),
        "arrived_on": date(2022, 10, 1) if source == "省拨款" else None,
        "paid_on": date(2022, 10, 20),
        "confirmed_on": None,
        "late_days": 0,
        "days_at_park": 19 if source == "省拨款" else None,
        "days_to_confirm": None,
    }
    return TrancheFacts(number=number, source=source, **(values | facts))


def target(name: str = "发明专利", contract: str = "8", achieved: str = "6", **facts: Any) -> TargetFacts:
    values: dict[str, Any] = {"pk": 1, "category": "知识产权", "unit": "件", "evidence": ""}
    return TargetFacts(name=name, contract_value=contract, achieved_value=achieved, **(values | facts))


def milestone(planned: date, completed: date | None = None, late: int = 0, **facts: Any) -> MilestoneFacts:
    values: dict[str, Any] = {
        "pk": 1,
        "name": "样机试制",
        "is_waived": False,
        "is_verified": completed is not None,
        "progress": "",
        "owner": "",
        "weight": None,
        "planned_spend": None,
    }
    return MilestoneFacts(
        year=planned.year, planned_on=planned, completed_on=completed, late_days=late, **(values | facts)
    )


def year(number: int, spent: str = "0", **facts: Any) -> YearFacts:
    values: dict[str, Any] = {"planned": 0, "done": 0, "late": 0, "waived": 0, "planned_spend": None}
    return YearFacts(year=number, spent=yuan(spent), **(values | facts))


def category(name: str, *amounts: str) -> CategoryFacts:
    given = [yuan(amount) for amount in amounts]
    return CategoryFacts(category=name, amounts=given + [yuan("0")] * (4 - len(given)))


PARTIES = [
    PartyFacts(role="unit", name="甲公司", credit_code="91"),
    PartyFacts(role="park", name="滨江高新区管委会", credit_code="11"),
    PartyFacts(role="city", name="滨江市科技局", credit_code="12"),
    PartyFacts(role="province", name="示例省科技厅", credit_code="13"),
]
LEDGER = LedgerFacts(sequence=0, head_hash="a" * 64, entries=0, leading=0, shown=[])
MADE_BY = MadeBy(program="0.3.0", rule_set="b" * 16)
NO_SPENDING = [category(name) for name in ("设备费", "业务费", "劳务费", "间接费用")]


def acceptance(**facts: Any) -> AcceptanceFacts:
    """A project of which nothing is known but what it is; a test says what else there is."""
    values: dict[str, Any] = {
        "kind": "acceptance",
        "on": ON,
        "made_by": MADE_BY,
        "project": project(),
        "parties": PARTIES,
        "contract": ContractFacts(
            version=0,
            in_force_on=None,
            signed_on=None,
            digest="",
            total_investment=yuan("24000000"),
            members="",
            technical_route="",
            signatures=[],
            budget=[],
        ),
        "limits": LimitFacts(
            grant_cap=yuan("5000000"),
            matching_park=Decimal(1),
            matching_province=Decimal(1),
            share_numerator=1,
            share_denominator=3,
            pace_days=30,
            holding_days=30,
        ),
        "sources": [source(name) for name in ("省拨款", "园区配套", "单位自筹", "社会资本")],
        "ratio_committed": None,
        "ratio_received": None,
        "categories": NO_SPENDING,
        "years": [year(2022), year(2023)],
        "answers": [answer("FIN-01", "pass"), answer("FIN-07", "breach")],
        "ledger": LEDGER,
    }
    lists = (
        "targets milestones annual_reports course tranches spending frozen surplus refunds audits changes"
        " exemptions inspections findings events rounds documents"
    )
    return AcceptanceFacts(**({name: [] for name in lists.split()} | values | facts))


def answer(code: str, status: str) -> AnswerFacts:
    labels = {"pass": "通过", "warn": "提醒", "breach": "违规"}
    return AnswerFacts(
        code=code,
        title="合同配套比例" if code == "FIN-01" else "超支",
        status=status,
        status_label=labels[status],
        sentence="如实说明。",
        basis="申报指引",
        figures={},
    )


def settlement(**facts: Any) -> SettlementFacts:
    values: dict[str, Any] = {
        "kind": "settlement",
        "on": ON,
        "made_by": MADE_BY,
        "project": project(),
        "parties": PARTIES,
        "sources": SOURCES,
        "categories": NO_SPENDING,
        "ledger": LEDGER,
    }
    return SettlementFacts(**(values | facts))


def spending(year: int, category: str, amount: str, source: str = "省拨款") -> SpendingFacts:
    return SpendingFacts(year=year, category=category, source=source, amount=yuan(amount))


def point(day: str, province: str, park: str) -> CoursePoint:
    return CoursePoint(on=date.fromisoformat(day), province=yuan(province), park=yuan(park))
