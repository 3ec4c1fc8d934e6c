"""How milestones and annual reports stand, as sign, colour and word."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lifecycle.models import AnnualReportState, MilestoneState
from reports.overview import PlannedStep

register = template.Library()

LOOK_OF_REPORT = {
    AnnualReportState.DRAFT: "not_applicable",
    AnnualReportState.HANDED_IN: "waived",
    AnnualReportState.RETURNED: "warn",
    AnnualReportState.ACCEPTED: "pass",
}


@register.simple_tag
def milestone_mark(step: PlannedStep) -> SafeString:
    """A milestone as of a day: waived, done with or without delay, waiting to be verified, late, or ahead."""
    days = {"days": step.late_days}
    if step.is_waived:
        return _mark("waived", _("已免除"))
    if step.completed_on is not None and step.milestone.state == MilestoneState.HANDED_IN:
        return _mark("waived", _("待核实，晚 %(days)d 天") % days if step.late_days else _("待核实"))
    if step.completed_on is not None:
        if step.late_days:
            return _mark("waived", _("已完成，晚 %(days)d 天") % days)
        return _mark("pass", _("已完成"))
    if step.late_days:
        return _mark("breach", ngettext("逾期 %(days)d 天", "逾期 %(days)d 天", step.late_days) % days)
    return _mark("not_applicable", _("未到期"))


@register.simple_tag
def report_mark(state: str) -> SafeString:
    """The state of an annual report."""
    kept = AnnualReportState(state)
    return _mark(LOOK_OF_REPORT[kept], str(kept.label))


def _mark(look: str, word: str) -> SafeString:
    return format_html('<span class="status status-{}">{}</span>', look, word)
