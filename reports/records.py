"""The small tables of one project in one query: whoever opens a project needs several of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Model

from finance.models import Audit, Journal, Settlement, SurplusDecision
from lifecycle.models import (
    Acceptance,
    AnnualReport,
    ChangeRequest,
    Contract,
    DatedEvent,
    Document,
    Exemption,
    Finding,
    Inspection,
    Milestone,
    Panelist,
    Project,
    SelfRating,
    Signature,
    Target,
    Tranche,
    YearBenefits,
)
from lifecycle.reading import fetch

PLAN: tuple[type[Model], ...] = (Milestone, Tranche, AnnualReport, DatedEvent, Target)
"""What the page of a project shows."""

LIFE: tuple[type[Model], ...] = (
    *PLAN,
    Contract,
    Signature,
    ChangeRequest,
    Inspection,
    Finding,
    Acceptance,
    Panelist,
    Document,
    Exemption,
    YearBenefits,
    SelfRating,
    Audit,
    Settlement,
    SurplusDecision,
    Journal,
)
"""What a report on the whole of a project tells."""

_ORDER: dict[type[Model], str] = {
    Milestone: "year, planned_on, id",
    Tranche: "planned_on, number, id",
    AnnualReport: "year, id",
    DatedEvent: "happened_on, id",
    Target: "category, id",
    Contract: "version",
    Signature: "signed_on, id",
    ChangeRequest: "asked_on, id",
    Inspection: "held_on, planned_on, id",
    Finding: "found_on, id",
    Acceptance: "round",
    Panelist: "is_chair DESC, id",
    Document: "id",
    Exemption: "granted_on, id",
    YearBenefits: "year",
    SelfRating: "round",
    Audit: "audited_on, id",
    Settlement: "number",
    SurplusDecision: "decided_on, id",
    Journal: "project_id",
}
"""The order of the rows of each table."""

_WHERE: dict[type[Model], str] = {
    Signature: "contract_id IN (SELECT id FROM lifecycle_contract WHERE project_id = %(project)s)",
    Panelist: "acceptance_id IN (SELECT id FROM lifecycle_acceptance WHERE project_id = %(project)s)",
}
"""How the rows of a project are found in a table that does not name it."""


def records_of(project: Project, tables: Iterable[type[Model]] = PLAN) -> dict[type[Model], list[Any]]:
    """What is recorded of the project, by table; one query. Amounts are exact, for JSON numbers become Decimal."""
    wanted = list(tables)
    (found,) = fetch(f"SELECT {', '.join(map(_rows, wanted))}", {"project": project.pk})
    return {
        model: _instances(model, json.loads(rows, parse_float=Decimal) if rows else [])
        for model, rows in zip(wanted, found, strict=True)
    }


def _rows(model: type[Model]) -> str:
    where = _WHERE.get(model, "project_id = %(project)s")
    return f"(SELECT json_agg(r ORDER BY {_ORDER[model]})::text FROM {model._meta.db_table} r WHERE {where})"


def _instances(model: type[Model], rows: list[dict[str, Any]]) -> list[Any]:
    fields = model._meta.concrete_fields
    names = [field.attname for field in fields]
    return [
        model.from_db(None, names, [field.to_python(row[str(field.column)]) for field in fields])
        for row in rows
    ]
