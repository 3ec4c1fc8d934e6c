"""A made-up programme of any size, the same for the same seed: load for benchmarks and for a look at a full house.

Each project has provincial and park money in two instalments, 42 months of spending in three
categories (130 entries) and 100 milestones. Facts go in by the models in bulk, money by the same
posting code as a workbook's, so every check of the journal has looked at it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from finance.bulk import post_many
from finance.chain import SHANGHAI
from finance.posting import Movement
from finance.terms import DIRECT, MATCHING, PAYMENT, PROVINCIAL, SPENDING, THREE_CLASSES
from lifecycle.errors import Conflict
from lifecycle.models import (
    AnnualReport,
    AnnualReportState,
    Batch,
    CategoryScheme,
    Cluster,
    DatedEvent,
    EventKind,
    MilestoneState,
    Project,
    ProjectState,
    ReportProgress,
    Site,
    Target,
    Tranche,
)
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import Organisation, OrganisationKind
from lifecycle.rules.calendar import add_months

MONTHS = 42
MILESTONES = 100
CATEGORIES = THREE_CLASSES[:3]
ENTRIES = 4 + MONTHS * len(CATEGORIES)
"""Entries of one project."""

AT_ONCE = 250
"""Projects made and committed together: memory is that of their entries and milestones."""

PROJECTS_OF_A_PARK = 100
PARKS_OF_A_CITY = 3
YEARS = (2020, 2021, 2022)
STATES = (ProjectState.CLOSED, ProjectState.ACCEPTANCE, ProjectState.IMPLEMENTING)
"""Years of award, and the stage that projects of each have come to."""

RECORDED_AT = datetime(2026, 3, 10, 9, tzinfo=SHANGHAI)
"""When every movement was recorded; fixed, so that the same seed gives the same hashes."""

ANALYSED = (
    "parties_organisation",
    "lifecycle_batch",
    "lifecycle_cluster",
    "lifecycle_project",
    "lifecycle_projectstamp",
    "lifecycle_target",
    "lifecycle_tranche",
    "lifecycle_milestone",
    "lifecycle_annualreport",
    "lifecycle_datedevent",
    "finance_account",
    "finance_entry",
    "finance_journal",
)

_COUNTERPARTIES = ("精密仪器厂", "材料研究所", "测试中心", "软件公司", "大学实验室", "设备租赁公司")
_MEMOS = ("采购样机部件", "测试分析费", "委托加工", "研发人员劳务", "试验耗材", "差旅与会议")
_FEN = Decimal("0.01")
MILESTONE_COLUMNS = "project_id, year, name, planned_on, completed_on, progress, owner, state"
_ModelT = TypeVar("_ModelT", bound=Model)


class AlreadyMade(Conflict):
    """The database holds a programme of that seed; nothing is written."""

    code = "already_made"


@dataclass(frozen=True, slots=True)
class Made:
    """What was written."""

    projects: int
    entries: int
    milestones: int


def prefix(seed: int) -> str:
    """What the numbers of all projects of this seed begin with, and no real one."""
    return f"SYN-{seed}-"


def make_programme(*, projects: int, seed: int, progress: Callable[[int], None] | None = None) -> Made:
    """Write `projects` made-up projects beside whatever the database holds, and refresh its statistics.

    Committed AT_ONCE projects at a time, so memory stays flat; broken off, it leaves whole projects.
    Project number n of a seed is the same however many are made. `progress` hears how many are done.

    Raises:
        AlreadyMade: projects or organisations of this seed are there already.
    """
    if (
        Project.objects.filter(number__startswith=prefix(seed)).exists()
        or Organisation.objects.filter(name=_province_name(seed)).exists()
    ):
        raise AlreadyMade(
            _("数据库中已有种子 %(seed)d 的模拟数据，请换一个种子。") % {"seed": seed}, details={"seed": seed}
        )
    with transaction.atomic():
        clusters = _make_frame(projects, seed)
    analyse()
    entries = 0
    for start in range(0, projects, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, projects))
        with transaction.atomic():
            made = _make_projects(numbers, seed, clusters)
            movements = (
                (project.pk, movement)
                for number, project in zip(numbers, made, strict=True)
                for movement in _movements(project, seed, number)
            )
            entries += post_many(movements, actor=OPERATOR_ACTOR, recorded_at=RECORDED_AT)
        if start == 0:
            # Plans made while the tables were empty are a disaster for the chunks that follow.
            analyse()
        if progress is not None:
            progress(numbers.stop)
    analyse()
    return Made(projects, entries, projects * MILESTONES)


def analyse() -> None:
    """Bring the planner's statistics up to date."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(ANALYSED)}")


def _province_name(seed: int) -> str:
    return f"模拟省科技厅 {prefix(seed)}"


def _make_frame(projects: int, seed: int) -> list[list[Cluster]]:
    """Province, cities and parks, the batches, and a cluster of each park in each batch: [park][batch]."""
    mark = prefix(seed)
    parks = -(-projects // PROJECTS_OF_A_PARK)
    province = Organisation.objects.create(name=_province_name(seed), kind=OrganisationKind.PROVINCE)
    cities = _create(
        Organisation(name=f"模拟市科技局 {mark}{city + 1:03}", kind=OrganisationKind.CITY, parent=province)
        for city in range(-(-parks // PARKS_OF_A_CITY))
    )
    park_list = _create(
        Organisation(
            name=f"模拟高新区 {mark}{park + 1:03}",
            kind=OrganisationKind.PARK,
            parent=cities[park // PARKS_OF_A_CITY],
        )
        for park in range(parks)
    )
    batches = _create(
        Batch(
            name=f"模拟批次 {mark}{year}",
            year=year,
            document_no=f"模拟〔{year}〕1号",
            awarded_on=date(year, 8, 20),
        )
        for year in YEARS
    )
    clusters = _create(
        Cluster(
            name=f"模拟集群 {mark}{number + 1:03}-{batch.year}",
            batch=batch,
            park=park,
            industry_field="智能装备",
            commitment_letter_on=date(batch.year, 4, 22),
        )
        for number, park in enumerate(park_list)
        for batch in batches
    )
    width = len(batches)
    return [clusters[at : at + width] for at in range(0, len(clusters), width)]


def _make_projects(numbers: range, seed: int, clusters: list[list[Cluster]]) -> list[Project]:
    """The projects of these numbers, each with its unit, contract, plan and history; no money yet."""
    mark = prefix(seed)
    places = [clusters[number // PROJECTS_OF_A_PARK][number % len(YEARS)] for number in numbers]
    units = _create(
        Organisation(name=f"模拟单位 {mark}{number + 1:06}", kind=OrganisationKind.UNIT, parent=cluster.park)
        for number, cluster in zip(numbers, places, strict=True)
    )
    projects = _create(
        _project(number, seed, cluster, unit)
        for number, cluster, unit in zip(numbers, places, units, strict=True)
    )
    chances = [Random(f"{seed} {number} facts") for number in numbers]
    _create(target for project in projects for target in _targets(project))
    _create(tranche for project in projects for tranche in _tranches(project))
    _create(
        report
        for project, chance in zip(projects, chances, strict=True)
        for report in _reports(project, chance)
    )
    _create(event for project in projects for event in _events(project))
    _copy_milestones(
        milestone
        for project, chance in zip(projects, chances, strict=True)
        for milestone in _milestones(project, chance)
    )
    return projects


def _project(number: int, seed: int, cluster: Cluster, unit: Organisation) -> Project:
    chance = Random(f"{seed} {number} contract")
    year = cluster.batch.year
    start = date(year, 9, 1)
    grant = Decimal(chance.randrange(100, 501, 10) * 10_000)
    own = grant * chance.randrange(2, 6)
    return Project(
        number=f"{prefix(seed)}{number + 1:06}",
        name=f"模拟项目 {number + 1:06}：关键部件研制与产业化",
        cluster=cluster,
        unit=unit,
        site=Site.INSIDE if chance.random() < 0.95 else Site.OUTSIDE,
        leader=f"负责人{number + 1:06}",
        target_product="关键部件",
        start_on=start,
        end_on=add_months(start, MONTHS) - timedelta(days=1),
        total_investment=grant * 2 + own,
        provincial_grant=grant,
        park_matching=grant,
        self_raised=own,
        category_scheme=CategoryScheme.THREE,
        contract_signed_on=start + timedelta(days=chance.randrange(5, 40)),
        state=STATES[YEARS.index(year)],
    )


def _targets(project: Project) -> list[Target]:
    return [
        Target(
            project=project,
            category="经济",
            name="新增销售收入",
            unit_of_measure="万元",
            contract_value="8000",
        ),
        Target(project=project, category="技术", name="发明专利", unit_of_measure="件", contract_value="6"),
        Target(project=project, category="技术", name="技术水平", contract_value="国际先进"),
    ]


def _tranches(project: Project) -> list[Tranche]:
    return [
        Tranche(
            project=project,
            source=source,
            number=number,
            planned_on=add_months(project.start_on, months),
            amount=project.provincial_grant / 2,
            condition="合同签订" if number == 1 else "中期检查通过",
        )
        for source in (PROVINCIAL, MATCHING)
        for number, months in ((1, 1), (2, 19))
    ]


def _reports(project: Project, chance: Random) -> Iterator[AnnualReport]:
    first = project.start_on.year
    for year in range(first + 1, first + 4):
        if chance.random() < 0.96:
            on = date(year, 12, 1) + timedelta(days=chance.randrange(24))
            yield AnnualReport(
                project=project,
                year=year,
                submitted_on=on,
                reviewed_on=on + timedelta(days=10),
                progress=ReportProgress.ON_PLAN,
                state=AnnualReportState.ACCEPTED,
            )


def _events(project: Project) -> Iterator[DatedEvent]:
    start = project.start_on
    yield DatedEvent(
        project=project, kind=EventKind.MIDTERM_CHECK, happened_on=add_months(start, 20), result="通过"
    )
    if project.state != ProjectState.IMPLEMENTING:
        yield DatedEvent(
            project=project, kind=EventKind.ACCEPTANCE_APPLICATION, happened_on=add_months(start, MONTHS + 1)
        )
    if project.state == ProjectState.CLOSED:
        yield DatedEvent(
            project=project,
            kind=EventKind.ACCEPTANCE_VERDICT,
            happened_on=add_months(start, MONTHS + 4),
            result="通过验收",
        )


def _milestones(project: Project, chance: Random) -> Iterator[tuple[Any, ...]]:
    """Rows of MILESTONE_COLUMNS, spread over the term; most done in time, a few late, one in a thousand not at all."""
    days = (project.end_on - project.start_on).days
    for number in range(1, MILESTONES + 1):
        planned = project.start_on + timedelta(days=days * number // MILESTONES)
        luck = chance.random()
        completed: date | None = planned - timedelta(days=int(luck * 20))
        if luck > 0.999:
            completed = None
        elif luck > 0.92:
            completed = planned + timedelta(days=int((luck - 0.92) * 1_000) + 1)
        yield (
            project.pk,
            planned.year,
            f"里程碑 {number:03}",
            planned,
            completed,
            "" if completed is None else "已完成",
            f"责任人{number % 7 + 1}",
            (MilestoneState.PLANNED if completed is None else MilestoneState.VERIFIED).value,
        )


def _copy_milestones(rows: Iterable[tuple[Any, ...]]) -> None:
    """By COPY: a million of them through bulk_create would take most of the time of all."""
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY lifecycle_milestone ({MILESTONE_COLUMNS}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _movements(project: Project, seed: int, number: int) -> list[Movement]:
    """The project's entries in order of day: two instalments of each source, 42 months of spending.

    Most spend between 60 and 95 per cent of what they receive, steadily; one in fifty too much. One in
    a hundred bears an invoice twice.
    """
    chance = Random(f"{seed} {number} money")
    start = project.start_on
    half = project.provincial_grant / 2
    movements = [
        Movement(
            kind=kind,
            source=source,
            amount=half,
            on=add_months(start, months) + timedelta(days=chance.randrange(20)),
            voucher=f"拨-{source}-{instalment}",
            counterparty=payer,
            memo=f"第{instalment}期",
        )
        for kind, source, payer in ((DIRECT, PROVINCIAL, "省财政厅"), (PAYMENT, MATCHING, "高新区财政局"))
        for instalment, months in ((1, 0), (2, 18))
    ]
    share = 1.2 if number % 50 == 7 else 0.6 + chance.random() * 0.35
    # Each of the two sources bears half of the spending.
    usual = float(half) * 4 * share / (MONTHS * len(CATEGORIES))
    for month in range(MONTHS):
        # By the 22nd day the first instalment has come.
        first_day = add_months(start, month) + timedelta(days=21)
        for place, category in enumerate(CATEGORIES):
            item = month * len(CATEGORIES) + place
            invoice = f"{seed % 10_000:04}{number:07}{item:03}"
            movements.append(
                Movement(
                    kind=SPENDING,
                    source=(PROVINCIAL, MATCHING)[item % 2],
                    category=category,
                    amount=Decimal(usual * (0.7 + chance.random() * 0.6)).quantize(_FEN),
                    on=first_day + timedelta(days=chance.randrange(7)),
                    voucher=f"记-{month + 1:02}-{place + 1:03}",
                    invoice=invoice if item or number % 100 else f"{seed % 10_000:04}{number:07}001",
                    counterparty=_COUNTERPARTIES[chance.randrange(len(_COUNTERPARTIES))],
                    memo=_MEMOS[chance.randrange(len(_MEMOS))],
                )
            )
    return sorted(movements, key=lambda movement: movement.on)


def _create(rows: Iterable[_ModelT]) -> list[_ModelT]:
    """Write the rows, a few statements however many, and give them back with their ids."""
    made = list(rows)
    if not made:
        return made
    return list(type(made[0])._default_manager.bulk_create(made, batch_size=5_000))
