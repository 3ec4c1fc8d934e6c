"""The verdict: what the panel decided of task and money, recorded by who organises."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from lifecycle.acceptance.panel import least_of, panel_faults
from lifecycle.acceptance.review import present_of
from lifecycle.acceptance.rounds import locked, present_acceptance, require_step
from lifecycle.acceptance.scoring import OPINION_LENGTH, check_verdicts
from lifecycle.errors import Conflict
from lifecycle.faults import Faults
from lifecycle.guards import Case, Guard, Outcome, met, unmet
from lifecycle.models import VERDICTS, Acceptance, AcceptanceState, Project
from lifecycle.parties.log import Actor
from lifecycle.parties.models import Role
from lifecycle.steps import take_step
from lifecycle.wording import listed


class PanelNotReady(Conflict):
    """The panel cannot have judged; details: {"faults": every sentence, in the active language}."""

    code = "panel_not_ready"


def worse_of(task_verdict: str, finance_verdict: str) -> str:
    """What both verdicts come to: the worse of the two (通过验收 before 结题 before 不通过验收). Pure."""
    return max(task_verdict, finance_verdict, key=VERDICTS.index)


def record_verdict(
    *,
    project: Project,
    meeting_on: date,
    opinion: str,
    task_verdict: str,
    finance_verdict: str,
    actor: Actor,
    today: date,
) -> Acceptance:
    """What the panel decided at its meeting on `meeting_on`; the verdict of the acceptance follows from both.

    It need not be what most sheets say: `scoring.doubts` tells where it is not.

    Raises:
        NotApplied, WrongStep: the acceptance is not agreed, or is judged already.
        PanelNotReady: the panel is not composed as it should be, or some have not submitted.
        Invalid: no opinion, a verdict that is none, or a day to come or before the province agreed.
    """
    with transaction.atomic():
        kept = locked(project)
        acceptance = present_acceptance(kept)
        require_step(acceptance, AcceptanceState.AGREED)
        panel = list(acceptance.panel.order_by("pk"))
        unready = panel_faults(panel, kept, least=least_of(kept, on=today))
        if waiting := [expert.name for expert in panel if expert.submitted_at is None]:
            unready.append(_("尚未提交评审意见：%(names)s。") % {"names": listed(waiting)})
        if unready:
            raise PanelNotReady(" ".join(unready), details={"faults": unready})
        faults = Faults()
        acceptance.opinion = faults.text("opinion", opinion, limit=OPINION_LENGTH)
        faults.day(
            "meeting_on",
            meeting_on,
            today=today,
            since=acceptance.agreed_on,
            after=gettext_lazy("省同意日期"),
        )
        check_verdicts(faults, task_verdict=task_verdict, finance_verdict=finance_verdict)
        faults.refuse()
        former = acceptance.state
        acceptance.meeting_on = meeting_on
        acceptance.task_verdict, acceptance.finance_verdict = task_verdict, finance_verdict
        acceptance.verdict = worse_of(task_verdict, finance_verdict)
        acceptance.review()
        acceptance.save(
            update_fields=["state", "meeting_on", "opinion", "task_verdict", "finance_verdict", "verdict"]
        )
        take_step(
            acceptance,
            "record_verdict",
            number=kept.number,
            actor=actor,
            on=meeting_on,
            from_state=former,
            reason=acceptance.opinion,
            task_verdict=task_verdict,
            finance_verdict=finance_verdict,
            verdict=acceptance.verdict,
        )
    return acceptance


def _recorded(case: Case) -> Outcome:
    acceptance = case.ask(present_of)
    if acceptance is None or acceptance.meeting_on is None or not acceptance.verdict:
        return unmet(gettext_noop("尚未登记专家组意见和任务、财务验收结论。"))
    if acceptance.meeting_on > case.on:
        return unmet(gettext_noop("专家组于 %(checked)s 评审，晚于生效日期。"), checked=acceptance.meeting_on)
    return met(
        gettext_noop("专家组于 %(checked)s 评审：任务%(task)s，财务%(finance)s，验收结论为%(verdict)s。"),
        checked=acceptance.meeting_on,
        task=acceptance.task_verdict,
        finance=acceptance.finance_verdict,
        verdict=acceptance.verdict,
    )


VERDICTS_RECORDED = Guard(
    "verdicts_recorded",
    gettext_lazy("验收结论"),
    gettext_lazy("项目管理流程：专家组意见及任务、财务两项结论"),
    "acceptance",
    (Role.PROVINCE.value, Role.CITY.value),
    _recorded,
)
