"""Which application a project stands with: the present round, and what its state allows."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from lifecycle.errors import Conflict
from lifecycle.models import Acceptance, AcceptanceState, EventKind, Project, ProjectState


class NotApplied(Conflict):
    """The project has no application for acceptance that something could be done to."""

    code = "not_applied"


class WrongStep(Conflict):
    """The acceptance does not stand where the act belongs; details: state."""

    code = "wrong_step"


def locked(project: Project) -> Project:
    """The project as it stands, with its parties, its row held until the end of the transaction."""
    return Project.objects.held(project.pk)


def latest_acceptance(project: Project) -> Acceptance | None:
    """The present round, else the one that was returned; None before any. Changes nothing."""
    return Acceptance.objects.filter(project=project).select_related("organiser").order_by("-round").first()


def present_acceptance(project: Project, *, stage: str = "") -> Acceptance:
    """The application that stands.

    A project that came in at 验收 has none yet; it gets its first, applied for on the day of the latest
    验收申请 on record. The project must be locked. stage: where it stood, for what follows a move out of there.

    Raises NotApplied: nothing was applied for, or it was returned, or no day of it is on record.
    """
    rounds = list(project.acceptances.select_related("organiser").order_by("round"))
    if rounds and rounds[-1].state != AcceptanceState.RETURNED:
        return rounds[-1]
    if (stage or project.state) != ProjectState.ACCEPTANCE:
        raise NotApplied(
            _("项目处于“%(state)s”阶段，没有办理中的验收申请。") % {"state": project.get_state_display()},
            details={"state": project.state},
        )
    filed_on = (
        project.events.filter(kind=EventKind.ACCEPTANCE_APPLICATION)
        .order_by("-happened_on")
        .values_list("happened_on", flat=True)
        .first()
    )
    if filed_on is None:
        raise NotApplied(
            _("没有登记验收申请日期，请先在“检查验收”中补录。"), details={"state": project.state}
        )
    return Acceptance.objects.create(project=project, round=len(rounds) + 1, applied_on=filed_on)


def require_step(
    acceptance: Acceptance,
    *states: AcceptanceState,
    stages: Collection[ProjectState] = (ProjectState.ACCEPTANCE,),
) -> None:
    """Raises WrongStep unless the acceptance is in one of the states and its project in one of the stages."""
    if acceptance.project.state not in stages:
        raise WrongStep(
            _("项目处于“%(state)s”阶段，不能办理这一步。")
            % {"state": acceptance.project.get_state_display()},
            details={"state": acceptance.project.state},
        )
    if acceptance.state not in states:
        raise WrongStep(
            _("验收处于“%(state)s”，不能办理这一步。") % {"state": acceptance.get_state_display()},
            details={"state": acceptance.state},
        )
