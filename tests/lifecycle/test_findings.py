"""Findings: raised, answered with proof, given back, closed; and what a move makes of those still open."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from lifecycle.errors import Conflict, Forbidden, Invalid, StageForbids
from lifecycle.findings import (
    NONE_OPEN,
    FindingMoved,
    ProofMissing,
    give_back,
    record_rectification,
    reply,
    shut,
)
from lifecycle.guards import Case, Made, Outcome, say
from lifecycle.models import Finding, Project, Step
from lifecycle.parties.log import OPERATOR_ACTOR, Actor
from lifecycle.parties.models import SecurityEvent
from tests.builders import day, instant, make_project
from tests.lifecycle.inspecting import TODAY, answered, attached, found, held, planned, raised

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


@pytest.fixture
def finding(project: Project) -> Finding:
    return raised(project)


def answer(finding: Finding, *, text: str = "已补齐", on: str = "2024-05-01") -> Finding:
    return reply(finding=finding, answer=text, on=day(on), actor=OPERATOR_ACTOR, today=TODAY)


def back(
    finding: Finding, *, reason: str = "证明不清晰", on: str = "2024-05-02", role: str = "city"
) -> Finding:
    return give_back(finding=finding, reason=reason, on=day(on), actor=Actor(None, role=role), today=TODAY)


def close(finding: Finding, *, on: str = "2024-05-02", role: str = "city") -> Finding:
    return shut(finding=finding, on=day(on), actor=Actor(None, role=role), today=TODAY)


def story(finding: Finding) -> list[str]:
    return [step.act for step in Step.objects.of(finding)]


# Raising


def test_a_finding_is_kept_with_its_day_and_logged(project: Project):
    finding = raised(project, found=found(text=" 设备未入账 "), origin="audit")

    assert (finding.state, finding.text, finding.origin) == ("open", "设备未入账", "audit")
    assert (finding.found_on, finding.due_on, finding.inspection) == (
        day("2024-03-05"),
        day("2024-06-01"),
        None,
    )
    assert SecurityEvent.objects.get(act="finding_raise").details["due_on"] == "2024-06-01"


@pytest.mark.parametrize("on", ["2022-08-20", "2026-11-21"])
def test_something_is_found_from_the_award_to_today(project: Project, on: str):
    assert raised(project, on, "2027-01-01").found_on == day(on)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"on": "2026-11-22", "due_on": "2027-01-01"}, "found_on"),
        ({"on": "2022-08-19"}, "found_on"),
        ({"due_on": "2024-03-04"}, "due_on"),
        ({"due_on": "2100-01-01"}, "due_on"),
        ({"origin": "acceptance"}, "origin"),
        ({"found": found(text="")}, "text"),
        ({"found": found(text="长" * 2001)}, "text"),
        ({"found": found(text="a\x00")}, "text"),
        ({"found": found(severity="")}, "severity"),
    ],
)
def test_a_wrong_finding_is_refused(project: Project, facts: dict[str, Any], field: str):
    with pytest.raises(Invalid) as refusal:
        raised(project, **facts)

    assert set(refusal.value.details) == {field}
    assert not Finding.objects.exists()


def test_a_finding_may_be_due_on_the_day_it_was_found(project: Project):
    assert raised(project, due_on="2024-03-05").due_on == day("2024-03-05")


def test_what_an_inspection_found_was_found_on_its_day_or_later(project: Project):
    inspection = planned(project)
    with pytest.raises(FindingMoved):
        raised(project, inspection=inspection)
    held(inspection)

    with pytest.raises(Invalid):
        raised(project, "2024-03-04", inspection=inspection)

    assert raised(project, inspection=inspection).inspection == inspection


@pytest.mark.parametrize("state", ["closed", "terminated", "revoked"])
def test_nothing_more_is_found_after_the_end(state: str):
    with pytest.raises(StageForbids):
        raised(make_project(milestones=False, state=state))


@pytest.mark.parametrize("state", ["approved", "funding", "implementing", "suspended", "acceptance"])
def test_something_may_be_found_until_then(state: str):
    assert raised(make_project(milestones=False, state=state)).state == "open"


# Answering


def test_an_answer_needs_its_proof(finding: Finding):
    with pytest.raises(ProofMissing) as refusal:
        answer(finding)
    assert isinstance(refusal.value, Conflict)
    finding.refresh_from_db()
    assert (finding.state, finding.answer, story(finding)) == ("open", "", ["raise"])

    attached(finding)

    assert answer(finding, text=" 已补齐 ").state == "answered"
    finding.refresh_from_db()
    assert (finding.answer, finding.answered_on) == ("已补齐", day("2024-05-01"))
    step = Step.objects.of(finding).last()
    assert step is not None
    assert (step.act, step.reason) == ("reply", "已补齐")


def test_the_proof_of_another_finding_does_not_do(finding: Finding, project: Project):
    attached(raised(project))
    attached(finding, subject="inspection")

    with pytest.raises(ProofMissing):
        answer(finding)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"text": " "}, "answer"),
        ({"text": "长" * 5001}, "answer"),
        ({"on": "2024-03-04"}, "on"),
        ({"on": "2026-11-22"}, "on"),
    ],
)
def test_a_wrong_answer_is_refused(finding: Finding, said: dict[str, str], field: str):
    attached(finding)

    with pytest.raises(Invalid) as refusal:
        answer(finding, **said)

    assert set(refusal.value.details) == {field}
    finding.refresh_from_db()
    assert finding.state == "open"


# Giving back and closing


def test_what_was_given_back_is_answered_anew(finding: Finding):
    back(answered(finding))

    finding.refresh_from_db()
    assert (finding.state, finding.answered_on, finding.answer) == ("open", None, "已补齐台账")
    with pytest.raises(Invalid):
        answer(finding, on="2024-05-01")
    close(answer(finding, on="2024-05-02"))
    assert story(finding) == ["raise", "reply", "give_back", "reply", "shut"]


@pytest.mark.parametrize("said", [{"reason": ""}, {"on": "2024-04-30"}, {"on": "2026-11-22"}])
def test_a_wrong_return_is_refused(finding: Finding, said: dict[str, str]):
    answered(finding)

    with pytest.raises(Invalid):
        back(finding, **said)

    assert story(finding) == ["raise", "reply"]


@pytest.mark.parametrize(("on", "late_days"), [("2024-06-01", 0), ("2024-06-03", 2)])
def test_a_closed_one_keeps_its_day(finding: Finding, on: str, late_days: int):
    close(answered(finding), on=on)

    finding.refresh_from_db()
    assert (finding.state, finding.closed_on) == ("closed", day(on))
    step = Step.objects.of(finding).last()
    assert step is not None
    assert step.details == {"late_days": late_days}


@pytest.mark.parametrize("on", ["2024-04-30", "2026-11-22"])
def test_it_is_closed_neither_before_its_answer_nor_tomorrow(finding: Finding, on: str):
    answered(finding)

    with pytest.raises(Invalid) as refusal:
        close(finding, on=on)

    assert set(refusal.value.details) == {"on"}


@pytest.mark.parametrize("role", ["unit", "park"])
@pytest.mark.parametrize("act", [close, back])
def test_who_mends_does_not_say_that_it_is_mended(finding: Finding, role: str, act: Any):
    answered(finding)

    with pytest.raises(Forbidden):
        act(finding, role=role)

    finding.refresh_from_db()
    assert finding.state == "answered"


@pytest.mark.parametrize("role", ["city", "province"])
def test_city_and_province_close(finding: Finding, role: str):
    assert close(answered(finding), role=role).state == "closed"


def test_each_act_has_its_state(finding: Finding):
    for act in (close, back):
        with pytest.raises(FindingMoved, match="待整改"):
            act(finding)
    answered(finding)
    with pytest.raises(FindingMoved, match="已答复"):
        answer(finding)
    close(finding)
    for act in (answer, back, close):
        with pytest.raises(FindingMoved, match="已销号") as refusal:
            act(finding)
        assert refusal.value.details == {"state": "closed"}
    assert story(finding) == ["raise", "reply", "shut"]


@pytest.mark.parametrize(
    "claim",
    [
        "state = 'closed', closed_on = '2024-03-04'",
        "state = 'closed'",
        "state = 'answered'",
        "due_on = '2024-03-04'",
    ],
)
def test_the_database_holds_the_days_in_their_order(finding: Finding, claim: str):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE lifecycle_finding SET {claim} WHERE id = {finding.pk}")


# What acceptance found


def made(project: Project, **said: Any) -> Made:
    return Made(project, None, OPERATOR_ACTOR, day("2026-05-10"), TODAY, instant(), said)


def test_a_return_from_acceptance_leaves_its_findings(project: Project):
    record_rectification(
        made(
            project,
            findings=[{"severity": "grave", "text": "指标未达"}, {"severity": "minor", "text": "附件缺页"}],
            due_on=day("2026-08-01"),
        )
    )

    findings = Finding.objects.filter(project=project).order_by("pk")
    assert [(f.origin, f.severity, f.found_on, f.due_on) for f in findings] == [
        ("acceptance", "grave", day("2026-05-10"), day("2026-08-01")),
        ("acceptance", "minor", day("2026-05-10"), day("2026-08-01")),
    ]
    assert story(findings[0]) == ["raise"]


def test_a_return_with_a_finding_that_says_nothing_is_refused(project: Project):
    with pytest.raises(Invalid, match="第 1 项"):
        record_rectification(
            made(project, findings=[{"severity": "grave", "text": ""}], due_on=day("2026-08-01"))
        )

    assert not Finding.objects.exists()


# Before a move


def look(project: Project, on: str) -> Outcome:
    return NONE_OPEN.look(Case(project, day(on), TODAY))


def test_nothing_found_is_met(project: Project):
    assert look(project, "2024-03-05").is_met


def test_what_is_open_on_the_day_is_listed(project: Project):
    first = raised(project, found=found("2024-06-01", text="甲"))
    raised(project, found=found("2024-05-01", text="乙"))
    close(answered(first), on="2024-05-20")

    assert look(project, "2024-03-04").is_met
    before, after = look(project, "2024-05-19"), look(project, "2024-05-20")

    assert (before.figures["count"], after.figures["count"]) == (2, 1)
    assert after.figures == {"count": 1, "findings": ["乙"], "due": day("2024-05-01")}
    assert say(before.sentence, before.figures) == (
        "还有 2 条问题未销号：乙、甲。最近的整改期限为 2024-05-01。"
    )


def test_an_answer_is_not_enough(project: Project):
    answered(raised(project))

    assert not look(project, "2026-01-01").is_met
