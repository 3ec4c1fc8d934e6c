"""What every report on one project begins with, asked once and in one state of the books."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.utils import translation

from lifecycle.facts import limits_on
from lifecycle.models import Acceptance, DatedEvent, Project
from lifecycle.parties.models import Organisation
from lifecycle.rules.limits import Limits
from reports.collect.project import life_in, parties_of, project_facts, province_of
from reports.collect.snapshot import one_snapshot
from reports.facts import MadeBy, PartyFacts, ProjectFacts
from reports.overview import Overview, overview_of
from reports.records import LIFE, records_of
from reports.rule_set import RULE_SET_VERSION
from reports.versions import PROGRAM_VERSION


@dataclass(frozen=True, slots=True)
class Opened:
    """One project as of the end of `on`. names: of the organisations that its records name, by id."""

    on: date
    project: Project
    records: Mapping[type[Model], list[Any]]
    overview: Overview
    limits: Limits
    facts: ProjectFacts
    parties: list[PartyFacts]
    names: Mapping[int, str]

    def head(self, kind: str) -> dict[str, Any]:
        """The fields of `reports.facts.ProjectReportFacts`."""
        return {
            "kind": kind,
            "on": self.on,
            "made_by": MadeBy(program=PROGRAM_VERSION, rule_set=RULE_SET_VERSION),
            "project": self.facts,
            "parties": self.parties,
        }


@contextmanager
def opened(project: Project, *, on: date, today: date) -> Iterator[Opened]:
    """The project with its small tables and its money; what is asked inside is of the same instant, and Chinese.

    Seven statements however much there is of it.
    """
    with one_snapshot(), translation.override(settings.LANGUAGE_CODE):
        project = Project.objects.with_parties().get(pk=project.pk)
        records = records_of(project, LIFE)
        overview = overview_of(project, on=on, is_past=on < today, records=records)
        limits = limits_on(project.cluster.batch_id, on=on)
        named = {each.organiser_id for each in records[Acceptance] if each.organiser_id is not None}
        others = Organisation.objects.in_bulk(named | {province_of(project) or 0})
        yield Opened(
            on=on,
            project=project,
            records=records,
            overview=overview,
            limits=limits,
            facts=project_facts(
                project, overview.stage, life_in(project, records[DatedEvent], limits, on=on)
            ),
            parties=parties_of(project, others),
            names={pk: each.name for pk, each in others.items()},
        )
