"""The acceptance of a project as one person may read it: its rounds, each with panel, sheets and what they come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lifecycle.acceptance.dossier import DOSSIER
from lifecycle.acceptance.panel import least_of, panel_faults
from lifecycle.acceptance.scoring import SHEET, Tally, doubts, sees_sheets, tally_of
from lifecycle.models import Acceptance, AcceptanceState, Panelist, Project
from lifecycle.parties.sight import Sight

TITLES = {requirement.code: requirement.title for requirement in DOSSIER}


@dataclass(frozen=True, slots=True)
class Filed:
    """One line of the checklist as it was frozen with the application."""

    code: str
    title: str
    is_met: bool
    document: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """The sheet of one expert: title and points of each group."""

    expert: Panelist
    groups: list[tuple[str | Promise, int]]

    @property
    def total(self) -> int:
        return sum(points for title, points in self.groups)


@dataclass(frozen=True, slots=True)
class Round:
    """One application. shows_sheets: whether the reader may see scores, verdicts and opinions of single experts;
    where not, tally is None and doubts are empty. faults: of the panel, while it may still change.
    """

    acceptance: Acceptance
    panel: Sequence[Panelist]
    shows_sheets: bool
    tally: Tally | None
    doubts: list[str]
    faults: list[str]

    @property
    def filed(self) -> list[Filed]:
        """The frozen checklist; empty for an application made before the project came in."""
        return [
            Filed(row["code"], _(TITLES.get(row["code"], row["code"])), row["is_met"], row["document"])
            for row in self.acceptance.checklist
        ]

    @property
    def sheets(self) -> list[Line]:
        """What each expert gave, in the order of the panel; empty while it is hidden from the reader."""
        if not self.shows_sheets:
            return []
        return [
            Line(
                expert,
                [
                    (group.title, sum(expert.scores.get(item.code, 0) for item in group.items))
                    for group in SHEET
                ],
            )
            for expert in self.panel
            if expert.submitted_at is not None
        ]

    @property
    def group_means(self) -> list[tuple[str | Promise, Decimal]]:
        """The mean of each group of the sheet, with its title."""
        found = self.tally
        return [] if found is None else [(group.title, found.groups[group.code]) for group in SHEET]

    @property
    def item_means(self) -> list[tuple[str | Promise, int, Decimal]]:
        """The mean of each line of the sheet, with its title and the most it may have."""
        found = self.tally
        if found is None:
            return []
        return [(item.title, item.most, found.items[item.code]) for group in SHEET for item in group.items]

    @property
    def submitted(self) -> int:
        """How many experts have judged."""
        return sum(expert.submitted_at is not None for expert in self.panel)


def rounds_of(project: Project, sight: Sight, *, on: date) -> list[Round]:
    """Every application of the project, the latest first; three queries.

    project: with its parties. on: the day whose limits a panel is held to.
    """
    panel = Prefetch("panel", Panelist.objects.order_by("-is_chair", "pk"))
    rows = list(
        Acceptance.objects.filter(project=project)
        .select_related("organiser")
        .prefetch_related(panel)
        .order_by("-round")
    )
    if not rows:
        return []
    least = least_of(project, on=on)
    return [_round(acceptance, project, sight, least=least) for acceptance in rows]


def _round(acceptance: Acceptance, project: Project, sight: Sight, *, least: int) -> Round:
    panel: Any = acceptance.panel.all()
    shows = sees_sheets(acceptance, panel, sight)
    found = tally_of(panel) if shows else None
    return Round(
        acceptance=acceptance,
        panel=panel,
        shows_sheets=shows,
        tally=found,
        doubts=[]
        if found is None
        else doubts(found, task_verdict=acceptance.task_verdict, finance_verdict=acceptance.finance_verdict),
        faults=panel_faults(panel, project, least=least)
        if acceptance.state == AcceptanceState.AGREED
        else [],
    )
