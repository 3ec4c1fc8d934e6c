"""What reports about many projects ask, of all of them at once: a chunk of projects costs as much as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter

from django.conf import settings
from django.db.models import QuerySet
from django.utils import translation

from finance.funding import Funding, funding_of
from finance.terms import FISCAL
from lifecycle.facts import life_facts
from lifecycle.models import DatedEvent, Project
from lifecycle.parties.models import Organisation, OrganisationKind, Role
from lifecycle.reading import in_chunks
from lifecycle.rules.answers import Answer, Status
from lifecycle.rules.facts import LifeFacts
from reports.collect.project import stage_label
from reports.facts import MadeBy, PartyFacts
from reports.judging import CHUNK, judged
from reports.kept import stale_projects
from reports.models import RuleAnswer
from reports.overview import Stage, stage_of
from reports.rule_set import RULE_SET_VERSION
from reports.versions import PROGRAM_VERSION

ROLE_OF: dict[str, str] = {
    OrganisationKind.PROVINCE: Role.PROVINCE.value,
    OrganisationKind.CITY: Role.CITY.value,
    OrganisationKind.PARK: Role.PARK.value,
}
"""Organisations that such a report can be about, with the role they play."""

Progress = Callable[[int, int], None]
"""Hears after each CHUNK of projects how many of how many steps are done. It may raise, to have it stopped."""


UNMET = frozenset({Status.WARN, Status.BREACH})


def untold(done: int, total: int) -> None:
    """Nobody listens."""


def made_by() -> MadeBy:
    return MadeBy(program=PROGRAM_VERSION, rule_set=RULE_SET_VERSION)


def in_chinese() -> AbstractContextManager[None]:
    """Words are Chinese, whoever asks."""
    return translation.override(settings.LANGUAGE_CODE)


def party_of(organisation: Organisation) -> PartyFacts:
    return PartyFacts(
        role=ROLE_OF.get(organisation.kind, ""),
        name=organisation.name,
        credit_code=organisation.credit_code,
    )


def above(organisation: Organisation) -> list[PartyFacts]:
    """Those it answers to, the nearest first; a query each that is not at hand, two at most."""
    found: list[PartyFacts] = []
    parent = organisation.parent
    while parent is not None and len(found) < 2:
        found.append(party_of(parent))
        parent = parent.parent
    return found


def projects_below(organisation: Organisation) -> QuerySet[Project]:
    """The projects it answers for: a park its own, a city those of its parks, the province all.

    A unit's city has no say in a project of another city's park, so it is not counted there twice.
    """
    projects = Project.objects.all()
    if organisation.kind == OrganisationKind.PARK:
        projects = projects.filter(cluster__park=organisation)
    elif organisation.kind == OrganisationKind.CITY:
        projects = projects.filter(cluster__park__parent=organisation)
    elif organisation.kind != OrganisationKind.PROVINCE:
        projects = projects.none()
    return projects.with_parties().order_by("number")


@dataclass(frozen=True, slots=True)
class Stood:
    """One of many projects, as of a day."""

    project: Project
    life: LifeFacts
    stage: Stage
    funding: Funding

    @property
    def label(self) -> str:
        return stage_label(self.stage)

    @property
    def end_on(self) -> date:
        return self.life.end_on or self.project.end_on


def stood_on(
    projects: Sequence[Project], *, on: date, is_past: bool, progress: Progress = untold
) -> Iterator[Stood]:
    """Where each stood at the end of `on`, in the order of `projects`; ten statements for each CHUNK of them.

    progress: counts projects. Memory stays that of one chunk.
    """
    by_id = {each.pk: each for each in projects}
    done = 0
    for chunk in in_chunks([each.pk for each in projects], CHUNK):
        life = life_facts(chunk, on=on)
        funding = funding_of(chunk, on=on)
        events: dict[int, list[DatedEvent]] = {}
        for event in DatedEvent.objects.filter(project__in=chunk).order_by("happened_on", "pk"):
            events.setdefault(event.project_id, []).append(event)
        for pk in chunk:
            yield Stood(
                by_id[pk],
                life[pk],
                stage_of(
                    by_id[pk],
                    events.get(pk, []),
                    on=on,
                    is_past=is_past,
                    has_received=any(funding[pk].sources[source].received for source in FISCAL),
                ),
                funding[pk],
            )
        done += len(chunk)
        progress(done, len(by_id))


def answers_on(ids: Sequence[int], *, on: date, today: date) -> Iterable[tuple[int, tuple[Answer, ...]]]:
    """(project id, its answers), a chunk at a time: today's as they are kept, where they are fresh; else judged anew.

    Writes nothing: whoever wants today's refreshes them first.
    """
    if on != today or stale_projects(ids, on=on):
        yield from judged(ids, on=on)
        return
    for chunk in in_chunks(ids, CHUNK):
        kept = RuleAnswer.objects.filter(project__in=chunk).order_by("project", "rule")
        for pk, rows in groupby(kept, key=attrgetter("project_id")):
            yield pk, tuple(row.answer for row in rows)


def unmet_on(
    ids: Sequence[int], *, on: date, today: date, progress: Progress = untold, before: int = 0, total: int = 0
) -> Iterator[tuple[int, Answer]]:
    """(project id, answer) of every answer of `answers_on` that is not met; of what is kept, nothing else is read.

    progress: hears of each CHUNK of projects judged anew that `before` steps of `total` and these are done.
    """
    if on == today and not stale_projects(ids, on=on):
        for chunk in in_chunks(ids, CHUNK):
            kept = RuleAnswer.objects.filter(project__in=chunk, status__in=UNMET).order_by("project", "rule")
            yield from ((row.project_id, row.answer) for row in kept)
        return
    for done, (pk, given) in enumerate(judged(ids, on=on), 1):
        yield from ((pk, answer) for answer in given if answer.status in UNMET)
        if done % CHUNK == 0:
            progress(before + done, total)
