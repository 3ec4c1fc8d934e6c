"""May it move on, and if not, what is missing? Asked before anybody presses a button, and from the first month on.

The same conditions, judged by the same code, as when the move is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from lifecycle.conditions import may_apply_from
from lifecycle.guards import Case, Condition, conditions_of
from lifecycle.models import Project, ProjectState
from lifecycle.moves import MOVES, Move, moves_from
from lifecycle.transitions import shown

ON_THE_WAY = (
    ProjectState.APPROVED,
    ProjectState.FUNDING,
    ProjectState.IMPLEMENTING,
    ProjectState.SUSPENDED,
)
"""Stages before acceptance."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A move out of the present stage with all its conditions on a day."""

    move: Move
    conditions: list[Condition]

    @property
    def is_open(self) -> bool:
        return all(condition.is_met for condition in self.conditions)

    @property
    def unmet(self) -> list[Condition]:
        return [condition for condition in self.conditions if not condition.is_met]

    @property
    def met(self) -> list[Condition]:
        return [condition for condition in self.conditions if condition.is_met]


@dataclass(frozen=True, slots=True)
class Readiness:
    """How far a project is on the way to acceptance. percent: conditions met of all, rounded down.

    first_day: the first day on which it could succeed if every open point were mended by then; None where the
    end of the term is not known.
    """

    percent: int
    gate: Gate
    first_day: date | None


def outlook_of(project: Project, *, on: date, today: date) -> tuple[list[Gate], Readiness | None]:
    """`gates_of` and `readiness_of` together; what both look at is loaded once."""
    case = Case(project, on, today)
    gates = _gates(case)
    return gates, _readiness(case, gates)


def gates_of(project: Project, *, on: date, today: date) -> list[Gate]:
    """The moves out of the project's present stage, their conditions judged on `on`, the way forward first.

    project: with its parties (with_parties). Cost: the facts of one project, a constant number of queries.
    """
    return _gates(Case(project, on, today))


def readiness_of(project: Project, *, on: date, today: date) -> Readiness | None:
    """As if acceptance were applied for on `on`; None once that is past."""
    return _readiness(Case(project, on, today), [])


def _gates(case: Case) -> list[Gate]:
    return [Gate(move, conditions_of(move.name, case)) for move in moves_from(case.project.state)]


def _readiness(case: Case, known: list[Gate]) -> Readiness | None:
    """known: gates that were judged for this case already."""
    if case.project.state not in ON_THE_WAY:
        return None
    move = MOVES["apply_for_acceptance"]
    gate = next((each for each in known if each.move is move), None)
    gate = gate or Gate(move, conditions_of(move.name, case))
    first = may_apply_from(case)
    return Readiness(
        percent=len(gate.met) * 100 // len(gate.conditions),
        gate=gate,
        first_day=None if first is None else max(first, case.on + timedelta(days=0 if gate.is_open else 1)),
    )


def gates_json(gates: list[Gate], project: Project) -> dict[str, Any]:
    """As the interface gives it; sentences in the active language."""
    return {
        "state": project.state,
        "moves": {
            gate.move.name: {
                "title": str(gate.move.title),
                "allowed": gate.is_open,
                "who": gate.move.role,
                "needs": sorted(gate.move.needs),
                "conditions": [shown(condition) for condition in gate.conditions],
            }
            for gate in gates
        },
    }
