"""What the kinds share and promise: columns, months, days in a year, sentences with their figures."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.utils.functional import Promise
from hypothesis import given
from hypothesis import strategies as st

from lifecycle.models import ChangeKind
from lifecycle.reading import fetch
from lifecycle.reminders.ground import day_in_year, months_after, one_line, words
from lifecycle.reminders.kinds import kinds
from lifecycle.rules.calendar import add_months
from lifecycle.rules.limits import MonthDay
from lifecycle.wording import shortened

pytestmark = pytest.mark.django_db

COLUMNS = ["project_id", "subject", "due_on", "responsible_id", "waits_for_id", "label", "figures"]
TYPES = ["bigint", "bigint", "date", "bigint", "bigint", "text", "jsonb"]


def value(sql: str, **parameters: Any) -> Any:
    [[found]] = fetch(f"SELECT {sql}", parameters)
    return found


@given(day=st.dates(date(2000, 1, 1), date(2099, 12, 31)), months=st.integers(0, 60))
def test_months_are_added_as_the_rules_add_them(day: date, months: int) -> None:
    assert value(months_after("%(day)s::date", "%(months)s"), day=day, months=months) == add_months(
        day, months
    )


@given(
    given_day=st.dates(date(2000, 1, 1), date(2000, 12, 31)),
    year=st.integers(2000, 2099),
)
def test_a_day_of_every_year_is_found_as_the_rules_find_it(given_day: date, year: int) -> None:
    of_year = MonthDay(given_day.month, given_day.day)

    assert value(day_in_year("%(day)s", "%(year)s::integer"), day=str(of_year), year=year) == of_year.in_year(
        year
    )


@given(text=st.text(st.sampled_from("台账不全 \n\t."), max_size=90))
def test_a_text_is_cut_as_elsewhere(text: str) -> None:
    assert value(one_line("%(text)s::text"), text=text) == shortened(text)


def test_words_of_choices_are_chinese_whatever_the_language() -> None:
    assert value(words("'term'::text", ChangeKind.choices)) == "延长实施期"
    assert value(words("'?'::text", ChangeKind.choices)) is None


@pytest.mark.parametrize("code", kinds())
def test_a_query_has_the_columns_that_planning_reads(code: str) -> None:
    sql = kinds()[code].query
    sql = re.sub(r"%\((on|until)\)s", "'2026-11-21'::date", sql)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            CREATE TEMPORARY VIEW of_kind AS
            WITH chosen AS MATERIALIZED (SELECT 1::bigint AS project_id) SELECT * FROM ({sql}) q
            """
        )
    columns = fetch(
        """
        SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
        WHERE attrelid = 'of_kind'::regclass ORDER BY attnum
        """,
        {},
    )

    assert [name for name, _type in columns] == COLUMNS
    assert [kind for _name, kind in columns] == TYPES


def test_a_kind_has_a_title_and_a_sentence_that_names_its_day() -> None:
    assert len(kinds()) == 20
    for kind in kinds().values():
        assert isinstance(kind.title, Promise)
        assert "%(due_on)s" in kind.sentence
        assert "%(days)s" not in kind.sentence
        assert kind.sentence.endswith("。")
        named = set(re.findall(r"%\((\w+)\)s", kind.sentence)) - {"due_on", "label"}
        given_names = set(re.findall(r"'(\w+)', ", kind.query))
        assert named <= given_names, json.dumps({kind.code: sorted(named - given_names)})
        assert list(kind.before) == sorted(kind.before)
        assert all(step <= 0 for step in kind.before)
