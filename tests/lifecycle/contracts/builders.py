"""Makes contracts for tests: drafted and signed by every party, or signed but for some."""

from __future__ import annotations

from typing import Any

from lifecycle.contracts import draft_contract, sign
from lifecycle.models import Contract, Project, Target, Tranche
from lifecycle.parties.log import OPERATOR_ACTOR, Actor
from tests.builders import day, make_milestone, make_project, yuan

TODAY = day("2026-11-21")
SIGNED = {"province": "2022-09-08", "park": "2022-09-05", "unit": "2022-09-10"}
"""The day on which each party signs."""


def acting_as(role: str) -> Actor:
    return Actor(None, "127.0.0.1", role)


def make_planned(**facts: Any) -> Project:
    """A project whose contract has all that it needs: targets, a tranche plan that adds up, a milestone a year."""
    project = make_project(milestones=False, **facts)
    for year in (2022, 2023, 2024, 2025, 2026):
        make_milestone(project, f"{year}-{'02-10' if year == 2026 else '12-31'}")
    Target.objects.create(
        project=project, category="产品", name="新产品", unit_of_measure="个", contract_value="3"
    )
    Target.objects.create(project=project, name="发明专利", unit_of_measure="件", contract_value="10")
    for source in ("省拨款", "园区配套"):
        make_tranche(project, source, 1, "2022-10-31", "2000000")
        make_tranche(project, source, 2, "2024-06-30", "1200000")
        make_tranche(project, source, 3, "2026-08-31", "300000", is_tail=True)
    return project


def make_tranche(
    project: Project, source: str, number: int, planned_on: str, amount: str, *, is_tail: bool = False
) -> Tranche:
    return Tranche.objects.create(
        project=project,
        source=source,
        number=number,
        planned_on=day(planned_on),
        amount=yuan(amount),
        is_tail=is_tail,
    )


def make_award(**facts: Any) -> Project:
    """A planned project at 立项, whose contract is still to be signed."""
    return make_planned(**({"state": "approved", "contract_signed_on": None} | facts))


def drafted(project: Project, **said: Any) -> Contract:
    values = {"on": day("2022-09-01"), "today": TODAY, "actor": OPERATOR_ACTOR}
    return draft_contract(project_id=project.pk, **(values | said))


def signed_by(contract: Contract, *parties: str, **said: Any) -> Contract:
    for party in parties:
        values = {"signatory": "王明", "on": day(SIGNED[party]), "today": TODAY, "actor": acting_as(party)}
        contract = sign(contract=contract, **(values | said))
    return contract


def contracted(project: Project, **said: Any) -> Contract:
    """The contract of a project at 立项, signed by all."""
    return signed_by(drafted(project, **said), "park", "province", "unit")
