"""Payments laid against the plan: what each settles, what is left, and how old the money was."""

from __future__ import annotations

from decimal import Decimal

from finance.instalments import FiscalFlow
from finance.payments import PaidPiece, paid_pieces
from finance.rules.facts import Tranche
from tests.builders import day, yuan

ON = day("2024-12-31")


def tranche(number: int, amount: str, source: str = "省拨款") -> Tranche:
    return Tranche(source, number, day(f"2024-0{number}-01"), yuan(amount))


def flow(kind: str, on: str, amount: str, sequence: int, source: str = "省拨款") -> FiscalFlow:
    return FiscalFlow(source, kind, day(on), yuan(amount), sequence, f"记-{sequence}")


def told(pieces: list[PaidPiece[Tranche]]) -> list[tuple[int | None, int | None, Decimal, str | None]]:
    """(期次, sequence of the payment, amount, day of the oldest money) of each piece."""
    return [
        (
            each.tranche.number if each.tranche else None,
            each.flow.sequence if each.flow else None,
            each.amount,
            each.arrived_on.isoformat() if each.arrived_on else None,
        )
        for each in pieces
    ]


def test_a_payment_that_goes_over_a_tranche_is_parted_and_the_rest_stays_open():
    pieces = paid_pieces(
        [tranche(1, "60"), tranche(2, "60")],
        [
            flow("到账园区", "2024-01-05", "100", 1),
            flow("拨付单位", "2024-01-10", "40", 2),
            flow("拨付单位", "2024-02-10", "50", 3),
        ],
        on=ON,
    )

    assert told(pieces) == [
        (1, 2, yuan("40"), "2024-01-05"),
        (1, 3, yuan("20"), "2024-01-05"),
        (2, 3, yuan("30"), "2024-01-05"),
        (2, None, yuan("30"), None),
    ]
    assert [each.is_first for each in pieces] == [True, False, True, False]


def test_money_beyond_the_plan_stands_at_the_end_without_a_tranche():
    pieces = paid_pieces([tranche(1, "60")], [flow("直接拨付", "2024-01-10", "100", 1)], on=ON)

    assert told(pieces) == [(1, 1, yuan("60"), None), (None, 1, yuan("40"), None)]


def test_what_is_paid_first_is_what_arrived_first_and_returns_take_from_it_too():
    pieces = paid_pieces(
        [tranche(1, "100")],
        [
            flow("到账园区", "2024-01-01", "30", 1),
            flow("到账园区", "2024-02-01", "70", 2),
            flow("园区退回", "2024-02-05", "30", 3),
            flow("拨付单位", "2024-02-10", "70", 4),
        ],
        on=ON,
    )

    assert told(pieces) == [(1, 4, yuan("70"), "2024-02-01"), (1, None, yuan("30"), None)]


def test_a_payment_before_any_arrival_has_no_day_and_later_days_are_left_out():
    flows = [flow("拨付单位", "2024-01-10", "10", 1), flow("拨付单位", "2025-01-01", "10", 2)]

    assert told(paid_pieces([tranche(1, "10")], flows, on=ON)) == [(1, 1, yuan("10"), None)]


def test_sources_do_not_settle_each_other():
    pieces = paid_pieces(
        [tranche(1, "10"), tranche(1, "20", "园区配套")],
        [flow("拨付单位", "2024-01-10", "20", 1, "园区配套")],
        on=ON,
    )

    assert told(pieces) == [(1, None, yuan("10"), None), (1, 1, yuan("20"), None)]


def test_without_plan_and_payments_there_is_nothing():
    assert paid_pieces([], [], on=ON) == []
