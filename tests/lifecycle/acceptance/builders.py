"""Brings an acceptance as far as a test needs it: applied for, agreed, with a panel, judged."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from lifecycle.acceptance.closing import conclude
from lifecycle.acceptance.links import send_link
from lifecycle.acceptance.panel import invite
from lifecycle.acceptance.review import agree
from lifecycle.acceptance.rounds import present_acceptance
from lifecycle.acceptance.scoring import ITEMS, submit_scores
from lifecycle.acceptance.verdict import record_verdict
from lifecycle.guards import Made
from lifecycle.models import (
    Acceptance,
    DatedEvent,
    Document,
    DocumentCategory,
    EventKind,
    Panelist,
    Project,
    StateChange,
)
from lifecycle.parties.log import OPERATOR_ACTOR, Actor
from tests.builders import day, make_project, walked

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
_numbers = count(1)


def applied(applied_on: str = "2026-04-01", **facts: Any) -> Project:
    """A project that came in at 验收, applied for on a day."""
    project = make_project(milestones=False, state="acceptance", **facts)
    DatedEvent.objects.create(
        project=project, kind=EventKind.ACCEPTANCE_APPLICATION, happened_on=day(applied_on)
    )
    return project


def agreed(project: Project | None = None, *, by: str = "province", on: str = "2026-05-01") -> Acceptance:
    """The province agreed; `by` says who organises."""
    project = project or applied()
    city = project.cluster.park.parent
    assert city is not None and city.parent is not None
    organiser = city.parent if by == "province" else city
    return agree(project=project, organiser=organiser, on=day(on), actor=OPERATOR_ACTOR, today=TODAY)


def invited(acceptance: Acceptance, **facts: Any) -> Panelist:
    """One more expert."""
    values: dict[str, Any] = {
        "name": f"专家{next(_numbers)}",
        "organisation": "东南大学",
        "specialty": "材料",
        "is_finance": False,
        "is_chair": False,
    }
    return invite(project=acceptance.project, actor=OPERATOR_ACTOR, today=TODAY, **(values | facts))


def paneled(acceptance: Acceptance | None = None) -> list[Panelist]:
    """Three experts: a chair, one for the money, one more."""
    acceptance = acceptance or agreed()
    return [
        invited(acceptance, name="张组长", is_chair=True),
        invited(acceptance, name="李会计", is_finance=True, organisation="苏信会计师事务所"),
        invited(acceptance, name="王专家"),
    ]


def linked(expert: Panelist, *, now: datetime = NOW, days: float = 14) -> str:
    """The token of a new link."""
    return send_link(
        panelist=expert,
        expires_at=now + timedelta(days=days),
        actor=OPERATOR_ACTOR,
        now=now,
        today=TODAY,
    )


def sheet(**changes: Any) -> dict[str, Any]:
    """What an expert sends: full points, both passed."""
    return {
        "scores": {code: item.most for code, item in ITEMS.items()},
        "task_verdict": "通过验收",
        "finance_verdict": "通过验收",
        "opinion": "完成合同约定的任务。",
        "has_no_conflict": True,
    } | changes


def submitted(expert: Panelist, *, now: datetime = NOW, **changes: Any) -> Panelist:
    """The expert has judged."""
    return submit_scores(
        token=linked(expert, now=now), address="10.0.0.9", now=now, today=TODAY, **sheet(**changes)
    )


def verdict_of(project: Project, **changes: Any) -> Acceptance:
    """The verdict, recorded for a meeting on 2026-06-01."""
    values: dict[str, Any] = {
        "meeting_on": day("2026-06-01"),
        "opinion": "同意通过验收。",
        "task_verdict": "通过验收",
        "finance_verdict": "通过验收",
    }
    return record_verdict(project=project, actor=OPERATOR_ACTOR, today=TODAY, **(values | changes))


def judged(project: Project | None = None, **changes: Any) -> Acceptance:
    """Panel, sheets and verdict."""
    acceptance = agreed(project)
    for expert in paneled(acceptance):
        submitted(expert)
    return verdict_of(acceptance.project, **changes)


def made(project: Project, state: str, *, on: str = "2026-08-01", said: dict[str, Any] | None = None) -> Made:
    """The project moved on to `state`, as an effect of the move is told."""
    walked(project, state)
    change = StateChange.objects.filter(project=project).latest("sequence")
    return Made(
        project=project,
        change=change,
        actor=Actor(None, "console", "province"),
        on=day(on),
        today=TODAY,
        now=NOW,
        said=said or {},
    )


def concluded(**changes: Any) -> Acceptance:
    """Judged, and the project closed."""
    acceptance = judged(**changes)
    conclude(made(acceptance.project, "closed"))
    return reread(acceptance)


def reread(acceptance: Acceptance) -> Acceptance:
    return Acceptance.objects.get(pk=acceptance.pk)


def present(project: Project) -> Acceptance:
    return present_acceptance(project)


def on_file(
    project: Project, category: DocumentCategory = DocumentCategory.ACCEPTANCE, number: str = ""
) -> Document:
    """A paper of the project."""
    return Document.objects.create(
        project=project,
        category=category,
        title=number or category.label,
        number=number,
        file_name="a.pdf",
        stored_as=f"stored-{next(_numbers)}",
        media_type="application/pdf",
        size=10,
        sha256="0" * 64,
    )
