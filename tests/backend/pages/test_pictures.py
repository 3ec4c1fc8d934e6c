"""The geometry of pictures: pure, to the percent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.pages.pictures import bars, pace_picture
from finance.funding import Funding, SourceMoney
from lifecycle.rules.limits import Ratio
from reports.overview import Pace

ONE_TO_ONE = Ratio(Decimal(1), Decimal(1))
START, END = date(2024, 1, 1), date(2024, 12, 31)


def money(committed: str, received: str, spent: str) -> SourceMoney:
    c, r, s = Decimal(committed), Decimal(received), Decimal(spent)
    zero = Decimal("0.00")
    return SourceMoney(c, zero, zero, r, s, zero, r - s)


def funding(**sources: SourceMoney) -> Funding:
    return Funding(dict(sources))


@pytest.mark.parametrize(
    ("of", "widths"),
    [
        (money("100", "50", "25"), ("100.00", "50.00", "25.00", "0.00")),
        (money("100", "50", "75"), ("100.00", "50.00", "50.00", "25.00")),
        (money("100", "200", "0"), ("50.00", "100.00", "0.00", "0.00")),
        (money("0", "10", "10"), ("0.00", "100.00", "100.00", "0.00")),
    ],
)
def test_a_bar_is_drawn_on_its_own_scale(of: SourceMoney, widths: tuple[str, ...]):
    (bar,) = bars(funding(省拨款=of))

    assert (bar.committed, bar.received, bar.spent, bar.over) == widths


def test_a_source_without_money_has_no_bar():
    assert bars(funding(社会资本=money("0", "0", "0"))) == []


def test_nothing_received_is_no_picture():
    assert pace_picture(Pace([], []), ratio=ONE_TO_ONE, start=START, end=END, on=END) is None


def test_the_span_in_which_the_park_is_behind_is_shaded():
    pace = Pace(
        province=[(date(2024, 2, 1), Decimal(100))],
        park=[(date(2024, 3, 1), Decimal(40)), (date(2024, 4, 1), Decimal(100))],
    )

    picture = pace_picture(pace, ratio=ONE_TO_ONE, start=START, end=END, on=END)

    assert picture is not None
    assert len(picture.gaps) == 2
    assert picture.needed == ""


def test_what_the_park_owes_is_drawn_where_the_ratio_is_another():
    pace = Pace(province=[(date(2024, 2, 1), Decimal(100))], park=[])

    picture = pace_picture(pace, ratio=Ratio(Decimal(2), Decimal(1)), start=START, end=END, on=END)

    assert picture is not None
    assert picture.needed != ""
    assert picture.amounts[-1][1] == Decimal(200)


amounts = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("9999999999.99"), places=2)
days = st.dates(date(2020, 1, 1), date(2029, 12, 31))


@given(
    st.dictionaries(days, amounts, max_size=5),
    st.dictionaries(days, amounts, max_size=5),
    days,
)
def test_every_point_lies_in_the_drawing(province, park, on):
    def running(daily):
        total, found = Decimal(0), []
        for day in sorted(each for each in daily if each <= on):
            total += daily[day]
            found.append((day, total))
        return found

    picture = pace_picture(
        Pace(running(province), running(park)),
        ratio=ONE_TO_ONE,
        start=date(2022, 1, 1),
        end=date(2025, 6, 30),
        on=on,
    )

    if picture is not None:
        for points in (picture.province, picture.park, *picture.gaps):
            for point in points.split():
                x, y = map(float, point.split(","))
                assert 0 <= x <= 100
                assert 0 <= y <= 100
