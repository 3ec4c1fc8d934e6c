"""The one place that says what a person may see.

Every query made for a person – page, API, export, job – goes through `sight_of(person)` and the
`visible_to(sight)` of a queryset. What is not in sight does not exist for that person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from lifecycle.parties.models import AuditScope, Membership, Organisation, OrganisationKind, Role

if TYPE_CHECKING:
    from lifecycle.parties.models import Person

NOTHING = Q(pk__in=())


@dataclass(frozen=True, slots=True)
class Sight:
    """What one person may see: the roots of the tree below which projects are in sight.

    `everything` is the province (or an auditor of the whole province, or the operator at the
    command line). The sets hold ids of organisations. `roles` are all roles held, `acting` maps
    each role to the organisations it is held in.
    """

    everything: bool
    cities: frozenset[int]
    parks: frozenset[int]
    units: frozenset[int]
    roles: frozenset[str]
    acting: dict[str, frozenset[int]]

    def projects(self, prefix: str = "") -> Q:
        """The condition on projects; `prefix` is the path to the project, ending in `__`.

        A city sees the projects of its parks, and those of a unit in its own place that
        belong to the park of another.
        """
        if self.everything:
            return Q()
        condition = NOTHING
        if self.cities:
            # As a set of ids, so that counting ten thousand projects joins no organisations.
            below = Organisation.objects.filter(parent__in=self.cities).values("pk")
            condition |= Q(**{f"{prefix}cluster__park__in": below}) | Q(**{f"{prefix}unit__in": below})
        if self.parks:
            condition |= Q(**{f"{prefix}cluster__park__in": self.parks})
        if self.units:
            condition |= Q(**{f"{prefix}unit__in": self.units})
        return condition

    def clusters(self) -> Q:
        """The condition on clusters: a unit sees the cluster it has a project in."""
        if self.everything:
            return Q()
        condition = NOTHING
        if self.cities:
            condition |= Q(park__parent__in=self.cities)
        if self.parks:
            condition |= Q(park__in=self.parks)
        if self.units:
            condition |= Q(projects__unit__in=self.units)
        return condition

    def organisations(self) -> Q:
        """The condition on organisations: one's own, those above the projects in sight, those below oneself."""
        if self.everything or Role.ADMINISTRATOR in self.roles:
            return Q()
        own: Iterable[int] = frozenset().union(*self.acting.values()) if self.acting else frozenset()
        condition = Q(pk__in=own) | Q(children__in=own) | Q(children__children__in=own)
        if self.cities:
            condition |= Q(pk__in=self.cities) | Q(parent__in=self.cities) | Q(parent__parent__in=self.cities)
        if self.parks:
            condition |= (
                Q(pk__in=self.parks) | Q(parent__in=self.parks) | Q(projects__cluster__park__in=self.parks)
            )
        return condition

    def holds(self, *roles: str) -> bool:
        """Whether any of the roles is held."""
        return not self.roles.isdisjoint(roles)


OPERATOR = Sight(True, frozenset(), frozenset(), frozenset(), frozenset({Role.PROVINCE}), {})
"""The one who runs commands on the machine itself."""

_BY_KIND = {OrganisationKind.CITY: "cities", OrganisationKind.PARK: "parks", OrganisationKind.UNIT: "units"}


def sight_of(person: Person) -> Sight:
    """What `person` may see and which roles they hold; one query, two for an auditor.

    An administrator and a reader of the security log see no business data by that role.
    """
    acting: dict[str, set[int]] = {}
    roots: dict[str, set[int]] = {"cities": set(), "parks": set(), "units": set()}
    everything = False
    auditors: list[int] = []
    if person.is_active:
        for role, organisation in Membership.objects.filter(person=person).values_list(
            "role", "organisation"
        ):
            acting.setdefault(role, set()).add(organisation)
            if role == Role.PROVINCE:
                everything = True
            elif role == Role.AUDITOR:
                auditors.append(organisation)
            elif role == Role.CITY:
                roots["cities"].add(organisation)
            elif role == Role.PARK:
                roots["parks"].add(organisation)
            elif role == Role.UNIT:
                roots["units"].add(organisation)
    if auditors:
        scopes = AuditScope.objects.filter(auditor__in=auditors).values_list("root", "root__kind")
        for root, kind in scopes:
            if kind == OrganisationKind.PROVINCE:
                everything = True
            elif kind in _BY_KIND:
                roots[_BY_KIND[OrganisationKind(kind)]].add(root)
    return Sight(
        everything=everything,
        cities=frozenset(roots["cities"]),
        parks=frozenset(roots["parks"]),
        units=frozenset(roots["units"]),
        roles=frozenset(acting),
        acting={role: frozenset(ids) for role, ids in acting.items()},
    )
