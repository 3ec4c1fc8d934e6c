"""The jobs of the ground do what they say when they are run."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace

import pytest

from lifecycle.models import Matter
from lifecycle.tasks import plan_the_day, remind
from tests.lifecycle.reminders.planting import clock, make_work, staffed, two_kinds

__all__ = ["two_kinds"]


def at(now: datetime) -> SimpleNamespace:
    """All that these jobs ask of a run."""
    return SimpleNamespace(now=lambda: now)


@pytest.mark.django_db
@pytest.mark.usefixtures("two_kinds")
def test_the_night_plans_and_the_day_sends():
    staffed(make_work("2025-06-20").project)

    assert plan_the_day.act(at(clock("2025-06-13", "00:20"))) == {"projects": 1}
    assert Matter.objects.count() == 1
    assert remind.act(at(clock("2025-06-13", "09:00"))) == {
        "planned": 0,
        "sent": 1,
        "skipped": 0,
        "overdue": 0,
    }
