"""Applying: the round that comes into being, and several projects in one go."""

from __future__ import annotations

from typing import Any

import pytest

from lifecycle.acceptance import filing
from lifecycle.acceptance.closing import give_back
from lifecycle.acceptance.filing import APPLICATION_DAY_FREE, SeveralRefused, file, file_several
from lifecycle.acceptance.rounds import NotApplied, present_acceptance
from lifecycle.errors import Conflict, Invalid
from lifecycle.guards import Case
from lifecycle.models import Acceptance, DatedEvent, Project, Step
from lifecycle.parties.log import OPERATOR_ACTOR
from tests.builders import day, make_cluster, make_project
from tests.lifecycle.acceptance.builders import NOW, TODAY, applied, made, on_file

pytestmark = pytest.mark.django_db


def test_an_application_keeps_its_checklist_as_it_stood():
    project = make_project(milestones=False)
    paper = on_file(project, number="summary_report")

    file(made(project, "acceptance", on="2026-04-01", said={"settlement_digest": "a" * 64}))
    on_file(project, number="application_form")

    acceptance = Acceptance.objects.get(project=project)
    assert (acceptance.round, acceptance.state, acceptance.applied_on) == (1, "filed", day("2026-04-01"))
    assert acceptance.settlement_digest == "a" * 64
    by_code = {row["code"]: row for row in acceptance.checklist}
    assert by_code["summary_report"] == {"code": "summary_report", "is_met": True, "document": paper.pk}
    assert by_code["application_form"]["is_met"] is False
    assert DatedEvent.objects.get(project=project).kind == "验收申请"
    assert Step.objects.of(acceptance).get().act == "file"


def test_after_a_return_the_next_application_is_the_second_round():
    project = make_project(milestones=False)
    file(made(project, "acceptance", on="2026-04-01"))
    give_back(made(project, "implementing", on="2026-05-01"))

    file(made(project, "acceptance", on="2026-07-01"))

    assert list(project.acceptances.order_by("round").values_list("round", "state")) == [
        (1, "returned"),
        (2, "filed"),
    ]
    assert present_acceptance(project).round == 2


@pytest.mark.parametrize(
    ("on", "is_met"), [("2026-03-31", True), ("2026-04-01", False), ("2026-04-02", True)]
)
def test_a_day_takes_one_application(on: str, is_met: bool):
    assert APPLICATION_DAY_FREE.look(Case(applied("2026-04-01"), day(on), TODAY)).is_met is is_met


def test_a_project_that_came_in_at_acceptance_gets_its_round_from_its_latest_application():
    project = applied("2026-04-01")
    DatedEvent.objects.create(project=project, kind="验收申请", happened_on=day("2026-06-01"))

    first = present_acceptance(project)

    assert (first.round, first.applied_on, first.state) == (1, day("2026-06-01"), "filed")
    assert present_acceptance(project) == first


def test_without_a_day_of_application_there_is_no_round():
    with pytest.raises(NotApplied):
        present_acceptance(make_project(milestones=False, state="acceptance"))


@pytest.mark.parametrize("state", ["implementing", "closed", "terminated"])
def test_in_another_stage_there_is_no_round(state: str):
    with pytest.raises(NotApplied) as refusal:
        present_acceptance(make_project(milestones=False, state=state))

    assert refusal.value.details == {"state": state}


@pytest.fixture
def moves(monkeypatch: pytest.MonkeyPatch) -> dict[str, Conflict]:
    """In the place of the moves: one that files for whoever is not in the dictionary of refusals."""
    refusals: dict[str, Conflict] = {}

    def apply_for_acceptance(*, project_id: int, on: Any, **_: Any) -> Any:
        project = Project.objects.get(pk=project_id)
        if project.number in refusals:
            raise refusals[project.number]
        file(made(project, "acceptance", on=on.isoformat()))
        return project.number

    monkeypatch.setattr(filing, "apply_for_acceptance", apply_for_acceptance)
    return refusals


def apply_for(*projects: Project) -> list[Any]:
    return file_several(projects=projects, actor=OPERATOR_ACTOR, on=day("2026-04-01"), today=TODAY, now=NOW)


def test_several_projects_of_a_cluster_apply_in_one_go(moves: dict[str, Conflict]):
    cluster = make_cluster()
    one, two = (make_project(cluster=cluster, milestones=False) for _ in range(2))

    assert apply_for(two, one, two) == sorted([one.number, two.number])
    assert Acceptance.objects.count() == 2


def test_when_one_may_not_none_does_and_each_refusal_is_named(moves: dict[str, Conflict]):
    cluster = make_cluster()
    one, two, three = (make_project(cluster=cluster, milestones=False) for _ in range(3))
    moves[one.number] = Conflict("没有科技报告。", code="blocked")
    moves[three.number] = Conflict("没有审计报告。", code="blocked", details={"n": 1})

    with pytest.raises(SeveralRefused) as refusal:
        apply_for(one, two, three)

    assert refusal.value.details["projects"] == {
        one.number: {"code": "blocked", "message": "没有科技报告。", "details": {}},
        three.number: {"code": "blocked", "message": "没有审计报告。", "details": {"n": 1}},
    }
    assert not Acceptance.objects.exists()
    assert not DatedEvent.objects.exists()
    assert not Project.objects.exclude(state="implementing").exists()


def test_projects_of_two_clusters_do_not_apply_together(moves: dict[str, Conflict]):
    for projects in ([], [make_project(milestones=False), make_project(milestones=False)]):
        with pytest.raises(Invalid):
            apply_for(*projects)

    assert not Acceptance.objects.exists()


def test_the_conditions_of_the_move_stand_before_each_project():
    cluster = make_cluster()
    projects = [make_project(cluster=cluster, milestones=False, end_on=day("2027-02-28")) for _ in range(2)]

    with pytest.raises(SeveralRefused) as refusal:
        apply_for(*projects)

    assert set(refusal.value.details["projects"]) == {project.number for project in projects}
    assert {each["code"] for each in refusal.value.details["projects"].values()} == {"blocked"}
    assert not Project.objects.exclude(state="implementing").exists()
