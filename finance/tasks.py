"""What finance has done behind the scenes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from finance.verify import verify
from lifecycle.jobs import Run, job

FAULTS_NAMED = 20


@job("finance.verify", title=_("核验全部台账"), at="40 0 * * *", seconds=3600)
def verify_ledgers(run: Run) -> dict[str, Any]:
    """Check every journal and what guards it, as `manage.py verify_ledger` does.

    Gives {"ok", "projects", "entries", "guardians": names of what is not in place, "bad": how many projects,
    "faults": the first of them by number, each {"project", "sequence", "code"}}.
    """
    run.advance(0, None, gettext_noop("正在核验台账"))
    found = verify()
    bad = [each for each in found.projects if each.fault]
    return {
        "ok": found.ok,
        "projects": len(found.projects),
        "entries": sum(each.entries for each in found.projects),
        "guardians": [each.name for each in found.guardians],
        "bad": len(bad),
        "faults": [
            {"project": each.number, "sequence": each.fault.sequence, "code": each.fault.code}
            for each in bad[:FAULTS_NAMED]
            if each.fault
        ],
    }
