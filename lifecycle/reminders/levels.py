"""Who is told of a matter besides whoever is responsible, once it is late, and how many days late."""

from __future__ import annotations

from dataclasses import dataclass

from lifecycle.parties.models import OrganisationKind

RESPONSIBLE = "responsible"
"""Whoever has to act, told at every step."""


@dataclass(frozen=True, slots=True)
class Level:
    """An organisation above a project, told `step` days after the due day.

    name: its kind, which is also the role held in it. below: the kinds of organisation it stands above; where
    another kind is responsible, this level is left out.
    """

    name: str
    step: int
    below: tuple[str, ...]


_GROUND = (
    OrganisationKind.UNIT.value,
    OrganisationKind.PARTNER.value,
    OrganisationKind.AUDITOR.value,
)
_PARK, _CITY, _PROVINCE = (
    OrganisationKind.PARK.value,
    OrganisationKind.CITY.value,
    OrganisationKind.PROVINCE.value,
)

LEVELS = (
    Level(_PARK, 1, _GROUND),
    Level(_CITY, 7, (*_GROUND, _PARK)),
    Level(_PROVINCE, 30, (*_GROUND, _PARK, _CITY)),
)
"""From the nearest up. Source: PRODUCT.md 'Reminders'; DOMAIN.md D180."""

AFTER = tuple(level.step for level in LEVELS)
"""Steps after the due day."""
