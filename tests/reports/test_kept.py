"""Kept answers: exactly what was touched becomes stale, and what is kept is what would be judged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, connections

from finance.posting import reverse_entry
from lifecycle.models import AnnualReport, Batch, BatchLimit, Cluster, DatedEvent, Milestone, Project, Tranche
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.rules.answers import Answer, Status
from reports import judging, kept
from reports.models import Judgement, RuleAnswer
from reports.watch import answers_of, judgements_of, kept_answers_of, refresh
from tests.builders import (
    day,
    make_batch,
    make_cluster,
    make_milestone,
    make_project,
    moved,
    set_limit,
    yuan,
)

TODAY = day("2026-01-15")


def stale() -> set[int]:
    return {pk for pk, _stamp, _sequence in kept.stale_projects(Project.objects.all(), on=TODAY)}


def said(answers: dict[int, tuple[Answer, ...]]) -> dict[int, list[Any]]:
    return {
        pk: [(each.code, each.status, each.message, each.figures_json()) for each in given]
        for pk, given in answers.items()
    }


class Programme:
    """Two projects of one batch and one of another."""

    def __init__(self) -> None:
        self.batch = make_batch(pace_days="30")
        self.cluster = make_cluster(batch=self.batch)
        self.one, self.two = make_project(cluster=self.cluster), make_project(cluster=self.cluster)
        self.apart = make_project()
        moved(self.one, "资金到位", "单位自筹", "100.00", "2023-01-01")
        moved(self.apart, "支出", "单位自筹", "1.00", "2023-01-01", invoice="77")
        refresh(Project.objects.all(), on=TODAY)


def reverse_first(project: Project) -> None:
    reverse_entry(
        project=project, sequence=1, on=TODAY, reason="误记", actor=OPERATOR_ACTOR, today=day("2026-11-22")
    )


def complete_late_by_hand(project: Project) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE lifecycle_milestone SET completed_on = NULL, state = 'returned' WHERE project_id = %s",
            [project.pk],
        )


TOUCHES: dict[str, tuple[Callable[[Programme], object], set[str]]] = {
    "a posting": (lambda it: moved(it.one, "资金到位", "单位自筹", "1.00", "2023-01-02"), {"one"}),
    "a reversal": (lambda it: reverse_first(it.one), {"one"}),
    "a posting that shares an invoice": (
        lambda it: moved(it.one, "支出", "单位自筹", "1.00", "2023-01-02", invoice="77"),
        {"one", "apart"},
    ),
    "a milestone changed by hand": (lambda it: complete_late_by_hand(it.two), {"two"}),
    "milestones updated": (
        lambda it: Milestone.objects.filter(project=it.two).update(completed_on=TODAY, state="verified"),
        {"two"},
    ),
    "a milestone deleted": (lambda it: it.two.milestones.all()[0].delete(), {"two"}),
    "a milestone added": (lambda it: make_milestone(it.apart, "2026-06-30"), {"apart"}),
    "a contract fact": (
        lambda it: Project.objects.filter(pk=it.two.pk).update(park_matching=yuan("1.00")),
        {"two"},
    ),
    "a tranche": (
        lambda it: Tranche.objects.create(
            project=it.one, source="省拨款", number=1, planned_on=TODAY, amount=yuan("1.00")
        ),
        {"one"},
    ),
    "an annual report": (
        lambda it: AnnualReport.objects.create(
            project=it.one, year=2025, submitted_on=TODAY, state="handed_in"
        ),
        {"one"},
    ),
    "a dated event": (
        lambda it: DatedEvent.objects.create(
            project=it.one, kind="中期检查", happened_on=TODAY, result="通过"
        ),
        {"one"},
    ),
    "a limit of the batch": (
        lambda it: BatchLimit.objects.filter(batch=it.batch).update(value="60"),
        {"one", "two"},
    ),
    "a new limit of the batch": (
        lambda it: set_limit(it.batch, "term_months", "36", applies_from="2026-01-01"),
        {"one", "two"},
    ),
    "the day of the award": (
        lambda it: Batch.objects.filter(pk=it.batch.pk).update(awarded_on=day("2022-08-21")),
        {"one", "two"},
    ),
    "the commitment letter": (
        lambda it: Cluster.objects.filter(pk=it.apart.cluster_id).update(commitment_letter_on=None),
        {"apart"},
    ),
    "a new project": (lambda it: setattr(it, "fresh", make_project(cluster=it.apart.cluster)), {"fresh"}),
}


@pytest.mark.django_db
@pytest.mark.parametrize("touch", TOUCHES)
def test_exactly_the_touched_projects_become_stale(touch: str) -> None:
    programme = Programme()
    act, touched = TOUCHES[touch]
    assert stale() == set()

    act(programme)

    expected = {getattr(programme, name).pk for name in touched}
    assert stale() == expected
    assert refresh(Project.objects.all(), on=TODAY) == len(expected)
    assert stale() == set()
    assert said(kept_answers_of(Project.objects.all(), on=TODAY)) == said(
        answers_of(Project.objects.all(), on=TODAY)
    )


@pytest.mark.django_db
def test_another_day_and_another_rule_set_make_all_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    Programme()
    everyone = set(Project.objects.values_list("pk", flat=True))

    assert len(kept.stale_projects(Project.objects.all(), on=TODAY + timedelta(1))) == 3
    monkeypatch.setattr(kept, "RULE_SET_VERSION", "rewritten")
    assert stale() == everyone
    refresh(Project.objects.all(), on=TODAY)
    assert stale() == set()


@pytest.mark.django_db
def test_an_answer_to_a_rule_that_is_no_more_is_dropped() -> None:
    programme = Programme()
    RuleAnswer.objects.create(project=programme.one, rule="FIN-00", status="pass", sentence="", figures={})

    moved(programme.one, "资金到位", "单位自筹", "1.00", "2023-01-02")
    refresh([programme.one], on=TODAY)

    assert not RuleAnswer.objects.filter(rule="FIN-00").exists()


@pytest.mark.django_db
def test_only_the_projects_asked_for_are_judged() -> None:
    programme = Programme()
    moved(programme.one, "资金到位", "单位自筹", "1.00", "2023-01-02")
    moved(programme.two, "资金到位", "单位自筹", "1.00", "2023-01-02")

    assert refresh(Project.objects.filter(pk=programme.one.pk), on=TODAY) == 1
    assert stale() == {programme.two.pk}
    assert refresh(Project.objects.none(), on=TODAY) == 0


@pytest.mark.django_db
def test_a_judgement_counts_what_is_not_met() -> None:
    project = make_project(park_matching=yuan("1.00"), provincial_grant=yuan("6000000"))

    judgement = judgements_of([project], on=TODAY)[project.pk]

    statuses = [answer.status for answer in answers_of([project], on=TODAY)[project.pk]]
    assert judgement.status == Status.BREACH
    assert judgement.breaches == statuses.count(Status.BREACH) > 0
    assert judgement.warnings == statuses.count(Status.WARN) > 0


@pytest.mark.django_db
def test_reading_what_is_fresh_takes_two_queries_and_refreshing_does_not_grow(
    django_assert_num_queries: Any,
) -> None:
    cluster = make_cluster()
    for _each in range(3):
        make_project(cluster=cluster)
    with django_assert_num_queries(23):
        assert refresh(Project.objects.all(), on=TODAY) == 3
    for _each in range(27):
        make_project(cluster=cluster)
    Judgement.objects.all().delete()
    with django_assert_num_queries(23):
        assert refresh(Project.objects.all(), on=TODAY) == 30
    ids = list(Project.objects.values_list("pk", flat=True))
    with django_assert_num_queries(1):
        assert refresh(ids, on=TODAY) == 0
    with django_assert_num_queries(2):
        assert len(judgements_of(ids, on=TODAY)) == 30
    with django_assert_num_queries(2):
        assert len(kept_answers_of(ids, on=TODAY)) == 30


@pytest.mark.django_db
def test_a_change_while_a_project_is_judged_leaves_it_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    project = make_project()
    judged = judging.judged

    def judged_while_another_posts(*args: Any, **options: Any) -> Any:
        answers = list(judged(*args, **options))
        moved(project, "资金到位", "单位自筹", "1.00", "2023-01-02")
        return answers

    monkeypatch.setattr(kept, "judged", judged_while_another_posts)
    refresh([project], on=TODAY)

    assert stale() == {project.pk}


def test_many_who_refresh_at_once_while_others_post_end_with_the_right_answers(committed_db: str) -> None:
    cluster = make_cluster()
    projects = [make_project(cluster=cluster) for _each in range(6)]
    start = Barrier(4)
    faults: list[BaseException] = []

    def at_once(act: Callable[[int], object]) -> None:
        try:
            start.wait()
            for turn in range(8):
                act(turn)
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    def post(turn: int) -> None:
        moved(projects[turn % 6], "支出", "单位自筹", "1.00", "2023-01-02", invoice=f"{turn % 2}")

    refreshers = [
        Thread(target=at_once, args=(lambda _turn: refresh(projects, on=TODAY),)) for _each in range(3)
    ]
    threads = [*refreshers, Thread(target=at_once, args=(post,))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert said(kept_answers_of(projects, on=TODAY)) == said(answers_of(projects, on=TODAY))
