"""Whatever the queries read moves the stamp of its project, by whatever way it is changed, and of no other."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection

from lifecycle.models import ChangeRequest, Milestone, Project, ProjectStamp
from lifecycle.parties.models import Organisation, OrganisationKind
from lifecycle.reminders.kinds import kinds
from tests.builders import day, make_cluster, make_milestone, make_park, make_project
from tests.lifecycle.acceptance.builders import agreed, applied
from tests.lifecycle.changes.builders import asked, came_in
from tests.lifecycle.contracts.builders import drafted, make_award, signed_by
from tests.papers import evidence_of

pytestmark = pytest.mark.django_db

TREE = "parties_organisation"
BY_THEIR_SUBJECT = {"lifecycle_step"}
"""A step is written in the transaction in which the row it tells of is changed, which moves the stamp."""
BY_SEQUENCE = {"finance_entry"}
"""The journal's sequence is the other half of what planning compares."""


def stamp(project: Project) -> int:
    return ProjectStamp.objects.get(project_id=project.pk).stamp


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def moves(project: Project, act: Callable[[], object]) -> bool:
    before = stamp(project)
    act()
    return stamp(project) > before


def tables() -> set[str]:
    """Every table that some query reads."""
    found = {
        table for kind in kinds().values() for table in re.findall(r"(?:FROM|JOIN)\s+(\w+_\w+)", kind.query)
    }
    with connection.cursor() as cursor:
        return found & set(connection.introspection.table_names(cursor))


def test_every_table_that_a_query_reads_has_a_trigger_for_each_way_of_changing_it() -> None:
    read = tables() - BY_THEIR_SUBJECT - BY_SEQUENCE
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname, t.tgtype & 28 FROM pg_trigger t
            JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc f ON f.oid = t.tgfoid
            WHERE f.proname LIKE 'lifecycle_stamp_%'
            """
        )
        stamped = set(cursor.fetchall())

    assert {"lifecycle_signature", "lifecycle_panelist", "finance_paymentconfirmation", TREE} <= read
    assert len(read) >= 18
    # Of a trigger 4 stands for INSERT, 8 for DELETE, 16 for UPDATE.
    assert {(table, act) for table in read for act in (4, 8, 16)} - stamped == set()


def test_a_signature_moves_the_stamp_of_its_project() -> None:
    project, other = make_award(), make_award()
    unmoved = stamp(other)
    contract = drafted(project)

    assert moves(project, lambda: signed_by(contract, "park"))
    unit = project.unit_id
    assert moves(
        project,
        lambda: run(
            f"""INSERT INTO lifecycle_signature (contract_id, party, organisation_id, signatory, signed_on, actor_name)
            VALUES ({contract.pk}, 'unit', {unit}, '王明', '2022-09-10', '')"""
        ),
    )
    assert stamp(other) == unmoved


def test_an_expert_moves_the_stamp_of_the_project() -> None:
    acceptance = agreed()
    project, other = acceptance.project, applied()
    unmoved = stamp(other)

    for statement in (
        f"""INSERT INTO lifecycle_panelist (acceptance_id, name, organisation, specialty, is_finance, is_chair,
            token_digest, scores, task_verdict, finance_verdict, opinion)
        VALUES ({acceptance.pk}, '王专家', '东南大学', '', false, false, '', '{{}}', '', '', '')""",
        f"""UPDATE lifecycle_panelist SET token_digest = repeat('a', 64), expires_at = '2026-12-01T00:00Z'
        WHERE acceptance_id = {acceptance.pk}""",
        f"DELETE FROM lifecycle_panelist WHERE acceptance_id = {acceptance.pk}",
    ):
        assert moves(project, lambda: run(statement)), statement  # noqa: B023
    assert stamp(other) == unmoved


@pytest.mark.parametrize(
    "change",
    ["parent_id = NULL", "kind = 'partner'", "name = name || '（更名）'"],
)
def test_an_organisation_that_moves_in_the_tree_moves_the_projects_below_it(change: str) -> None:
    park = make_park()
    project, other = make_project(cluster=make_cluster(park=park)), make_project()
    unmoved = stamp(other)

    for pk in (park.parent_id, park.pk, project.unit_id):
        statement = f"UPDATE parties_organisation SET {change} WHERE id = {pk}"
        assert moves(project, lambda: run(statement)), statement  # noqa: B023
    assert stamp(other) == unmoved


def test_a_new_address_of_an_organisation_moves_nothing() -> None:
    project = make_project()

    assert not moves(project, lambda: Organisation.objects.update(phone="025-1", contact="王", email="a@b.c"))
    assert not moves(project, make_unrelated)


def make_unrelated() -> None:
    Organisation.objects.create(name="无关单位", kind=OrganisationKind.UNIT)
    Organisation.objects.filter(name="无关单位").delete()


def test_a_province_that_comes_or_goes_moves_everybody() -> None:
    project = make_project()
    province: list[Organisation] = []

    def come() -> None:
        province.append(Organisation.objects.create(name="新省", kind=OrganisationKind.PROVINCE))

    assert moves(project, come)
    assert moves(project, lambda: Organisation.objects.filter(name="新省").update(kind="partner"))
    assert moves(project, lambda: Organisation.objects.filter(name="新省").update(kind="province"))
    assert moves(project, lambda: Organisation.objects.filter(name="新省").delete())


def test_every_act_whose_step_a_query_reads_moves_the_stamp_by_its_subject() -> None:
    project = came_in()
    each = make_milestone(project, "2025-06-30")
    evidence_of(each)
    change = asked(project, "leader", {"leader": "赵工"})

    assert moves(
        project,
        lambda: Milestone.objects.filter(pk=each.pk).update(
            state="handed_in", completed_on=day("2025-06-20")
        ),
    )
    assert moves(project, lambda: ChangeRequest.objects.filter(pk=change.pk).update(state="at_park"))
