"""What a contract says, frozen as JSON, and the digest by which it is known again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any

from lifecycle.models import Contract, ContractState, Milestone, Project, Target, Tranche

Terms = dict[str, Any]
"""See `terms_of`."""

AMOUNTS = ("total_investment", "provincial_grant", "park_matching", "self_raised", "social_capital")
"""The five amounts of a contract, in its order."""

SOURCE_OF: dict[str, str] = {
    "provincial_grant": "省拨款",
    "park_matching": "园区配套",
    "self_raised": "单位自筹",
    "social_capital": "社会资本",
}
"""The source that an amount is promised of."""

ANNEXES = ("members", "technical_route", "category_budget")
"""What stands in the contract alone, and in no other table."""


def terms_of(project: Project) -> Terms:
    """What the contract says by the project's present facts; three queries, and one for the annexes.

    The five amounts and those of tranches as texts in yuan, days ISO; unit (its name) and unit_id, leader,
    partners, site, category_scheme; targets, tranches and milestones as lists in their own order; and the
    annexes of the contract in force (empty without one): members, technical_route, category_budget as
    {source: {category: amount}}. Progress and achievement are no part of it.
    """
    annexes = annexes_of(project)
    return {
        **{name: text_of(getattr(project, name)) for name in AMOUNTS},
        "start_on": project.start_on.isoformat(),
        "end_on": project.end_on.isoformat(),
        "unit": project.unit.name,
        "unit_id": project.unit_id,
        "leader": project.leader,
        "partners": project.partners,
        "site": project.site,
        "category_scheme": project.category_scheme,
        "targets": targets_of(project),
        "tranches": tranches_of(project),
        "milestones": milestones_of(project),
        **annexes,
    }


def text_of(amount: Decimal) -> str:
    """Yuan as the terms write them: 3500000.00."""
    return f"{amount:.2f}"


def targets_of(project: Project) -> list[dict[str, Any]]:
    """The targets as the contract wants them, in the order in which they were recorded."""
    rows = Target.objects.filter(project=project).order_by("pk")
    return [dict(row) for row in rows.values("category", "name", "unit_of_measure", "contract_value")]


def tranches_of(project: Project) -> list[dict[str, Any]]:
    """The tranche plan, by source in contract order, then 期次."""
    order = list(SOURCE_OF.values())
    rows = Tranche.objects.filter(project=project).values(
        "source", "number", "planned_on", "amount", "condition", "is_tail"
    )
    return [
        {**row, "planned_on": row["planned_on"].isoformat(), "amount": text_of(row["amount"])}
        for row in sorted(rows, key=lambda row: (order.index(row["source"]), row["number"]))
    ]


def milestones_of(project: Project) -> list[dict[str, Any]]:
    """The work plan, by year, planned day and name; how far each is stands elsewhere."""
    rows = Milestone.objects.filter(project=project).order_by("year", "planned_on", "name")
    return [
        {**row, "planned_on": row["planned_on"].isoformat()}
        for row in rows.values("year", "name", "planned_on")
    ]


def annexes_of(project: Project) -> Terms:
    """The annexes of the contract in force; empty where there is none."""
    terms = in_force(project)
    found: Terms = {"members": "", "technical_route": "", "category_budget": {}}
    return found if terms is None else {name: terms.terms[name] for name in ANNEXES}


def in_force(project: Project) -> Contract | None:
    """The version that is in force."""
    return Contract.objects.filter(project=project, state=ContractState.IN_FORCE).first()


def digest_of(terms: Mapping[str, Any]) -> str:
    """SHA-256 of the terms as JSON with sorted keys and no spaces, in UTF-8; lower-case hexadecimal."""
    written = json.dumps(terms, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(written.encode()).hexdigest()
