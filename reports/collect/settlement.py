"""The facts of a settlement table: a project's money in and out, up to the end of a day."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.utils import translation

from finance.models import Journal
from finance.settlement import settlement_of
from lifecycle.facts import limits_on
from lifecycle.models import DatedEvent, Project
from lifecycle.parties.models import Organisation
from reports.collect.acceptance import made_by
from reports.collect.ledger import ledger_of
from reports.collect.money import categories_of, sources_of
from reports.collect.project import life_in, parties_of, project_facts, province_of
from reports.collect.snapshot import one_snapshot
from reports.facts import SettlementFacts
from reports.overview import overview_of
from reports.records import LIFE, records_of

KIND = "settlement"


def collect_settlement(project: Project, *, on: date, today: date) -> SettlementFacts:
    """All that a settlement table says of the project up to the end of `on`, as known now; eight statements."""
    with one_snapshot(), translation.override(settings.LANGUAGE_CODE):
        project = Project.objects.with_parties().get(pk=project.pk)
        records = records_of(project, LIFE)
        overview = overview_of(project, on=on, is_past=on < today, records=records)
        limits = limits_on(project.cluster.batch_id, on=on)
        others = Organisation.objects.in_bulk([province_of(project) or 0])
        return SettlementFacts(
            kind=KIND,
            on=on,
            made_by=made_by(),
            project=project_facts(
                project, overview.stage, life_in(project, records[DatedEvent], limits, on=on)
            ),
            parties=parties_of(project, others),
            sources=sources_of(overview.funding),
            categories=categories_of(settlement_of(project, on=on, funding=overview.funding)),
            ledger=ledger_of(project, records[Journal], on=on, each=0),
        )
