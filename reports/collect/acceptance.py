"""The facts of an acceptance report: one project as of a day, in a number of queries that never grows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.utils import translation

from finance.models import Audit, Journal, Settlement, SurplusDecision
from finance.settlement import settlement_of
from lifecycle.facts import limits_on
from lifecycle.models import (
    Acceptance,
    ChangeRequest,
    Contract,
    DatedEvent,
    Document,
    Exemption,
    Finding,
    Inspection,
    Panelist,
    Project,
    SelfRating,
    Signature,
    YearBenefits,
)
from lifecycle.parties.models import Organisation
from lifecycle.rules.answers import Answer
from reports.collect.ledger import ledger_of
from reports.collect.life import (
    added_benefits_of,
    annual_reports_of,
    answers_in,
    changes_of,
    documents_of,
    events_of,
    exemptions_of,
    findings_of,
    inspections_of,
    milestones_of,
    rating_of,
    targets_of,
    years_of,
)
from reports.collect.money import (
    audits_of,
    categories_of,
    course_of,
    frozen_of,
    refunds_of,
    sources_of,
    spending_facts,
    surplus_of,
    tranches_of,
)
from reports.collect.project import (
    contract_facts,
    life_in,
    limit_facts,
    parties_of,
    project_facts,
    province_of,
)
from reports.collect.rounds import rounds_of
from reports.collect.snapshot import one_snapshot
from reports.facts import AcceptanceFacts, MadeBy
from reports.judging import answers_of
from reports.kept import fresh_answers_of, refresh
from reports.overview import overview_of
from reports.records import LIFE, records_of
from reports.rule_set import RULE_SET_VERSION
from reports.versions import PROGRAM_VERSION
from reports.years import plan_in, spending_of

KIND = "acceptance"


def made_by() -> MadeBy:
    return MadeBy(program=PROGRAM_VERSION, rule_set=RULE_SET_VERSION)


def collect_acceptance(project: Project, *, on: date, today: date) -> AcceptanceFacts:
    """All that an acceptance report says of the project as of the end of `on`, as known now.

    At most fifteen statements for today however much there is of the project; the rules of a past day are judged
    anew, which takes as many again. No more of the ledger is read into memory than is shown. Words are Chinese,
    whoever asks.
    """
    if on == today:
        refresh([project.pk], on=on)
    with one_snapshot(), translation.override(settings.LANGUAGE_CODE):
        return _collected(Project.objects.with_parties().get(pk=project.pk), on=on, today=today)


def _collected(project: Project, *, on: date, today: date) -> AcceptanceFacts:
    """The facts, inside the snapshot."""
    records = records_of(project, LIFE)
    events = records[DatedEvent]
    overview = overview_of(project, on=on, is_past=on < today, records=records)
    settlement = settlement_of(project, on=on, funding=overview.funding)
    spending = spending_of(project, on=on)
    limits = limits_on(project.cluster.batch_id, on=on)
    steps = [step for steps in overview.milestones.values() for step in steps]
    others = Organisation.objects.in_bulk(_named_in(project, records[Signature], records[Acceptance]))
    names = {pk: each.name for pk, each in others.items()}
    reports = annual_reports_of(overview.reports, on=on)
    rounds = rounds_of(records[Acceptance], records[Panelist], names, on=on)
    return AcceptanceFacts(
        kind=KIND,
        on=on,
        made_by=made_by(),
        project=project_facts(project, overview.stage, life_in(project, events, limits, on=on)),
        parties=parties_of(project, others),
        contract=contract_facts(project, records[Contract], records[Signature], names, on=on),
        limits=limit_facts(limits),
        targets=targets_of(overview.targets, records[Document]),
        milestones=milestones_of(steps),
        years=years_of(plan_in(project, steps, spending, on=on).years),
        annual_reports=reports,
        added_benefits=added_benefits_of(records[YearBenefits], reports, on=on),
        sources=sources_of(overview.funding),
        ratio_committed=overview.funding.ratio_committed,
        ratio_received=overview.funding.ratio_received,
        course=course_of(overview.pace),
        tranches=tranches_of(overview.instalments),
        categories=categories_of(settlement),
        spending=spending_facts(spending),
        frozen=frozen_of(records[Settlement], on=on),
        surplus=surplus_of(records[SurplusDecision], on=on),
        refunds=refunds_of(project, on=on),
        audits=audits_of(records[Audit], events, on=on),
        changes=changes_of(project, records[ChangeRequest], events, on=on),
        exemptions=exemptions_of(records[Exemption], on=on),
        inspections=inspections_of(records[Inspection], events, on=on),
        findings=findings_of(records[Finding], on=on),
        events=events_of(events, on=on),
        answers=answers_in(_answers(project, on=on, today=today)),
        rounds=rounds,
        rating=rating_of(records[SelfRating], len(rounds), on=on),
        documents=documents_of(records[Document]),
        ledger=ledger_of(project, records[Journal], on=on),
    )


def _answers(project: Project, *, on: date, today: date) -> tuple[Answer, ...]:
    kept = fresh_answers_of(project.pk, on=on) if on == today else None
    return answers_of([project.pk], on=on)[project.pk] if kept is None else kept


def _named_in(project: Project, signatures: Iterable[Signature], rounds: Iterable[Acceptance]) -> set[int]:
    """The ids of the organisations that records name: who signed, who organises, and the province."""
    found = {each.organisation_id for each in signatures}
    found |= {each.organiser_id for each in rounds if each.organiser_id is not None}
    province = province_of(project)
    return found if province is None else {*found, province}
