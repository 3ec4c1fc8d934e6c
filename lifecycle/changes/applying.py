"""Makes the project say what an approved change wants; a preview does the very same and takes it back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from lifecycle.changes.extension import APPROVED, extended_end
from lifecycle.contracts import AMOUNTS, Terms, amend, enter_signed, in_force, terms_of
from lifecycle.models import (
    ChangeKind,
    ChangeRequest,
    Contract,
    DatedEvent,
    EventKind,
    Milestone,
    Project,
    Target,
    Tranche,
)
from lifecycle.parties.models import Organisation, OrganisationKind
from lifecycle.rules.calendar import add_months


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of the contract. entered: the first version, where the contract had been signed elsewhere.

    former and amended: the version superseded and the one in its place; None where the change alters nothing
    that a contract says (early acceptance).
    """

    entered: Contract | None
    former: Contract | None
    amended: Contract | None


def apply(change: ChangeRequest, *, project: Project, on: date) -> Applied:
    """Change the project, its plan and its contract as `change` wants, from `on`.

    Call in a transaction, with the project locked, a contract signed and the change checked. An extension
    writes its dated event (延期) and moves the end of the term and the tails that were planned after it and
    are not due by `on`; milestones stay. Every change of the terms makes the next version of the contract.
    """
    entered = enter_signed(project)
    former = in_force(project)
    assert former is not None
    before = terms_of(project)
    annexes = _APPLY[change.kind](change, project, on)
    after: Terms = {**terms_of(project), **annexes}
    if after == before:
        return Applied(entered, None, None)
    amended = amend(project, terms=after, change=change, on=on)
    return Applied(entered, former, amended)


def _unit(change: ChangeRequest, project: Project, on: date) -> Terms:
    project.unit = Organisation.objects.get(name=change.wanted["unit"], kind=OrganisationKind.UNIT)
    project.site = change.wanted["site"]
    project.save(update_fields=["unit", "site"])
    return {}


def _plain(change: ChangeRequest, project: Project, on: date) -> Terms:
    for name, value in change.wanted.items():
        setattr(project, name, value)
    project.save(update_fields=list(change.wanted))
    return {}


def _annex(change: ChangeRequest, project: Project, on: date) -> Terms:
    return dict(change.wanted)


def _nothing(change: ChangeRequest, project: Project, on: date) -> Terms:
    return {}


def _term(change: ChangeRequest, project: Project, on: date) -> Terms:
    months = change.wanted["months"]
    former = project.end_on
    DatedEvent.objects.create(
        project=project,
        kind=EventKind.EXTENSION,
        happened_on=change.asked_on or on,
        result=APPROVED,
        value=Decimal(months),
        decided_on=on,
        note=change.reason,
    )
    project.end_on = extended_end(project, months=months)
    project.save(update_fields=["end_on"])
    # A tail that is due by now stays, so that what was late on a past day is late on it still.
    tails = Tranche.objects.filter(project=project, is_tail=True, planned_on__gt=former, planned_on__gte=on)
    for tail in tails:
        tail.planned_on = add_months(tail.planned_on, months)
        tail.save(update_fields=["planned_on"])
    return {}


def _targets(change: ChangeRequest, project: Project, on: date) -> Terms:
    known = {target.pk: target for target in Target.objects.filter(project=project).order_by("pk")}
    rows = change.wanted["targets"]
    kept = {row["id"] for row in rows}
    Target.objects.filter(project=project).exclude(pk__in=kept - {None}).delete()
    renamed = [(known[row["id"]], row["name"]) for row in rows if row["id"] in known]
    _make_room(Target, renamed)
    for row in rows:
        target = known.get(row["id"]) or Target(project=project)
        for name in ("category", "name", "unit_of_measure", "contract_value"):
            setattr(target, name, row[name])
        target.save()
    return {}


def _money(change: ChangeRequest, project: Project, on: date) -> Terms:
    for name in AMOUNTS:
        setattr(project, name, Decimal(change.wanted["amounts"][name]))
    project.save(update_fields=list(AMOUNTS))
    known = {(row.source, row.number): row for row in Tranche.objects.filter(project=project)}
    rows = {(row["source"], row["number"]): row for row in change.wanted["tranches"]}
    for key, tranche in known.items():
        if key not in rows:
            tranche.delete()
    for (source, number), row in rows.items():
        tranche = known.get((source, number)) or Tranche(project=project, source=source, number=number)
        tranche.planned_on = date.fromisoformat(row["planned_on"])
        tranche.amount = Decimal(row["amount"])
        tranche.condition = row["condition"]
        tranche.is_tail = row["is_tail"]
        tranche.save()
    return {name: change.wanted[name] for name in ("category_budget",) if name in change.wanted}


def _work_plan(change: ChangeRequest, project: Project, on: date) -> Terms:
    wanted = change.wanted
    Milestone.objects.filter(project=project, pk__in=wanted["drop"]).delete()
    known = Milestone.objects.filter(project=project).in_bulk([row["id"] for row in wanted["move"]])
    _make_room(Milestone, [(known[row["id"]], row["name"]) for row in wanted["move"]])
    for row in wanted["move"]:
        milestone = known[row["id"]]
        milestone.year, milestone.name = row["year"], row["name"]
        milestone.planned_on = date.fromisoformat(row["planned_on"])
        milestone.save(update_fields=["year", "name", "planned_on"])
    for row in wanted["add"]:
        Milestone.objects.create(
            project=project,
            year=row["year"],
            name=row["name"],
            planned_on=date.fromisoformat(row["planned_on"]),
        )
    return {}


def _make_room(model: type[Target] | type[Milestone], named: Iterable[tuple[Any, str]]) -> None:
    """Rows that exchange their names would meet on the way; those that may are called otherwise meanwhile."""
    pairs = list(named)
    present = {row.name for row, _name in pairs}
    for row, name in pairs:
        if name != row.name and name in present:
            for other, _name in pairs:
                model._default_manager.filter(pk=other.pk).update(name=f"~{other.pk}")
            return


_APPLY: dict[str, Callable[[ChangeRequest, Project, date], Terms]] = {
    ChangeKind.UNIT: _unit,
    ChangeKind.LEADER: _plain,
    ChangeKind.TERM: _term,
    ChangeKind.TARGETS: _targets,
    ChangeKind.TOTAL: _money,
    ChangeKind.EARLY_ACCEPTANCE: _nothing,
    ChangeKind.PARTNERS: _plain,
    ChangeKind.SOURCE_STRUCTURE: _money,
    ChangeKind.WORK_PLAN: _work_plan,
    ChangeKind.MEMBERS: _annex,
    ChangeKind.TECHNICAL_ROUTE: _annex,
    ChangeKind.CATEGORIES: _annex,
}
