"""What other packages have to say of a change before it is handed in or approved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lifecycle.models import Project

Check = Callable[[Project, dict[str, Any]], dict[str, str]]
"""(project as it stands, what is wanted) -> a sentence by the field that is at fault; empty when nothing is."""

_checks: dict[str, list[Check]] = {}


def check(kind: str, look: Check) -> None:
    """Let `look` see every change of the kind. Other packages call it in their `AppConfig.ready()`."""
    _checks.setdefault(kind, []).append(look)


def faults_of(kind: str, project: Project, wanted: dict[str, Any]) -> dict[str, str]:
    """What all of them find."""
    found: dict[str, str] = {}
    for look in _checks.get(kind, ()):
        found |= look(project, wanted)
    return found
