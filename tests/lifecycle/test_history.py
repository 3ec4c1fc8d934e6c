"""What rows said before a change is kept by the database, whoever changes them and however."""

from __future__ import annotations

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from lifecycle.models import FactVersion, Milestone, Project, ProjectStamp
from tests.builders import make_milestone, make_project, set_limit

FACT_TABLES = [
    "batch",
    "batchlimit",
    "cluster",
    "project",
    "target",
    "tranche",
    "milestone",
    "annualreport",
    "datedevent",
]


def run(statement: str, *, role: str = "origin") -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL session_replication_role = {role}")
        cursor.execute(statement)


def stamp(project: Project) -> int:
    return ProjectStamp.objects.get(project_id=project.pk).stamp


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["origin", "replica"])
def test_a_change_keeps_what_was_said_before(role):
    project = make_project(milestones=False)
    milestone = make_milestone(project, "2023-12-31")
    began = Milestone.objects.get(pk=milestone.pk).recorded_at

    run(f"UPDATE lifecycle_milestone SET planned_on = '2024-01-05' WHERE id = {milestone.pk}", role=role)

    version = FactVersion.objects.get(table_name="lifecycle_milestone", row_id=milestone.pk)
    assert version.project_id == project.pk
    assert version.content["planned_on"] == "2023-12-31"
    assert version.valid_from == began
    assert version.valid_until == Milestone.objects.get(pk=milestone.pk).recorded_at > began


@pytest.mark.django_db
def test_a_deleted_row_is_kept_and_an_unchanged_one_makes_no_version():
    milestone = make_milestone(make_project(milestones=False), "2023-12-31")
    run(f"UPDATE lifecycle_milestone SET name = name WHERE id = {milestone.pk}")
    assert not FactVersion.objects.exists()

    milestone.delete()
    assert FactVersion.objects.get().content["planned_on"] == "2023-12-31"


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["origin", "replica"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE lifecycle_factversion SET content = '{}'",
        "DELETE FROM lifecycle_factversion",
        "TRUNCATE lifecycle_factversion",
        *(f"TRUNCATE lifecycle_{table} CASCADE" for table in FACT_TABLES),
    ],
)
def test_history_is_never_changed_and_facts_are_never_emptied(statement, role):
    with pytest.raises(IntegrityError):
        run(statement, role=role)


@pytest.mark.django_db
def test_every_fact_about_a_project_moves_its_stamp_and_no_others():
    project, other = make_project(milestones=False), make_project(milestones=False)
    unmoved = stamp(other)
    acts = [
        lambda: make_milestone(project, "2023-12-31"),
        lambda: Milestone.objects.filter(project=project).update(progress="过半"),
        lambda: Milestone.objects.filter(project=project).delete(),
        lambda: Project.objects.filter(pk=project.pk).update(leader="李工"),
        lambda: set_limit(project.cluster.batch, "grant_cap", "4000000.00", applies_from="2024-01-01"),
        lambda: type(project.cluster).objects.filter(pk=project.cluster_id).update(goal="新目标"),
        lambda: (
            type(project.cluster.batch).objects.filter(pk=project.cluster.batch_id).update(document_no="1号")
        ),
    ]
    for act in acts:
        before = stamp(project)
        act()
        assert stamp(project) > before
    assert stamp(other) == unmoved


def test_of_two_changes_at_once_each_is_kept_in_its_turn(committed_db):
    milestone = make_milestone(make_project(milestones=False), "2023-12-31")
    barrier = threading.Barrier(2)

    def write(progress: str) -> None:
        barrier.wait(30)
        Milestone.objects.filter(pk=milestone.pk).update(progress=progress)
        connection.close()

    threads = [threading.Thread(target=write, args=(text,)) for text in ("过半", "完成")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    first, second = FactVersion.objects.filter(row_id=milestone.pk).order_by("valid_from")
    now = Milestone.objects.get(pk=milestone.pk)
    assert first.content["progress"] == ""
    assert first.valid_until == second.valid_from
    assert second.valid_until == now.recorded_at
    assert {second.content["progress"], now.progress} == {"过半", "完成"}
