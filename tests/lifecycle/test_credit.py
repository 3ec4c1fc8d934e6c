"""Credit records: recorded, in force on a day, lifted; and the one that an ending by fault leaves."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from lifecycle.credit import NotInForce, lift, note_ending, records_against
from lifecycle.errors import Invalid
from lifecycle.guards import Made
from lifecycle.models import CreditRecord, Document, Project, Step
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import SecurityEvent
from tests.builders import day, instant, make_project
from tests.lifecycle.inspecting import TODAY, attached, raised, recorded

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


def decision(project: Project) -> Document:
    return attached(raised(project), category="decision", subject="", subject_id=None)


def lifted(record: CreditRecord, *, reason: str = "已修复", on: str = "2026-03-01") -> CreditRecord:
    return lift(record=record, reason=reason, on=day(on), actor=OPERATOR_ACTOR, today=TODAY)


def against(project: Project, on: str) -> list[CreditRecord]:
    return list(records_against([project.unit.name], day(on)))


def test_a_record_is_kept_and_logged(project: Project):
    paper = decision(project)

    record = recorded(project, subject_name=f" {project.unit.name} ", document_id=paper.pk)

    assert (record.organisation, record.document) == (project.unit, paper)
    step = Step.objects.of(record).get()
    assert (step.act, step.on, step.details["until"]) == ("record", day("2025-03-01"), "2028-02-29")
    assert SecurityEvent.objects.filter(act="creditrecord_record", subject=project.number).exists()


@pytest.mark.parametrize(
    ("kind", "name"), [("person", "王某"), ("expert", "李某"), ("audit_firm", "某事务所"), ("unit", "某公司")]
)
def test_subjects_we_do_not_know_are_kept_by_name(project: Project, kind: str, name: str):
    assert recorded(project, subject_kind=kind, subject_name=name).organisation is None


def test_the_park_is_known(project: Project):
    park = project.cluster.park

    assert recorded(project, subject_kind="park", subject_name=park.name).organisation == park


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"subject_kind": "city"}, "subject_kind"),
        ({"subject_name": " "}, "subject_name"),
        ({"subject_name": "长" * 201}, "subject_name"),
        ({"grade": "bad"}, "grade"),
        ({"behaviour": ""}, "behaviour"),
        ({"behaviour": "长" * 2001}, "behaviour"),
        ({"recorded_on": day("2026-11-22"), "until": None}, "recorded_on"),
        ({"recorded_on": day("2022-08-19")}, "recorded_on"),
        ({"until": day("2025-02-28")}, "until"),
        ({"until": day("2100-01-01")}, "until"),
        ({"document_id": 0}, "document_id"),
    ],
)
def test_a_wrong_record_is_refused(project: Project, facts: dict[str, Any], field: str):
    with pytest.raises(Invalid) as refusal:
        recorded(project, **facts)

    assert set(refusal.value.details) == {field}
    assert not CreditRecord.objects.exists()


def test_the_paper_of_another_project_does_not_do(project: Project):
    with pytest.raises(Invalid):
        recorded(project, document_id=decision(make_project(milestones=False)).pk)


@pytest.mark.parametrize(
    ("on", "is_in_force"),
    [("2025-02-28", False), ("2025-03-01", True), ("2028-02-29", True), ("2028-03-01", False)],
)
def test_a_record_is_in_force_from_its_first_to_its_last_day(project: Project, on: str, is_in_force: bool):
    record = recorded(project)

    assert (against(project, on) == [record]) is is_in_force
    assert record.is_in_force(day(on)) is is_in_force


def test_a_record_without_end_stays_until_it_is_lifted(project: Project):
    record = lifted(recorded(project, until=None))

    assert against(project, "2026-02-28") == [record]
    assert against(project, "2026-03-01") == []
    assert record.is_in_force(day("2026-02-28"))
    assert not record.is_in_force(day("2026-03-01"))
    step = Step.objects.of(record).last()
    assert step is not None
    assert (step.act, step.reason) == ("lift", "已修复")


def test_records_of_other_projects_count_by_name(project: Project):
    elsewhere = recorded(make_project(milestones=False), subject_name=project.unit.name)
    recorded(project, subject_name="别的单位")

    assert against(project, "2025-03-01") == [elsewhere]


@pytest.mark.parametrize(
    "said", [{"reason": " "}, {"reason": "长" * 2001}, {"on": "2025-02-28"}, {"on": "2026-11-22"}]
)
def test_a_wrong_lifting_is_refused(project: Project, said: dict[str, str]):
    record = recorded(project)

    with pytest.raises(Invalid):
        lifted(record, **said)

    record.refresh_from_db()
    assert record.lifted_on is None
    assert Step.objects.of(record).count() == 1


def test_what_is_not_in_force_is_not_lifted(project: Project):
    short, long = recorded(project, until=day("2026-02-28")), lifted(recorded(project))

    for record in (short, long):
        with pytest.raises(NotInForce):
            lifted(record)


@pytest.mark.parametrize("claim", ["lifted_on = '2025-02-28'", "until = '2025-02-28'"])
def test_the_database_holds_the_days_in_their_order(project: Project, claim: str):
    record = recorded(project)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE lifecycle_creditrecord SET {claim} WHERE id = {record.pk}")


def ended(project: Project, move: str, reason_class: str) -> None:
    change = SimpleNamespace(
        move=move, reason="擅自停工", reason_class=reason_class, document=decision(project)
    )
    note_ending(
        Made(
            project,
            change,
            OPERATOR_ACTOR,
            day("2025-05-01"),
            TODAY,
            instant(),
            {"reason_class": reason_class},
        )
    )


@pytest.mark.parametrize(("move", "grade"), [("terminate", "minor"), ("revoke", "grave")])
def test_an_ending_by_fault_is_held_against_the_unit(project: Project, move: str, grade: str):
    ended(project, move, "fault")

    record = CreditRecord.objects.get(project=project)
    assert (record.subject_kind, record.organisation, record.grade) == ("unit", project.unit, grade)
    assert (record.recorded_on, record.until) == (day("2025-05-01"), None)
    assert "擅自停工" in record.behaviour
    assert record.document is not None
    assert Step.objects.of(record).get().act == "record"


def test_an_ending_by_fate_is_not(project: Project):
    ended(project, "terminate", "objective")

    assert not CreditRecord.objects.exists()
