"""Moves and their conditions told again from what was kept, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from lifecycle.guards import guards_of, say
from lifecycle.models import StateChange
from lifecycle.models.move import ENTERED
from lifecycle.moves import MOVES
from lifecycle.rules.answers import figures_from_json


@dataclass(frozen=True, slots=True)
class Told:
    """A condition as it stood. title and basis are today's words for it, empty where it is asked no more."""

    code: str
    title: str
    basis: str
    is_met: bool
    message: str


def move_title(move: str) -> str:
    """What a move is called; the name itself for one that is known no more."""
    if move == ENTERED:
        return _("录入系统")
    return str(MOVES[move].title) if move in MOVES else move


def told_conditions(change: StateChange, day: str) -> list[Told]:
    """The conditions kept with a move: those of its effective day ("on") or of the day it was made ("today")."""
    guards = {guard.code: guard for guard in guards_of(change.move)}
    return [
        Told(
            kept["code"],
            str(guards[kept["code"]].title) if kept["code"] in guards else "",
            str(guards[kept["code"]].basis) if kept["code"] in guards else "",
            kept["met"],
            say(kept["sentence"], figures_from_json(kept["figures"])),
        )
        for kept in change.conditions.get(day, ())
    ]
