"""The story of a project: its moves with every condition as it stood, and every step of the lives inside it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from backend.pages.access import PageRequest, project_in_sight, signed_in
from backend.pages.paging import Order, keyset_page
from backend.pages.project_parts import part
from backend.pages.step_words import act_word, called, named_in, state_word, subject_word, things_of
from lifecycle.acceptance.scoring import ROLE_OF_EXPERTS
from lifecycle.models import ProjectState, StateChange, Step
from lifecycle.parties.models import Role
from lifecycle.told import Told, move_title, told_conditions

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Moved:
    """A move as a page shows it. today: the conditions of the day it was made, where its own day lay before."""

    change: StateChange
    title: str
    from_state: str
    to_state: str
    role: str
    then: list[Told]
    today: list[Told]


@dataclass(frozen=True, slots=True)
class Stepped:
    """A step as a page shows it. thing: which one took it; empty where it is no more."""

    step: Step
    subject: str
    thing: str
    act: str
    from_state: str
    to_state: str
    role: str


@require_safe
@signed_in
def history(request: PageRequest, number: str) -> HttpResponseBase:
    """Moves, newest first, and a page of the steps, newest first."""
    project = project_in_sight(request, number)
    changes = StateChange.objects.filter(project=project).select_related("document").order_by("-sequence")
    page = keyset_page(
        Step.objects.filter(project=project),
        order=Order(Step, "id", descending=True),
        query=request.GET,
        size=PAGE_SIZE,
    )
    things = things_of((step.subject, step.subject_id) for step in page.rows)
    return part(
        request,
        "pages/history.html",
        project,
        here="history",
        title=_("办理记录"),
        moves=[_moved(change) for change in changes],
        page=page,
        steps=[
            Stepped(
                step=step,
                subject=subject_word(step.subject),
                thing=named_in(step) or called(things.get((step.subject, step.subject_id))),
                act=act_word(step.subject, step.act),
                from_state=state_word(step.subject, step.from_state),
                to_state=state_word(step.subject, step.to_state),
                role=role_word(step.role),
            )
            for step in page.rows
        ],
    )


def _moved(change: StateChange) -> Moved:
    return Moved(
        change=change,
        title=move_title(change.move),
        from_state=_stage(change.from_state),
        to_state=_stage(change.to_state),
        role=role_word(change.role),
        then=told_conditions(change, "on"),
        today=told_conditions(change, "today"),
    )


def _stage(state: str) -> str:
    return str(ProjectState(state).label) if state in ProjectState.values else state


def role_word(role: str) -> str:
    """What a role is called; empty without one. Who judges by a personal link has no account, and so no Role."""
    if role == ROLE_OF_EXPERTS:
        return _("评审专家")
    return str(Role(role).label) if role in Role.values else role
