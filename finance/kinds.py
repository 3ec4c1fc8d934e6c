"""The kinds of movement: which sources each may carry, who may post it, and which stages refuse it.

Source: RULES.md 'What may be posted, and by whom'.
"""

from __future__ import annotations

from dataclasses import dataclass

from finance.terms import (
    ARRIVAL,
    COMING_BACK,
    CONTRIBUTION,
    DIRECT,
    FISCAL,
    MATCHING,
    PARK_RETURN,
    PAYMENT,
    PROVINCIAL,
    REFUND,
    SELF_RAISED,
    SOCIAL,
    SOURCES,
    SPENDING,
)
from lifecycle.models import ProjectState
from lifecycle.parties.models import Role


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of movement: which sources it may carry, and who may post it of which source."""

    name: str
    posters: dict[str, frozenset[str]]

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(self.posters)


_PARK = frozenset({Role.PARK})
_UNIT_AND_PARK = frozenset({Role.UNIT, Role.PARK})

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(ARRIVAL, {PROVINCIAL: _PARK}),
        Kind(PAYMENT, {PROVINCIAL: _PARK, MATCHING: _PARK}),
        Kind(DIRECT, {PROVINCIAL: frozenset({Role.PROVINCE}), MATCHING: _PARK}),
        Kind(CONTRIBUTION, {SELF_RAISED: _UNIT_AND_PARK, SOCIAL: _UNIT_AND_PARK}),
        Kind(SPENDING, dict.fromkeys(SOURCES, _UNIT_AND_PARK)),
        Kind(REFUND, dict.fromkeys(SOURCES, _UNIT_AND_PARK | {Role.PROVINCE})),
        Kind(PARK_RETURN, {PROVINCIAL: _PARK}),
    )
}
"""Every kind of movement, in the order of the money's way."""

_PAYING = frozenset({PAYMENT, DIRECT})


def stage_allows(state: str, *, kind: str, source: str) -> bool:
    """Whether a project of this stage takes this movement; the journal asks the same in posting.sql.

    closed: only what comes back. terminated, revoked: of fiscal money only what comes back.
    suspended: no payments to the unit.
    """
    match ProjectState(state):
        case ProjectState.CLOSED:
            return kind in COMING_BACK
        case ProjectState.TERMINATED | ProjectState.REVOKED:
            return kind in COMING_BACK or source not in FISCAL
        case ProjectState.SUSPENDED:
            return kind not in _PAYING
    return True


def stage_allows_reversal(state: str) -> bool:
    """Whether entries of a project of this stage may be reversed; a closed one stands as it was settled."""
    return ProjectState(state) is not ProjectState.CLOSED
