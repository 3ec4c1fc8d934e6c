"""The quick ways of FIN-04 to FIN-07 against slow ones that follow the words, on any movements."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from finance.rules.facts import Flows, total
from finance.rules.held_at_park import held_arrivals
from finance.rules.late_payment import late_tranches
from finance.rules.matching_pace import first_day_of_shortfall
from finance.rules.overspending import first_and_worst
from lifecycle.rules.limits import Ratio
from tests.finance.rules.builders import funding_facts
from tests.lifecycle.rules.builders import day

FIRST = day("2023-01-01")
SPAN = 12
DAYS = st.integers(0, SPAN).map(lambda number: FIRST + timedelta(days=number))
AMOUNTS = st.integers(1, 500).map(lambda fen: Decimal(fen) / 100)
DAILY = st.lists(st.tuples(DAYS, AMOUNTS), max_size=8)
RATIOS = st.tuples(st.integers(0, 3), st.integers(1, 3)).map(
    lambda pair: Ratio(Decimal(pair[0]), Decimal(pair[1]))
)
CALENDAR = [FIRST + timedelta(days=number) for number in range(SPAN + 1)]


def by_end_of(day, daily):
    return sum((amount for on, amount in daily if on <= day), Decimal(0))


@given(park=DAILY, province=DAILY, ratio=RATIOS)
def test_the_shortfall_began_on_the_first_day_since_which_each_day_ended_short(park, province, ratio):
    short = [
        by_end_of(day, park) * ratio.province < by_end_of(day, province) * ratio.park for day in CALENDAR
    ]
    expected = None
    for today, is_short in zip(reversed(CALENDAR), reversed(short), strict=True):
        if not is_short:
            break
        expected = today

    assert first_day_of_shortfall(park=park, province=province, ratio=ratio) == expected


@given(arrived=DAILY, gone=DAILY)
def test_what_is_held_is_what_paying_day_by_day_leaves(arrived, gone):
    queue: list[list] = []
    ahead = Decimal(0)
    for today in CALENDAR:
        queue += [[on, amount] for on, amount in arrived if on == today]
        ahead += sum((amount for on, amount in gone if on == today), Decimal(0))
        for arrival in queue:
            used = min(arrival[1], ahead)
            arrival[1] -= used
            ahead -= used
    left = [(on, amount) for on, amount in queue if amount]

    assert held_arrivals(arrived=sorted(arrived, key=lambda entry: entry[0]), gone=total(gone)) == left


@given(movements=st.lists(st.tuples(DAYS, st.integers(-500, 500).map(Decimal)), max_size=12))
def test_overspending_is_the_first_and_the_lowest_end_of_a_day(movements):
    balances = {day: by_end_of(day, movements) for day in CALENDAR}
    below = [day for day, balance in balances.items() if balance < 0]
    expected = (below[0], -min(balances.values())) if below else None

    assert first_and_worst(sorted(movements, key=lambda entry: entry[0])) == expected


@given(
    plan=st.lists(
        st.tuples(st.sampled_from(["省拨款", "园区配套"]), st.integers(1, 4), DAYS, AMOUNTS),
        max_size=6,
        unique_by=lambda tranche: tranche[:2],
    ),
    paid=st.lists(st.tuples(DAYS, st.sampled_from(["省拨款", "园区配套"]), AMOUNTS), max_size=6),
)
def test_a_tranche_is_late_when_what_came_does_not_cover_it_and_all_before(plan, paid):
    on = FIRST + timedelta(days=8)
    facts = funding_facts(
        *((day, "拨付单位", source, None, amount) for day, source, amount in paid),
        on=on.isoformat(),
        tranches=plan,
    )
    expected = set()
    for source, number, planned_on, _ in plan:
        due = sum(
            (
                amount
                for other, rank, on_, amount in plan
                if other == source and (on_, rank) <= (planned_on, number)
            ),
            Decimal(0),
        )
        received = sum((amount for day, other, amount in paid if other == source and day <= on), Decimal(0))
        if planned_on < on and received < due:
            expected.add((source, number))

    assert {(entry["source"], entry["number"]) for entry in late_tranches(facts)} == expected


ROWS = st.lists(
    st.tuples(
        DAYS,
        st.sampled_from(["到账园区", "拨付单位", "直接拨付", "资金到位", "支出", "退回", "园区退回"]),
        st.sampled_from(["省拨款", "园区配套", "单位自筹", "社会资本"]),
        st.sampled_from([None, "设备费", "间接费用"]),
        AMOUNTS,
    ),
    max_size=20,
)


@given(rows=ROWS, on=DAYS)
def test_movements_are_sorted_out_whatever_their_order_and_cut_at_the_day(rows, on):
    flows = Flows.up_to(on, rows)

    assert flows == Flows.up_to(on, sorted((row for row in rows if row[0] <= on), key=lambda row: row[0]))
    for source in ("省拨款", "园区配套", "单位自筹", "社会资本"):
        of_source = [row for row in rows if row[2] == source and row[0] <= on]
        received = sum(
            (row[4] for row in of_source if row[1] in ("拨付单位", "直接拨付", "资金到位")), Decimal(0)
        )
        gone = sum((row[4] for row in of_source if row[1] in ("支出", "退回")), Decimal(0))
        assert flows.received_of(source) == received
        assert total(flows.unit.get(source, ())) == received - gone
