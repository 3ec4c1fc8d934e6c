"""Amounts written out in capital numerals."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reports.capitals import in_capitals


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0.00", "人民币零元整"),
        ("30.00", "人民币叁拾元整"),
        ("10.00", "人民币壹拾元整"),
        ("105.00", "人民币壹佰零伍元整"),
        ("1005.50", "人民币壹仟零伍元伍角整"),
        ("1409.05", "人民币壹仟肆佰零玖元零伍分"),
        ("0.07", "人民币柒分"),
        ("0.60", "人民币陆角整"),
        ("3500000.00", "人民币叁佰伍拾万元整"),
        ("10000001.00", "人民币壹仟万零壹元整"),
        ("107000.53", "人民币壹拾万零柒仟元伍角叁分"),
        ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "人民币叁佰贰拾伍元零肆分"),
        ("100000000.00", "人民币壹亿元整"),
        ("100010000.00", "人民币壹亿零壹万元整"),
        ("6007.14", "人民币陆仟零柒元壹角肆分"),
    ],
)
def test_amounts_are_written_out_as_on_cheques(amount, words):
    assert in_capitals(Decimal(amount)) == words


@pytest.mark.parametrize("amount", ["-0.01", "0.001", "10000000000000000"])
def test_what_is_no_amount_is_refused(amount):
    with pytest.raises(ValueError, match="no amount"):
        in_capitals(Decimal(amount))
