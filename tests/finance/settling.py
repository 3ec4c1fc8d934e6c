"""Makes what the end of the money is tested with: the actor, a project whose money is partly spent, its acceptance."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from finance.models import Refund
from finance.refunds import ask_refund
from lifecycle.models import Acceptance, Document, Project
from lifecycle.parties.log import Actor
from lifecycle.parties.models import Role
from tests.builders import day, make_project, moved

TODAY = day("2026-06-30")
PARK = Actor(role=Role.PARK.value)
PROVINCE = Actor(role=Role.PROVINCE.value)


def spent_project(state: str = "implementing", **facts: Any) -> Project:
    """100 of 省拨款 arrived, 80 paid on and 50 of it spent; 80 of 园区配套 paid and 80 spent; 500 of its own, 40 spent."""
    project = make_project(state=state, milestones=False, **facts)
    moved(project, "到账园区", "省拨款", "100.00", "2022-10-01")
    moved(project, "拨付单位", "省拨款", "80.00", "2022-10-05")
    moved(project, "拨付单位", "园区配套", "80.00", "2022-10-05")
    moved(project, "资金到位", "单位自筹", "500.00", "2022-10-05")
    moved(project, "支出", "省拨款", "50.00", "2023-01-10", category="设备费", invoice="1001")
    moved(project, "支出", "园区配套", "80.00", "2023-02-10", category="业务费")
    moved(project, "支出", "单位自筹", "40.00", "2023-03-10", category="劳务费")
    return project


def accepted(project: Project, verdict: str = "通过验收", *, round: int = 1) -> Acceptance:
    """The panel met on 2026-05-20 and said so."""
    return Acceptance.objects.create(
        project=project,
        round=round,
        state="reviewed",
        applied_on=day("2026-03-10"),
        organiser=project.cluster.park.parent,
        agreed_on=day("2026-03-20"),
        meeting_on=day("2026-05-20"),
        opinion="同意",
        task_verdict=verdict,
        finance_verdict=verdict,
        verdict=verdict,
    )


def asked(project: Project, amount: str | None = "30.00", *, on: str = "2026-06-01", **more: Any) -> Refund:
    """A refund of provincial money by the unit, unless said otherwise. amount None: what the ledger says."""
    facts: dict[str, Any] = {"cause": "disallowed", "source": "省拨款", "holder": "unit"} | more
    return ask_refund(
        project=project,
        amount=None if amount is None else Decimal(amount),
        on=day(on),
        actor=PROVINCE,
        today=TODAY,
        **facts,
    )


def paper(project: Project, category: str) -> Document:
    """A paper on file, as it stands in the database."""
    return Document.objects.create(
        project=project,
        category=category,
        title="文件",
        file_name="1.pdf",
        stored_as=f"{project.number}-{category}-{Document.objects.count()}",
        media_type="application/pdf",
        size=1,
        sha256="0" * 64,
    )
