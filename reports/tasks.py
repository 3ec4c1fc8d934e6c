"""What reports has done behind the scenes."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from lifecycle.jobs import Run, job
from lifecycle.models import Project
from reports.kept import refresh

JUDGING = gettext_noop("正在判定各项目")


@job("reports.refresh", title=_("更新各项目的规则判定"), at="10 0 * * *", seconds=3600)
def refresh_kept(run: Run) -> dict[str, int]:
    """Judge every project for the day that has begun, so that the first page in the morning need not.

    Gives {"refreshed": how many were judged anew}.
    """
    run.advance(0, None, JUDGING)
    on = timezone.localdate(run.now())
    refreshed = refresh(
        Project.objects.all(), on=on, progress=lambda done, total: run.advance(done, total, JUDGING)
    )
    return {"refreshed": refreshed}
