"""The story of things inside a project: each step with who took it and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from backend.pages.security_log import ACTS
from lifecycle.models import Project, Step


@dataclass(frozen=True, slots=True)
class Told:
    """A step, and what it is called in the security log."""

    step: Step
    act: str


def stories_of(project: Project, subjects: Iterable[str]) -> list[Told]:
    """Every step of the project's things of these kinds (model names in lower case), oldest first; one query."""
    steps = Step.objects.filter(project=project, subject__in=list(subjects)).order_by("pk")
    return [Told(step, str(ACTS.get(f"{step.subject}_{step.act}", step.act))) for step in steps]
