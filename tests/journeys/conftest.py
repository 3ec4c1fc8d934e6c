"""What the journeys share: a clock that the whole program reads, and the sample programme in the database."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend import sample
from tests.databases import analyze
from tests.journeys.clock import Clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time of the story, in the place of the real one."""
    clock = Clock("2026-11-20")
    monkeypatch.setattr("django.utils.timezone.now", clock)
    return clock


@pytest.fixture
def sample_programme(db: None, clock: Clock, own_files: Path) -> Clock:
    """The sample with its accounts, loaded on the first day of the clock; its files in a folder of their own."""
    sample.load(now=clock())
    analyze()
    return clock
