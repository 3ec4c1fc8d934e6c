"""What people wait for reads rows by index: as many as are shown, however much the database holds.

PostgreSQL itself counts what a transaction reads, table by table, inside its functions too. The
database is large enough for a plan that reads a whole table to be the exception and not the rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from pytest_django.plugin import DjangoDbBlocker

from backend.pages.ledger import entries_of, latest_entries
from backend.pages.paging import Order, keyset_page
from backend.synthetic import analyse, make_programme, prefix
from finance.bulk import post_many
from finance.funding import funding_of
from finance.models import Entry
from finance.posting import Movement, post_entry
from lifecycle.models import Project, ProjectState
from lifecycle.parties.log import OPERATOR_ACTOR
from reports.judging import answers_of
from reports.kept import kept_answers_of, refresh
from reports.ledger.csv_file import stream_csv
from reports.overview import overview_of
from reports.watch import RULES

PROJECTS = 100
LONG = 4_000
"""Entries of the one long ledger."""
TODAY = date(2026, 11, 21)
PAST = date(2024, 6, 30)

BIG = ("finance_entry", "finance_account", "lifecycle_milestone", "reports_ruleanswer")


@dataclass(frozen=True, slots=True)
class Read:
    """What some work read of the BIG tables: those it walked through whole, and rows by table."""

    whole: set[str]
    rows: dict[str, int]


def read_by(work: Callable[[], Any]) -> Read:
    before = _counted()
    work()
    after = _counted()
    rows = {table: after[table][1] - before[table][1] for table in BIG}
    return Read({table for table in BIG if after[table][0] > before[table][0]}, rows)


def _counted() -> dict[str, tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, seq_scan, seq_tup_read + coalesce(idx_tup_fetch, 0)"
            " FROM pg_stat_xact_user_tables WHERE relname = ANY(%s)",
            [list(BIG)],
        )
        return {table: (scans, rows) for table, scans, rows in cursor.fetchall()}


@pytest.fixture(scope="module")
def programme(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """PROJECTS projects and one long ledger, answers kept, statistics fresh; taken back afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        make_programme(projects=PROJECTS, seed=1)
        post_many(_long_ledger(), actor=OPERATOR_ACTOR)
        refresh(Project.objects.all(), on=TODAY)
        analyse()
        yield
        transaction.set_rollback(True)


def _long_ledger() -> Iterator[tuple[int, Movement]]:
    project = long_project()
    for number in range(LONG):
        movement = Movement(
            kind="支出",
            source="省拨款",
            category="设备费",
            amount=Decimal("0.01"),
            on=date(2022, 1, 1) + timedelta(days=number // 10),
            voucher=f"长-{number}",
            invoice=f"L{number}",
        )
        yield project.pk, movement


def long_project() -> Project:
    return Project.objects.get(number=f"{prefix(1)}000001")


def a_project() -> Project:
    """One in implementation, with money left."""
    found = Project.objects.with_parties().filter(
        state=ProjectState.IMPLEMENTING, accounts__role="unit", accounts__balance__gte=1_000
    )
    return found.order_by("-pk")[0]


def test_posting_reads_a_few_rows_by_index(programme: None) -> None:
    project = a_project()

    def post(number: int) -> None:
        movement = Movement(
            kind="支出",
            source="省拨款",
            category="设备费",
            amount=Decimal("0.01"),
            on=TODAY,
            voucher=f"新-{number}",
            invoice=f"N{number}",
        )
        post_entry(project=project, movement=movement, key=f"k{number}", actor=OPERATOR_ACTOR, today=TODAY)

    # The sixth time PostgreSQL may have settled on one plan for all.
    for number in range(6):
        read = read_by(lambda number=number: post(number))  # type: ignore[misc]

        assert read.whole == set()
        assert sum(read.rows.values()) <= 20


def page_after(project: Project, mark: str | None) -> Any:
    query = QueryDict(f"after={mark}" if mark else "")
    return keyset_page(
        entries_of(project), order=Order(Entry, "sequence", descending=True), query=query, size=50
    )


def test_a_far_page_of_the_ledger_reads_as_much_as_the_first(programme: None) -> None:
    project = long_project()
    near = read_by(lambda: page_after(project, None))
    mark = None
    for _ in range(LONG // 50):
        mark = page_after(project, mark).after
    far = read_by(lambda: page_after(project, mark))

    assert near.whole == far.whole == set()
    assert near.rows["finance_entry"] <= 51 + 1
    assert far.rows["finance_entry"] <= 51 + 2


def test_the_latest_entries_are_read_from_the_end(programme: None) -> None:
    read = read_by(lambda: latest_entries(long_project(), on=None, count=8))

    assert read.whole == set()
    assert read.rows["finance_entry"] <= 2 * 8


def test_todays_money_of_a_project_reads_no_entries(programme: None) -> None:
    read = read_by(lambda: funding_of([long_project()]))

    assert read.whole == set()
    assert read.rows["finance_entry"] == 0
    assert read.rows["finance_account"] <= 20


def test_money_of_a_past_day_reads_the_projects_own_entries(programme: None) -> None:
    project = a_project()
    read = read_by(lambda: funding_of([project], on=PAST))

    assert read.whole == set()
    assert read.rows["finance_entry"] <= 150


def test_a_projects_page_reads_only_what_is_the_projects(programme: None) -> None:
    project = a_project()
    read = read_by(lambda: overview_of(project, on=TODAY, is_past=False))

    assert read.whole == set()
    assert read.rows["finance_entry"] <= 150
    assert read.rows["lifecycle_milestone"] <= 100


def test_kept_answers_are_found_by_project(programme: None) -> None:
    project = a_project()
    refresh([project], on=TODAY)
    read = read_by(lambda: kept_answers_of([project], on=TODAY))

    assert read.whole == set()
    assert read.rows["reports_ruleanswer"] <= len(RULES)
    assert read.rows["finance_entry"] == 0


def test_judging_one_project_reads_only_what_is_the_projects(programme: None) -> None:
    project = a_project()
    read = read_by(lambda: answers_of([project], on=PAST))

    assert read.whole == set()
    assert read.rows["finance_entry"] <= 4 * 150
    assert read.rows["lifecycle_milestone"] <= 200


def test_finding_nothing_stale_reads_neither_entries_nor_milestones(programme: None) -> None:
    refresh(Project.objects.all(), on=TODAY)
    read = read_by(lambda: refresh(Project.objects.all(), on=TODAY))

    assert read.rows["finance_entry"] == read.rows["lifecycle_milestone"] == 0


def test_an_export_walks_one_projects_entries_by_index(programme: None) -> None:
    project = a_project()
    read = read_by(lambda: list(stream_csv(project)))

    assert read.whole == set()
    assert read.rows["finance_entry"] <= 150
