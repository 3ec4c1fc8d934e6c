"""The lists that pages and API show alike: what somebody has to do by when, who is late where, what was said of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from lifecycle.models import DigestState, Matter, MatterState, Message, Way
from lifecycle.parties.models import OrganisationKind, Person
from lifecycle.parties.sight import Sight
from lifecycle.reminders.reading import forecast, later_of, todo_of

LATE, WEEK, SOON, LATER, ANSWERED, CHASE = "late", "week", "soon", "later", "answered", "chase"

LISTS = (LATE, WEEK, SOON, LATER, ANSWERED, CHASE)
"""Of what somebody has to do. late, week (to Sunday), soon (60 days), later: by the due day, of their own
organisations; answered: handed in, waiting for a reply; chase: what others are so late with that it came up to them."""

NEAR = (LATE, WEEK, SOON)
"""What is to be done soon."""


@dataclass(frozen=True, slots=True)
class ToDo:
    """What somebody has to do. own: the organisations they act for; near: of these alone what is to be done soon.

    lists: by LISTS, the soonest due first, with all that is needed to show them.
    """

    on: date
    own: frozenset[int]
    near: QuerySet[Matter]
    lists: dict[str, QuerySet[Matter]]
    _all: QuerySet[Matter]

    def counts(self) -> dict[str, int]:
        """How many matters each list has; three queries."""
        found = self._all.order_by().aggregate(
            **{name: Count("pk", filter=which) for name, which in _conditions(self.on, self.own).items()}
        )
        found |= {name: self.lists[name].count() for name in (LATER, ANSWERED)}
        return {name: int(found[name]) for name in LISTS}


def to_do(
    sight: Sight,
    person: Person,
    on: date,
    *,
    own: frozenset[int],
    narrow: Callable[[QuerySet[Matter]], QuerySet[Matter]] = lambda matters: matters,
) -> ToDo:
    """What the person has to do on `on`, worked out anew where facts have changed.

    own: the organisations they act for; narrow: cuts every list alike.
    """
    found = narrow(todo_of(sight, person, on))
    parties = ("responsible", "waits_for", "project__unit", "project__cluster__park__parent")
    answered = Matter.objects.visible_to(sight).filter(state=MatterState.ANSWERED, responsible__in=own)
    lists = {name: found.filter(which) for name, which in _conditions(on, own).items()}
    lists[LATER] = narrow(later_of(sight, person, on))
    lists[ANSWERED] = narrow(answered.select_related(*parties).order_by("due_on", "pk"))
    return ToDo(on, own, found.filter(responsible__in=own), lists, found)


def _conditions(on: date, own: frozenset[int]) -> dict[str, Q]:
    """Which of the matters of `todo_of` belong into which list."""
    mine, sunday = Q(responsible__in=own), end_of_week(on)
    return {
        LATE: mine & Q(due_on__lt=on),
        WEEK: mine & Q(due_on__range=(on, sunday)),
        SOON: mine & Q(due_on__gt=sunday),
        CHASE: ~mine,
    }


def end_of_week(on: date) -> date:
    """The Sunday of the week."""
    return on + timedelta(days=6 - on.weekday())


def group_of(matter: Matter, on: date) -> str:
    """Which of NEAR an open matter belongs to."""
    return LATE if matter.due_on < on else WEEK if matter.due_on <= end_of_week(on) else SOON


@dataclass(frozen=True, slots=True)
class Tally:
    """What is late in one park or city. days: of what is late the longest."""

    pk: int
    name: str
    matters: int
    projects: int
    days: int


def tallies_of(matters: QuerySet[Matter], on: date) -> tuple[list[Tally], list[Tally]]:
    """What is late by park and by city, most matters first; one query."""
    place = "project__cluster__park"
    counted = (
        matters.order_by()
        .values_list(place, f"{place}__name", f"{place}__parent", f"{place}__parent__name")
        .annotate(matters=Count("pk"), projects=Count("project", distinct=True), first=Min("due_on"))
    )
    parks: list[Tally] = []
    cities: dict[int, Tally] = {}
    for park, name, city, city_name, count, projects, first in counted:
        days = (on - first).days
        parks.append(Tally(park, name, count, projects, days))
        if city is not None:
            known = cities.get(city, Tally(city, city_name, 0, 0, 0))
            cities[city] = Tally(
                city, city_name, known.matters + count, known.projects + projects, max(known.days, days)
            )
    return sorted(parks, key=_most_first), sorted(cities.values(), key=_most_first)


def _most_first(tally: Tally) -> tuple[int, int, str]:
    return (-tally.matters, -tally.days, tally.name)


def trail_of(matter: Matter) -> list[Any]:
    """Every message of the matter in the order of its sending; one query.

    Each carries numbers: `people` in whose list it stands, `seen` by how many of them, `mails` that went out,
    `returned` that bounced.
    """
    bell, mail = Q(deliveries__way=Way.BELL), Q(deliveries__way=Way.MAIL)
    return list(
        Message.objects.filter(matter=matter)
        .select_related("organisation")
        .annotate(
            people=Count("deliveries", filter=bell),
            seen=Count("deliveries", filter=bell & Q(deliveries__seen_at__isnull=False)),
            mails=Count("deliveries", filter=mail & Q(deliveries__digest__state=DigestState.SENT)),
            returned=Count("deliveries", filter=mail & Q(deliveries__digest__state=DigestState.BOUNCED)),
        )
        .order_by("send_on", "step", "organisation", "pk")
    )


def foretold(sight: Sight, on: date, *, own: frozenset[int], days: int = 90) -> QuerySet[Message]:
    """What the person may know of beforehand of `reading.forecast`: what is for their organisations and those below.

    own: the organisations they act for. Whoever sees everything, and an auditor, knows of what is for anybody in
    the projects in sight. A unit stands below the park of its project, wherever it lies.
    """
    messages = forecast(sight, on, days)
    if sight.everything or not own:
        return messages
    return messages.filter(
        Q(organisation__in=own)
        | Q(organisation__parent__in=own)
        | Q(organisation__parent__parent__in=own)
        | Q(matter__project__cluster__park__in=own, organisation__kind=OrganisationKind.UNIT)
    )
