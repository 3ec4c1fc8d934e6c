"""What stands when the program has started: every declared job known, and a way to ring for its runs."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings

from lifecycle.jobs.runs import ring_by


def wire() -> None:
    """Declare the jobs of every package, and hang up the bell."""
    from backend.jobs.door import bell

    for module in settings.JOB_MODULES:
        import_module(module)
    ring_by(bell)
