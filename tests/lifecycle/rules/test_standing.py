"""Suspended, terminated, revoked: read from the dated moves, or from the start where there are none."""

from __future__ import annotations

import pytest

from lifecycle.rules.standing import Standing
from tests.lifecycle.rules.builders import day, event, life_facts


def standing(on, *events, state="implementing"):
    return life_facts(on, events=events, state=state).standing


@pytest.mark.parametrize("state", ["approved", "funding", "implementing", "acceptance", "closed"])
def test_a_project_on_its_way_is_active(state):
    assert standing("2024-01-01", state=state) is Standing.ACTIVE


@pytest.mark.parametrize("state", ["suspended", "terminated", "revoked"])
def test_an_imported_stage_without_a_dated_event_counts_from_the_start(state):
    assert standing("2022-09-01", state=state) == state
    assert standing("2022-09-01", event("终止", "2024-01-01", "不批准"), state=state) == state


@pytest.mark.parametrize(("on", "expected"), [("2025-03-09", "active"), ("2025-03-10", "terminated")])
def test_a_dated_termination_counts_from_its_day(on, expected):
    assert standing(on, event("终止", "2025-03-10", "批准"), state="terminated") == expected


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2023-12-31", "active"),
        ("2024-01-01", "suspended"),
        ("2024-05-31", "suspended"),
        ("2024-06-01", "active"),
    ],
)
def test_a_suspension_lasts_until_the_resumption(on, expected):
    events = [event("恢复", "2024-06-01", "批准"), event("暂停", "2024-01-01", "批准")]

    assert standing(on, *events) == expected


def test_refused_moves_count_for_nothing():
    assert standing("2024-06-01", event("暂停", "2024-01-01", "不批准")) is Standing.ACTIVE
    assert (
        standing(
            "2024-06-01",
            event("暂停", "2024-01-01", "批准"),
            event("恢复", "2024-03-01", "不批准"),
            state="suspended",
        )
        is Standing.SUSPENDED
    )


def test_other_events_move_nothing():
    assert standing("2024-06-01", event("中期检查", "2024-01-01", "不通过")) is Standing.ACTIVE


def test_a_resumption_alone_ends_a_suspension_from_the_start():
    resumption = event("恢复", "2024-06-01", "批准")

    assert standing("2024-05-31", resumption) is Standing.SUSPENDED
    assert standing("2024-06-01", resumption) is Standing.ACTIVE


def test_a_present_stage_that_its_moves_do_not_explain_counts_from_the_start():
    events = [event("暂停", "2023-01-01", "批准"), event("恢复", "2023-06-01", "批准")]

    assert standing("2022-10-01", *events, state="terminated") is Standing.TERMINATED


def test_what_is_broken_off_is_not_resumed():
    events = [
        event("终止", "2024-01-01", "批准"),
        event("恢复", "2024-02-01", "批准"),
        event("暂停", "2024-03-01", "批准"),
    ]

    assert standing("2024-04-01", *events, state="terminated") is Standing.TERMINATED


def test_a_terminated_project_may_be_revoked_but_not_the_other_way_round():
    events = [event("终止", "2024-01-01"), event("撤销", "2025-01-01"), event("终止", "2025-02-01")]

    assert standing("2024-12-31", *events, state="revoked") is Standing.TERMINATED
    assert standing("2025-03-01", *events, state="revoked") is Standing.REVOKED


def test_standing_can_be_asked_for_another_day():
    facts = life_facts("2026-01-01", state="terminated", events=[event("终止", "2025-03-10", "批准")])

    assert facts.standing_on(day("2025-03-09")) is Standing.ACTIVE
