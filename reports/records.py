"""The small tables of one project in one query: whoever opens a project needs them all."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django.db.models import Model

from lifecycle.models import AnnualReport, DatedEvent, Milestone, Project, Target, Tranche
from lifecycle.reading import fetch

ORDER: dict[type[Model], str] = {
    Milestone: "year, planned_on, id",
    Tranche: "planned_on, number, id",
    AnnualReport: "year, id",
    DatedEvent: "happened_on, id",
    Target: "category, id",
}
"""The tables read, each with the order of its rows."""

_SELECT = "SELECT " + ", ".join(
    f"(SELECT json_agg(r ORDER BY {order})::text FROM {model._meta.db_table} r WHERE project_id = %(project)s)"
    for model, order in ORDER.items()
)


def records_of(project: Project) -> dict[type[Model], list[Any]]:
    """What is recorded of the project, by table; one query. Amounts are exact, for JSON numbers become Decimal."""
    (found,) = fetch(_SELECT, {"project": project.pk})
    return {
        model: _instances(model, json.loads(rows, parse_float=Decimal) if rows else [])
        for model, rows in zip(ORDER, found, strict=True)
    }


def _instances(model: type[Model], rows: list[dict[str, Any]]) -> list[Any]:
    fields = model._meta.concrete_fields
    names = [field.attname for field in fields]
    return [
        model.from_db(None, names, [field.to_python(row[str(field.column)]) for field in fields])
        for row in rows
    ]
