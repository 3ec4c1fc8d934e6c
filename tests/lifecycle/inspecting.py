"""Makes inspections, findings with their proof, and credit records for tests, by the services people use."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from lifecycle.credit import record_credit
from lifecycle.findings import Raised, raise_finding, reply
from lifecycle.inspections import ITEMS, Checked, hold, plan_inspection
from lifecycle.models import CreditRecord, Document, Finding, Inspection, Project
from lifecycle.parties.log import OPERATOR_ACTOR
from tests.builders import day

TODAY = date(2026, 11, 21)
WHOLE = [Checked(item, "", True) for item in ITEMS]
"""A checklist on which everything is as it should be."""

_numbers = count(1)


def planned(
    project: Project, kind: str = "midterm", planned_on: str = "2024-03-01", **facts: Any
) -> Inspection:
    """An inspection planned on 2023-12-01; the window of a made project's mid-term opens that day."""
    values: dict[str, Any] = {
        "inspector": "省科技厅高新处",
        "on": day("2023-12-01"),
        "actor": OPERATOR_ACTOR,
        "today": TODAY,
    }
    return plan_inspection(project=project, kind=kind, planned_on=day(planned_on), **(values | facts))


def held(
    inspection: Inspection, held_on: str = "2024-03-05", result: str = "通过", **facts: Any
) -> Inspection:
    values: dict[str, Any] = {
        "checklist": WHOLE,
        "opinion": "进展良好。",
        "actor": OPERATOR_ACTOR,
        "today": TODAY,
    }
    return hold(inspection=inspection, held_on=day(held_on), result=result, **(values | facts))


def found(due_on: str = "2024-06-01", text: str = "台账不全", severity: str = "major") -> Raised:
    return Raised(severity, text, day(due_on))


def raised(project: Project, on: str = "2024-03-05", due_on: str = "2024-06-01", **facts: Any) -> Finding:
    values: dict[str, Any] = {"found": found(due_on), "actor": OPERATOR_ACTOR, "today": TODAY}
    return raise_finding(project=project, on=day(on), **(values | facts))


def attached(finding: Finding, **facts: Any) -> Document:
    """A paper that shows how the finding was mended."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "category": "rectification",
        "subject": "finding",
        "subject_id": finding.pk,
        "title": "整改证明",
        "file_name": "整改证明.pdf",
        "stored_as": f"proof-{number}",
        "media_type": "application/pdf",
        "size": 1,
        "sha256": f"{number:064x}",
    }
    return Document.objects.create(project_id=finding.project_id, **(values | facts))


def answered(finding: Finding, on: str = "2024-05-01") -> Finding:
    attached(finding)
    return reply(finding=finding, answer="已补齐台账", on=day(on), actor=OPERATOR_ACTOR, today=TODAY)


def recorded(project: Project, **facts: Any) -> CreditRecord:
    """A grave record against the unit, for three years."""
    values: dict[str, Any] = {
        "subject_kind": "unit",
        "subject_name": project.unit.name,
        "grade": "grave",
        "behaviour": "挪用专项资金",
        "recorded_on": day("2025-03-01"),
        "until": day("2028-02-29"),
        "actor": OPERATOR_ACTOR,
        "today": TODAY,
    }
    return record_credit(project=project, **(values | facts))
