"""Makes data for tests: an organisation tree, a batch, projects, and movements of money.

Days are written as ISO texts, amounts as texts in yuan. What a test does not say is such that every
rule of a young project passes or has nothing to say.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import connection

from finance.bulk import post_many
from finance.posting import Movement
from lifecycle.models import (
    Batch,
    BatchLimit,
    Cluster,
    Delivery,
    Exemption,
    Matter,
    Message,
    Milestone,
    Project,
    Site,
    StateChange,
    Tranche,
)
from lifecycle.moves import Move, moves_from
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import Organisation, OrganisationKind, Person

_numbers = count(1)

YEARS = (2022, 2023, 2024, 2025, 2026)


def day(text: str) -> date:
    return date.fromisoformat(text)


def yuan(text: str) -> Decimal:
    return Decimal(text).quantize(Decimal("0.01"))


def instant() -> datetime:
    """The database's clock: what is written before lies before it, what is written later after it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def make_park(name: str | None = None) -> Organisation:
    """A park below a city below a province."""
    number = next(_numbers)
    province = Organisation.objects.create(name=f"省{number}", kind=OrganisationKind.PROVINCE)
    city = Organisation.objects.create(name=f"市{number}", kind=OrganisationKind.CITY, parent=province)
    return Organisation.objects.create(name=name or f"园区{number}", kind=OrganisationKind.PARK, parent=city)


def make_unit(park: Organisation) -> Organisation:
    return Organisation.objects.create(name=f"单位{next(_numbers)}", kind=OrganisationKind.UNIT, parent=park)


def make_batch(*, awarded_on: str = "2022-08-20", **limits: str) -> Batch:
    """A batch whose limits apply from the day of the award."""
    batch = Batch.objects.create(
        name=f"批次{next(_numbers)}", year=day(awarded_on).year, awarded_on=day(awarded_on)
    )
    for code, value in limits.items():
        set_limit(batch, code, value, applies_from=awarded_on)
    return batch


def set_limit(batch: Batch, code: str, value: str, *, applies_from: str) -> BatchLimit:
    return BatchLimit.objects.create(
        batch=batch, code=code, value=value, applies_from=day(applies_from), basis="测试"
    )


def make_cluster(
    *, batch: Batch | None = None, park: Organisation | None = None, commitment_letter_on: str = "2022-04-22"
) -> Cluster:
    return Cluster.objects.create(
        name=f"集群{next(_numbers)}",
        batch=batch or make_batch(),
        park=park or make_park(),
        commitment_letter_on=day(commitment_letter_on),
    )


def make_project(*, cluster: Cluster | None = None, milestones: bool = True, **facts: Any) -> Project:
    """A project from 2022-09-01 to 2026-02-28, 350 万元 of each fiscal source, a milestone a year.

    The milestones are due on 31 December and done on that day.
    """
    cluster = cluster or make_cluster()
    values: dict[str, Any] = {
        "number": f"BA{next(_numbers):07}",
        "name": "测试项目",
        "unit": facts.pop("unit", None) or make_unit(cluster.park),
        "site": Site.INSIDE,
        "start_on": day("2022-09-01"),
        "end_on": day("2026-02-28"),
        "total_investment": yuan("24000000"),
        "provincial_grant": yuan("3500000"),
        "park_matching": yuan("3500000"),
        "self_raised": yuan("17000000"),
        "contract_signed_on": day("2022-09-10"),
        "state": "implementing",
    }
    project = Project.objects.create(cluster=cluster, **(values | facts))
    if milestones:
        for year in YEARS:
            make_milestone(project, f"{year}-12-31", completed_on=f"{year}-12-31")
    return project


def walked(project: Project, state: str) -> Project:
    """The project moved on to `state` by arrows that exist, each recorded for its start, whatever it lacks.

    Raises LookupError when no arrows lead there; then make it there instead.
    """
    ways: list[tuple[str, list[Move]]] = [(project.state, [])]
    for stage, path in ways:
        if stage == state:
            break
        seen = {reached for reached, _ in ways}
        ways += [(move.target, [*path, move]) for move in moves_from(stage) if move.target not in seen]
    else:
        raise LookupError(state)
    for move in path:
        last = StateChange.objects.filter(project=project).latest("sequence")
        StateChange.objects.create(
            project=project,
            sequence=last.sequence + 1,
            move=move.name,
            from_state=project.state,
            to_state=move.target,
            effective_on=project.start_on,
        )
        Project.objects.filter(pk=project.pk).update(state=move.target)
        project.refresh_from_db()
    return project


def make_milestone(project: Project, planned_on: str, *, completed_on: str | None = None) -> Milestone:
    return Milestone.objects.create(
        project=project,
        year=day(planned_on).year,
        name=f"里程碑{next(_numbers)}",
        planned_on=day(planned_on),
        completed_on=completed_on and day(completed_on),
        state="verified" if completed_on else "planned",
    )


def make_exemption(project: Project, rule: str = "FIN-04", **facts: Any) -> Exemption:
    """An exception that was asked for on 2024-01-10."""
    values: dict[str, Any] = {
        "reason": "省市联动调剂",
        "asked_on": day("2024-01-10"),
        "asked_by": "测试高新区",
    }
    return Exemption.objects.create(project=project, rule=rule, **(values | facts))


def make_tranche(
    project: Project,
    number: int = 1,
    planned_on: str = "2022-10-31",
    amount: str = "1000",
    source: str = "省拨款",
    **facts: Any,
) -> Tranche:
    """A planned tranche, of provincial money and without a condition unless said."""
    return Tranche.objects.create(
        project=project,
        source=source,
        number=number,
        planned_on=day(planned_on),
        amount=yuan(amount),
        **facts,
    )


def make_matter(
    project: Project,
    kind: str = "milestone",
    due_on: str = "2026-06-30",
    *,
    subject: int | None = None,
    responsible: Organisation | None = None,
    **facts: Any,
) -> Matter:
    """Something that the unit has to do, unless another is responsible; about a thing of its own unless said."""
    values: dict[str, Any] = {"label": f"事项{next(_numbers)}", "opened_on": day("2026-01-05")}
    return Matter.objects.create(
        project=project,
        kind=kind,
        subject=next(_numbers) if subject is None else subject,
        due_on=day(due_on),
        responsible=responsible or project.unit,
        **(values | facts),
    )


def make_message(
    matter: Matter,
    *people: Person,
    step: int = -7,
    organisation: Organisation | None = None,
    send_on: str = "2026-06-23",
    sent_at: datetime | None = None,
    **facts: Any,
) -> Message:
    """What was said about the matter to whoever is responsible; it stands in the lists of `people`, if any.

    Planned, unless it was sent or stands in somebody's list.
    """
    at = sent_at or (instant() if people else None)
    values: dict[str, Any] = {"state": "sent", "sent_at": at} if at else {}
    message = Message.objects.create(
        matter=matter,
        organisation=organisation or matter.responsible,
        due_on=matter.due_on,
        step=step,
        send_on=day(send_on),
        **(values | facts),
    )
    for person in people:
        Delivery.objects.create(message=message, way="bell", person=person, made_at=at)
    return message


def moved(
    project: Project,
    kind: str,
    source: str,
    amount: str,
    on: str,
    *,
    voucher: str = "",
    category: str = "",
    invoice: str = "",
    recorded_at: datetime | None = None,
) -> None:
    """Record a movement as it happened, whatever it does to a balance; spending is 设备费 unless said."""
    movement = Movement(
        kind=kind,
        source=source,
        amount=yuan(amount),
        on=day(on),
        voucher=voucher or f"记-{next(_numbers):05}",
        category=category or ("设备费" if kind == "支出" else ""),
        invoice=invoice,
    )
    post_many([(project.pk, movement)], actor=OPERATOR_ACTOR, recorded_at=recorded_at)
