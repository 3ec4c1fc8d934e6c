"""Gathering the facts of a project's life: by day, by what was known, in few queries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from lifecycle.errors import DomainError
from lifecycle.facts import life_facts
from lifecycle.models import AnnualReport, BatchLimit, Cluster, DatedEvent, Finding, Milestone, Project
from lifecycle.reading import fetch, ids_of, sql_of
from lifecycle.rules.facts import LifeFacts
from tests.builders import (
    day,
    instant,
    make_batch,
    make_cluster,
    make_milestone,
    make_project,
    set_limit,
    walked,
)

pytestmark = pytest.mark.django_db


def facts_of(project: Project, on: str = "2026-01-15", known_at: datetime | None = None) -> LifeFacts:
    return life_facts([project.pk], on=day(on), known_at=known_at)[project.pk]


def make_report(project: Project, year: int, submitted_on: str) -> AnnualReport:
    return AnnualReport.objects.create(
        project=project, year=year, submitted_on=day(submitted_on), state="handed_in"
    )


def test_facts_say_what_the_rows_say() -> None:
    project = make_project(site="本高新区外", milestones=False)
    make_milestone(project, "2023-06-30", completed_on="2023-06-01")
    late = make_milestone(project, "2024-06-30", completed_on="2024-07-20")
    make_report(project, 2023, "2023-12-07")
    DatedEvent.objects.create(
        project=project, kind="延期", happened_on=day("2025-10-01"), result="批准", value="6"
    )

    facts = facts_of(project, on="2024-07-10")

    assert facts.outside_park
    assert (facts.start_on, facts.final_end_on) == (project.start_on, project.end_on)
    assert (facts.award_on, facts.commitment_on) == (day("2022-08-20"), day("2022-04-22"))
    assert facts.signed_on == day("2022-09-10")
    assert sorted(facts.milestone_years) == [2023, 2024]
    assert facts.milestones == [(day("2024-06-30"), day("2024-07-20"), late.name)]
    assert facts.reports == [(2023, day("2023-12-07"))]
    assert [(event.kind, event.on, event.result, event.value) for event in facts.events] == [
        ("延期", day("2025-10-01"), "批准", 6)
    ]


@pytest.mark.parametrize(
    ("on", "months"), [("2021-01-01", 36), ("2022-01-01", 36), ("2023-12-31", 36), ("2024-01-01", 48)]
)
def test_the_limit_in_force_on_the_day_applies_and_before_its_first_day_the_first(
    on: str, months: int
) -> None:
    batch = make_batch()
    set_limit(batch, "term_months", "48", applies_from="2024-01-01")
    set_limit(batch, "term_months", "36", applies_from="2022-01-01")
    project = make_project(cluster=make_cluster(batch=batch))

    limits = facts_of(project, on=on).limits

    assert limits.term_months == months
    assert limits.pace_days == 30


def test_a_limit_that_says_nothing_readable_is_refused_loudly() -> None:
    project = make_project(cluster=make_cluster(batch=make_batch(term_months="四十二")))

    with pytest.raises(DomainError):
        facts_of(project)


def test_what_was_known_stays_when_rows_are_changed_deleted_and_added() -> None:
    project = make_project()
    before_anything = facts_of(project)
    known = instant()
    assert facts_of(project, known_at=known) == before_anything

    Milestone.objects.filter(project=project, year=2023).update(completed_on=None, state="in_progress")
    Milestone.objects.filter(project=project, year=2024).delete()
    make_milestone(project, "2025-03-01")
    Project.objects.filter(pk=project.pk).update(end_on=day("2026-08-28"))
    walked(project, "suspended")
    Cluster.objects.filter(pk=project.cluster_id).update(commitment_letter_on=None)
    set_limit(project.cluster.batch, "term_months", "36", applies_from="2020-01-01")
    make_report(project, 2025, "2025-12-01")
    DatedEvent.objects.create(project=project, kind="暂停", happened_on=day("2025-01-01"), result="批准")
    now = facts_of(project)

    assert facts_of(project, known_at=known) == before_anything
    assert facts_of(project, known_at=instant()) == now
    assert now.state == "suspended"
    assert now.commitment_on is None
    assert now.limits.term_months == 36
    assert sorted(now.milestone_years) == [2022, 2023, 2025, 2026]
    assert len(now.milestones) == 2


def test_each_of_several_readings_is_found_at_its_time() -> None:
    batch = make_batch(term_months="36")
    project = make_project(cluster=make_cluster(batch=batch))
    times = [instant()]
    for months in ("42", "48"):
        BatchLimit.objects.filter(batch=batch).update(value=months)
        times.append(instant())

    assert [facts_of(project, known_at=at).limits.term_months for at in times] == [36, 42, 48]


def test_a_project_recorded_later_was_not_known() -> None:
    known = instant()
    project = make_project()

    assert life_facts([project.pk], on=day("2026-01-15"), known_at=known) == {}


def make_finding(project: Project, found_on: str, due_on: str, text: str) -> Finding:
    return Finding.objects.create(
        project=project, severity="minor", text=text, found_on=day(found_on), due_on=day(due_on)
    )


def test_findings_made_by_the_day_come_with_the_first_due_first() -> None:
    project = make_project()
    for found_on, due_on, text in (
        ("2024-03-01", "2024-06-01", "乙"),
        ("2024-03-01", "2024-05-01", "甲"),
        ("2024-03-02", "2024-04-01", "丙"),
    ):
        make_finding(project, found_on, due_on, text)

    assert [finding.text for finding in facts_of(project, on="2024-03-01").findings] == ["甲", "乙"]
    assert [finding.text for finding in facts_of(project, on="2024-03-02").findings] == ["丙", "甲", "乙"]


def test_a_finding_closed_later_was_open_as_known_before() -> None:
    project = make_project()
    finding = make_finding(project, "2024-03-01", "2024-05-01", "台账不全")
    known = instant()

    Finding.objects.filter(pk=finding.pk).update(state="closed", closed_on=day("2024-04-01"))

    assert [found.closed_on for found in facts_of(project).findings] == [day("2024-04-01")]
    assert [found.closed_on for found in facts_of(project, known_at=known).findings] == [None]


@pytest.mark.parametrize("known", [False, True])
def test_eight_queries_gather_the_facts_of_any_number_of_projects(
    django_assert_num_queries: Any, known: bool
) -> None:
    cluster = make_cluster()
    few = [make_project(cluster=cluster).pk for _each in range(3)]
    many = few + [make_project(cluster=cluster).pk for _each in range(27)]
    known_at = instant() if known else None
    for ids in (few, many):
        with django_assert_num_queries(8):
            assert len(life_facts(ids, on=day("2026-01-15"), known_at=known_at)) == len(ids)


def test_ids_come_once_and_ascending_from_querysets_rows_and_ids(django_assert_num_queries: Any) -> None:
    first, second, third = (make_project(milestones=False) for _each in range(3))
    everyone = [first.pk, second.pk, third.pk]

    with django_assert_num_queries(1):
        assert ids_of(Project.objects.order_by("-number")) == everyone
    assert ids_of(Project.objects.order_by("-pk")[:2]) == [second.pk, third.pk]
    fetched = Project.objects.order_by("-pk")
    assert len(fetched) == 3
    with django_assert_num_queries(0):
        assert ids_of(fetched) == everyone
        assert ids_of([third, first]) == [first.pk, third.pk]
        assert ids_of([third.pk, first.pk, third.pk]) == [first.pk, third.pk]


def test_a_queryset_not_fetched_yet_becomes_part_of_another_query(django_assert_num_queries: Any) -> None:
    projects = [make_project(name="100%", milestones=False) for _each in range(3)]
    found = Project.objects.filter(name__contains="0%").distinct().order_by("cluster__name")

    for chosen, expected in (
        (found, projects),
        (Project.objects.order_by("-pk")[:1], projects[2:]),
        ([projects[0].pk], projects[:1]),
        ([], []),
    ):
        with django_assert_num_queries(1):
            sql, parameters = sql_of(chosen)
            rows = fetch(f"SELECT id FROM ({sql}) chosen (id) ORDER BY id", parameters)
        assert [pk for (pk,) in rows] == [project.pk for project in expected]
