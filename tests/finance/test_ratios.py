"""Park money against provincial money."""

from __future__ import annotations

from decimal import Decimal

import pytest

from finance.ratios import matching_ratio


@pytest.mark.parametrize(
    ("park", "province", "ratio"),
    [
        ("5000000", "4000000", "1.2500"),
        ("4000000", "3500000", "1.1429"),
        ("0", "100", "0.0000"),
        ("0.00005", "1", "0.0000"),
        ("0.00015", "1", "0.0002"),
        ("0.00025", "1", "0.0002"),
    ],
)
def test_ratios_have_four_places_half_to_even(park, province, ratio):
    assert str(matching_ratio(park=Decimal(park), province=Decimal(province))) == ratio


@pytest.mark.parametrize("province", ["0", "0.00"])
def test_there_is_no_ratio_to_nothing(province):
    assert matching_ratio(park=Decimal(1), province=Decimal(province)) is None
