"""Who pays first: examples people can follow, and by search that what it says holds to the fen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance.calculator import Bound, PayFirst, pay_first
from finance.rules.facts import FlowRow, Flows, FundingFacts
from finance.rules.fiscal_share import fiscal_money_is_within_share
from finance.rules.matching_pace import park_keeps_pace
from lifecycle.rules.answers import Status
from lifecycle.rules.facts import Waiver
from lifecycle.rules.limits import Limits, Ratio, Share
from tests.builders import day
from tests.finance.rules.builders import flow, funding_facts, tranche
from tests.lifecycle.rules.builders import event

D = Decimal
PLAN = [
    tranche("省拨款", 1, "2022-10-31", "2450000"),
    tranche("省拨款", 2, "2024-05-01", "1050000"),
    tranche("园区配套", 1, "2022-10-31", "2450000"),
]


def found(*rows: FlowRow, **facts: Any) -> PayFirst:
    values = {"province": "3500000", "park": "3500000", "tranches": PLAN} | facts
    return pay_first(funding_facts(*rows, **values))


def messages(answer: PayFirst) -> list[str]:
    return [said.message for said in answer.sayings]


def test_the_park_pays_the_first_tranche_before_the_province():
    answer = found()

    assert (answer.needed, answer.park_now, answer.province_then.amount) == (
        D("2450000.00"),
        D("2450000.00"),
        D("2450000"),
    )
    assert messages(answer)[0] == (
        "园区现在应先支付 2,450,000.00 元，之后省可拨付 2,450,000.00 元（省拨款第 1 期）。"
    )


@pytest.mark.parametrize(("paid", "park_now"), [("2449999.99", "0.01"), ("2450000", "0"), ("3000000", "0")])
def test_what_the_park_has_paid_already_counts(paid: str, park_now: str):
    answer = found(flow("2022-10-01", "拨付单位", "园区配套", paid))

    assert (answer.park_now, answer.province_then.amount) == (D(park_now), D("2450000"))
    if park_now == "0":
        assert messages(answer)[0] == "园区无需先付，省拨款现在可拨付 2,450,000.00 元（第 1 期）。"


def test_the_next_tranche_is_what_is_left_of_the_first_open_one():
    answer = found(flow("2022-10-01", "直接拨付", "省拨款", "2500000"))

    assert answer.next is not None
    assert (answer.next.number, answer.next.left) == (2, D("1000000"))
    assert answer.needed == D("3500000.00")


def test_the_ratio_of_the_batch_decides_rounded_up_to_the_fen():
    answer = found(
        tranches=[tranche("省拨款", 1, "2022-10-31", "100.01")],
        limits=Limits(matching_ratio=Ratio(D(1), D(3))),
    )

    assert answer.needed == D("33.34")


def test_a_unit_outside_the_park_needs_no_matching():
    answer = found(outside_park=True, park="0")

    assert (answer.ratio, answer.needed, answer.province_then.amount) == (None, 0, D("2450000"))
    assert Bound.PACE not in answer.province_most.binds
    assert any("不在本高新区内" in message for message in messages(answer))


@pytest.mark.parametrize(("until", "needed"), [("2023-06-15", "0"), (None, "0"), ("2023-06-14", "2450000")])
def test_an_exception_in_force_needs_no_matching(until: str | None, needed: str):
    waiver = Waiver("FIN-04", "测试", "省科技厅", day("2023-01-01"), until and day(until))  # type: ignore[arg-type]

    assert found(waivers=[waiver]).needed == D(needed)


def test_without_an_open_tranche_a_shortfall_is_to_be_made_good():
    answer = found(
        flow("2022-10-01", "直接拨付", "省拨款", "3500000"),
        flow("2022-10-01", "拨付单位", "园区配套", "3000000"),
    )

    assert (answer.next, answer.park_now) == (None, D("500000.00"))
    assert "应支付 500,000.00 元补足" in messages(answer)[1]


def test_without_a_plan_that_is_said():
    assert "没有登记省拨款的拨款计划" in messages(found(tranches=[]))[0]


def test_the_park_pays_no_more_than_its_contract_leaves():
    answer = found(park="2000000")

    assert (answer.needed, answer.park_now) == (D("2450000.00"), D("2000000"))
    assert (answer.province_then.amount, answer.province_then.binds) == (D("2000000.00"), (Bound.PACE,))
    assert "合同剩余金额" in messages(answer)[1]


@pytest.mark.parametrize(
    ("on", "message"),
    [
        ("2023-06-30", "应不迟于 2023-07-01 拨付承担单位。"),
        ("2023-07-01", "应不迟于 2023-07-01 拨付承担单位。"),
        ("2023-07-02", "已超过 1 天，应立即拨付。"),
    ],
)
def test_what_is_held_is_passed_on_before_it_breaches(on: str, message: str):
    answer = found(
        flow("2023-06-01", "到账园区", "省拨款", "100"),
        flow("2023-06-20", "到账园区", "省拨款", "100"),
        flow("2023-06-25", "拨付单位", "省拨款", "20"),
        on=on,
    )

    assert [(each.amount, each.arrived_on, each.by) for each in answer.held] == [
        (D(80), day("2023-06-01"), day("2023-07-01")),
        (D(100), day("2023-06-20"), day("2023-07-20")),
    ]
    assert answer.held_in_all == D(180)
    assert any(each.endswith(message) for each in messages(answer))


@pytest.mark.parametrize(
    ("facts", "amount", "binds"),
    [
        ({}, "0", (Bound.PACE,)),
        ({"outside_park": True}, "3500000", (Bound.CONTRACT,)),
        ({"outside_park": True, "province": "6000000"}, "5000000", (Bound.CAP,)),
        ({"outside_park": True, "province": "5000000"}, "5000000", (Bound.CONTRACT, Bound.CAP)),
        ({"outside_park": True, "investment": "3000000"}, "1000000", (Bound.SHARE,)),
        ({"outside_park": True, "investment": "0.02"}, "0", (Bound.SHARE,)),
        ({"outside_park": True, "investment": None}, "0", (Bound.SHARE,)),
        ({"outside_park": True, "province": None}, "0", (Bound.CONTRACT,)),
    ],
)
def test_the_most_the_province_may_pay_names_what_binds(
    facts: dict[str, Any], amount: str, binds: tuple[Bound, ...]
):
    most = found(**facts).province_most

    assert (most.amount, most.binds) == (D(amount), binds)


def test_the_cap_does_not_bind_where_an_exception_is_recorded():
    waiver = Waiver("FIN-02", "测试", "省科技厅", day("2023-01-01"))

    most = found(outside_park=True, province="6000000", waivers=[waiver]).province_most

    assert (most.amount, most.binds) == (D("6000000"), (Bound.CONTRACT,))


def test_the_most_the_park_may_pay_is_what_contract_and_share_leave():
    paid = flow("2023-01-01", "拨付单位", "园区配套", "500000")

    assert found(paid).park_most.amount == D("3000000")
    short = found(paid, investment="3000000").park_most
    assert (short.amount, short.binds) == (D("500000.00"), (Bound.SHARE,))


@pytest.mark.parametrize("kind", ["暂停", "终止", "撤销"])
def test_nothing_is_paid_while_suspended_or_after_an_end(kind: str):
    paid = flow("2023-06-01", "到账园区", "省拨款", "100")
    answer = found(paid, events=[event(kind, "2023-06-10", "批准")], on="2023-06-15")
    before = found(paid, events=[event(kind, "2023-06-10", "批准")], on="2023-06-09")

    assert (answer.park_now, answer.province_then.amount) == (0, 0)
    assert (answer.park_most.amount, answer.park_most.binds) == (0, (Bound.STANDING,))
    assert messages(answer)[0].endswith("现在不能拨付。")
    assert before.park_now == D("2450000.00")


def test_nothing_is_paid_after_the_close():
    verdict = [event("验收结论", "2023-06-10", "通过验收")]

    assert found(state="closed", events=verdict).park_most.binds == (Bound.STANDING,)
    assert found(state="closed", events=verdict, on="2023-06-09").park_most.amount == D("3500000")


def test_it_tells_itself_as_json():
    told = found(flow("2023-06-01", "到账园区", "省拨款", "100")).as_json()

    assert (told["ratio"], told["needed"], told["park_now"]) == ("1:1", "2450000.00", "2450000.00")
    assert told["next"] == {"number": 1, "planned_on": "2022-10-31", "left": "2450000.00"}
    assert told["province_then"] == {"amount": "2450000.00", "binds": []}
    assert told["held"] == [{"amount": "100.00", "arrived_on": "2023-06-01", "by": "2023-07-01"}]
    assert told["province_most"] == {"amount": "0.00", "binds": ["FIN-04"]}
    assert len(told["messages"]) == 4


FEN = D("0.01")
ON = day("2023-06-15")
AMOUNTS = st.integers(0, 3000).map(lambda fen: D(fen) / 100)
SOME = st.integers(1, 1500).map(lambda fen: D(fen) / 100)
DAYS = st.integers(0, 40).map(lambda number: ON - timedelta(days=number))
ROWS = st.lists(
    st.tuples(
        DAYS,
        st.sampled_from(["到账园区", "拨付单位", "直接拨付"]),
        st.sampled_from(["省拨款", "园区配套"]),
        st.none(),
        SOME,
    ),
    max_size=6,
)
PLANS = st.lists(
    st.tuples(st.sampled_from(["省拨款", "园区配套"]), st.integers(1, 3), DAYS, SOME),
    max_size=4,
    unique_by=lambda each: each[:2],
)
WAIVERS = st.lists(
    st.sampled_from(["FIN-01", "FIN-02", "FIN-04"]).map(lambda rule: Waiver(rule, "", "", ON)), max_size=2
)


@st.composite
def any_facts(draw: st.DrawFn) -> FundingFacts:
    ratio = Ratio(D(draw(st.integers(0, 4))) / 2, D(draw(st.integers(1, 3))))
    return funding_facts(
        *draw(ROWS),
        province=draw(AMOUNTS),
        park=draw(AMOUNTS),
        investment=draw(st.integers(0, 9000).map(lambda fen: D(fen) / 100)),
        tranches=draw(PLANS),
        outside_park=draw(st.booleans()),
        waivers=draw(WAIVERS),
        limits=Limits(
            matching_ratio=ratio,
            grant_cap=draw(AMOUNTS),
            fiscal_share=draw(st.sampled_from([Share(1, 3), Share(1, 2), Share(2, 7)])),
        ),
    )


def after(facts: FundingFacts, *rows: tuple[str, str, Decimal]) -> FundingFacts:
    """The facts once these payments of (kind, source, yuan) were made on the day."""
    flows = Flows(
        received={source: list(daily) for source, daily in facts.flows.received.items()},
        arrived=facts.flows.arrived,
        passed_on=facts.flows.passed_on,
    )
    for _kind, source, amount in rows:
        if amount:
            flows.received.setdefault(source, []).append((facts.on, amount))
    return replace(facts, flows=flows)


def broken(facts: FundingFacts, source: str) -> set[Bound]:
    """The bounds that what was received breaks, each by its own words."""
    p, k = facts.flows.received_of("省拨款"), facts.flows.received_of("园区配套")
    excepted = {waiver.rule for waiver in facts.waivers}
    paid = p if source == "省拨款" else k
    found = set()
    if paid > facts.committed[source]:  # type: ignore[operator]
        found.add(Bound.CONTRACT)
    if not facts.limits.fiscal_share.holds(p + k, facts.investment):  # type: ignore[arg-type]
        found.add(Bound.SHARE)
    if source == "省拨款":
        if p > facts.limits.grant_cap and "FIN-02" not in excepted:
            found.add(Bound.CAP)
        needs_matching = not facts.project.outside_park and "FIN-04" not in excepted
        if needs_matching and not facts.limits.matching_ratio.is_kept(park=k, province=p):
            found.add(Bound.PACE)
    return found


@given(facts=any_facts())
def test_one_fen_more_than_the_most_breaks_exactly_what_it_names(facts: FundingFacts):
    answer = pay_first(facts)
    for source, most in (("省拨款", answer.province_most), ("园区配套", answer.park_most)):
        with_most = after(facts, ("拨付单位", source, most.amount))
        with_more = after(facts, ("拨付单位", source, most.amount + FEN))

        assert most.amount >= 0
        assert broken(with_more, source) == set(most.binds)
        assert most.amount == 0 or broken(with_most, source) == set()


RANK = [Status.PASS, Status.WARN, Status.BREACH]


def pace(facts: FundingFacts) -> tuple[int, Decimal]:
    """FIN-04 asked of what was received, the worse the greater; where it is waived nothing is short."""
    answer = park_keeps_pace(facts)
    if answer.status is Status.WAIVED:
        return 0, D(0)
    return RANK.index(answer.status), answer.figures.get("short", D(0))


def share(facts: FundingFacts) -> tuple[bool, Decimal]:
    """FIN-03 asked of what was received."""
    received = {source: facts.flows.received_of(source) for source in ("省拨款", "园区配套")}
    answer = fiscal_money_is_within_share(replace(facts, committed=received))
    return answer.status is Status.BREACH, answer.figures.get("over", D(0))


@given(facts=any_facts())
def test_paying_what_it_says_never_makes_pace_or_share_worse(facts: FundingFacts):
    answer = pay_first(facts)
    park_paid = after(facts, ("拨付单位", "园区配套", answer.park_now))
    both_paid = after(
        facts,
        ("拨付单位", "园区配套", answer.park_now),
        ("拨付单位", "省拨款", answer.province_then.amount),
    )

    for then in (park_paid, both_paid):
        assert pace(then) <= pace(facts)
        assert share(then) <= share(facts)
    if answer.park_now == answer.needed:
        assert pace(both_paid) == (0, 0)


@given(facts=any_facts())
def test_the_park_is_asked_for_no_fen_too_many(facts: FundingFacts):
    """With a fen less the next tranche could not follow in full."""
    answer = pay_first(facts)
    left = answer.next.left if answer.next else D(0)
    if answer.ratio is None or not answer.needed:
        return
    with_all = after(facts, ("拨付单位", "园区配套", answer.needed), ("拨付单位", "省拨款", left))
    with_less = after(facts, ("拨付单位", "园区配套", answer.needed - FEN), ("拨付单位", "省拨款", left))

    assert Bound.PACE not in broken(with_all, "省拨款")
    assert Bound.PACE in broken(with_less, "省拨款")


@given(facts=any_facts())
def test_what_it_says_can_be_said(facts: FundingFacts):
    answer = pay_first(facts)

    assert all(said.message for said in answer.sayings)
    assert answer.province_then.amount <= (answer.next.left if answer.next else 0)
    assert bool(answer.province_then.binds) == (
        answer.next is not None and answer.province_then.amount < answer.next.left
    )
