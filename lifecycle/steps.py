"""Each step of a smaller life: written down in the transaction of the step itself, and which was the last."""

from __future__ import annotations

from datetime import date
from typing import Any, Protocol

from django.db import models

from lifecycle.models import Step
from lifecycle.models.fields import EARLIEST
from lifecycle.parties.log import Actor, record


class Subject(Protocol):
    """A thing that lives inside a project."""

    pk: Any
    project_id: int


def take_step(
    subject: Subject,
    act: str,
    *,
    number: str,
    actor: Actor,
    on: date,
    from_state: str = "",
    reason: str = "",
    **details: Any,
) -> Step:
    """One line in the story of `subject`, and one in the security log.

    number: of the project, for the log. on: the business day. from_state: before the step; the state after it
    is the subject's own. details: JSON values.
    """
    assert isinstance(subject, models.Model)
    name = str(subject._meta.model_name)
    step = Step.objects.create(
        project_id=subject.project_id,
        subject=name,
        subject_id=subject.pk,
        act=act,
        from_state=from_state,
        to_state=str(getattr(subject, "state", "")),
        on=on,
        actor_id=actor.pk,
        actor_name=actor.name,
        role=actor.role,
        reason=reason,
        details=details,
    )
    record(actor, f"{name}_{act}", subject=number, id=subject.pk, on=on.isoformat(), **details)
    return step


def day_of_last_step(subject: models.Model) -> date:
    """The day of the last step in the story of `subject`, before which no other can lie; EARLIEST without any."""
    return Step.objects.of(subject).order_by("-pk").values_list("on", flat=True).first() or EARLIEST
