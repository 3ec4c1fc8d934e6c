"""The facts of the report on a park's results in one batch (高新区实施成效报告)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from finance.terms import MATCHING, PROVINCIAL, SOURCES
from lifecycle.annual_reports import BENEFITS_SECTION
from lifecycle.models import AnnualReport, Batch, Cluster
from lifecycle.parties.models import Organisation
from lifecycle.reading import fetch
from lifecycle.rules.answers import Answer, Status
from reports.collect.life import HANDED_IN, benefits_of
from reports.collect.many import (
    Progress,
    Stood,
    above,
    answers_on,
    in_chinese,
    made_by,
    party_of,
    projects_below,
    stood_on,
    untold,
)
from reports.collect.money import NOTHING
from reports.collect.snapshot import one_snapshot
from reports.errors import NothingToReport
from reports.facts import BenefitFacts
from reports.facts_programme import ParkFacts, ResultFacts, RuleCount, SourceTotal
from reports.kept import refresh
from reports.rule_set import RULE_OF

KIND = "park"


def batches_by_park(parks: Sequence[Organisation]) -> dict[int, list[Batch]]:
    """The batches in which each park has projects, the latest first, by the park's id; two queries."""
    pairs = Cluster.objects.filter(park__in=parks, projects__isnull=False).values_list("park", "batch")
    wanted = set(pairs)
    batches = Batch.objects.filter(pk__in={batch for _park, batch in wanted}).order_by("-awarded_on", "-pk")
    found: dict[int, list[Batch]] = {}
    for batch in batches:
        for park in sorted({park for park, of in wanted if of == batch.pk}):
            found.setdefault(park, []).append(batch)
    return found


def batch_of(park: Organisation, which: str) -> Batch:
    """The batch with the id `which`. Raises NothingToReport where the park has no project in such a batch."""
    known = batches_by_park([park]).get(park.pk, [])
    batch = next((each for each in known if str(each.pk) == which), None)
    if batch is None:
        raise NothingToReport(_("该高新区在这一批次没有项目。"))
    return batch


def collect_park(
    organisation: Organisation, *, on: date, today: date, which: str = "", progress: Progress = untold
) -> ParkFacts:
    """All that the report says of the park's projects in the batch with the id `which`, as of the end of `on`.

    Sixteen statements for up to 500 projects once today's answers are kept; a past day judges them anew.

    Raises NothingToReport where the park has no project in such a batch.
    """
    batch = batch_of(organisation, which)
    wanted = projects_below(organisation).filter(cluster__batch=batch)
    if on == today:
        refresh(wanted, on=on)
    with one_snapshot(), in_chinese():
        projects = list(wanted.all())
        ids = [each.pk for each in projects]
        stood = list(stood_on(projects, on=on, is_past=on < today, progress=progress))
        answers = dict(answers_on(ids, on=on, today=today))
        steps, benefits = _milestones(ids, on=on), _benefits(ids, on=on)
        return ParkFacts(
            kind=KIND,
            on=on,
            made_by=made_by(),
            organisation=party_of(organisation),
            above=above(organisation),
            batch=batch.name,
            document_no=batch.document_no,
            awarded_on=batch.awarded_on,
            clusters=sorted({each.cluster.name for each in projects}),
            projects=[
                _result(
                    each,
                    answers[each.project.pk],
                    steps.get(each.project.pk, (0, 0, 0, 0)),
                    benefits.get(each.project.pk, (0, None)),
                )
                for each in stood
            ],
            sources=sources_in(stood),
            rules=rules_in(list(answers.values())),
        )


def _result(
    each: Stood,
    answers: Sequence[Answer],
    steps: tuple[int, int, int, int],
    benefits: tuple[int, BenefitFacts | None],
) -> ResultFacts:
    project, sources = each.project, each.funding.sources
    statuses = [answer.status for answer in answers]
    return ResultFacts(
        number=project.number,
        name=project.name,
        unit=project.unit.name,
        park=project.cluster.park.name,
        batch=project.cluster.batch.name,
        stage=each.label,
        end_on=each.end_on,
        leader=project.leader,
        start_on=project.start_on,
        is_accepted=each.stage.is_closed,
        is_outside_park=project.is_outside_park,
        committed=each.funding.total.committed,
        grant=sources[PROVINCIAL].committed,
        matching=sources[MATCHING].committed,
        received=each.funding.total.received,
        grant_received=sources[PROVINCIAL].received,
        matching_received=sources[MATCHING].received,
        spent=each.funding.total.spent,
        planned=steps[0],
        done=steps[1],
        late=steps[2],
        waived=steps[3],
        breaches=statuses.count(Status.BREACH),
        warnings=statuses.count(Status.WARN),
        reported_year=benefits[0],
        benefits=benefits[1],
    )


def _milestones(ids: Sequence[int], *, on: date) -> dict[int, tuple[int, int, int, int]]:
    """(planned, done, late, waived) by project, as of the end of `on`; one query."""
    rows = fetch(
        """
        SELECT m.project_id, count(*), count(*) FILTER (WHERE m.completed_on <= %(on)s),
            count(*) FILTER (WHERE m.planned_on < %(on)s AND (m.completed_on IS NULL OR m.completed_on > %(on)s)
                AND (m.waived_on IS NULL OR m.waived_on > %(on)s)),
            count(*) FILTER (WHERE m.waived_on <= %(on)s)
        FROM lifecycle_milestone m WHERE m.project_id = ANY(%(ids)s) GROUP BY 1
        """,
        {"ids": list(ids), "on": on},
    )
    return {pk: (planned, done, late, waived) for pk, planned, done, late, waived in rows}


def _benefits(ids: Sequence[int], *, on: date) -> dict[int, tuple[int, BenefitFacts | None]]:
    """The year and the benefits of the last report that says any, handed in by the end of `on`; one query."""
    found: dict[int, tuple[int, BenefitFacts | None]] = {}
    for report in AnnualReport.objects.filter(
        project__in=ids, state__in=HANDED_IN, submitted_on__lte=on
    ).order_by("project", "year"):
        said = report.content.get(BENEFITS_SECTION)
        if said:
            found[report.project_id] = (report.year, benefits_of(said))
    return found


def sources_in(stood: Sequence[Stood]) -> list[SourceTotal]:
    """The money of all of them by source, in contract order."""

    def total(source: str, name: str) -> Decimal:
        return sum((getattr(each.funding.sources[source], name) for each in stood), NOTHING)

    names = ("committed", "received", "spent", "refunded", "balance", "held_at_park")
    return [SourceTotal(source=source, **{name: total(source, name) for name in names}) for source in SOURCES]


def rules_in(answers: Sequence[Sequence[Answer]]) -> list[RuleCount]:
    """How many answer each rule in which way, in the order of the rule book."""
    counts = Counter((answer.code, answer.status) for given in answers for answer in given)
    return [
        RuleCount(
            code=code,
            title=str(rule.title),
            passed=counts[code, Status.PASS],
            warned=counts[code, Status.WARN],
            breached=counts[code, Status.BREACH],
            waived=counts[code, Status.WAIVED],
            not_applicable=counts[code, Status.NOT_APPLICABLE],
        )
        for code, rule in RULE_OF.items()
    ]
