"""The facts a change is about as they stand now, and how the change would have them; as terms, to be compared."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from lifecycle.changes.extension import extended_end
from lifecycle.contracts import AMOUNTS, Row, Terms, difference
from lifecycle.contracts.terms import annexes_of, text_of, tranches_of
from lifecycle.models import ChangeKind, ChangeRequest, Milestone, Project, Target

Facts = dict[str, Any]
"""JSON, by kind; kept with the change as `former` when it is handed in."""


def facts_of(kind: str, project: Project, wanted: Facts) -> Facts:
    """What the change is about, as it stands now.

    unit: unit, site. leader, partners: the same. term, early_acceptance: end_on. targets: targets with their
    ids. total, source_structure: amounts, tranches, category_budget. categories: category_budget, amounts.
    members, technical_route: the same. work_plan: milestones, those that `wanted` moves or drops, with ids.
    """
    match kind:
        case ChangeKind.UNIT:
            return {"unit": project.unit.name, "site": project.site}
        case ChangeKind.LEADER | ChangeKind.PARTNERS:
            return {kind: getattr(project, kind)}
        case ChangeKind.TERM | ChangeKind.EARLY_ACCEPTANCE:
            return {"end_on": project.end_on.isoformat()}
        case ChangeKind.TARGETS:
            return {"targets": target_rows(project)}
        case ChangeKind.MEMBERS | ChangeKind.TECHNICAL_ROUTE:
            return {kind: annexes_of(project)[kind]}
        case ChangeKind.CATEGORIES:
            return {"category_budget": annexes_of(project)["category_budget"], "amounts": amounts_of(project)}
        case ChangeKind.WORK_PLAN:
            ids = [*(row["id"] for row in wanted.get("move", ())), *wanted.get("drop", ())]
            return {"milestones": milestone_rows(project, ids)}
    return {
        "amounts": amounts_of(project),
        "tranches": tranches_of(project),
        "category_budget": annexes_of(project)["category_budget"],
    }


def amounts_of(project: Project) -> dict[str, str]:
    """The five amounts as the terms write them."""
    return {name: text_of(getattr(project, name)) for name in AMOUNTS}


def target_rows(project: Project) -> list[Facts]:
    """The targets as the contract wants them, with their ids, in the order in which they were recorded."""
    rows = Target.objects.filter(project=project).order_by("pk")
    columns = ("id", "category", "name", "unit_of_measure", "contract_value")
    return [dict(row) for row in rows.values(*columns)]


def milestone_rows(project: Project, ids: list[int]) -> list[Facts]:
    """These milestones of the plan, with their ids, by id."""
    rows = Milestone.objects.filter(project=project, pk__in=ids).order_by("pk")
    return [
        {**row, "planned_on": row["planned_on"].isoformat()}
        for row in rows.values("id", "year", "name", "planned_on")
    ]


def moved_since(change: ChangeRequest, project: Project) -> list[Row]:
    """What stands otherwise now than when the change was handed in; empty when nothing does."""
    now = facts_of(change.kind, project, change.wanted)
    if now == change.former:
        return []
    return difference(as_terms(change.former), as_terms(now))


def asked_rows(change: ChangeRequest, project: Project) -> list[Row]:
    """What the change asks for, row by row: as it stood when it was handed in (now, before that), and as wanted."""
    former = change.former or facts_of(change.kind, project, change.wanted)
    rows = difference(as_terms(former), wanted_terms(change, project, former))
    if change.kind == ChangeKind.TERM:
        months = _("%(months)s 个月") % {"months": change.wanted["months"]}
        rows.insert(0, Row("contract", _("延期"), "", months))
    if change.kind == ChangeKind.EARLY_ACCEPTANCE:
        rows.insert(0, Row("contract", _("拟申请验收日期"), "", change.wanted["planned_on"]))
    return rows


def as_terms(facts: Facts) -> Terms:
    """Facts of a change as the part of the terms they stand in."""
    plain = {key: value for key, value in facts.items() if key != "amounts"}
    return {**plain, **facts.get("amounts", {})}


def wanted_terms(change: ChangeRequest, project: Project, former: Facts) -> Terms:
    """The part of the terms that the change is about, as it would have it."""
    wanted = change.wanted
    if change.kind == ChangeKind.TERM:
        end = extended_end(project, months=wanted["months"], end=date.fromisoformat(former["end_on"]))
        return {"end_on": end.isoformat()}
    if change.kind == ChangeKind.EARLY_ACCEPTANCE:
        return as_terms(former)
    if change.kind == ChangeKind.WORK_PLAN:
        moved = {row["id"]: row for row in wanted["move"]}
        kept = [row for row in former["milestones"] if row["id"] not in wanted["drop"]]
        return {"milestones": [*(moved.get(row["id"], row) for row in kept), *wanted["add"]]}
    return as_terms({**former, **wanted})
