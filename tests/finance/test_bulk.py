"""Recording what a workbook brings: the same chain as one by one, all or nothing, as it happened."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from finance import bulk
from finance.bulk import post_many
from finance.models import Account, Entry, Journal
from finance.posting import Movement, post_entry
from lifecycle.models import Project
from lifecycle.parties.log import OPERATOR_ACTOR
from tests.builders import make_project, moved, yuan

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 21, 8, 30, 15, 123456, tzinfo=UTC)


def movements(count: int) -> list[Movement]:
    receipt = Movement(
        "资金到位",
        "单位自筹",
        Decimal("99999.00"),
        date(2022, 9, 1),
        "r",
        memo="到位，含“引号”与, 逗号",
    )
    spending = [
        Movement(
            "支出",
            "单位自筹",
            Decimal(f"{n}.05"),
            date(2022, 9, 1 + n % 28),
            f"记-{n}",
            "设备费",
            f"9{n}",
            "甲公司",
            "购置",
        )
        for n in range(1, count)
    ]
    return [receipt, *spending]


def bare(entry: Entry) -> tuple[object, ...]:
    return (
        entry.sequence,
        entry.on,
        entry.amount,
        entry.debit.name,
        entry.credit.name,
        entry.previous_hash,
        entry.hash,
    )


def journal_of(project: Project) -> list[tuple[object, ...]]:
    return [
        bare(e)
        for e in Entry.objects.filter(project=project).select_related("debit", "credit").order_by("sequence")
    ]


@pytest.mark.parametrize("at_once", [1, 7, 10_000])
def test_bulk_and_single_posting_give_identical_chains(monkeypatch, at_once):
    monkeypatch.setattr(bulk, "AT_ONCE", at_once)
    project = make_project(milestones=False)
    with transaction.atomic():
        point = transaction.savepoint()
        post_many(
            [(project.pk, m) for m in movements(25)],
            actor=OPERATOR_ACTOR,
            recorded_at=AT,
        )
        in_bulk = journal_of(project)
        kept = dict(Account.objects.filter(project=project).values_list("name", "balance"))
        transaction.savepoint_rollback(point)
    for m in movements(25):
        post_entry(
            project=project,
            movement=m,
            key=None,
            actor=OPERATOR_ACTOR,
            today=date(2026, 11, 21),
            recorded_at=AT,
        )

    assert in_bulk == journal_of(project)
    assert kept == dict(Account.objects.filter(project=project).values_list("name", "balance"))
    assert Journal.objects.get(project=project).head_hash == in_bulk[-1][-1]


def test_movements_are_recorded_as_they_happened_even_below_zero():
    project = make_project(milestones=False)
    moved(project, "支出", "省拨款", "10", "2022-10-01")
    assert Account.objects.get(project=project, role="unit").balance == yuan("-10")


def test_a_bulk_continues_what_was_posted_before():
    project = make_project(milestones=False)
    moved(project, "资金到位", "社会资本", "10", "2022-10-01")
    post_many([(project.pk, m) for m in movements(5)], actor=OPERATOR_ACTOR)
    assert Journal.objects.get(project=project).sequence == 6


def test_movements_of_several_projects_may_be_mixed():
    first, second = make_project(milestones=False), make_project(milestones=False)
    rows = [(p.pk, m) for m in movements(10) for p in (first, second)]
    assert post_many(rows, actor=OPERATOR_ACTOR) == 20
    assert Journal.objects.get(project=first).sequence == Journal.objects.get(project=second).sequence == 10


@pytest.mark.parametrize("in_journal", [True, False])
def test_a_movement_twice_writes_nothing(in_journal):
    project = make_project(milestones=False)
    if in_journal:
        post_many([(project.pk, movements(2)[1])], actor=OPERATOR_ACTOR)
    before = journal_of(project)
    rows = [(project.pk, m) for m in (*movements(4), *([] if in_journal else movements(2)[1:]))]
    with pytest.raises(IntegrityError), transaction.atomic():
        post_many(rows, actor=OPERATOR_ACTOR)
    assert journal_of(project) == before


def test_a_bad_movement_among_many_writes_nothing():
    project = make_project(milestones=False)
    bad = Movement("支出", "单位自筹", Decimal("0.00"), date(2022, 9, 1), "bad", "设备费")
    with pytest.raises(IntegrityError), transaction.atomic():
        post_many([(project.pk, m) for m in (*movements(4), bad)], actor=OPERATOR_ACTOR)
    assert not Entry.objects.filter(project=project).exists()
    assert not Account.objects.filter(project=project).exists()


def test_nothing_is_nothing():
    assert post_many([], actor=OPERATOR_ACTOR) == 0


@pytest.mark.parametrize("count", [30, 300])
def test_statements_do_not_grow_with_the_rows(count, django_assert_num_queries):
    project = make_project(milestones=False)
    with django_assert_num_queries(10):
        post_many([(project.pk, m) for m in movements(count)], actor=OPERATOR_ACTOR)


def test_progress_hears_of_every_chunk(monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 10)
    project = make_project(milestones=False)
    heard: list[int] = []
    post_many(
        [(project.pk, m) for m in movements(25)],
        actor=OPERATOR_ACTOR,
        progress=heard.append,
    )
    assert heard == [10, 20, 25]
