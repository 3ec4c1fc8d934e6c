"""The one place that says who sees which run, and what of it.

Whoever asked for a run sees all of it. An administrator sees that it ran, how it went and why it
failed, so as to help, but nothing of what it was about: neither its arguments nor its result.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q

from lifecycle.models import JobRun
from lifecycle.parties.models import Person, Role
from lifecycle.parties.sight import Sight


def runs_in_sight(person: Person, sight: Sight) -> Q:
    """The condition on runs."""
    return Q() if sight.holds(Role.ADMINISTRATOR) else Q(asked_by=person)


def run_in_sight(pk: UUID, person: Person, sight: Sight) -> JobRun | None:
    """The run with who asked for it; None when it is not in sight."""
    return JobRun.objects.filter(runs_in_sight(person, sight), pk=pk).select_related("asked_by").first()


def result_for(run: JobRun, person: Person) -> Any:
    """What came of the run, for whoever asked for it; None for others and while nothing did."""
    return run.result if run.asked_by_id == person.pk else None
