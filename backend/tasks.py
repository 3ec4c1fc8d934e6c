"""What backend has done behind the scenes."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from backend.programme_jobs import build_programme_report as build_programme_report
from backend.report_batches import build_reports as build_reports
from backend.report_batches import lend_a_hand as lend_a_hand
from backend.report_jobs import build_report as build_report
from backend.report_jobs import sweep_made as sweep_made
from backend.ways.sending import deliver
from backend.workbook.job import bring_in as bring_in
from backend.workbook.job import sweep_uploads as sweep_uploads
from lifecycle.calendar import in_working_hours, is_working_day
from lifecycle.jobs import Run, job

SENDING = gettext_noop("正在发送邮件和群消息")


@job("reminders.deliver", title=_("发送邮件和群消息"), at="*/5 9-17 * * *", seconds=600)
def deliver_digests(run: Run) -> dict[str, Any]:
    """Put together and send what waits for mail and webhooks, on working days in working hours.

    Gives {"mails", "calls", "bounced", "failed", "later"}, counts of digests; {"skipped": true} at other times.
    """
    now = run.now()
    if not in_working_hours(now) or not is_working_day(timezone.localdate(now)):
        return {"skipped": True}
    return deliver(clock=run.now, note=lambda over: run.advance(over, None, SENDING)).as_json
