"""Results of the targets: written piece by piece with what proves them, kept with their history, until the end."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from lifecycle.errors import ChangedMeanwhile, Invalid, StageForbids
from lifecycle.models import Document, FactVersion, Project, ProjectStamp, Step, Target
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.targets import ACHIEVED_LENGTH, EVIDENCE_LENGTH, MOST_PAPERS, record_results
from tests.builders import make_project, walked
from tests.lifecycle.acceptance.builders import on_file

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 21)


def make_target(project: Project, name: str = "发明专利", **facts: Any) -> Target:
    values: dict[str, Any] = {"category": "知识产权", "contract_value": "8", "unit_of_measure": "件"}
    return Target.objects.create(project=project, name=name, **(values | facts))


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


@pytest.fixture
def target(project: Project) -> Target:
    return make_target(project)


def write(project: Project, *results: dict[str, Any], **facts: Any) -> list[Target]:
    return record_results(project=project, results=results, actor=OPERATOR_ACTOR, today=TODAY, **facts)


def paper(project: Project) -> Document:
    return on_file(project, number="results")


def test_a_result_is_written_with_its_paper_a_step_a_former_reading_and_a_stamp(project, target):
    document = paper(project)
    stamp = ProjectStamp.objects.get(project_id=project.pk).stamp

    write(
        project,
        {
            "id": target.pk,
            "achieved_value": " 9 ",
            "evidence": "专利证书\r\n九件",
            "papers": [document.pk, document.pk],
        },
    )

    target.refresh_from_db()
    assert (target.achieved_value, target.evidence, target.papers) == ("9", "专利证书\n九件", [document.pk])
    step = Step.objects.of(target).get()
    assert (step.act, step.on, step.details["achieved_value"]) == ("record_result", TODAY, "9")
    former = FactVersion.objects.get(table_name="lifecycle_target", row_id=target.pk)
    assert former.content["achieved_value"] == ""
    assert ProjectStamp.objects.get(project_id=project.pk).stamp > stamp


def test_what_is_left_out_stays_and_saying_it_again_changes_nothing(project):
    imported = make_target(project, achieved_value="6", evidence="工作簿")
    other = make_target(project, "标准", achieved_value="1")

    write(project, {"id": imported.pk, "achieved_value": "6"})
    assert not Step.objects.of(imported).exists()
    write(project, {"id": imported.pk, "achieved_value": "7"})

    imported.refresh_from_db()
    other.refresh_from_db()
    assert (imported.achieved_value, imported.evidence, other.achieved_value) == ("7", "工作簿", "1")
    assert not Step.objects.of(other).exists()


def test_every_fault_is_named_by_its_place_and_nothing_is_written(project, target):
    strange = make_target(make_project(milestones=False))
    theirs = paper(strange.project)

    with pytest.raises(Invalid) as refusal:
        write(
            project,
            {"id": target.pk, "achieved_value": "9" * (ACHIEVED_LENGTH + 1), "evidence": "证\x00据"},
            {"id": strange.pk, "achieved_value": "1"},
            {"id": target.pk, "papers": [theirs.pk]},
        )

    assert set(refusal.value.details) == {
        "results.0.achieved_value",
        "results.0.evidence",
        "results.1.id",
        "results.2.id",
        "results.2.papers",
    }
    target.refresh_from_db()
    strange.refresh_from_db()
    assert (target.achieved_value, target.papers, strange.achieved_value) == ("", [], "")


def test_texts_and_papers_may_be_as_long_as_they_may_be(project, target):
    papers = [paper(project).pk for _ in range(MOST_PAPERS + 1)]
    longest = {"achieved_value": "九" * ACHIEVED_LENGTH, "evidence": "证" * EVIDENCE_LENGTH}

    write(project, {"id": target.pk, "papers": papers[1:], **longest})
    with pytest.raises(Invalid):
        write(project, {"id": target.pk, "papers": papers})
    with pytest.raises(Invalid):
        write(project, {"id": target.pk, "evidence": "证" * (EVIDENCE_LENGTH + 1)})

    target.refresh_from_db()
    assert len(target.papers) == MOST_PAPERS


@pytest.mark.parametrize("state", ["approved", "funding", "implementing", "acceptance", "suspended"])
def test_results_are_written_up_to_the_closeout(state):
    project = make_project(milestones=False, state=state)
    target = make_target(project)

    write(project, {"id": target.pk, "achieved_value": "8"})

    target.refresh_from_db()
    assert target.achieved_value == "8"


@pytest.mark.parametrize("state", ["closed", "terminated", "revoked"])
def test_results_of_a_project_that_has_ended_stand(state):
    project = walked(make_project(milestones=False), state)
    target = make_target(project, achieved_value="6")

    with pytest.raises(StageForbids) as refusal:
        write(project, {"id": target.pk, "achieved_value": "8"})

    assert refusal.value.details == {"state": state}
    target.refresh_from_db()
    assert target.achieved_value == "6"


def test_who_read_before_somebody_saved_is_refused(project, target):
    seen = target.recorded_at or Target.objects.get(pk=target.pk).recorded_at
    write(project, {"id": target.pk, "achieved_value": "8"}, seen=seen)

    with pytest.raises(ChangedMeanwhile):
        write(project, {"id": target.pk, "achieved_value": "9"}, seen=seen)

    target.refresh_from_db()
    assert target.achieved_value == "8"


@pytest.mark.parametrize("role", ["origin", "replica"])
def test_the_database_refuses_a_paper_that_is_not_on_file_in_the_project(project, target, role):
    theirs = paper(make_project(milestones=False))

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL session_replication_role = {role}")
        Target.objects.filter(pk=target.pk).update(papers=[theirs.pk])

    Target.objects.filter(pk=target.pk).update(papers=[paper(project).pk])
