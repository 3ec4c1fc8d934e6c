"""What a project's life asks for by a day: its contract, the work, inspections, changes, acceptance."""

from __future__ import annotations

from lifecycle.reminders import kinds
from lifecycle.reminders.of_life import acceptance, contract, inspection, work


def register() -> None:
    """Let these be planned; called once, by `AppConfig.ready()`."""
    kinds.register((*contract.KINDS, *work.KINDS, *inspection.KINDS, *acceptance.KINDS))
