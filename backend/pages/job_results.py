"""How the result of a job is shown: jobs with a page of their own, and a plain list for the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lifecycle.jobs.sight import result_for
from lifecycle.models import JobRun
from lifecycle.parties.models import Person


@dataclass(frozen=True, slots=True)
class Result:
    """A template and what it needs."""

    template: str
    context: dict[str, Any]


_pages: dict[str, Callable[[Any], Result]] = {}


def shows(job: str) -> Callable[[Callable[[Any], Result]], Callable[[Any], Result]]:
    """The function below shows the results of that job."""

    def register(page: Callable[[Any], Result]) -> Callable[[Any], Result]:
        _pages[job] = page
        return page

    return register


def shown_result(run: JobRun, person: Person) -> Result | None:
    """The result for whoever asked for the run; None where there is none for them."""
    result = result_for(run, person)
    if result is None:
        return None
    page = _pages.get(run.job)
    return page(result) if page else None
