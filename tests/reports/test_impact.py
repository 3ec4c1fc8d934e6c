"""What a change would move, told beforehand; and that telling it leaves no trace."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from lifecycle.changes import MovedMeanwhile, NotSigned
from lifecycle.models import ChangeRequest, Contract, Milestone, Project, ProjectStamp
from lifecycle.parties.models import Organisation
from reports.impact import Impact, impact_of
from reports.kept import kept_answers_of, stale_projects
from tests.builders import day, make_unit
from tests.lifecycle.changes.builders import (
    TODAY,
    agreed,
    asked,
    at_work,
    came_in,
    handed_in,
    money,
    tranche,
)
from tests.lifecycle.contracts.builders import make_award

pytestmark = pytest.mark.django_db

ON = "2024-04-01"


def looked(change: ChangeRequest, on: str = ON) -> Impact:
    return impact_of(change, on=day(on), today=TODAY)


def rows(found: list[Any]) -> list[tuple[str, str, str]]:
    return [(row.label, row.before, row.after) for row in found]


def everything() -> dict[str, list[Any]]:
    """Every row of every table, as the database has it."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model._meta.managed:
                cursor.execute(f'SELECT * FROM "{model._meta.db_table}" ORDER BY 1')
                found[model._meta.db_table] = cursor.fetchall()
    return found


def test_an_extension_moves_the_end_the_window_of_acceptance_and_the_tail():
    impact = looked(handed_in(came_in(), "term", {"months": 6}))

    assert rows(impact.days) == [
        ("实施结束日期", "2026-02-28", "2026-08-31"),
        ("应申请验收", "2026-05-28", "2026-11-30"),
        ("最迟申请验收", "2026-08-28", "2027-02-28"),
    ]
    assert [row.label for row in impact.tranches] == [
        "拨款计划：省拨款第 3 期",
        "拨款计划：园区配套第 3 期",
    ]
    assert impact.ratios == []


def test_a_year_without_a_milestone_shows_as_a_moved_answer():
    impact = looked(handed_in(came_in(), "term", {"months": 12}))

    assert [(moved.code, moved.before.status, moved.after.status) for moved in impact.answers] == [
        ("LC-02", "pass", "breach")
    ]


def test_other_amounts_move_ratios_tranches_and_the_rules_on_them():
    less = money(
        amounts={"park_matching": "3000000.00", "self_raised": "17500000.00"},
        tranches=[
            tranche("省拨款", 1, "2022-10-31", "3500000"),
            tranche("园区配套", 1, "2022-10-31", "3000000"),
        ],
    )
    impact = looked(asked(came_in(), "source_structure", less))

    assert rows(impact.ratios) == [
        ("园区配套与省拨款之比", "1.0000", "0.8571"),
        ("财政资助占总投入", "0.2917", "0.2708"),
    ]
    assert ("FIN-01", "pass", "breach") in [
        (moved.code, moved.before.status, moved.after.status) for moved in impact.answers
    ]
    assert ("园区配套（元）", "3,500,000.00", "3,000,000.00") in rows(impact.terms)


def test_a_work_plan_moves_milestones():
    project = came_in()
    milestone = Milestone.objects.get(year=2024)
    change = asked(project, "work_plan", {"drop": [milestone.pk]})

    impact = looked(change, "2026-11-21")

    assert rows(impact.milestones) == [(f"里程碑：2024 年度 {milestone.name}", "2024-12-31", "")]
    assert [moved.code for moved in impact.answers] == ["LC-02"]


def test_what_moves_nothing_is_empty():
    impact = looked(asked(came_in(), "early_acceptance", {"planned_on": "2025-06-30"}))

    assert impact.is_empty
    assert impact.as_json()["answers"] == []


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("leader", {"leader": "王工"}),
    ("term", {"months": 12}),
    ("targets", {"targets": [{"name": "新产品", "contract_value": "5"}]}),
    ("source_structure", money()),
    ("members", {"members": "李工"}),
    ("work_plan", {"add": [{"year": 2024, "name": "试产", "planned_on": "2024-09-30"}]}),
    ("early_acceptance", {"planned_on": "2025-06-30"}),
]


@pytest.mark.parametrize(("kind", "wanted"), CHANGES, ids=[kind for kind, _ in CHANGES])
@pytest.mark.parametrize("make", [at_work, came_in], ids=["signed here", "came in"])
def test_it_leaves_no_trace(make: Any, kind: str, wanted: dict[str, Any]):
    project = make()
    kept_answers_of([project.pk], on=TODAY)
    change = handed_in(project, kind, wanted)
    kept_answers_of([project.pk], on=TODAY)
    before, stamp = everything(), ProjectStamp.objects.get(project_id=project.pk).stamp

    impact_of(change, on=TODAY, today=TODAY)

    assert everything() == before
    assert ProjectStamp.objects.get(project_id=project.pk).stamp == stamp
    assert stale_projects([project.pk], on=TODAY) == []
    connection.check_constraints()


@pytest.mark.parametrize(("kind", "wanted"), CHANGES, ids=[kind for kind, _ in CHANGES])
def test_what_it_tells_is_what_the_approval_does(kind: str, wanted: dict[str, Any]):
    from lifecycle.contracts import difference, terms_of
    from reports.judging import answers_of

    project = at_work()
    change = handed_in(project, kind, wanted)
    terms = terms_of(Project.objects.get(pk=project.pk))
    impact = looked(change)

    agreed(change, on=ON)

    after = terms_of(Project.objects.get(pk=project.pk))
    told = {
        (row.label, row.before, row.after) for row in (*impact.terms, *impact.tranches, *impact.milestones)
    }
    assert told == {(row.label, row.before, row.after) for row in difference(terms, after)}
    answers = {answer.code: answer for answer in answers_of([project.pk], on=day(ON))[project.pk]}
    for moved in impact.answers:
        assert answers[moved.code] == moved.after


def test_what_can_no_longer_be_is_said():
    project = came_in()
    other = make_unit(project.cluster.park)
    change = asked(project, "unit", {"unit": other.name})
    Organisation.objects.filter(pk=other.pk).update(kind="partner")

    with pytest.raises(MovedMeanwhile):
        looked(change)


def test_without_a_contract_there_is_nothing_to_move():
    project = make_award()
    change = ChangeRequest.objects.create(
        project=project, kind="leader", tier="major", reason="另", wanted={"leader": "王工"}
    )

    with pytest.raises(NotSigned):
        looked(change)
    assert not Contract.objects.exists()
