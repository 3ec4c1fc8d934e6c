"""What people read of matters and messages: what they have to do, who is late, what will be said, what was said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from lifecycle.models import (
    Delivery,
    DigestState,
    Matter,
    MatterState,
    Message,
    MessageState,
    Project,
    Way,
)
from lifecycle.parties.models import OrganisationKind, Person, Role
from lifecycle.parties.sight import Sight
from lifecycle.reminders.levels import LEVELS, Level
from lifecycle.reminders.planning import plan
from lifecycle.reminders.sending import with_matters

SOON = timedelta(days=60)
"""How far ahead a to-do list reaches; what is due later is shown by `later_of`."""

FRESH = 200
"""The most projects that a page plans anew; beyond, it shows what the last planning left."""


def todo_of(
    sight: Sight, person: Person, on: date, *, now: datetime | None = None, cared_for: bool = False
) -> QuerySet[Matter]:
    """What the person has to do on `on`: open matters of the organisations they act for, due within SOON or late,
    and those of others that are so late that they come up to them (LEVELS). The soonest due first, with parties.

    Plans the projects in sight first where they are stale, FRESH at most. cared_for: only of projects whose
    caretaker they are. now: as in `plan`.
    """
    plan(Project.objects.visible_to(sight), on=on, now=now, waits=False, at_most=FRESH)
    mine = _open(sight).filter(pk__in=_union([_own(sight, until=on + SOON), *_escalated(sight, on)]))
    return _cared_for(mine, person) if cared_for else mine


def later_of(sight: Sight, person: Person, on: date, *, cared_for: bool = False) -> QuerySet[Matter]:
    """What the person has to do beyond SOON, the soonest due first; plans nothing."""
    mine = _open(sight).filter(responsible__in=_acting(sight), due_on__gt=on + SOON)
    return _cared_for(mine, person) if cared_for else mine


def _acting(sight: Sight) -> frozenset[int]:
    """The organisations that the person acts for in the role of their kind."""
    roles = (Role.UNIT, Role.PARK, Role.CITY, Role.PROVINCE)
    return frozenset().union(*(sight.acting.get(role, frozenset()) for role in roles))


def _open(sight: Sight) -> QuerySet[Matter]:
    """Open matters in sight with their parties, the soonest due first."""
    return (
        Matter.objects.visible_to(sight)
        .filter(state=MatterState.OPEN)
        .select_related("responsible", "project__unit", "project__cluster__park__parent")
        .order_by("due_on", "pk")
    )


def _own(sight: Sight, *, until: date) -> QuerySet[Matter]:
    return Matter.objects.filter(state=MatterState.OPEN, responsible__in=_acting(sight), due_on__lte=until)


def _escalated(sight: Sight, on: date) -> list[QuerySet[Matter]]:
    """Of each level that the person acts for, what others are so late with that it has come up to it."""
    found: list[QuerySet[Matter]] = []
    for level in LEVELS:
        held = sight.acting.get(level.name)
        if held:
            late = Matter.objects.filter(
                state=MatterState.OPEN,
                due_on__lte=on - timedelta(days=level.step),
                responsible__kind__in=level.below,
            )
            found.append(late.filter(_of_level(level, held)))
    return found


def _of_level(level: Level, held: frozenset[int]) -> Q:
    """Projects for which these organisations stand at the level. The province stands above all."""
    if level.name == OrganisationKind.PARK:
        return Q(project__cluster__park__in=held)
    if level.name == OrganisationKind.CITY:
        return Q(project__cluster__park__parent__in=held)
    return Q()


def _union(parts: Iterable[QuerySet[Matter]]) -> Any:
    """The ids of several, each found by its own index rather than all by one condition that has none."""
    first, *others = [part.order_by().values("pk") for part in parts]
    return first.union(*others, all=True) if others else first


def _cared_for(matters: QuerySet[Matter], person: Person) -> QuerySet[Matter]:
    """Only of projects that the person looks after."""
    return matters.filter(project__caretakers__person=person)


def late(sight: Sight, on: date) -> QuerySet[Matter]:
    """Open matters in sight whose due day is past on `on`, the longest late first, with parties."""
    return _open(sight).filter(due_on__lt=on)


@dataclass(frozen=True, slots=True)
class LateCount:
    """How many matters of the projects of one park are late: all, from a week on, from a month on; since when.

    city: the name of what stands above the park, empty where nothing does.
    """

    park_id: int
    park: str
    city_id: int | None
    city: str
    late: int
    week: int
    month: int
    oldest: date


def late_by_park(sight: Sight, on: date) -> list[LateCount]:
    """The late matters in sight counted by park, by city and park; one query. Parks without any are left out."""
    park = "project__cluster__park"
    rows = (
        Matter.objects.visible_to(sight)
        .filter(state=MatterState.OPEN, due_on__lt=on)
        .order_by()
        .values_list(park, f"{park}__name", f"{park}__parent", f"{park}__parent__name")
        .annotate(
            late=Count("pk"),
            week=Count("pk", filter=Q(due_on__lte=on - timedelta(days=7))),
            month=Count("pk", filter=Q(due_on__lte=on - timedelta(days=30))),
            oldest=Min("due_on"),
        )
        .order_by(f"{park}__parent__name", f"{park}__name")
    )
    return [
        LateCount(park_id, name, city_id, city or "", late, week, month, oldest)
        for park_id, name, city_id, city, late, week, month, oldest in rows
    ]


def forecast(sight: Sight, on: date, days: int = 90) -> QuerySet[Message]:
    """What will be said of the projects in sight up to `days` days after `on` as things stand, by day of sending.

    Messages that a later step to the same organisation overtakes by then are left out, as are those held back while
    a reply is pending. With what is needed to show them. What is past its day goes out in the next round.
    """
    later = Message.objects.filter(
        matter=OuterRef("matter"),
        organisation=OuterRef("organisation"),
        due_on=OuterRef("due_on"),
        state=MessageState.PLANNED,
        step__gt=OuterRef("step"),
        send_on__lte=Greatest(OuterRef("send_on"), Value(on)),
    )
    return (
        with_matters(Message.objects.filter(sight.projects("matter__project__")))
        .filter(
            ~Exists(later),
            state=MessageState.PLANNED,
            matter__state=MatterState.OPEN,
            send_on__lte=on + timedelta(days=days),
        )
        .order_by("send_on", "pk")
    )


def bell_of(person: Person) -> QuerySet[Delivery]:
    """What stands in the person's list, neither seen nor done, the latest first, with message, matter and project."""
    return (
        Delivery.objects.filter(way=Way.BELL, person=person, seen_at=None, done_at=None)
        .select_related("message__matter__project", "message__matter__responsible", "message__organisation")
        .order_by("-made_at", "-pk")
    )


def mark_seen(person: Person, deliveries: Iterable[int] | None = None, *, now: datetime) -> int:
    """Put down that the person saw these of theirs, or all; how many were new. One statement."""
    unseen = Delivery.objects.filter(way=Way.BELL, person=person, seen_at=None)
    if deliveries is not None:
        unseen = unseen.filter(pk__in=list(deliveries))
    return unseen.update(seen_at=now)


class Happening(models.TextChoices):
    """What happens to a message, in its order."""

    PLANNED = "planned", _("已列入计划")
    CLAIMED = "claimed", _("领取发送")
    SENT = "sent", _("发出")
    DELIVERED = "delivered", _("送达")
    BOUNCED = "bounced", _("被退回")
    FAILED = "failed", _("发送失败")
    SEEN = "seen", _("已查看")
    OVERTAKEN = "overtaken", _("被后续提醒代替")
    WITHDRAWN = "withdrawn", _("撤回")
    DONE = "done", _("事项办结")


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a message. at: an instant, or the day where that is all that is known.

    way, name: by which way and to whom, where it is about one delivery. note: what the other side said.
    """

    at: datetime | date
    what: Happening
    way: Way | None = None
    name: str = ""
    note: str = ""


def story_of(message: Message) -> list[Event]:
    """What happened to the message from the plan to the end, in order; one query beside the matter's.

    Whoever calls has seen to it that its project is in sight.
    """
    events = [Event(message.planned_at, Happening.PLANNED)]
    if message.sent_at is not None:
        events.append(Event(message.sent_at, Happening.SENT))
    if message.ended_at is not None:
        events.append(Event(message.ended_at, Happening(message.state)))
    deliveries = message.deliveries.select_related("person", "webhook", "digest").order_by("made_at", "pk")
    for delivery in deliveries:
        events += _of_delivery(delivery)
    instants = sorted(events, key=lambda event: event.at)
    matter = message.matter
    if matter.state == MatterState.DONE and matter.done_on is not None:
        instants.append(Event(matter.done_on, Happening.DONE))
    return instants


def _of_delivery(delivery: Delivery) -> list[Event]:
    """What happened on the way to one person or webhook. A bell has arrived as soon as it stands in the list."""
    way, name = Way(delivery.way), str(delivery.person or delivery.webhook)
    digest = delivery.digest
    events = []
    if way is Way.BELL:
        events.append(Event(delivery.made_at, Happening.DELIVERED, way, name))
    elif digest is not None:
        if digest.claimed_at is not None:
            events.append(Event(digest.claimed_at, Happening.CLAIMED, way, name))
        at = digest.sent_at or digest.claimed_at or digest.made_at
        if digest.state in _ENDS:
            events.append(Event(at, _ENDS[digest.state], way, name, digest.error))
    if delivery.seen_at is not None:
        events.append(Event(delivery.seen_at, Happening.SEEN, way, name))
    return events


_ENDS: dict[str, Happening] = {
    DigestState.SENT: Happening.DELIVERED,
    DigestState.BOUNCED: Happening.BOUNCED,
    DigestState.FAILED: Happening.FAILED,
}
