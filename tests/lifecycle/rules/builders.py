"""Facts of a faultless project, to be changed where a test needs it."""

from __future__ import annotations

from datetime import date
from typing import Any

from lifecycle.rules.answers import Answer, Rule
from lifecycle.rules.facts import Event, LifeFacts
from lifecycle.rules.limits import Limits


def day(text: str) -> date:
    return date.fromisoformat(text)


def life_facts(on: str = "2023-06-15", **changes: Any) -> LifeFacts:
    """A project of 2022-09-01 to 2026-02-28, signed in time, as of `on`; days may be given as text."""
    facts: dict[str, Any] = {
        "on": on,
        "limits": Limits(),
        "state": "implementing",
        "outside_park": False,
        "start_on": "2022-09-01",
        "final_end_on": "2026-02-28",
        "award_on": "2022-08-20",
        "signed_on": "2022-09-03",
        "commitment_on": "2022-04-22",
        "milestone_years": {2022, 2023, 2024, 2025, 2026},
    }
    facts |= changes
    for name in ("on", "start_on", "final_end_on", "award_on", "signed_on", "commitment_on"):
        if isinstance(facts[name], str):
            facts[name] = day(facts[name])
    return LifeFacts(**facts)


def event(
    kind: str, on: str, result: str = "", value: int | None = None, decided_on: str | None = None
) -> Event:
    return Event(kind, day(on), result, value, day(decided_on) if decided_on else None)


def answer_of(rule: Rule[Any], facts: Any) -> Answer:
    """The rule's answer, once its sentence has shown that it can be said and kept."""
    answer = rule.judge(facts)
    assert answer.code == rule.code
    assert answer.message
    kept = Answer.from_json(answer.code, answer.status.value, answer.sentence, answer.figures_json())
    assert kept == answer
    return answer
