"""Answers are kept untranslated and read in the reader's words."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from lifecycle.rules.answers import Answer, Status


def test_figures_are_shown_for_reading():
    answer = Answer.warned(
        "FIN-00",
        "%(amount)s 元，%(since)s，%(years)s，%(count)s，%(name)s",
        amount=Decimal("1234567.5"),
        since=date(2026, 3, 1),
        years=[2023, 2024],
        count=1234,
        name="示例",
    )

    assert answer.message == "1,234,567.50 元，2026-03-01，2023、2024，1234，示例"


def test_figures_go_out_as_texts_of_exact_amounts_and_days():
    answer = Answer.passed(
        "FIN-00",
        "好",
        amount=Decimal("10"),
        on=date(2026, 3, 1),
        late=[{"short": Decimal("0.10"), "number": 2}],
    )

    assert answer.figures_json() == {
        "amount": "10.00",
        "on": "2026-03-01",
        "late": [{"short": "0.10", "number": 2}],
    }


def test_a_kept_answer_reads_as_when_it_was_given():
    answer = Answer.breached(
        "FIN-00",
        "%(amount)s 自 %(since)s，%(voucher)s，%(invoice)s",
        amount=Decimal("-1234.50"),
        since=date(2026, 3, 1),
        voucher="1234.50",
        invoice="2026-03-01",
    )

    kept = Answer.from_json("FIN-00", "breach", answer.sentence, answer.figures_json())

    assert kept == answer
    assert kept.message == "-1,234.50 自 2026-03-01，1234.50，2026-03-01"


YUAN = st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**15), max_value=10**15)
TEXTS = st.one_of(st.text(), YUAN.map(str), st.dates().map(str))


def few(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(values, st.lists(values, max_size=3))


DETAILS = st.fixed_dictionaries(
    {},
    optional={
        "short": few(YUAN),
        "since": few(st.dates()),
        "vouchers": few(TEXTS),
        "count": few(st.integers()),
    },
)


@given(figures=DETAILS, late=st.lists(DETAILS, max_size=3))
def test_figures_survive_being_kept_whatever_texts_look_like(figures, late):
    answer = Answer("FIN-00", Status.PASS, "好", {**figures, "late": late})

    kept = Answer.from_json("FIN-00", "pass", "好", json.loads(json.dumps(answer.figures_json())))

    assert kept == answer


@pytest.mark.parametrize(("on", "status"), [("2024-03-31", "warn"), ("2024-04-01", "breach")])
def test_an_age_warns_up_to_its_limit_of_days(on, status):
    answer = Answer.by_age(
        "FIN-00",
        "%(days)s",
        since=date(2024, 3, 1),
        on=date.fromisoformat(on),
        warn_up_to=30,
        source="省拨款",
    )

    assert answer.status == status
    assert answer.figures["source"] == "省拨款"
    assert answer.figures["allowed_days"] == 30


def test_what_is_missing_is_named_and_counts_as_not_met():
    answer = Answer.unjudged("LC-00", "实施开始日期", "实施结束日期")

    assert answer.status == "breach"
    assert "缺少实施开始日期、实施结束日期" in answer.message


@pytest.mark.parametrize(
    ("status", "is_met"),
    [("pass", True), ("waived", True), ("not_applicable", True), ("warn", False), ("breach", False)],
)
def test_only_warnings_and_breaches_ask_for_something(status, is_met):
    assert Status(status).is_met is is_met


def test_every_status_has_a_word():
    with translation.override("zh-hans"):
        assert [status.label for status in Status] == ["通过", "提醒", "违规", "豁免", "不适用"]
