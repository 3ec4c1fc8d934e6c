"""For which organisation somebody acts towards a project."""

from __future__ import annotations

from lifecycle.models import Project
from lifecycle.parties.log import Actor
from lifecycle.parties.models import Membership, Organisation, Role


def organisation_acting(actor: Actor, project: Project) -> Organisation:
    """The organisation around the project that the actor acts for, in the role they act in; one query.

    The operator at the command line acts for the organisation of the named role, the province without one.
    Raises ValueError where the actor holds the role in none of them: that is decided before anybody acts.
    """
    park = project.cluster.park
    city = park.parent
    around: dict[str, tuple[Organisation | None, ...]] = {
        Role.UNIT: (project.unit,),
        Role.PARK: (park,),
        Role.CITY: (city, project.unit.parent),
        Role.PROVINCE: (city and city.parent,),
    }
    wanted = [each for each in around.get(actor.role or Role.PROVINCE, ()) if each is not None]
    if actor.person is None:
        if wanted:
            return wanted[0]
    else:
        held = Membership.objects.filter(person=actor.person, role=actor.role).select_related("organisation")
        organisations = {membership.organisation for membership in held.order_by("pk")}
        for organisation in wanted:
            if organisation in organisations:
                return organisation
        # There is one province; that it stands above the park need not have been written down.
        if actor.role == Role.PROVINCE and organisations:
            return min(organisations, key=lambda organisation: organisation.pk)
    raise ValueError(f"{actor.name} does not act as {actor.role or 'province'} towards {project.number}")
