"""What is said in an act: every fault by its field, all of them at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from lifecycle.errors import Invalid
from lifecycle.faults import Faults, amount_fault, day_fault, refuse_if_any, text_fault

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("甲乙丙", ""),
        ("甲\t乙\n", "最多 3 个字。"),
        ("甲\n乙", ""),
        ("甲乙丙丁", "最多 3 个字。"),
        ("甲\x0b", "不能含有控制字符。"),
        ("甲\ud800", "不能含有控制字符。"),
        (" \n", "请填写。"),
        ("", "请填写。"),
    ],
)
def test_a_text_says_something_within_its_length(text: str, fault: str) -> None:
    assert text_fault(text, limit=3) == fault


def test_a_text_may_be_empty_or_asks_for_itself_in_its_own_words() -> None:
    assert text_fault(" ", limit=3, is_required=False) == ""
    assert text_fault("", limit=3, needed="请写明理由。") == "请写明理由。"
    assert text_fault("", limit=3, is_required=False, needed="请写明理由。") == ""


@pytest.mark.parametrize(
    ("day", "fault"),
    [
        (date(2026, 3, 2), ""),
        (date(2026, 3, 3), "日期不能晚于今天（2026-03-02）。"),
        (date(2024, 5, 1), ""),
        (date(2024, 4, 30), "日期不能早于 2024-05-01。"),
    ],
)
def test_a_day_lies_between_what_it_follows_and_today(day: date, fault: str) -> None:
    assert day_fault(day, today=TODAY, since=date(2024, 5, 1)) == fault


def test_what_a_day_follows_is_called_by_its_name() -> None:
    fault = day_fault(date(2024, 4, 30), since=date(2024, 5, 1), after="申请日期")

    assert fault == "日期不能早于申请日期（2024-05-01）。"


@pytest.mark.parametrize(
    ("day", "is_sane"),
    [
        (date(1999, 12, 31), False),
        (date(2000, 1, 1), True),
        (date(2099, 12, 31), True),
        (date(2100, 1, 1), False),
    ],
)
def test_a_day_to_come_lies_between_the_days_of_business(day: date, is_sane: bool) -> None:
    assert day_fault(day) == ("" if is_sane else "日期应在 2000 年至 2099 年之间。")


@pytest.mark.parametrize(
    ("amount", "is_sane"),
    [
        ("0.01", True),
        ("99999999999.99", True),
        ("100000000000", False),
        ("0.001", False),
        ("0", False),
        ("-0.01", False),
        ("NaN", False),
        ("Infinity", False),
    ],
)
def test_an_amount_is_more_than_nothing_and_to_the_fen(amount: str, is_sane: bool) -> None:
    fault = "" if is_sane else "金额应大于零、小于 1000 亿元，精确到分。"

    assert amount_fault(Decimal(amount)) == fault


def test_an_amount_may_be_nothing_where_it_may() -> None:
    assert amount_fault(Decimal(0), may_be_zero=True) == ""
    assert amount_fault(Decimal(-1), may_be_zero=True) == "金额应不小于零、小于 1000 亿元，精确到分。"


def test_every_fault_is_named_and_the_first_of_a_field_stays() -> None:
    faults = Faults()
    kept = faults.text("opinion", " 同意 ", limit=10)
    faults.text("name", "", limit=10)
    faults.text("reason", "", limit=10)
    faults.day("on", date(2026, 3, 3), today=TODAY)
    faults.say("on", "不合适。")
    faults.say("opinion", "")

    with pytest.raises(Invalid) as refusal:
        faults.refuse()

    assert kept == "同意"
    assert refusal.value.details == {
        "name": "请填写。",
        "reason": "请填写。",
        "on": "日期不能晚于今天（2026-03-02）。",
    }
    assert refusal.value.message == "请填写。 日期不能晚于今天（2026-03-02）。"


def test_nothing_wrong_refuses_nothing() -> None:
    Faults().refuse()
    refuse_if_any({"on": ""})
