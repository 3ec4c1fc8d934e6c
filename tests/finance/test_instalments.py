"""How far a tranche is: first in, first out by source, each edge on both sides; and against a slow way."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finance.instalments import FiscalFlow, Instalment, TrancheState, instalments
from finance.rules.facts import Tranche
from finance.rules.held_at_park import held_arrivals
from tests.builders import day

D = Decimal


def planned(number: int, on: str, amount: str, source: str = "省拨款") -> Tranche:
    return Tranche(source, number, day(on), D(amount))


def flow(
    kind: str,
    on: str,
    amount: str,
    source: str = "省拨款",
    *,
    sequence: int = 0,
    confirmed_on: str | None = None,
) -> FiscalFlow:
    confirmed = day(confirmed_on) if confirmed_on else None
    return FiscalFlow(source, kind, day(on), D(amount), sequence, "", confirmed)


PLAN = [
    planned(2, "2024-02-01", "100"),
    planned(1, "2024-01-01", "100"),
    planned(3, "2025-01-01", "100"),
]


def of(*flows: FiscalFlow, on: str = "2024-02-11", plan: Any = PLAN) -> list[Instalment[Tranche]]:
    return instalments(plan, flows, on=day(on))


def states(found: list[Instalment[Tranche]]) -> list[str]:
    return [each.state.value for each in found]


def test_what_is_paid_settles_the_earliest_tranche_first():
    found = of(flow("拨付单位", "2024-01-05", "150"))

    assert [(each.tranche.number, each.paid, each.late_days, each.is_paid) for each in found] == [
        (1, D(100), 0, True),
        (2, D(50), 10, False),
        (3, D(0), 0, False),
    ]


def test_tranches_of_one_day_are_settled_by_their_number():
    plan = [planned(2, "2024-01-01", "10"), planned(1, "2024-01-01", "10")]

    assert [each.paid for each in of(flow("直接拨付", "2024-01-01", "12"), plan=plan)] == [D(10), D(2)]


def test_each_source_settles_its_own():
    plan = [planned(1, "2024-01-01", "10"), planned(1, "2024-01-01", "10", "园区配套")]

    found = of(flow("拨付单位", "2024-01-02", "10", "园区配套"), plan=plan)

    assert {each.tranche.source: each.paid for each in found} == {"省拨款": D(0), "园区配套": D(10)}


@pytest.mark.parametrize(("on", "state"), [("2023-12-31", "planned"), ("2024-01-01", "due")])
def test_a_tranche_is_due_from_its_planned_day(on: str, state: str):
    assert of(on=on)[0].state.value == state


@pytest.mark.parametrize(("on", "late"), [("2024-01-01", 0), ("2024-01-02", 1)])
def test_a_tranche_is_late_from_the_day_after(on: str, late: int):
    assert of(on=on)[0].late_days == late


@pytest.mark.parametrize(("amount", "state"), [("99.99", "due"), ("100", "arrived")])
def test_a_tranche_has_arrived_when_all_of_it_has(amount: str, state: str):
    found = of(flow("到账园区", "2024-01-05", amount))[0]

    assert (found.state.value, found.arrived, found.to_arrive) == (state, D(amount), 100 - D(amount))
    assert (found.waiting, found.waiting_since, found.days_waited) == (D(amount), day("2024-01-05"), 37)


@pytest.mark.parametrize(("amount", "state"), [("99.99", "arrived"), ("100", "paid")])
def test_a_tranche_is_paid_when_all_of_it_is(amount: str, state: str):
    found = of(flow("到账园区", "2024-01-05", "100"), flow("拨付单位", "2024-01-08", amount))[0]

    assert (found.state.value, found.paid, found.left) == (state, D(amount), 100 - D(amount))


def test_what_went_past_the_park_is_told_from_what_passed_through_it():
    flows = [
        flow("直接拨付", "2024-01-05", "100"),
        flow("到账园区", "2024-02-01", "50"),
        flow("拨付单位", "2024-02-05", "50"),
    ]

    first, second, third = of(*flows)

    assert (first.direct, first.is_direct) == (D(100), True)
    assert (second.direct, second.is_direct) == (D(0), False)
    assert (third.direct, third.is_direct) == (D(0), False)


def test_a_direct_payment_counts_as_arrived():
    found = of(flow("直接拨付", "2024-01-05", "100"))[0]

    assert (found.state, found.arrived, found.arrived_on) == (
        TrancheState.PAID,
        D(100),
        day("2024-01-05"),
    )


def test_money_of_the_park_does_not_arrive():
    found = of(
        flow("拨付单位", "2024-01-05", "40", "园区配套"), plan=[planned(1, "2024-01-01", "100", "园区配套")]
    )[0]

    assert (found.arrived, found.to_arrive, found.waiting, found.state) == (None, 0, 0, TrancheState.DUE)


def test_what_the_park_sent_back_has_not_arrived():
    found = of(
        flow("到账园区", "2024-01-05", "100"),
        flow("园区退回", "2024-01-10", "30"),
        flow("到账园区", "2024-01-20", "30"),
    )[0]

    assert (found.arrived, found.arrived_on) == (D(100), day("2024-01-20"))
    assert of(flow("到账园区", "2024-01-05", "100"), flow("园区退回", "2024-01-10", "30"))[0].arrived == D(70)


@pytest.mark.parametrize(
    ("first", "second", "state", "confirmed"),
    [
        (None, None, "paid", "0"),
        ("2024-01-09", None, "paid", "60"),
        (None, "2024-01-09", "paid", "40"),
        ("2024-01-09", "2024-01-12", "confirmed", "100"),
    ],
)
def test_a_tranche_is_confirmed_when_every_payment_of_it_is(
    first: str | None, second: str | None, state: str, confirmed: str
):
    found = of(
        flow("拨付单位", "2024-01-05", "60", sequence=1, confirmed_on=first),
        flow("拨付单位", "2024-01-06", "60", sequence=2, confirmed_on=second),
    )[0]

    assert (found.state.value, found.confirmed) == (state, D(confirmed))
    assert found.confirmed_on == (day("2024-01-12") if state == "confirmed" else None)


def test_a_payment_that_settles_two_tranches_confirms_both():
    found = of(flow("拨付单位", "2024-01-05", "200", confirmed_on="2024-01-06"))

    assert states(found) == ["confirmed", "confirmed", "planned"]


def test_what_happened_later_is_left_out():
    payment = flow("拨付单位", "2024-01-05", "100", confirmed_on="2024-01-20")

    assert states(of(payment, on="2024-01-04"))[0] == "due"
    assert states(of(payment, on="2024-01-19"))[0] == "paid"
    assert states(of(payment, on="2024-01-20"))[0] == "confirmed"


def test_the_days_tell_when_all_of_it_had_come_so_far():
    found = of(
        flow("到账园区", "2024-01-03", "60"),
        flow("到账园区", "2024-01-04", "60"),
        flow("拨付单位", "2024-01-05", "90", sequence=3, confirmed_on="2024-01-09"),
        flow("拨付单位", "2024-01-06", "10", sequence=4, confirmed_on="2024-01-08"),
    )[0]

    assert (found.arrived_on, found.paid_on, found.confirmed_on) == (
        day("2024-01-04"),
        day("2024-01-06"),
        day("2024-01-09"),
    )


def test_what_was_paid_before_it_arrived_does_not_wait():
    found = of(flow("拨付单位", "2024-01-05", "100"), flow("到账园区", "2024-01-20", "120"))

    assert (found[0].waiting, found[1].waiting, found[1].waiting_since) == (0, D(20), day("2024-01-20"))


def test_no_plan_has_no_instalments():
    assert of(flow("拨付单位", "2024-01-05", "100"), plan=[]) == []


FIRST = day("2023-01-01")
DAYS = st.integers(0, 12).map(lambda number: FIRST + timedelta(days=number))
AMOUNTS = st.integers(1, 500).map(lambda fen: D(fen) / 100)
FLOWS = st.lists(
    st.builds(
        FiscalFlow,
        st.just("省拨款"),
        st.sampled_from(["到账园区", "拨付单位", "直接拨付", "园区退回"]),
        DAYS,
        AMOUNTS,
        st.integers(1, 50),
        st.just(""),
        st.none() | DAYS,
    ),
    max_size=8,
)
PLANS = st.lists(
    st.builds(Tranche, st.just("省拨款"), st.integers(1, 5), DAYS, AMOUNTS),
    max_size=4,
    unique_by=lambda tranche: tranche.number,
)


@given(plan=PLANS, flows=FLOWS, on=DAYS)
def test_what_is_said_of_all_tranches_is_what_there_is(plan: list[Tranche], flows: list[FiscalFlow], on: Any):
    found = instalments(plan, flows, on=on)
    known = [each for each in flows if each.on <= on]

    def sum_of(*kinds: str) -> Decimal:
        return sum((each.amount for each in known if each.kind in kinds), D(0))

    in_plan = sum((tranche.amount for tranche in plan), D(0))
    paid = sum_of("拨付单位", "直接拨付")
    confirmed = sum(
        (
            each.amount
            for each in known
            if each.kind in ("拨付单位", "直接拨付") and each.confirmed_on and each.confirmed_on <= on
        ),
        D(0),
    )
    arrived = max(sum_of("到账园区", "直接拨付") - sum_of("园区退回"), D(0))
    held = held_arrivals(
        arrived=sorted((each.on, each.amount) for each in known if each.kind == "到账园区"),
        gone=sum_of("拨付单位", "园区退回"),
    )
    assert sum((each.paid for each in found), D(0)) == min(paid, in_plan)
    assert sum((each.arrived for each in found), D(0)) == min(arrived, in_plan)
    assert sum((each.waiting for each in found), D(0)) == min(
        sum((amount for _, amount in held), D(0)), max(in_plan - paid, D(0))
    )
    assert sum((each.confirmed for each in found), D(0)) <= min(confirmed, in_plan)
    for each, after in zip(found, [*found[1:], None], strict=False):
        assert 0 <= each.confirmed <= each.paid <= each.tranche.amount
        assert 0 <= each.arrived <= each.tranche.amount
        # Money goes on to the next only when this one is full.
        assert after is None or after.paid == 0 or each.is_paid
        assert after is None or after.arrived == 0 or each.to_arrive == 0
        if sum_of("到账园区") >= sum_of("拨付单位", "园区退回"):
            assert each.arrived == each.paid + each.waiting


@given(plan=PLANS, pays=st.lists(st.tuples(DAYS, AMOUNTS, st.booleans()), max_size=6), on=DAYS)
def test_confirmations_cover_what_fen_by_fen_they_would(plan: list[Tranche], pays: Any, on: Any):
    flows = [
        FiscalFlow("省拨款", "拨付单位", paid_on, amount, number, "", paid_on if told else None)
        for number, (paid_on, amount, told) in enumerate(pays)
    ]
    fens: list[bool] = []
    for each in sorted(flows, key=lambda each: (each.on, each.sequence)):
        if each.on <= on:
            fens += [each.confirmed_on is not None] * int(each.amount * 100)
    for each in instalments(plan, flows, on=on):
        size = int(each.tranche.amount * 100)
        of_it, fens = fens[:size], fens[size:]
        assert (each.paid, each.confirmed) == (D(len(of_it)) / 100, D(sum(of_it)) / 100)
