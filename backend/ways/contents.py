"""What a digest tells: its messages in words, the most pressing first, each with the address where it is dealt with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, Window
from django.utils import translation

from backend.pages.matter_links import matter_url
from lifecycle.models import Delivery
from lifecycle.reminders.wording import say
from lifecycle.wording import CONTROL, shortened

NAME_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Entry:
    """One message in words. All texts are on one line and not escaped for anything."""

    kind: str
    title: str
    sentence: str
    number: str
    project: str
    organisation: str
    due_on: date
    days: int
    step: int
    url: str

    @property
    def is_late(self) -> bool:
        return self.days < 0


@dataclass(frozen=True, slots=True)
class Contents:
    """The first of what a digest tells, the soonest due first, and of how many in all."""

    entries: tuple[Entry, ...]
    count: int

    @property
    def others(self) -> int:
        """How many are not shown."""
        return self.count - len(self.entries)

    @property
    def late(self) -> int:
        """How many of those shown are late."""
        return sum(entry.is_late for entry in self.entries)


def contents_of(digest: UUID, *, on: date, most: int) -> Contents:
    """The messages of a digest in the active language as of the day `on`, `most` at most; one query.

    Of a matter only the latest step: where several had to wait, the earlier ones say nothing more.
    """
    later = Delivery.objects.filter(digest=digest, message__matter=OuterRef("message__matter")).filter(
        Q(message__step__gt=OuterRef("message__step"))
        | Q(message__step=OuterRef("message__step"), pk__gt=OuterRef("pk"))
    )
    deliveries = (
        Delivery.objects.filter(~Exists(later), digest=digest)
        .select_related(
            "message__organisation",
            "message__matter__responsible",
            "message__matter__waits_for",
            "message__matter__project",
        )
        .annotate(in_all=Window(Count("pk")))
        .order_by("message__matter__due_on", "message__matter_id")[:most]
    )
    rows = list(deliveries)
    return Contents(tuple(_entry(row, on) for row in rows), _in_all(rows))


def absolute(path: str) -> str:
    """The address of a path of the site, for readers outside it."""
    return f"{settings.SITE_URL}{path}"


@contextmanager
def language_of(language: str) -> Iterator[None]:
    """Inside, words are in that language where we have it, else in Chinese."""
    known = dict(settings.LANGUAGES)
    with translation.override(language if language in known else settings.LANGUAGE_CODE):
        yield


def _in_all(rows: list[Any]) -> int:
    return rows[0].in_all if rows else 0


def _entry(delivery: Delivery, on: date) -> Entry:
    message = delivery.message
    matter = message.matter
    title, sentence = say(matter, message.step, on)
    return Entry(
        kind=matter.kind,
        title=title,
        sentence=sentence,
        number=_line(matter.project.number),
        project=_line(matter.project.name),
        organisation=_line(message.organisation.name),
        due_on=matter.due_on,
        days=(matter.due_on - on).days,
        step=message.step,
        url=absolute(matter_url(matter)),
    )


def _line(text: str) -> str:
    return shortened(CONTROL.sub("", text), NAME_LENGTH)
