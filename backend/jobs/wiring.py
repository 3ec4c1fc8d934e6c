"""What stands when the program has started: every declared job known, and a way to ring for its runs."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from lifecycle.jobs.runs import ring_by

PACKAGES = ("lifecycle", "finance", "reports", "backend")


def wire() -> None:
    """Declare the jobs of every package that has a module `tasks`, and hang up the bell."""
    from backend.jobs.door import bell

    for package in PACKAGES:
        if find_spec(f"{package}.tasks"):
            import_module(f"{package}.tasks")
    ring_by(bell)
