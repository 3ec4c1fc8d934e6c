"""Matters made by hand for tests of pages: kept as they are, whatever the facts say."""

from __future__ import annotations

import pytest

from lifecycle.reminders import reading


def stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is planned anew by whoever looks."""
    monkeypatch.setattr(reading, "plan", lambda *_, **__: 0)
