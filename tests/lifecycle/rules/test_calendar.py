"""Months as the rules count them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle.rules.calendar import add_months, end_before_extension, end_of_term
from tests.lifecycle.rules.builders import day

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("start", "months", "then"),
    [
        ("2026-02-28", 3, "2026-05-28"),
        ("2026-02-28", 6, "2026-08-28"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2023-08-31", 6, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2025-11-30", 1, "2025-12-30"),
        ("2025-12-31", 1, "2026-01-31"),
        ("2025-12-31", 2, "2026-02-28"),
        ("2026-09-01", -6, "2026-03-01"),
        ("2026-01-31", -2, "2025-11-30"),
        ("2026-05-31", 0, "2026-05-31"),
    ],
)
def test_months_later_is_the_corresponding_day_or_the_months_last(start, months, then):
    assert add_months(day(start), months) == day(then)


def test_a_term_of_forty_two_months_ends_the_day_before():
    assert end_of_term(day("2022-09-01"), 42) == day("2026-02-28")
    assert end_of_term(day("2024-07-01"), 42) == day("2027-12-31")


def test_an_extension_is_taken_off_from_the_day_after_the_end():
    assert end_before_extension(day("2026-08-31"), 6) == day("2026-02-28")
    assert end_before_extension(day("2024-08-31"), 6) == day("2024-02-29")


@given(day=DAYS, months=st.integers(0, 120))
def test_months_later_lies_in_the_month_that_many_months_on(day, months):
    then = add_months(day, months)

    assert (then.year * 12 + then.month) - (day.year * 12 + day.month) == months
    assert then.day <= day.day


@given(day=DAYS, months=st.integers(0, 120))
def test_a_longer_wait_never_ends_earlier(day, months):
    assert add_months(day, months) <= add_months(day, months + 1)
