"""Findings (整改): what was found, how it was mended, and when it was closed.

found → answered with proof by unit or park → closed by city or province, or given back. A finding's day is
never moved: what needs longer is closed or raised anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from lifecycle.errors import Conflict, Forbidden, Invalid, StageForbids
from lifecycle.faults import day_fault, refuse_if_any, text_fault
from lifecycle.guards import Case, Guard, Made, Outcome, met, unmet
from lifecycle.models import (
    Document,
    Finding,
    FindingOrigin,
    FindingState,
    Inspection,
    InspectionState,
    Project,
    ProjectState,
    Severity,
)
from lifecycle.parties.log import Actor
from lifecycle.parties.models import Role
from lifecycle.steps import day_of_last_step, take_step
from lifecycle.wording import shortened

TEXT_LENGTH = 2000
ANSWER_LENGTH = 5000
REASON_LENGTH = 2000

RAISED_IN = frozenset(
    {
        ProjectState.APPROVED,
        ProjectState.FUNDING,
        ProjectState.IMPLEMENTING,
        ProjectState.ACCEPTANCE,
        ProjectState.SUSPENDED,
    }
)
"""Stages in which something may still be found; after them nothing more is to be mended."""

SAID_BY_HAND = (FindingOrigin.INSPECTION, FindingOrigin.AUDIT)
"""Origins that people may give; what acceptance found comes with the move that returns the project."""


class FindingMoved(Conflict):
    """The finding is in another state than the act needs."""

    code = "finding_moved"


class ProofMissing(Conflict):
    """No document is attached to the finding."""

    code = "proof_missing"


class Raised(NamedTuple):
    """Something found, as it is said: how grave, what, and the day by which it is to be mended."""

    severity: str
    text: str
    due_on: date


def raised_faults(found: Raised, *, found_on: date) -> dict[str, str]:
    """What is wrong with it, by field; sentences are empty where nothing is."""
    due = day_fault(found.due_on)
    if not due and found.due_on < found_on:
        due = _("整改期限不能早于发现日期（%(found)s）。") % {"found": found_on.isoformat()}
    return {
        "severity": "" if found.severity in Severity.values else _("没有这种程度。"),
        "text": text_fault(found.text, limit=TEXT_LENGTH),
        "due_on": due,
    }


@transaction.atomic
def raise_finding(
    *,
    project: Project,
    found: Raised,
    on: date,
    actor: Actor,
    today: date,
    origin: str = FindingOrigin.INSPECTION,
    inspection: Inspection | None = None,
) -> Finding:
    """Write down something that must be mended, found on the day `on`, by an inspection that was held or without.

    Raises:
        Invalid: a text is empty or too long, the severity or origin is unknown, a day is to come, the due day lies
            before it was found, or it was found before the inspection or the award.
        StageForbids: the project is closed, terminated or revoked.
        FindingMoved: the inspection was not held.
    """
    held = _locked(project)
    after = held.cluster.batch.awarded_on
    if inspection is not None:
        inspection = held.inspections.get(pk=inspection.pk)
        if inspection.state != InspectionState.HELD or inspection.held_on is None:
            raise FindingMoved(
                _("该次检查%(state)s，不能登记其发现的问题。") % {"state": inspection.get_state_display()},
                details={"state": inspection.state},
            )
        after = inspection.held_on
    refuse_if_any(
        {
            "found_on": day_fault(on, today=today, since=after),
            "origin": "" if origin in SAID_BY_HAND else _("没有这种来源。"),
            **raised_faults(found, found_on=on),
        }
    )
    if held.state not in RAISED_IN:
        raise StageForbids(
            _("项目处于“%(state)s”阶段，不能再登记问题。") % {"state": held.get_state_display()},
            details={"state": held.state},
        )
    return write_down(
        held, found, on=on, actor=actor, number=held.number, origin=origin, inspection=inspection
    )


def write_down(
    project: Project,
    found: Raised,
    *,
    on: date,
    actor: Actor,
    number: str,
    origin: str,
    inspection: Inspection | None = None,
) -> Finding:
    """The row and its first step. The project is locked and `found` was looked over."""
    finding = Finding.objects.create(
        project=project,
        inspection=inspection,
        origin=origin,
        severity=found.severity,
        text=found.text.strip(),
        found_on=on,
        due_on=found.due_on,
    )
    take_step(
        finding,
        "raise",
        number=number,
        actor=actor,
        on=on,
        severity=found.severity,
        due_on=found.due_on.isoformat(),
    )
    return finding


@transaction.atomic
def reply(*, finding: Finding, answer: str, on: date, actor: Actor, today: date) -> Finding:
    """Say how it was mended; the proof is attached to it already.

    Raises:
        Invalid: no answer, one too long, or a day to come or before the last step.
        FindingMoved: it was answered or closed meanwhile.
        ProofMissing: no document is attached to it.
    """
    project, finding = _locked_finding(finding, FindingState.OPEN, _("答复"))
    refuse_if_any(
        {
            "answer": text_fault(answer, limit=ANSWER_LENGTH),
            "on": day_fault(on, today=today, since=day_of_last_step(finding)),
        }
    )
    if not Document.objects.attached_to(finding).present().exists():
        raise ProofMissing(_("请先上传整改证明材料，再提交答复。"))
    finding.reply()
    finding.answer = answer.strip()
    finding.answered_on = on
    finding.save(update_fields=["state", "answer", "answered_on"])
    take_step(
        finding,
        "reply",
        number=project.number,
        actor=actor,
        on=on,
        from_state=FindingState.OPEN,
        reason=finding.answer,
    )
    return finding


@transaction.atomic
def give_back(*, finding: Finding, reason: str, on: date, actor: Actor, today: date) -> Finding:
    """The answer does not do; its text stays to go on from, its day is taken back.

    Raises:
        Forbidden: by the unit or the park.
        Invalid: no reason, one too long, or a day to come or before the answer.
        FindingMoved: there is no answer to give back.
    """
    project, finding = _locked_finding(finding, FindingState.ANSWERED, _("退回"))
    _refuse_who_answers(actor)
    refuse_if_any(
        {
            "reason": text_fault(reason, limit=REASON_LENGTH),
            "on": day_fault(on, today=today, since=day_of_last_step(finding)),
        }
    )
    finding.give_back()
    finding.answered_on = None
    finding.save(update_fields=["state", "answered_on"])
    take_step(
        finding,
        "give_back",
        number=project.number,
        actor=actor,
        on=on,
        from_state=FindingState.ANSWERED,
        reason=reason.strip(),
    )
    return finding


@transaction.atomic
def shut(*, finding: Finding, on: date, actor: Actor, today: date) -> Finding:
    """It is mended, as of the day `on`; from here on it stands.

    Raises:
        Forbidden: by the unit or the park, whose work it is about.
        Invalid: a day to come or before the answer.
        FindingMoved: it was not answered, or is closed already.
    """
    project, finding = _locked_finding(finding, FindingState.ANSWERED, _("销号"))
    _refuse_who_answers(actor)
    refuse_if_any({"on": day_fault(on, today=today, since=day_of_last_step(finding))})
    finding.shut()
    finding.closed_on = on
    finding.save(update_fields=["state", "closed_on"])
    take_step(
        finding,
        "shut",
        number=project.number,
        actor=actor,
        on=on,
        from_state=FindingState.ANSWERED,
        late_days=max(0, (on - finding.due_on).days),
    )
    return finding


def record_rectification(made: Made) -> None:
    """What acceptance found, each to be mended by the one day that was set; an effect of return_for_rectification.

    made.said: findings [{"severity", "text"}] and due_on.

    Raises Invalid when one of them says nothing or is due before the move; the move is then not made.
    """
    findings: Sequence[dict[str, Any]] = made.said["findings"]
    raised = [Raised(found["severity"], found["text"], made.said["due_on"]) for found in findings]
    refuse_rows(raised, found_on=made.on)
    for found in raised:
        write_down(
            made.project,
            found,
            on=made.on,
            actor=made.actor,
            number=made.project.number,
            origin=FindingOrigin.ACCEPTANCE,
        )


def refuse_rows(raised: Sequence[Raised], *, found_on: date) -> None:
    """Raises Invalid with the faults of all rows under `findings`, each with the row it is about."""
    faults = [
        _("第 %(row)d 项：%(fault)s") % {"row": row, "fault": fault}
        for row, found in enumerate(raised, 1)
        for fault in raised_faults(found, found_on=found_on).values()
        if fault
    ]
    if faults:
        raise Invalid(" ".join(faults), details={"findings": " ".join(faults)})


def _none_open(case: Case) -> Outcome:
    """No finding found by the day is unclosed on it."""
    found = [finding for finding in case.life.findings if finding.found_on <= case.on]
    unclosed = [finding for finding in found if not finding.is_closed_on(case.on)]
    if not unclosed:
        return met(gettext_noop("没有未销号的问题。"))
    return unmet(
        gettext_noop("还有 %(count)s 条问题未销号：%(findings)s。最近的整改期限为 %(due)s。"),
        count=len(unclosed),
        findings=[shortened(finding.text) for finding in unclosed],
        due=min(finding.due_on for finding in unclosed),
    )


NONE_OPEN = Guard(
    code="no_open_finding",
    title=gettext_lazy("问题均已销号"),
    basis=gettext_lazy("检查整改惯例"),
    mend="findings",
    who=(Role.UNIT.value, Role.PARK.value, Role.CITY.value, Role.PROVINCE.value),
    look=_none_open,
)
"""Every finding is closed: answered by unit or park, closed by city or province."""


def _locked(project: Project) -> Project:
    """The project, its row locked, with its batch."""
    return Project.objects.held(project.pk)


def _locked_finding(finding: Finding, state: str, doing: str) -> tuple[Project, Finding]:
    """The project locked, and the finding read anew; refuses it in another state than `state`."""
    project = _locked(Project(pk=finding.project_id))
    finding = Finding.objects.get(pk=finding.pk)
    if finding.state != state:
        raise FindingMoved(
            _("该问题现为“%(state)s”，不能%(doing)s。")
            % {"state": finding.get_state_display(), "doing": doing},
            details={"state": finding.state},
        )
    return project, finding


def _refuse_who_answers(actor: Actor) -> None:
    if actor.role in (Role.UNIT, Role.PARK):
        raise Forbidden(_("问题应由检查方复核销号，承担单位和高新区管委会不能办理。"))
