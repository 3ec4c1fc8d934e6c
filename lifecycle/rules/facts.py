"""What the rules of a project's life are judged on. Pure: the loader fills it, the rules read it.

Facts carry their days, and the rules cut at `on` themselves: facts dated later may be in them and change
nothing. Two need to be: extensions after `on` (to take them off the end of the term) and dated moves after
`on` (to know whether the present stage has its dated event).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext_noop

from lifecycle.rules.calendar import end_before_extension
from lifecycle.rules.limits import Limits
from lifecycle.rules.standing import REFUSED, Standing, standing_on

MIDTERM_CHECK = "中期检查"
ACCEPTANCE_APPLICATION = "验收申请"
ACCEPTANCE_VERDICT = "验收结论"
EXTENSION = "延期"


class Event(NamedTuple):
    """A dated event (检查验收), kind and result by their Chinese names.

    value: months of a 延期. decided_on: the day it was approved, where that is not `on`.
    """

    kind: str
    on: date
    result: str = ""
    value: Decimal | int | None = None
    decided_on: date | None = None


class Milestone(NamedTuple):
    """A step of the work plan. A plain tuple of the same order will do."""

    due_on: date
    completed_on: date | None
    name: str


class Waiver(NamedTuple):
    """A recorded exception to one rule, in force from `allowed_on` to `until` (without end when None)."""

    rule: str
    reason: str
    allowed_by: str
    allowed_on: date
    until: date | None = None


SEVERITIES = {"minor": gettext_noop("一般"), "major": gettext_noop("较重"), "grave": gettext_noop("严重")}
"""How grave a finding is, as people say it."""


class Finding(NamedTuple):
    """Something an inspection found, to be mended by `due_on`."""

    found_on: date
    due_on: date
    closed_on: date | None
    severity: str
    text: str

    def is_closed_on(self, day: date) -> bool:
        """Whether it was closed by the end of `day`."""
        return self.closed_on is not None and self.closed_on <= day

    def is_closed_late_by(self, day: date) -> bool:
        """Whether it was closed by the end of `day`, but only after it was due."""
        return self.closed_on is not None and self.due_on < self.closed_on <= day


class Extension(NamedTuple):
    """An approved extension; months is None when they were not recorded or are not whole."""

    asked_on: date
    approved_on: date
    months: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeFacts:
    """One project as of the calendar day `on`.

    limits: those of its batch that apply on `on`.
    state: the present stage, in English (ProjectState).
    final_end_on: the end of the term with every approved extension, whenever it was approved.
    award_on: 下达日期 of the batch. commitment_on: day of the park's letter for the cluster.
    milestone_years: each 年度 that has a milestone.
    milestones: at least those due before `on` and neither completed nor waived by then; others may be left
        out.
    reports: (年度, day handed in or None) a report.
    events: all dated events, in any order (those of one day in the order in which they were recorded).
    waivers: exceptions that were granted. findings: at least those found by `on`.
    """

    on: date
    limits: Limits
    state: str
    outside_park: bool
    start_on: date | None
    final_end_on: date | None
    award_on: date | None
    signed_on: date | None
    commitment_on: date | None
    milestone_years: Collection[int] = ()
    milestones: Sequence[Milestone | tuple[date, date | None, str]] = ()
    reports: Sequence[tuple[int, date | None]] = ()
    events: Sequence[Event] = ()
    waivers: Sequence[Waiver] = ()
    findings: Sequence[Finding] = ()

    @property
    def standing(self) -> Standing:
        """Whether the project was active, suspended, terminated or revoked on `on`."""
        return self.standing_on(self.on)

    def standing_on(self, day: date) -> Standing:
        """The same for another day."""
        return standing_on(day, moves=self.events, state=self.state)

    @property
    def end_on(self) -> date | None:
        """The end of the term with the extensions approved by `on`; None when it cannot be known."""
        end = self.final_end_on
        for extension in reversed(self.extensions_until(date.max)):
            if end is None or extension.approved_on <= self.on:
                break
            end = None if extension.months is None else end_before_extension(end, extension.months)
        return end

    def extensions_until(self, day: date) -> list[Extension]:
        """Extensions approved on or before `day`, in the order of their approval."""
        found = [
            Extension(event.on, event.decided_on or event.on, _whole(event.value))
            for event in self.events
            if event.kind == EXTENSION and event.result != REFUSED and (event.decided_on or event.on) <= day
        ]
        return sorted(found, key=lambda extension: extension.approved_on) if len(found) > 1 else found

    def happened(self, kind: str) -> list[Event]:
        """Events of `kind` dated on or before `on`, by day."""
        found = [event for event in self.events if event.kind == kind and event.on <= self.on]
        return sorted(found, key=lambda event: event.on) if len(found) > 1 else found


def _whole(value: Decimal | int | None) -> int | None:
    return int(value) if value is not None and value == int(value) else None
