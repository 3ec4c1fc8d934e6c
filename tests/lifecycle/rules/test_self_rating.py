"""Weights, bands and the score of the money: each edge on both sides."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lifecycle.rules.self_rating import BENEFIT, EXECUTION, OUTPUT, SATISFACTION, band_of, execution_score


def test_the_weights_make_a_hundred():
    assert EXECUTION + OUTPUT + BENEFIT + SATISFACTION == 100


@pytest.mark.parametrize(
    ("total", "band"),
    [
        ("100", "优"),
        ("90", "优"),
        ("89.99", "良"),
        ("80", "良"),
        ("79.99", "中"),
        ("60", "中"),
        ("59.99", "差"),
        ("0", "差"),
    ],
)
def test_a_band_begins_with_its_edge(total, band):
    assert band_of(Decimal(total)) == band


@pytest.mark.parametrize(
    ("spent", "budget", "score"),
    [
        ("0", "100", "0.00"),
        ("66.65", "100", "6.67"),
        ("66.64", "100", "6.66"),
        ("100", "100", "10.00"),
        ("120", "100", "10.00"),
        ("1", "0", None),
    ],
)
def test_money_used_gives_up_to_ten_points(spent, budget, score):
    assert execution_score(Decimal(spent), Decimal(budget)) == (None if score is None else Decimal(score))
