"""Two kinds of matters for tests, days of a story told in rounds, and what was said in it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from lifecycle.models import Finding, Message, Milestone, Project
from lifecycle.parties.models import Person, Role
from lifecycle.reminders import kinds as registry
from lifecycle.reminders.kinds import Kind
from lifecycle.reminders.sending import Round, send_round
from tests.builders import day, make_milestone, make_project
from tests.people import make_person

WORK = Kind(
    "work",
    "里程碑",
    "%(label)s",
    """
    SELECT m.project_id, m.id, m.planned_on, p.unit_id, CASE WHEN m.state = 'handed_in' THEN l.park_id END,
        m.name, jsonb_build_object('year', m.year)
    FROM chosen c
    JOIN lifecycle_milestone m ON m.project_id = c.project_id
    JOIN lifecycle_project p ON p.id = m.project_id
    JOIN lifecycle_cluster l ON l.id = p.cluster_id
    WHERE m.state NOT IN ('verified', 'waived') AND m.planned_on <= %(until)s
    """,
)
"""The unit's; waits for the park while it is handed in."""

FAULT = Kind(
    "fault",
    "问题",
    "%(label)s",
    """
    SELECT f.project_id, f.id, f.due_on, l.park_id, NULL, f.text, '{}'
    FROM chosen c
    JOIN lifecycle_finding f ON f.project_id = c.project_id
    JOIN lifecycle_project p ON p.id = f.project_id
    JOIN lifecycle_cluster l ON l.id = p.cluster_id
    WHERE f.state <> 'closed'
    """,
)
"""The park's."""


@pytest.fixture
def two_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only these are registered."""
    monkeypatch.setattr(registry, "_kinds", {})
    registry.register([WORK, FAULT])


def clock(on: str | date, time: str = "10:00") -> datetime:
    return datetime.fromisoformat(f"{on}T{time}").replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def make_work(on: str, project: Project | None = None) -> Milestone:
    """A milestone that is not done, of a project with nothing else."""
    return make_milestone(project or make_project(milestones=False), on)


def make_fault(project: Project, due_on: str) -> Finding:
    return Finding.objects.create(
        project=project,
        severity="minor",
        text="账目不清",
        origin="audit",
        found_on=day("2024-01-05"),
        due_on=day(due_on),
    )


def staffed(project: Project) -> dict[str, Person]:
    """Somebody in each organisation around the project, by role, each with an address."""
    park = project.cluster.park
    around = {
        "unit": (Role.UNIT, project.unit),
        "park": (Role.PARK, park),
        "city": (Role.CITY, park.parent),
        "province": (Role.PROVINCE, park.parent.parent),
    }
    people = {name: make_person(post) for name, post in around.items()}
    for name, person in people.items():
        person.email = f"{name}{person.pk}@example.cn"
        person.save()
    return people


def rounds(first: str, last: str, time: str = "10:00") -> list[tuple[date, Round]]:
    """A round on each day, working or not."""
    at, told = day(first), []
    while at <= day(last):
        told.append((at, send_round(now=clock(at, time))))
        at += timedelta(days=1)
    return told


def said(**of: Any) -> list[tuple[str, str, int]]:
    """What was sent: (day, kind of the organisation, step), in order."""
    sent = Message.objects.filter(state="sent", **of).select_related("organisation")
    return [
        (
            message.sent_at.astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat(),
            message.organisation.kind,
            message.step,
        )
        for message in sorted(sent, key=lambda each: (each.sent_at, RANK[each.organisation.kind]))
    ]


def states(**of: Any) -> dict[tuple[str, int], str]:
    """State of each message by (kind of organisation, step)."""
    return {(m.organisation.kind, m.step): m.state for m in Message.objects.filter(**of)}


RANK = {"unit": 0, "park": 1, "city": 2, "province": 3}
