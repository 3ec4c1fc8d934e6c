"""What an expert submits, once; and what the sheets of a panel come to."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from lifecycle.acceptance.links import panelist_of, withdraw_link
from lifecycle.acceptance.scoring import (
    FULL,
    ITEMS,
    SHEET,
    LinkDead,
    Sheet,
    doubts,
    sees_sheets,
    submit_scores,
    tally,
)
from lifecycle.errors import Invalid
from lifecycle.models import Panelist, Step
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import SecurityEvent
from lifecycle.parties.sight import sight_of
from tests.lifecycle.acceptance.builders import (
    NOW,
    TODAY,
    agreed,
    invited,
    linked,
    paneled,
    reread,
    sheet,
    submitted,
    verdict_of,
)
from tests.people import people_around

FULL_POINTS = {code: item.most for code, item in ITEMS.items()}


def of(task: str = "通过验收", finance: str = "通过验收", **points: int) -> Sheet:
    return Sheet(FULL_POINTS | points, task, finance)


def test_the_sheet_is_the_one_of_the_catalogue():
    assert [(group.code, group.most) for group in SHEET] == [("task", 70), ("money", 20), ("management", 10)]
    assert [item.most for group in SHEET for item in group.items] == [20, 20, 10, 20, 4, 5, 5, 6, 10]
    assert FULL == 100


def test_without_sheets_there_is_no_tally():
    assert tally([]) is None


def test_means_are_rounded_half_up_to_two_places():
    found = tally([of(content=20), of(content=15), of(content=16)])

    assert found is not None
    assert (found.count, found.items["content"], found.groups["task"]) == (
        3,
        Decimal("17.00"),
        Decimal("67.00"),
    )
    uneven = tally([of(use=0), of(use=0), of(use=5)])
    assert uneven is not None
    assert (uneven.items["use"], uneven.groups["money"], uneven.total) == (
        Decimal("1.67"),
        Decimal("16.67"),
        Decimal("96.67"),
    )


@pytest.mark.parametrize(
    ("verdicts", "majority"),
    [
        (["通过验收"] * 3, "通过验收"),
        (["通过验收", "结题", "结题"], "结题"),
        (["通过验收", "结题", "不通过验收"], ""),
        (["通过验收", "结题"], ""),
    ],
)
def test_a_majority_is_more_than_half(verdicts: list[str], majority: str):
    found = tally([of(task=verdict) for verdict in verdicts])

    assert found is not None
    assert found.task_majority == majority
    assert found.task == {v: verdicts.count(v) for v in ("通过验收", "结题", "不通过验收")}
    assert found.finance_majority == "通过验收"


def test_a_verdict_against_the_sheets_is_seen():
    found = tally([of(task="结题", finance="通过验收")] * 3)
    assert found is not None

    assert doubts(found, task_verdict="结题", finance_verdict="通过验收") == []
    assert len(doubts(found, task_verdict="通过验收", finance_verdict="通过验收")) == 1
    assert len(doubts(found, task_verdict="通过验收", finance_verdict="不通过验收")) == 2


@pytest.mark.parametrize(("content", "is_seen"), [(6, False), (5, True)])
def test_a_task_below_eighty_percent_is_seen(content: int, is_seen: bool):
    found = tally([of(content=content)] * 3)  # 50 points for the rest of the task
    assert found is not None

    assert bool(doubts(found, task_verdict="通过验收", finance_verdict="通过验收")) is is_seen
    assert not [
        said for said in doubts(found, task_verdict="结题", finance_verdict="通过验收") if "80%" in said
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("by", ["province", "city"])
def test_sheets_stay_hidden_until_all_are_in_and_from_the_parties_until_the_verdict(by: str):
    acceptance = agreed(by=by)
    panel = paneled(acceptance)
    people = {name: person for name, person in people_around(acceptance.project).items() if person}

    def seeing() -> set[str]:
        kept = reread(acceptance)
        experts = list(kept.panel.all())
        return {
            name
            for name in ("unit", "park", "city", "province", "auditor")
            if sees_sheets(kept, experts, sight_of(people[name]))
        }

    assert seeing() == set()
    for expert in panel[:-1]:
        submitted(expert)
    assert seeing() == set()
    submitted(panel[-1])
    assert seeing() == {"province", by}
    verdict_of(acceptance.project)
    assert seeing() == {"unit", "park", "city", "province", "auditor"}


@pytest.fixture
def expert(db: None) -> Panelist:
    return invited(agreed())


def submit(token: str, **changes: Any) -> Panelist:
    return submit_scores(token=token, address="10.0.0.9", now=NOW, today=TODAY, **sheet(**changes))


def test_what_an_expert_says_is_kept_and_the_link_is_dead(expert: Panelist):
    token = linked(expert)

    submit(token, opinion=" 完成任务。 ", task_verdict="结题")

    expert.refresh_from_db()
    assert expert.scores == FULL_POINTS
    assert (expert.task_verdict, expert.finance_verdict, expert.opinion) == ("结题", "通过验收", "完成任务。")
    assert (expert.submitted_at, expert.token_digest) == (NOW, "")
    assert panelist_of(token, now=NOW) is None
    with pytest.raises(LinkDead):
        submit(token)


def test_the_step_carries_the_experts_name_and_no_scores(expert: Panelist):
    submit(linked(expert), opinion="很特别的意见")

    step = Step.objects.of(expert.acceptance).last()
    assert step is not None
    assert (step.act, step.actor_name, step.role, step.reason) == ("submit_scores", expert.name, "expert", "")
    assert step.details == {"panelist": expert.pk, "name": expert.name}
    logged = SecurityEvent.objects.get(act="acceptance_submit_scores")
    assert (logged.actor_name, logged.address, logged.actor_id) == (expert.name, "10.0.0.9", None)
    assert "很特别的意见" not in str(logged.details)


@pytest.mark.parametrize("points", [0, 20])
def test_points_go_from_nothing_to_the_most(expert: Panelist, points: int):
    assert submit(linked(expert), scores=FULL_POINTS | {"content": points}).scores["content"] == points


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"scores": FULL_POINTS | {"content": 21}}, {"content"}),
        ({"scores": FULL_POINTS | {"content": -1}}, {"content"}),
        ({"scores": FULL_POINTS | {"content": None}}, {"content"}),
        ({"scores": FULL_POINTS | {"content": True}}, {"content"}),
        ({"scores": FULL_POINTS | {"charm": 1}}, {"charm"}),
        ({"scores": {}}, set(ITEMS)),
        ({"task_verdict": ""}, {"task_verdict"}),
        ({"task_verdict": "合格"}, {"task_verdict"}),
        ({"finance_verdict": ""}, {"finance_verdict"}),
        ({"opinion": " "}, {"opinion"}),
        ({"opinion": "字" * 5001}, {"opinion"}),
        ({"has_no_conflict": False}, {"has_no_conflict"}),
        ({"opinion": "", "has_no_conflict": False, "task_verdict": ""}, None),
    ],
)
def test_what_is_wrong_is_named_and_the_link_lives_on(expert: Panelist, changes, fields):
    token = linked(expert)

    with pytest.raises(Invalid) as refusal:
        submit(token, **changes)

    assert set(refusal.value.details) == (fields or {"opinion", "has_no_conflict", "task_verdict"})
    assert panelist_of(token, now=NOW) == expert
    expert.refresh_from_db()
    assert (expert.scores, expert.submitted_at) == ({}, None)


def test_a_dead_link_submits_nothing(expert: Panelist):
    expired = linked(expert, now=NOW - timedelta(days=15))
    with pytest.raises(LinkDead):
        submit(expired)
    withdrawn = linked(expert)
    withdraw_link(panelist=expert, actor=OPERATOR_ACTOR, today=TODAY)
    for token in (withdrawn, "x", ""):
        with pytest.raises(LinkDead) as refusal:
            submit(token)
        assert refusal.value.code == "not_found"

    expert.refresh_from_db()
    assert expert.submitted_at is None
