"""Seals a project's report without drawing it: for tests of what follows once it was issued."""

from __future__ import annotations

import json
from datetime import datetime
from hashlib import sha256

from finance.models import Journal
from lifecycle.models import Acceptance, Project
from reports.models import Issue


def seal(project: Project, *, at: datetime) -> Issue:
    """An acceptance report issued at that instant, on the verdict and the ledger as they stand."""
    rounds = Acceptance.objects.filter(project=project).order_by("round").values_list("verdict", flat=True)
    head = Journal.objects.filter(project=project).values_list("head_hash", flat=True).first()
    facts = json.dumps(
        {"rounds": [{"verdict": verdict} for verdict in rounds], "ledger": {"head_hash": head or ""}}
    ).encode()
    place = Issue.objects.filter(project=project).count() + 1
    return Issue.objects.create(
        number=f"{project.number}-YS-{place:02d}",
        kind="acceptance",
        subject=project.number,
        title="项目验收报告",
        project=project,
        on=at.date(),
        facts=facts,
        digest=sha256(facts + str(place).encode()).hexdigest(),
        program_version="0",
        issued_at=at,
        issuer_name="park.1",
    )
