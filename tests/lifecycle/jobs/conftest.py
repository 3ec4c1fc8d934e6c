"""Jobs of the tests' own, and rings that are heard by nobody but the test."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from lifecycle.jobs import runs
from tests.jobs import Watch, only_these_jobs


@pytest.fixture(autouse=True)
def _own_jobs() -> Iterator[None]:
    with only_these_jobs():
        yield


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """The runs that were rung for, in order."""
    heard: list[UUID] = []
    monkeypatch.setattr(runs, "_ring", [lambda run: heard.append(run.pk)])
    return heard


@pytest.fixture
def watch() -> Watch:
    return Watch("2026-03-03 09:00")
