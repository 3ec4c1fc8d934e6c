"""Milestones as the work goes on: planned, reported, handed in with evidence, verified, returned or waived.

Moving a planned day and dropping a milestone are changes of the contract's plan, not acts here.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from lifecycle.categories import TOO_MUCH
from lifecycle.errors import Conflict, StageForbids, WrongState
from lifecycle.faults import Faults
from lifecycle.guards import Case, Guard, Outcome, met, unmet
from lifecycle.models import Document, DocumentCategory, Milestone, MilestoneState, Project, ProjectState
from lifecycle.models.fields import EARLIEST
from lifecycle.models.milestone import UNDONE
from lifecycle.parties.log import Actor
from lifecycle.parties.models import Role
from lifecycle.reporting import (
    HAND_IN,
    LAST_STEP,
    LOGGED_IN,
    held,
    last_day_of,
    refuse_others_work,
    refuse_own_work,
)
from lifecycle.steps import take_step

PROGRESS_LENGTH = 2000
REASON_LENGTH = 1000
NAME_LENGTH = 200
OWNER_LENGTH = 100
WHOLE = 100
"""The weights of a whole plan together."""

NAMED = 5
"""How many milestones a condition names."""

PLANNED_IN = frozenset({ProjectState.APPROVED, ProjectState.FUNDING, ProjectState.IMPLEMENTING})
"""Stages in which the plan may grow. It never shrinks here: taking back or moving needs a change request."""


class MilestoneExists(Conflict):
    """The year's plan has a milestone of that name already."""

    code = "milestone_exists"


class EvidenceMissing(Conflict):
    """Nothing on file shows that the milestone was done."""

    code = "evidence_missing"


class WeightsFull(Conflict):
    """The weights of the plan would come to more than a hundred; details hold what is left."""

    code = "weights_full"


@transaction.atomic
def log_progress(*, milestone: Milestone, progress: str, actor: Actor, today: date) -> Milestone:
    """Write down how far a milestone is; one that was planned or returned is in progress from here on.

    Saying again what is written changes nothing.

    Raises:
        Invalid: the text is too long or has control signs.
        StageForbids: the project is closed, terminated or revoked.
        WrongState: it was handed in, verified or waived; what was said then stands.
    """
    kept = _held(milestone, LOGGED_IN)
    faults = Faults()
    faults.text("progress", progress, limit=PROGRESS_LENGTH, is_required=False)
    faults.refuse()
    _require_state(kept, *UNDONE)
    if kept.progress == progress:
        return kept
    former = kept.state
    kept.go_on()
    kept.progress = progress
    kept.save(update_fields=["state", "progress"])
    _step(kept, "log_progress", actor=actor, on=today, from_state=former, reason=progress)
    return kept


@transaction.atomic
def hand_in(
    *, milestone: Milestone, completed_on: date, statement: str, actor: Actor, today: date
) -> Milestone:
    """Say that a milestone was done on a day, with what shows it on file; the park is to verify it.

    The statement becomes its 完成情况. Evidence is a present document of category 里程碑佐证 attached to it.

    Raises:
        Invalid: no statement, or the day is still to come, before 2000 or before the project began.
        StageForbids: the project is closed, terminated or revoked.
        WrongState: it was handed in already, verified or waived.
        EvidenceMissing: no such document is on file.
    """
    kept = _held(milestone, LOGGED_IN)
    statement = statement.strip()
    faults = Faults()
    faults.text("statement", statement, limit=PROGRESS_LENGTH, needed=_("请说明完成情况。"))
    start = kept.project.start_on
    if completed_on > today:
        faults["completed_on"] = _("实际完成日期不能晚于今天（%(today)s）。") % {"today": today.isoformat()}
    elif completed_on < EARLIEST:
        faults["completed_on"] = _("实际完成日期不能早于 2000 年。")
    elif completed_on < start:
        faults["completed_on"] = _("实际完成日期不能早于实施开始日期（%(start)s）。") % {
            "start": start.isoformat()
        }
    faults.refuse()
    _require_state(kept, *UNDONE)
    evidence = list(
        Document.objects.attached_to(kept)
        .present()
        .filter(category=DocumentCategory.MILESTONE)
        .values_list("pk", flat=True)
    )
    if not evidence:
        raise EvidenceMissing(
            _("请先上传“%(name)s”的佐证材料（类别：里程碑佐证），再提交完成。") % {"name": kept.name},
            details={"wanted": DocumentCategory.MILESTONE.value},
        )
    former = kept.state
    kept.hand_in(completed_on)
    kept.progress = statement
    kept.save(update_fields=["state", "completed_on", "progress"])
    _step(
        kept,
        HAND_IN,
        actor=actor,
        on=today,
        from_state=former,
        reason=statement,
        completed_on=completed_on.isoformat(),
        documents=evidence,
    )
    return kept


@transaction.atomic
def take_back(*, milestone: Milestone, actor: Actor, today: date) -> Milestone:
    """Take back what one handed in oneself, before it is verified.

    Raises:
        StageForbids: the project is closed, terminated or revoked.
        WrongState: it does not stand as handed in.
        Forbidden: somebody else handed it in.
    """
    kept = _held(milestone, LOGGED_IN)
    _require_state(kept, MilestoneState.HANDED_IN)
    refuse_others_work(kept, actor)
    former = kept.state
    kept.take_back()
    kept.save(update_fields=["state", "completed_on"])
    _step(kept, "take_back", actor=actor, on=today, from_state=former)
    return kept


@transaction.atomic
def verify(*, milestone: Milestone, actor: Actor, on: date, today: date) -> Milestone:
    """The park finds that a milestone was done as handed in.

    Raises:
        Invalid: `on` is still to come, or before it was handed in.
        StageForbids: the project is closed, terminated or revoked.
        WrongState: it does not stand as handed in.
        OwnWork: the actor handed it in.
    """
    kept = _held(milestone, LOGGED_IN)
    _require_state(kept, MilestoneState.HANDED_IN)
    refuse_own_work(kept, actor)
    faults = Faults()
    faults.day("on", on, today=today, since=last_day_of(kept, kept.completed_on), after=LAST_STEP)
    faults.refuse()
    former = kept.state
    kept.verify()
    kept.save(update_fields=["state"])
    _step(kept, "verify", actor=actor, on=on, from_state=former)
    return kept


@transaction.atomic
def give_back(*, milestone: Milestone, reason: str, actor: Actor, on: date, today: date) -> Milestone:
    """The park finds something missing: the milestone is not done, and why.

    Raises:
        Invalid: no reason, or `on` is still to come or before it was handed in.
        StageForbids: the project is closed, terminated or revoked.
        WrongState: it does not stand as handed in.
    """
    kept = _held(milestone, LOGGED_IN)
    _require_state(kept, MilestoneState.HANDED_IN)
    reason = reason.strip()
    faults = Faults()
    faults.text("reason", reason, limit=REASON_LENGTH, needed=_("请写明理由。"))
    faults.day("on", on, today=today, since=last_day_of(kept, kept.completed_on), after=LAST_STEP)
    faults.refuse()
    former, completed_on = kept.state, kept.completed_on
    kept.give_back()
    kept.save(update_fields=["state", "completed_on"])
    _step(
        kept,
        "give_back",
        actor=actor,
        on=on,
        from_state=former,
        reason=reason,
        completed_on=completed_on.isoformat() if completed_on else None,
    )
    return kept


@transaction.atomic
def waive(*, milestone: Milestone, reason: str, actor: Actor, on: date, today: date) -> Milestone:
    """The province says that a milestone need not be done any more; from `on` it is not due.

    Raises:
        Invalid: no reason, or `on` is still to come, before the project began or before its last step.
        StageForbids: the project is closed, terminated or revoked.
        WrongState: it was handed in, verified or waived already.
    """
    kept = _held(milestone, LOGGED_IN)
    _require_state(kept, *UNDONE)
    reason = reason.strip()
    faults = Faults()
    faults.text("reason", reason, limit=REASON_LENGTH, needed=_("请写明理由。"))
    faults.day("on", on, today=today, since=last_day_of(kept, kept.project.start_on), after=LAST_STEP)
    faults.refuse()
    former = kept.state
    kept.waive(on)
    kept.save(update_fields=["state", "waived_on"])
    _step(kept, "waive", actor=actor, on=on, from_state=former, reason=reason)
    return kept


@transaction.atomic
def add_milestone(
    *,
    project: Project,
    year: int,
    name: str,
    planned_on: date,
    owner: str,
    weight: int | None = None,
    planned_spend: Decimal | None = None,
    actor: Actor,
    today: date,
) -> Milestone:
    """Add a milestone to the plan of a year (年度).

    weight: its share of the whole plan, 1 to 100. planned_spend: yuan, what is to be spent for it.

    Raises:
        Invalid: a text is empty or too long, year or day lie outside the project's term, or a weight or
            amount is none.
        StageForbids: the plan is settled, since the project is past implementation or stopped.
        WeightsFull: all weights together would be more than 100.
        MilestoneExists: the year has one of that name.
    """
    kept = held(project.pk)
    name, owner = name.strip(), owner.strip()
    faults = Faults()
    faults.text("name", name, limit=NAME_LENGTH, needed=_("请填写里程碑名称。"))
    faults.text("owner", owner, limit=OWNER_LENGTH, is_required=False)
    term = {"start": kept.start_on.isoformat(), "end": kept.end_on.isoformat()}
    if not kept.start_on <= planned_on <= kept.end_on:
        faults["planned_on"] = _("计划完成日期应在实施期内（%(start)s 至 %(end)s）。") % term
    if not kept.start_on.year <= year <= kept.end_on.year:
        faults["year"] = _("年度应在实施期内（%(start)s 至 %(end)s）。") % term
    if weight is not None and not 1 <= weight <= WHOLE:
        faults["weight"] = _("权重应为 1 至 100 的整数。")
    if planned_spend is not None and not _is_spend(planned_spend):
        faults["planned_spend"] = _("计划支出应为不小于零、最多两位小数的金额（元）。")
    faults.refuse()
    _require_stage(kept, PLANNED_IN)
    if weight is not None:
        left = WHOLE - weights_of(kept)
        if weight > left:
            raise WeightsFull(
                _("各里程碑权重合计不能超过 100，还可分配 %(left)d。") % {"left": max(left, 0)},
                details={"left": max(left, 0)},
            )
    try:
        with transaction.atomic():
            added = Milestone.objects.create(
                project=kept,
                year=year,
                name=name,
                planned_on=planned_on,
                owner=owner,
                weight=weight,
                planned_spend=planned_spend,
            )
    except IntegrityError as error:
        raise MilestoneExists(
            _("%(year)d 年度已有里程碑“%(name)s”。") % {"year": year, "name": name},
            details={"year": year, "name": name},
        ) from error
    _step(
        added,
        "add",
        actor=actor,
        on=today,
        from_state="",
        planned_on=planned_on.isoformat(),
        weight=weight,
        planned_spend=None if planned_spend is None else f"{planned_spend:.2f}",
    )
    return added


def weights_of(project: Project) -> int:
    """The weights of all milestones of the project together, waived ones too; zero without any."""
    return Milestone.objects.filter(project=project).aggregate(sum=Sum("weight"))["sum"] or 0


def _every_milestone_is_done(case: Case) -> Outcome:
    rows = (
        Milestone.objects.filter(project=case.project)
        .order_by("planned_on", "pk")
        .values_list("name", "state", "completed_on", "waived_on")
    )
    if not rows:
        return unmet(gettext_noop("没有登记里程碑，无法判断任务是否完成；请补充登记。"))
    left = [
        name
        for name, state, completed_on, waived_on in rows
        if not (
            (state == MilestoneState.VERIFIED and completed_on is not None and completed_on <= case.on)
            or (state == MilestoneState.WAIVED and waived_on is not None and waived_on <= case.on)
        )
    ]
    if not left:
        return met(gettext_noop("全部 %(count)s 个里程碑均已核实或免除。"), count=len(rows))
    sentence = gettext_noop("有 %(count)s 个里程碑尚未核实或免除：%(milestones)s。")
    if len(left) > NAMED:
        sentence = gettext_noop("有 %(count)s 个里程碑尚未核实或免除：%(milestones)s等。")
    return unmet(sentence, count=len(left), milestones=left[:NAMED])


ALL_DONE = Guard(
    code="milestones_done",
    title=gettext_lazy("里程碑全部完成"),
    basis=gettext_lazy("项目合同年度工作计划；申报指引 方案提纲 五"),
    mend="milestones",
    who=(Role.UNIT.value, Role.PARK.value, Role.PROVINCE.value),
    look=_every_milestone_is_done,
)
"""Every milestone was verified and completed by the day, or waived by it."""


def _held(milestone: Milestone, stages: frozenset[ProjectState]) -> Milestone:
    """The milestone as it stands now, its project locked and in one of the stages."""
    project = held(milestone.project_id)
    _require_stage(project, stages)
    kept = Milestone.objects.get(pk=milestone.pk)
    kept.project = project
    return kept


def _require_stage(project: Project, stages: frozenset[ProjectState]) -> None:
    if project.state not in stages:
        raise StageForbids(
            _("项目处于“%(state)s”阶段，不能更改里程碑。") % {"state": project.get_state_display()},
            details={"state": project.state},
        )


def _require_state(milestone: Milestone, *states: MilestoneState) -> None:
    if milestone.state not in states:
        raise WrongState(
            _("里程碑“%(name)s”%(state)s，不能办理此项。")
            % {"name": milestone.name, "state": milestone.get_state_display()},
            details={"state": milestone.state},
        )


def _step(
    milestone: Milestone,
    act: str,
    *,
    on: date,
    from_state: str,
    actor: Actor,
    reason: str = "",
    **details: object,
) -> None:
    take_step(
        milestone,
        act,
        number=milestone.project.number,
        actor=actor,
        on=on,
        from_state=from_state,
        reason=reason,
        milestone=milestone.name,
        year=milestone.year,
        **details,
    )


def _is_spend(amount: Decimal) -> bool:
    return amount.is_finite() and 0 <= amount < TOO_MUCH and amount == amount.quantize(Decimal("0.01"))
