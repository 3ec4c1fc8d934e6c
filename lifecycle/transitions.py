"""The moves of a project between stages: one function an arrow, each the only way to walk it.

Each locks the project, looks whether it stands where the arrow begins, asks every condition for the effective
day and for today, moves, records who did it, for which day, why and on which conditions, and lets follow what
follows, all in one transaction. What is refused leaves nothing behind. Source: PRODUCT 'The life of a project'.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lifecycle.errors import Conflict, Invalid
from lifecycle.faults import Faults
from lifecycle.guards import Case, Condition, Made, conditions_of, effects_of, hold, version
from lifecycle.models import (
    Document,
    DocumentCategory,
    Project,
    ProjectState,
    ReasonClass,
    Severity,
    StateChange,
)
from lifecycle.moves import MOVES, Move
from lifecycle.parties.log import Actor, record
from lifecycle.rules.calendar import add_months
from lifecycle.wording import CONTROL

REASON_LENGTH = 2000
FINDINGS_AT_MOST = 50


class TransitionBlocked(Conflict):
    """Some condition of the move is not met; nothing was changed.

    details: move, on, and conditions: all of them, met and unmet, as {"code", "met", "message", "basis"}; where
    the effective day lies in the past, today: those of today.
    """

    code = "blocked"

    def __init__(self, move: Move, on: date, then: list[Condition], now: list[Condition]) -> None:
        self.unmet = list({each.message: each for each in (*then, *now) if not each.is_met}.values())
        details = {"move": move.name, "on": on.isoformat(), "conditions": [shown(each) for each in then]}
        if now:
            details["today"] = [shown(each) for each in now]
        super().__init__(
            _("不能办理“%(move)s”，有 %(count)d 项条件未满足：%(what)s")
            % {
                "move": move.title,
                "count": len(self.unmet),
                "what": " ".join(each.message for each in self.unmet),
            },
            details=details,
        )


class WrongStage(Conflict):
    """The project does not stand where the move begins; details: state, move."""

    code = "wrong_stage"


@dataclass(frozen=True, slots=True)
class Said:
    """What comes with a move. document: id of a paper of the project; where one is needed, of a decision (决定文件),
    its latest version. findings: [{"severity", "text"}]."""

    reason: str = ""
    reason_class: str = ""
    document: int | None = None
    findings: list[dict[str, str]] = field(default_factory=list)
    due_on: date | None = None


def shown(condition: Condition) -> dict[str, Any]:
    """A condition for a program, in the active language."""
    return {
        "code": condition.code,
        "met": condition.is_met,
        "message": condition.message,
        "basis": str(condition.guard.basis),
        "title": str(condition.guard.title),
        "mend": condition.guard.mend,
        "who": list(condition.guard.who),
    }


def start_funding(
    *, project_id: int, actor: Actor, on: date, today: date, now: datetime, said: Said | None = None
) -> StateChange:
    """立项 → 拨款: the contract stands, money may flow. By the province.

    Raises:
        Invalid: the day lies in the future. WrongStage: the project is not at 立项.
        TransitionBlocked: lists every condition; nothing is saved.
    """
    return _walk("start_funding", Project.start_funding, project_id, actor, on, today, now, said)


def start_implementation(
    *, project_id: int, actor: Actor, on: date, today: date, now: datetime, said: Said | None = None
) -> StateChange:
    """拨款 → 实施: the unit has the first money of every source. By the park. Raises as start_funding."""
    return _walk(
        "start_implementation", Project.start_implementation, project_id, actor, on, today, now, said
    )


def apply_for_acceptance(
    *, project_id: int, actor: Actor, on: date, today: date, now: datetime, said: Said | None = None
) -> StateChange:
    """实施 → 验收: the park puts the project forward. Raises as start_funding. Source: guide 三.7."""
    return _walk(
        "apply_for_acceptance", Project.apply_for_acceptance, project_id, actor, on, today, now, said
    )


def close(
    *, project_id: int, actor: Actor, on: date, today: date, now: datetime, said: Said | None = None
) -> StateChange:
    """验收 → 结题: verdicts recorded, money settled. By the province. Raises as start_funding."""
    return _walk("close", Project.close, project_id, actor, on, today, now, said)


def return_for_rectification(
    *, project_id: int, actor: Actor, on: date, today: date, now: datetime, said: Said
) -> StateChange:
    """验收 → 实施, once: said brings a reason, findings, and a day within three months to mend them by.

    By the province. Raises as start_funding; Invalid also names what was not said.
    """
    return _walk(
        "return_for_rectification", Project.return_for_rectification, project_id, actor, on, today, now, said
    )


def suspend(
    *, project_id: int, actor: Actor, on: date, today: date, now: datetime, said: Said
) -> StateChange:
    """实施 → 暂停, for a reason; nothing is paid meanwhile. By the province. Raises as start_funding."""
    return _walk("suspend", Project.suspend, project_id, actor, on, today, now, said)


def resume(*, project_id: int, actor: Actor, on: date, today: date, now: datetime, said: Said) -> StateChange:
    """暂停 → 实施, for a reason. By the province. Raises as start_funding."""
    return _walk("resume", Project.resume, project_id, actor, on, today, now, said)


def terminate(
    *, project_id: int, actor: Actor, on: date, today: date, now: datetime, said: Said
) -> StateChange:
    """Any stage before 结题 → 终止: said brings a reason, its class, and the document that decides it.

    What must come back is worked out from the ledger in the same transaction. By the province. Raises as
    start_funding.
    """
    return _walk("terminate", Project.terminate, project_id, actor, on, today, now, said)


def revoke(*, project_id: int, actor: Actor, on: date, today: date, now: datetime, said: Said) -> StateChange:
    """Any stage before 结题 → 撤销: as terminate, but all money and its interest come back."""
    return _walk("revoke", Project.revoke, project_id, actor, on, today, now, said)


FUNCTIONS: dict[str, Callable[..., StateChange]] = {
    "start_funding": start_funding,
    "start_implementation": start_implementation,
    "apply_for_acceptance": apply_for_acceptance,
    "close": close,
    "return_for_rectification": return_for_rectification,
    "suspend": suspend,
    "resume": resume,
    "terminate": terminate,
    "revoke": revoke,
}
"""The function of each move, by its name."""


@transaction.atomic
def _walk(
    name: str,
    arrow: Callable[[Project], None],
    project_id: int,
    actor: Actor,
    on: date,
    today: date,
    now: datetime,
    said: Said | None,
) -> StateChange:
    move = MOVES[name]
    said = said or Said()
    # Those who only point to the project are let in: a posting that opens an account holds the journal meanwhile,
    # and an effect may wait for that.
    project = Project.objects.held(project_id)
    if project.state not in move.sources:
        raise _wrong_stage(project, move)
    hold(project)
    case = Case(project, on, today)
    document = _check_said(move, case, said)
    then = conditions_of(name, case)
    at_present = conditions_of(name, Case(project, today, today)) if on < today else []
    if not all(each.is_met for each in (*then, *at_present)):
        raise TransitionBlocked(move, on, then, at_present)
    last = StateChange.objects.filter(project=project).latest("sequence")
    facts: dict[str, Any] = {}
    if said.findings:
        facts = {"findings": said.findings, "due_on": said.due_on and said.due_on.isoformat()}
    change = StateChange.objects.create(
        project=project,
        sequence=last.sequence + 1,
        move=name,
        from_state=project.state,
        to_state=move.target,
        effective_on=on,
        at=now,
        actor_id=actor.pk,
        actor_name=actor.name,
        role=actor.role or move.role,
        reason=said.reason.strip(),
        reason_class=said.reason_class,
        document=document,
        conditions={
            "on": [each.as_json() for each in then],
            "today": [each.as_json() for each in at_present],
        },
        facts=facts,
        rule_set=version(),
    )
    arrow(project)
    project.save(update_fields=["state"])
    made = Made(
        project=project,
        change=change,
        actor=actor,
        on=on,
        today=today,
        now=now,
        said={
            "reason": said.reason.strip(),
            "reason_class": said.reason_class,
            "document": document,
            "findings": said.findings,
            "due_on": said.due_on,
        },
    )
    for effect in effects_of(name):
        effect(made)
    record(
        actor,
        f"move_{name}",
        at=now,
        subject=project.number,
        sequence=change.sequence,
        on=on.isoformat(),
        from_state=change.from_state,
        to_state=change.to_state,
    )
    return change


def _wrong_stage(project: Project, move: Move) -> WrongStage:
    last = StateChange.objects.filter(project=project).latest("sequence")
    sentence = _("项目现处于“%(state)s”阶段，不能办理“%(move)s”。") % {
        "state": ProjectState(project.state).label,
        "move": move.title,
    }
    if last.move in MOVES:
        sentence = _("%(said)s最近一次办理：%(who)s 已办理“%(last)s”。") % {
            "said": sentence,
            "who": last.actor_name,
            "last": MOVES[last.move].title,
        }
    return WrongStage(sentence, details={"state": project.state, "move": move.name})


def _check_said(move: Move, case: Case, said: Said) -> Document | None:
    """The paper that decides it, where one is wanted. Raises Invalid naming every fault of what was said."""
    faults = Faults()
    if case.on > case.today:
        faults["on"] = _("生效日期不能晚于今天（%(today)s）。") % {"today": case.today.isoformat()}
    elif case.on < case.project.cluster.batch.awarded_on:
        faults["on"] = _("生效日期不能早于立项下达日期（%(award)s）。") % {
            "award": case.project.cluster.batch.awarded_on.isoformat()
        }
    faults.text(
        "reason",
        said.reason,
        limit=REASON_LENGTH,
        is_required="reason" in move.needs,
        needed=_("请写明理由。"),
    )
    if "reason_class" in move.needs and said.reason_class not in ReasonClass.values:
        faults["reason_class"] = _("请选择理由类别：客观原因（objective）或责任原因（fault）。")
    elif "reason_class" not in move.needs and said.reason_class:
        faults["reason_class"] = _("这一事项不填理由类别。")
    document = None
    if said.document is not None:
        papers = Document.objects.filter(project=case.project, pk=said.document)
        if "document" in move.needs:
            # What a unit or a park filed decides nothing: decisions are the province's papers.
            papers = papers.filter(category=DocumentCategory.DECISION).present()
        document = papers.first()
    if "document" in move.needs and document is None:
        faults["document"] = _("请选择本项目“文件”中的决定文件；还没有的请先上传。")
    elif said.document is not None and document is None:
        faults["document"] = _("本项目没有这份文件。")
    if "findings" in move.needs:
        faults |= _faults_of_findings(case, said)
    elif said.findings or said.due_on:
        faults["findings"] = _("这一事项不填整改问题。")
    if faults:
        raise Invalid(" ".join(faults.values()), details=faults)
    return document


def _faults_of_findings(case: Case, said: Said) -> dict[str, str]:
    faults: dict[str, str] = {}
    sound = all(
        isinstance(each, dict)
        and each.get("severity") in Severity.values
        and isinstance(each.get("text"), str)
        and each["text"].strip()
        and len(each["text"]) <= REASON_LENGTH
        and not CONTROL.search(each["text"])
        for each in said.findings
    )
    if not said.findings or len(said.findings) > FINDINGS_AT_MOST or not sound:
        faults["findings"] = _("请逐条写明须整改的问题及其程度（minor、major、grave），至少一条。")
    latest = add_months(case.on, case.life.limits.rectification_months)
    if said.due_on is None or not case.on < said.due_on <= latest:
        faults["due_on"] = _("整改期限应在 %(on)s 之后、%(latest)s 之前（含当日）。") % {
            "on": case.on.isoformat(),
            "latest": latest.isoformat(),
        }
    return faults
