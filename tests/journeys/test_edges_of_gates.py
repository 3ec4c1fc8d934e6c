"""Every condition of every move on both sides of its edge; a condition without a case fails here."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from lifecycle.guards import Case, conditions_of, guards_of
from lifecycle.models import DocumentCategory, Project, ProjectState
from lifecycle.moves import MOVES
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.transitions import FUNCTIONS, Said, TransitionBlocked
from tests.journeys.gate_edges import EDGES, NEVER_UNMET
from tests.journeys.world import fingerprint
from tests.lifecycle.acceptance.builders import on_file

pytestmark = pytest.mark.django_db

CONDITIONS = {(move, guard.code) for move in MOVES for guard in guards_of(move)}


def unmet(move: str, case: Case) -> set[str]:
    """The codes that are not met on the day of the case, or today."""
    judged = conditions_of(move, case)
    if case.on < case.today:
        judged += conditions_of(move, Case(case.project, case.today, case.today))
    return {condition.code for condition in judged if not condition.is_met}


def make(move: str, case: Case) -> None:
    needs = MOVES[move].needs
    FUNCTIONS[move](
        project_id=case.project.pk,
        actor=OPERATOR_ACTOR,
        on=case.on,
        today=case.today,
        now=datetime.combine(case.today, time(2), UTC),
        said=Said(
            reason="按程序办理" if "reason" in needs else "",
            reason_class="objective" if "reason_class" in needs else "",
            document=on_file(case.project, DocumentCategory.DECISION, "决1").pk
            if "document" in needs
            else None,
            findings=[{"severity": "major", "text": "检测报告不全"}] if "findings" in needs else [],
            due_on=case.on + timedelta(days=30) if "findings" in needs else None,
        ),
    )


def test_every_condition_has_its_edge():
    assert set(EDGES) | NEVER_UNMET == CONDITIONS
    assert not NEVER_UNMET & set(EDGES)


def test_no_move_lies_before_the_first():
    assert ProjectState.APPROVED not in {move.target for move in MOVES.values()}
    assert MOVES["start_funding"].sources == (ProjectState.APPROVED,)


@pytest.mark.parametrize(("move", "code"), sorted(EDGES))
def test_just_this_side_the_move_is_made(move: str, code: str):
    case = EDGES[move, code].met()

    assert unmet(move, case) == set()
    make(move, case)
    assert Project.objects.get(pk=case.project.pk).state == MOVES[move].target


@pytest.mark.parametrize(("move", "code"), sorted(EDGES))
def test_just_beyond_it_is_blocked_by_that_alone(move: str, code: str):
    edge = EDGES[move, code]
    case = edge.unmet()
    open_ones = {code} | edge.also

    assert unmet(move, case) == open_ones
    before = fingerprint(case.project)
    with pytest.raises(TransitionBlocked) as refused:
        make(move, case)
    assert {each.code for each in refused.value.unmet} == open_ones
    assert all(each.message in refused.value.message for each in refused.value.unmet)
    after = fingerprint(case.project)
    papers = "lifecycle_document"
    assert [row for row in after if row[0] != papers] == [row for row in before if row[0] != papers]
