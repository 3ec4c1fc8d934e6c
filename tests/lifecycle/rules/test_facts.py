"""The end of the term as it stood on a day."""

from __future__ import annotations

import pytest

from tests.lifecycle.rules.builders import day, event, life_facts


@pytest.mark.parametrize(
    ("on", "end"),
    [("2025-09-30", "2026-02-28"), ("2025-10-01", "2026-08-31"), ("2027-01-01", "2026-08-31")],
)
def test_an_extension_moves_the_end_from_the_day_it_is_approved(on, end):
    facts = life_facts(on, final_end_on="2026-08-31", events=[event("延期", "2025-10-01", "批准", 6)])

    assert facts.end_on == day(end)


def test_an_extension_counts_when_decided_where_that_is_later():
    extension = event("延期", "2025-10-01", "批准", 6, decided_on="2025-11-15")

    assert life_facts("2025-11-14", final_end_on="2026-08-31", events=[extension]).end_on == day("2026-02-28")
    assert life_facts("2025-11-15", final_end_on="2026-08-31", events=[extension]).end_on == day("2026-08-31")


def test_later_extensions_are_taken_off_again_one_by_one():
    events = [event("延期", "2026-06-01", "批准", 3), event("延期", "2025-10-01", "批准", 6)]

    ends = [
        life_facts(on, final_end_on="2026-11-30", events=events).end_on
        for on in ("2025-09-30", "2025-10-01", "2026-06-01")
    ]

    assert ends == [day("2026-02-28"), day("2026-08-31"), day("2026-11-30")]


def test_a_refused_extension_moves_nothing():
    facts = life_facts("2025-01-01", events=[event("延期", "2025-10-01", "不批准", 6)])

    assert facts.end_on == day("2026-02-28")


def test_an_end_whose_later_extension_has_no_months_is_not_known():
    assert life_facts("2025-01-01", events=[event("延期", "2025-10-01", "批准")]).end_on is None


def test_events_are_given_up_to_the_day_and_in_order():
    events = [
        event("验收申请", "2026-05-01"),
        event("验收申请", "2026-03-01"),
        event("验收申请", "2026-07-01"),
    ]

    found = life_facts("2026-06-01", events=events).happened("验收申请")

    assert [entry.on for entry in found] == [day("2026-03-01"), day("2026-05-01")]
