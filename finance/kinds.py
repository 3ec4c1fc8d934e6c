"""The kinds of movement: which sources each may carry, and who may post it.

Source: RULES.md 'What may be posted, and by whom'.
"""

from __future__ import annotations

from dataclasses import dataclass

from finance.terms import (
    ARRIVAL,
    CONTRIBUTION,
    DIRECT,
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
