"""The due days of one person as a calendar to subscribe to: all-day events, the same bytes as long as nothing changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import DateTimeField, Max
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from backend.pages.matter_links import matter_url
from backend.ways.contents import absolute, language_of
from lifecycle.models import Matter, MatterState
from lifecycle.parties.models import Person
from lifecycle.parties.sight import sight_of
from lifecycle.reminders.wording import sentence_of, title_of
from lifecycle.wording import CONTROL, about, shortened

EVENTS_MOST = 3_000
REFRESH = timedelta(hours=6)

VERSION = "1"
"""Of what is written; a change of it makes every calendar new."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What a calendar holds. tag: the same as long as its bytes are. changed_at: None for an empty one."""

    person: Person
    matters: Sequence[Matter]
    on: date
    tag: str
    changed_at: datetime | None


def feed_of(person: Person, *, on: date) -> Feed:
    """What the organisations that the person acts for have to do and have not done, the soonest due first.

    The first EVENTS_MOST, of projects in the person's sight. Two queries, three for an auditor.
    """
    sight = sight_of(person)
    own = frozenset().union(*(ids for role, ids in sight.acting.items() if role in _ROLES))
    matters = list(
        Matter.objects.visible_to(sight)
        .exclude(state=MatterState.DONE)
        .filter(responsible__in=own)
        .select_related("project", "responsible")
        .annotate(changed_at=Coalesce(Max("messages__planned_at"), Cast("opened_on", DateTimeField())))
        .order_by("due_on", "pk")[:EVENTS_MOST]
    )
    digest = sha256(f"{VERSION} {person.pk} {person.language} {settings.SITE_URL}".encode())
    for each in matters:
        said = (each.pk, each.kind, each.due_on, each.label, each.figures, each.state, each.changed_at)
        digest.update(repr((*said, each.project.number, each.project.name, each.responsible.name)).encode())
    latest = max((each.changed_at for each in matters), default=None)
    return Feed(person, matters, on, digest.hexdigest()[:32], latest)


def write(feed: Feed) -> bytes:
    """The calendar in the person's language; no query."""
    with language_of(feed.person.language):
        calendar = Calendar()
        calendar.add("prodid", "-//cluster-pilot//reminders//ZH")
        calendar.add("version", "2.0")
        calendar.add("calscale", "GREGORIAN")
        calendar.add("method", "PUBLISH")
        name = _("集群试点项目期限")
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
        calendar.add("x-wr-timezone", settings.TIME_ZONE)
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", f"PT{REFRESH.seconds // 3600}H")
        for matter in feed.matters:
            calendar.add_component(_event(matter, feed.on))
        return bytes(calendar.to_ical())


_ROLES = frozenset({"unit", "park", "city", "province"})
"""In which somebody acts for an organisation that has due days."""


def _event(matter: Matter, on: date) -> Event:
    changed_at: datetime = matter.changed_at  # type: ignore[attr-defined]
    project = matter.project
    event = Event()
    event.add("uid", f"matter-{matter.pk}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    event.add("dtstart", matter.due_on)
    event.add("dtend", matter.due_on + timedelta(days=1))
    event.add("summary", title_of(matter))
    said = [
        _("%(sentence)s。") % {"sentence": sentence_of(matter, matter.due_on)},
        _("项目：%(number)s %(project)s") % {"number": _line(project.number), "project": _line(project.name)},
        about(_("责任单位"), _line(matter.responsible.name)),
    ]
    if matter.state == MatterState.ANSWERED:
        said.append(_("已报待复"))
    event.add("description", "\n".join(said))
    event.add("url", absolute(matter_url(matter)))
    event.add("transp", "TRANSPARENT")
    event.add("categories", [_("集群试点项目")])
    return event


def _line(text: str) -> str:
    return shortened(CONTROL.sub("", text), 80)
