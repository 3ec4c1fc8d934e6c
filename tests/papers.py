"""Papers on file for tests: rows alone, without the files behind them."""

from __future__ import annotations

from hashlib import sha256
from itertools import count

from lifecycle.models import Document, Milestone

_numbers = count(1)


def evidence_of(milestone: Milestone, **facts: object) -> Document:
    """A present document of category 里程碑佐证 attached to the milestone, unless said otherwise."""
    number = next(_numbers)
    values: dict[str, object] = {
        "project": milestone.project,
        "category": "milestone",
        "subject": "milestone",
        "subject_id": milestone.pk,
        "title": f"检测报告{number}",
        "file_name": f"检测报告{number}.pdf",
        "stored_as": f"evidence-{number}",
        "media_type": "application/pdf",
        "size": 1000,
        "sha256": sha256(str(number).encode()).hexdigest(),
    }
    return Document.objects.create(**(values | facts))
