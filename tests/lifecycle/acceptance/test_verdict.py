"""The verdict: when it may be recorded, what both come to, and what the gate makes of it."""

from __future__ import annotations

import pytest

from lifecycle.acceptance.panel import drop
from lifecycle.acceptance.rounds import WrongStep
from lifecycle.acceptance.verdict import VERDICTS_RECORDED, PanelNotReady, worse_of
from lifecycle.errors import Invalid
from lifecycle.guards import Case, say
from lifecycle.models import VERDICTS, Acceptance, Step
from lifecycle.parties.log import OPERATOR_ACTOR
from tests.builders import day, set_limit
from tests.lifecycle.acceptance.builders import (
    TODAY,
    agreed,
    applied,
    invited,
    judged,
    paneled,
    reread,
    submitted,
    verdict_of,
)


@pytest.mark.parametrize(
    ("task", "finance", "worse"),
    [
        ("通过验收", "通过验收", "通过验收"),
        ("通过验收", "结题", "结题"),
        ("结题", "通过验收", "结题"),
        ("结题", "不通过验收", "不通过验收"),
        ("不通过验收", "通过验收", "不通过验收"),
    ],
)
def test_both_come_to_the_worse(task: str, finance: str, worse: str):
    assert worse_of(task, finance) == worse


@pytest.fixture
def acceptance(db: None) -> Acceptance:
    acceptance = agreed(on="2026-05-01")
    for expert in paneled(acceptance):
        submitted(expert)
    return acceptance


def test_a_verdict_is_kept_with_its_step(acceptance: Acceptance):
    verdict_of(acceptance.project, finance_verdict="结题", opinion=" 材料齐全。 ")

    kept = reread(acceptance)
    assert (kept.state, kept.meeting_on, kept.opinion) == ("reviewed", day("2026-06-01"), "材料齐全。")
    assert (kept.task_verdict, kept.finance_verdict, kept.verdict) == ("通过验收", "结题", "结题")
    step = Step.objects.of(kept).last()
    assert step is not None
    assert (step.act, step.on, step.from_state, step.to_state) == (
        "record_verdict",
        day("2026-06-01"),
        "agreed",
        "reviewed",
    )
    assert step.details["verdict"] == "结题"


@pytest.mark.parametrize("verdict", VERDICTS)
def test_it_need_not_be_what_the_sheets_say(acceptance: Acceptance, verdict: str):
    assert verdict_of(acceptance.project, task_verdict=verdict, finance_verdict=verdict).verdict == verdict


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"opinion": ""}, "opinion"),
        ({"task_verdict": ""}, "task_verdict"),
        ({"finance_verdict": "合格"}, "finance_verdict"),
        ({"meeting_on": day("2026-04-30")}, "meeting_on"),
        ({"meeting_on": day("2026-11-22")}, "meeting_on"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(acceptance: Acceptance, changes, field):
    with pytest.raises(Invalid) as refusal:
        verdict_of(acceptance.project, **changes)

    assert set(refusal.value.details) == {field}
    assert (reread(acceptance).state, reread(acceptance).opinion) == ("agreed", "")


@pytest.mark.parametrize("on", ["2026-05-01", "2026-11-21"])
def test_the_panel_meets_from_consent_until_today(acceptance: Acceptance, on: str):
    assert verdict_of(acceptance.project, meeting_on=day(on)).meeting_on == day(on)


def test_everybody_must_have_submitted(acceptance: Acceptance):
    invited(acceptance, name="赵迟")
    late = invited(acceptance, name="钱迟")

    with pytest.raises(PanelNotReady) as refusal:
        verdict_of(acceptance.project)
    assert refusal.value.details["faults"] == ["尚未提交评审意见：赵迟、钱迟。"]

    submitted(late)
    with pytest.raises(PanelNotReady):
        verdict_of(acceptance.project)
    for waiting in acceptance.panel.filter(submitted_at=None):
        drop(panelist=waiting, actor=OPERATOR_ACTOR, today=TODAY)
    with pytest.raises(PanelNotReady) as refusal:
        verdict_of(acceptance.project)
    assert refusal.value.details["faults"] == ["专家组人数应为单数，现有 4 人。"]


def test_a_panel_that_is_too_small_for_the_batch_has_not_judged(acceptance: Acceptance):
    set_limit(acceptance.project.cluster.batch, "panel_size", "5", applies_from="2026-01-01")

    with pytest.raises(PanelNotReady):
        verdict_of(acceptance.project)


def test_without_a_panel_there_is_no_verdict(db: None):
    with pytest.raises(PanelNotReady):
        verdict_of(agreed().project)


def test_before_consent_and_after_a_verdict_there_is_none(db: None):
    with pytest.raises(WrongStep):
        verdict_of(applied())
    with pytest.raises(WrongStep) as refusal:
        verdict_of(judged().project)
    assert refusal.value.details == {"state": "reviewed"}


@pytest.mark.parametrize(("on", "is_met"), [("2026-05-31", False), ("2026-06-01", True)])
def test_the_gate_asks_for_verdicts_by_the_day_of_the_meeting(acceptance: Acceptance, on: str, is_met: bool):
    assert not VERDICTS_RECORDED.look(Case(acceptance.project, TODAY, TODAY)).is_met
    verdict_of(acceptance.project)

    found = VERDICTS_RECORDED.look(Case(acceptance.project, day(on), TODAY))

    assert found.is_met is is_met
    assert "2026-06-01" in say(found.sentence, found.figures)
