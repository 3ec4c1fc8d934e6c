"""How far an extension moves the end of the term, and whether it is regular (LC-09)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from lifecycle.facts import life_facts
from lifecycle.models import Project
from lifecycle.rules import extension
from lifecycle.rules.answers import Answer
from lifecycle.rules.calendar import ONE_DAY, add_months, end_before_extension, end_of_term
from lifecycle.rules.facts import EXTENSION, Event, LifeFacts

APPROVED = "批准"


def extended_end(project: Project, *, months: int, end: date | None = None) -> date:
    """The end of the term once it is `months` longer; `end` is the present one when nothing is said.

    Counted from the start where the present end lies whole months after it, as LC-01 counts; else from the
    day after the present end.
    """
    present = end or project.end_on
    whole = (present.year - project.start_on.year) * 12 + present.month - project.start_on.month
    for term in (whole, whole + 1):
        if term > 0 and end_of_term(project.start_on, term) == present:
            return end_of_term(project.start_on, term + months)
    return add_months(present + ONE_DAY, months) - ONE_DAY


def can_be_taken_off(project: Project, months: int) -> bool:
    """Whether the rules, taking the extension off again, come to the present end.

    They do not where the new end falls into a month too short for it; then past days would be judged otherwise.
    """
    return end_before_extension(extended_end(project, months=months), months) == project.end_on


def regularity(project: Project, *, months: int, asked_on: date, on: date) -> Answer:
    """What LC-09 would answer if an extension asked for on `asked_on` were approved on `on`."""
    life: LifeFacts = life_facts([project.pk], on=on)[project.pk]
    asked = Event(EXTENSION, asked_on, APPROVED, months, decided_on=on)
    extended = replace(
        life,
        events=[*life.events, asked],
        final_end_on=extended_end(project, months=months),
    )
    return extension.RULE.judge(extended)
