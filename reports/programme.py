"""Reports about no single project: what they are about, and how they are built."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import translation

from lifecycle.models import Batch
from lifecycle.parties.models import Organisation, OrganisationKind
from reports.built import Built
from reports.collect.brief import collect_brief
from reports.collect.due import collect_due
from reports.collect.many import Progress, untold
from reports.collect.park import batch_of, batches_by_park, collect_park
from reports.document import Document
from reports.documents.programme import brief_document, due_document, park_document
from reports.facts import decode, digest_of, encode
from reports.facts_programme import BriefFacts, DueListFacts, ParkFacts
from reports.models import ReportKind


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one kind comes about. about: the kinds of organisation it can be about. period: its day, as numbers say it."""

    shape: type[Any]
    collect: Callable[..., Any]
    compose: Callable[[Any, str], Document]
    about: frozenset[str]
    period: str = ""


PROGRAMME: dict[str, _Kind] = {
    "park": _Kind(ParkFacts, collect_park, park_document, frozenset({OrganisationKind.PARK})),
    "due": _Kind(
        DueListFacts,
        collect_due,
        due_document,
        frozenset({OrganisationKind.CITY, OrganisationKind.PROVINCE}),
        "%Y",
    ),
    "brief": _Kind(BriefFacts, collect_brief, brief_document, frozenset({OrganisationKind.PROVINCE}), "%Y%m"),
}
"""The reports about many projects, by the name under which they are asked for."""

ABOUT: frozenset[str] = frozenset().union(*(each.about for each in PROGRAMME.values()))
"""The kinds of organisation of which there is any."""


class Choice(NamedTuple):
    """A report that can be drawn up of an organisation. which: the batch, of a park's; label: what it is about."""

    kind: str
    which: str
    label: str


def choices_of(organisations: Sequence[Organisation]) -> dict[int, list[Choice]]:
    """What can be drawn up of each, by its id, in order; two queries however many there are."""
    parks = [each for each in organisations if each.kind == OrganisationKind.PARK]
    batches = batches_by_park(parks)
    found: dict[int, list[Choice]] = {each.pk: [] for each in organisations}
    for each in organisations:
        for kind, how in PROGRAMME.items():
            if each.kind not in how.about:
                continue
            of: Sequence[Batch | None] = batches.get(each.pk, []) if kind == ReportKind.PARK else [None]
            found[each.pk] += [_choice(kind, batch) for batch in of]
    return found


def choice_of(kind: str, organisation: Organisation, which: str) -> Choice:
    """That one choice of an organisation of which there is that kind; two queries at most, nothing is collected.

    Raises NothingToReport where there is none.
    """
    return _choice(kind, batch_of(organisation, which) if kind == ReportKind.PARK else None)


def _choice(kind: str, batch: Batch | None) -> Choice:
    label = str(ReportKind(kind).label)
    return (
        Choice(kind, "", label) if batch is None else Choice(kind, str(batch.pk), f"{label} · {batch.name}")
    )


def build_programme(
    kind: str,
    organisation: Organisation,
    *,
    on: date,
    today: date,
    which: str = "",
    progress: Progress = untold,
) -> Built:
    """The report of that kind about the organisation's projects as of the end of `on`. which: the id of the batch.

    Raises KeyError where there is no such kind, NothingToReport where it is not of such an organisation.
    """
    on = min(on, today)
    collected = PROGRAMME[kind].collect(organisation, on=on, today=today, which=which, progress=progress)
    return programme_of(kind, organisation, encode(collected), on=on, which=which)


def programme_of(kind: str, organisation: Organisation, facts: bytes, *, on: date, which: str = "") -> Built:
    """The report that these frozen facts of the organisation make, which were collected for `on` and `which`.

    Its subject is the organisation's number with the batch, the year or the month, so that a later one of the same
    overtakes it.

    Raises as programme_document_of.
    """
    found = PROGRAMME[kind]
    period = f"{on:{found.period}}" if found.period else f"B{which}"
    return Built(
        kind,
        f"{organisation.pk:04}-{period}",
        on,
        facts,
        programme_document_of(kind, facts),
        organisation=organisation,
    )


def programme_document_of(kind: str, content: bytes) -> Document:
    """The document that these frozen facts make.

    Raises KeyError where there is no such kind, msgspec.ValidationError where they are no facts of it.
    """
    found = PROGRAMME[kind]
    with translation.override(settings.LANGUAGE_CODE):
        return found.compose(decode(content, found.shape), digest_of(content))
