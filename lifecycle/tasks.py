"""What lifecycle has done behind the scenes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lifecycle.jobs import Run, job
from lifecycle.jobs.pruning import prune


@job("lifecycle.prune", title=_("清理过期的任务记录"), at="20 3 * * *")
def prune_runs(run: Run) -> dict[str, int]:
    """Delete runs that are long over. Gives {"deleted": how many}."""
    return {"deleted": prune(now=run.now())}
