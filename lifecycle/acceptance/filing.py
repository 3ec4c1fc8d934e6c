"""Applying for acceptance: what the move brings into being, and applying for several projects in one go.

Source: guide 三.7 (集群试点项目验收结题申请, one or several projects of a cluster).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from lifecycle.acceptance.dossier import checklist_of
from lifecycle.errors import Conflict, DomainError, Invalid
from lifecycle.guards import Case, Guard, Made, Outcome, met, unmet
from lifecycle.models import Acceptance, DatedEvent, EventKind, Project, StateChange
from lifecycle.parties.log import Actor
from lifecycle.parties.models import Role
from lifecycle.steps import take_step
from lifecycle.transitions import apply_for_acceptance
from lifecycle.wording import about

AT_MOST = 50
"""Projects that one application may cover."""


class SeveralRefused(Conflict):
    """Some of several projects may not apply, so none did; details: {"projects": {number: refusal}}."""

    code = "several_refused"


def _day_free(case: Case) -> Outcome:
    if any(
        event.kind == EventKind.ACCEPTANCE_APPLICATION and event.on == case.on for event in case.life.events
    ):
        return unmet(gettext_noop("%(filed)s 已登记过验收申请，请改用另一天。"), filed=case.on)
    return met(gettext_noop("当日没有登记过验收申请。"))


APPLICATION_DAY_FREE = Guard(
    "application_day_free",
    gettext_lazy("申请日期"),
    gettext_lazy("项目管理流程：同一天只登记一次验收申请"),
    "acceptance",
    (Role.PARK.value,),
    _day_free,
)


def file(made: Made) -> None:
    """After apply_for_acceptance: the application of the next round, with its checklist as it stands, and its day."""
    project = made.project
    acceptance = Acceptance.objects.create(
        project=project,
        round=project.acceptances.count() + 1,
        applied_on=made.on,
        checklist=[row.as_json() for row in checklist_of(project, on=made.on)],
        settlement_digest=made.said.get("settlement_digest", ""),
    )
    DatedEvent.objects.create(
        project=project, kind=EventKind.ACCEPTANCE_APPLICATION, happened_on=made.on, note=_reason(made)
    )
    take_step(acceptance, "file", number=project.number, actor=made.actor, on=made.on, round=acceptance.round)


def _reason(made: Made) -> str:
    reason: str = made.said.get("reason", "")
    return reason


def file_several(
    *, projects: Sequence[Project], actor: Actor, on: date, today: date, now: datetime
) -> list[StateChange]:
    """Apply for several projects of one cluster: all of them or none. The moves, by project number.

    Raises:
        Invalid: no project, too many, or projects of two clusters.
        SeveralRefused: some may not; every refusal is named, and nothing is saved.
    """
    chosen = sorted({project.pk: project for project in projects}.values(), key=lambda each: each.number)
    if not 1 <= len(chosen) <= AT_MOST:
        _refuse(_("请选择 1 至 %(most)d 个项目。") % {"most": AT_MOST})
    if len({project.cluster_id for project in chosen}) > 1:
        _refuse(_("一次只能为同一集群的项目申请验收。"))
    made: list[StateChange] = []
    refusals: dict[str, DomainError] = {}
    with transaction.atomic():
        # In one order, so that two parks' clerks never wait for each other.
        list(
            Project.objects.select_for_update(no_key=True)
            .filter(pk__in=[each.pk for each in chosen])
            .order_by("pk")
        )
        for project in chosen:
            try:
                with transaction.atomic():
                    made.append(
                        apply_for_acceptance(project_id=project.pk, actor=actor, on=on, today=today, now=now)
                    )
            except DomainError as refusal:
                refusals[project.number] = refusal
        if refusals:
            raise SeveralRefused(
                _("以下项目不能申请验收，所选项目均未申请：%(which)s")
                % {"which": " ".join(about(number, refusal.message) for number, refusal in refusals.items())},
                details={
                    "projects": {
                        number: {
                            "code": refusal.code,
                            "message": refusal.message,
                            "details": refusal.details,
                        }
                        for number, refusal in refusals.items()
                    }
                },
            )
    return made


def _refuse(sentence: str) -> None:
    raise Invalid(sentence, details={"projects": sentence})
