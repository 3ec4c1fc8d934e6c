"""Ratios, also where Excel made something else of them."""

from datetime import date, datetime, time, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.workbook.cells import Cell, CellFault
from backend.workbook.ratios import Ratio

RATIO = Ratio(highest=1000)


@pytest.mark.parametrize(
    "cell",
    [
        "1:1",
        "１：１",
        "1∶1",
        "1比1",
        " 1 : 1 ",
        "1/1",
        1,
        1.0,
        "100%",
        time(1, 1),
        timedelta(hours=1, minutes=1),
        61 / 1440,
        0.0423611111111111,
        date(2026, 1, 1),
        46023.0,
    ],
)
def test_one_to_one_is_understood_however_it_arrives(cell: Cell) -> None:
    assert RATIO.read(cell) == 1


@pytest.mark.parametrize(
    "cell", ["1/3", "1／3", "1:3", 1 / 3, 0.333333333333333, date(2026, 1, 3), 46025, time(1, 3)]
)
def test_a_third_is_understood_however_it_arrives(cell: Cell) -> None:
    assert RATIO.read(cell) == Fraction(1, 3)


@pytest.mark.parametrize(
    ("cell", "ratio"),
    [
        ("0.5:1", Fraction(1, 2)),
        ("1.5:1", Fraction(3, 2)),
        (0.5, Fraction(1, 2)),
        (0.05, Fraction(1, 20)),
        (0.3333, Fraction(3333, 10000)),
        (2 / 3, Fraction(2, 3)),
        ("33.3%", Fraction(333, 1000)),
        (timedelta(hours=25, minutes=1), Fraction(25)),
        (datetime.combine(date(1900, 1, 1), time(1, 1)), Fraction(25)),
        (datetime.combine(date(2026, 1, 3), time()), Fraction(1, 3)),
    ],
)
def test_other_ratios_are_exact(cell: Cell, ratio: Fraction) -> None:
    assert RATIO.read(cell) == ratio


@given(st.integers(1, 12), st.integers(1, 28))
def test_whatever_a_to_b_excel_made_a_date_or_a_time_of_it_reads_the_same(above: int, below: int) -> None:
    typed = RATIO.read(f"{above}/{below}")
    assert RATIO.read(f"{above}:{below}") == typed
    assert RATIO.read(date(2026, above, below)) == typed
    assert RATIO.read(time(above, below)) == typed


@pytest.mark.parametrize(
    "cell", ["一比一", "1:0", "0:1", "1:", "1:1:1", "-1:1", 0, -1.0, True, "", time(1, 0), time(1, 1, 30)]
)
def test_what_is_no_ratio_is_refused(cell: Cell) -> None:
    with pytest.raises(CellFault, match="1:1 或 1/3"):
        RATIO.read(cell)


def test_a_share_is_at_most_the_whole() -> None:
    assert Ratio(highest=1).read("1/1") == 1
    with pytest.raises(CellFault, match="过大"):
        Ratio(highest=1).read("3/2")


@given(
    st.one_of(st.text(), st.floats(), st.integers(), st.dates(), st.datetimes(), st.times(), st.timedeltas())
)
def test_whatever_a_cell_holds_is_read_or_refused(cell: Cell) -> None:
    try:
        assert 0 < RATIO.read(cell) <= 1000
    except CellFault as fault:
        assert fault.message
