"""Makes matters, messages and deliveries for tests by hand, and kinds of matters that only tests know."""

from __future__ import annotations

from datetime import date, datetime
from itertools import count
from typing import Any

import pytest
from django.utils import timezone

from lifecycle.models import Delivery, Matter, Message, Preference, Project, Webhook
from lifecycle.parties.models import Organisation, Person, Role
from lifecycle.reminders import kinds
from lifecycle.reminders.kinds import Kind
from tests.builders import day, make_project
from tests.people import make_person

_numbers = count(1)

KINDS = (
    Kind("test_work", "里程碑", "里程碑“%(label)s”应于 %(due_on)s 前完成。", "", is_binding=True),
    Kind("test_money", "拨款", "“%(label)s”尚有 %(amount)s 元未拨付，应于 %(due_on)s 前拨付", ""),
    Kind("test_alarm", "资金滞留", "省拨款已滞留，应于 %(due_on)s 前拨付。", "", is_urgent=True),
)


def at(text: str) -> datetime:
    """An instant in local time."""
    return timezone.make_aware(datetime.fromisoformat(text))


def know_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the kinds of the tests be the only ones for the time of a test."""
    monkeypatch.setattr(kinds, "_kinds", {kind.code: kind for kind in KINDS})


def make_matter(project: Project | None = None, due_on: str = "2026-12-31", **facts: Any) -> Matter:
    """An open piece of the unit's work."""
    project = project or make_project(milestones=False)
    values: dict[str, Any] = {
        "kind": "test_work",
        "subject": next(_numbers),
        "due_on": day(due_on),
        "responsible": project.unit,
        "label": "中试线建成",
        "opened_on": day("2026-11-01"),
    }
    return Matter.objects.create(project=project, **(values | facts))


def make_message(
    matter: Matter,
    step: int = -7,
    *,
    organisation: Organisation | None = None,
    sent_at: datetime | None = None,
) -> Message:
    """Sent at that instant, planned where there is none."""
    return Message.objects.create(
        matter=matter,
        organisation=organisation or matter.responsible,
        due_on=matter.due_on,
        step=step,
        send_on=date.fromordinal(matter.due_on.toordinal() + step),
        state="sent" if sent_at else "planned",
        sent_at=sent_at,
    )


def deliver_to(
    whom: Person | Webhook, matter: Matter, *, at: datetime, step: int = -7, way: str = "mail"
) -> Delivery:
    """The matter's message of that step on its way to a person by mail, or to a webhook."""
    known = Message.objects.filter(matter=matter, step=step).first()
    message = known or make_message(matter, step, sent_at=at)
    if isinstance(whom, Webhook):
        return Delivery.objects.create(message=message, way="webhook", webhook=whom, made_at=at)
    return Delivery.objects.create(message=message, way=way, person=whom, made_at=at)


def reader(project: Project, *, email: str | None = None, name: str = "", **choices: Any) -> Person:
    """Somebody of the project's unit who has a mail address, and makes these choices."""
    person = make_person((Role.UNIT, project.unit))
    address = f"{person.username}@example.org" if email is None else email
    Person.objects.filter(pk=person.pk).update(email=address, full_name=name)
    if choices:
        Preference.objects.create(person=person, **choices)
    person.refresh_from_db()
    return person


def hook(project: Project, **facts: Any) -> Webhook:
    """A webhook of the project's unit."""
    values = {"name": f"群{next(_numbers)}", "url": "https://hook.test/x", "organisation": project.unit}
    return Webhook.objects.create(**(values | facts))
