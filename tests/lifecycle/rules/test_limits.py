"""Limits are kept as text and read back exactly."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal

import pytest

from lifecycle.rules.limits import (
    ALL,
    BY_CODE,
    Limits,
    LimitUnreadable,
    MonthDay,
    Ratio,
    Share,
    format_value,
    parse,
)


def test_every_limit_is_described_in_order():
    assert [limit.code for limit in ALL] == [field.name for field in fields(Limits)]
    assert all(str(limit.title) and str(limit.basis) for limit in ALL)


@pytest.mark.parametrize("code", list(BY_CODE))
def test_every_default_reads_back_from_its_text(code):
    default = BY_CODE[code].default

    assert parse(code, format_value(code, default)) == default


def test_the_defaults_are_those_of_the_rule_book():
    texts = {limit.code: format_value(limit.code, limit.default) for limit in ALL}

    assert texts == {
        "term_months": "42",
        "grant_cap": "5000000.00",
        "matching_ratio": "1:1",
        "fiscal_share": "1/3",
        "pace_days": "30",
        "holding_days": "30",
        "payment_days": "30",
        "indirect_first_up_to": "5000000.00",
        "indirect_second_up_to": "10000000.00",
        "indirect_first_percent": "30",
        "indirect_second_percent": "25",
        "indirect_third_percent": "20",
        "milestone_days": "30",
        "report_after_months": "3",
        "report_cutoff": "11-30",
        "report_due": "12-26",
        "midterm_from_months": "15",
        "midterm_until_months": "21",
        "signing_days": "30",
        "acceptance_months": "3",
        "acceptance_overdue_months": "6",
        "extension_count": "1",
        "extension_months": "12",
        "extension_notice_months": "3",
        "audit_from_grant": "1000000.00",
        "refund_days": "30",
        "rectification_months": "3",
        "surplus_months": "24",
        "panel_size": "3",
        "publication_days": "7",
    }


def test_what_a_batch_does_not_say_stays_at_the_default():
    limits = Limits.from_texts({"term_months": "36", "matching_ratio": "1.2:1"})

    assert limits == replace(Limits(), term_months=36, matching_ratio=Ratio(Decimal("1.2"), Decimal(1)))


@pytest.mark.parametrize(
    ("code", "text", "value"),
    [
        ("matching_ratio", "1:1", Ratio(Decimal(1), Decimal(1))),
        ("matching_ratio", " 3 : 2 ", Ratio(Decimal(3), Decimal(2))),
        ("matching_ratio", "0:1", Ratio(Decimal(0), Decimal(1))),
        ("fiscal_share", "1/3", Share(1, 3)),
        ("fiscal_share", "2/6", Share(1, 3)),
        ("fiscal_share", "0.3", Share(3, 10)),
        ("grant_cap", "8000000", Decimal("8000000.00")),
        ("indirect_first_percent", "12.5", Decimal("12.5")),
        ("report_cutoff", "2-29", MonthDay(2, 29)),
    ],
)
def test_texts_are_read_exactly(code, text, value):
    assert parse(code, text) == value


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("term_months", ""),
        ("term_months", "-1"),
        ("term_months", "3.5"),
        ("term_months", "²"),
        ("term_months", "99999"),
        ("grant_cap", "NaN"),
        ("grant_cap", "-5"),
        ("grant_cap", "0.001"),
        ("grant_cap", "500万"),
        ("grant_cap", "1e999999999"),
        ("matching_ratio", "1"),
        ("matching_ratio", "1:0"),
        ("matching_ratio", "1:1:1"),
        ("fiscal_share", "1/0"),
        ("fiscal_share", "4/3"),
        ("fiscal_share", "0"),
        ("indirect_first_percent", "101"),
        ("report_due", "02-30"),
        ("report_due", "12"),
        ("no_such_limit", "1"),
    ],
)
def test_a_text_that_says_no_value_is_refused(code, text):
    with pytest.raises(LimitUnreadable) as refusal:
        parse(code, text)

    assert refusal.value.details == {"code": code, "value": text}
    assert refusal.value.message


def test_a_ratio_is_park_to_province():
    ratio = Ratio(Decimal(1), Decimal(2))

    assert ratio.is_kept(park=Decimal(100), province=Decimal(200))
    assert not ratio.is_kept(park=Decimal("99.99"), province=Decimal(200))
    assert Ratio(Decimal(1), Decimal(3)).park_needed(Decimal(100)) == Decimal("33.34")
    assert Ratio(Decimal(3), Decimal(1)).province_allowed(Decimal(100)) == Decimal("33.33")
    assert Ratio(Decimal(0), Decimal(1)).province_allowed(Decimal(100)) is None


def test_a_day_that_a_year_lacks_is_the_months_last():
    assert MonthDay(2, 29).in_year(2024) == date(2024, 2, 29)
    assert MonthDay(2, 29).in_year(2025) == date(2025, 2, 28)
