"""Inspections (中期检查, 抽查): planned by city or province, held with a checklist and a result, or cancelled.

A mid-term that was held is also a dated event, which is what LC-05 reads; so one brought in by a workbook and
one held here count alike. A re-check is another mid-term.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lifecycle.errors import Conflict, StageForbids
from lifecycle.facts import life_facts
from lifecycle.faults import day_fault, refuse_if_any, text_fault
from lifecycle.findings import Raised, refuse_rows, write_down
from lifecycle.models import (
    DatedEvent,
    EventKind,
    FindingOrigin,
    Inspection,
    InspectionKind,
    InspectionState,
    Project,
    ProjectState,
)
from lifecycle.models.inspection import RESULTS
from lifecycle.parties.log import Actor
from lifecycle.rules.calendar import add_months
from lifecycle.rules.limits import Limits
from lifecycle.rules.midterm import TO_BE_MENDED
from lifecycle.steps import day_of_last_step, take_step
from lifecycle.wording import about, listed

INSPECTOR_LENGTH = 200
FINDING_LENGTH = 1000
OPINION_LENGTH = 5000
REASON_LENGTH = 2000

ITEMS = (
    gettext_noop("技术指标完成情况"),
    gettext_noop("知识产权"),
    gettext_noop("产业化与基础设施"),
    gettext_noop("资金到位与使用"),
    gettext_noop("年度产出"),
    gettext_noop("台账核对"),
)
"""What is looked at. A mid-term looks at all of it, a spot check at what it came for. Source: DOMAIN D59."""

HELD_IN = (ProjectState.IMPLEMENTING,)
"""Stages in which a project is inspected."""


class InspectionMoved(Conflict):
    """The inspection was held or cancelled meanwhile."""

    code = "inspection_moved"


class AlreadyPlanned(Conflict):
    """A mid-term stands planned; it is held or cancelled first."""

    code = "midterm_planned"


class AlreadyRecorded(Conflict):
    """A mid-term of that very day is on record."""

    code = "midterm_recorded"


class Checked(NamedTuple):
    """One item of a checklist: what was seen, and whether it is as it should be."""

    item: str
    finding: str
    is_met: bool


class Window(NamedTuple):
    """From when a mid-term may be held, and the last day on which it is in time."""

    opens_on: date
    closes_on: date

    def late_days(self, day: date) -> int:
        """How many days `day` lies behind the window; 0 in it or before."""
        return max(0, (day - self.closes_on).days)


def midterm_window(project: Project, limits: Limits) -> Window:
    """(from, until) of the project's mid-term: its start + 15 and + 21 months, both days included."""
    return Window(
        add_months(project.start_on, limits.midterm_from_months),
        add_months(project.start_on, limits.midterm_until_months),
    )


@transaction.atomic
def plan_inspection(
    *, project: Project, kind: str, planned_on: date, inspector: str, on: date, actor: Actor, today: date
) -> Inspection:
    """Plan an inspection for a day, which may lie ahead. inspector: who will inspect, as people call them.

    Raises:
        Invalid: no such kind, no inspector, a day that is none, before the term began, or, of a mid-term, before
            its window opens.
        StageForbids: the project is not in implementation.
        AlreadyPlanned: another mid-term stands planned.
    """
    project = _locked(project)
    opens_on = project.start_on
    if kind == InspectionKind.MIDTERM:
        opens_on = _window(project, on=on).opens_on
    refuse_if_any(
        {
            "kind": "" if kind in InspectionKind.values else _("没有这种检查。"),
            "planned_on": day_fault(planned_on) or _too_early(planned_on, opens_on, kind),
            "inspector": text_fault(inspector, limit=INSPECTOR_LENGTH),
            "on": day_fault(on, today=today),
        }
    )
    _refuse_stage(project)
    planned = project.inspections.filter(kind=InspectionKind.MIDTERM, state=InspectionState.PLANNED).first()
    if kind == InspectionKind.MIDTERM and planned is not None:
        raise AlreadyPlanned(
            _("已安排 %(day)s 的中期检查，尚未开展；请先登记结果或取消。")
            % {"day": planned.planned_on.isoformat()},
            details={"inspection": planned.pk},
        )
    inspection = Inspection.objects.create(
        project=project, kind=kind, planned_on=planned_on, inspector=inspector.strip()
    )
    take_step(
        inspection,
        "plan",
        number=project.number,
        actor=actor,
        on=on,
        kind=kind,
        planned_on=planned_on.isoformat(),
    )
    return inspection


@transaction.atomic
def cancel(*, inspection: Inspection, reason: str, on: date, actor: Actor, today: date) -> Inspection:
    """It does not take place.

    Raises:
        Invalid: no reason, one too long, or a day to come or before it was planned.
        InspectionMoved: it was held or cancelled already.
    """
    project, inspection = _locked_inspection(inspection, _("取消"))
    refuse_if_any(
        {
            "reason": text_fault(reason, limit=REASON_LENGTH),
            "on": day_fault(on, today=today, since=day_of_last_step(inspection)),
        }
    )
    inspection.cancel()
    inspection.save(update_fields=["state"])
    take_step(
        inspection,
        "cancel",
        number=project.number,
        actor=actor,
        on=on,
        from_state=InspectionState.PLANNED,
        reason=reason.strip(),
    )
    return inspection


@transaction.atomic
def hold(
    *,
    inspection: Inspection,
    held_on: date,
    checklist: Sequence[Checked],
    result: str,
    opinion: str,
    findings: Sequence[Raised] = (),
    actor: Actor,
    today: date,
) -> Inspection:
    """Write down that it took place on `held_on`, what was seen, and what is to be mended; one act.

    checklist: of a mid-term each of ITEMS once, of a spot check at least one; kept in the order of ITEMS.

    Raises:
        Invalid: an item is missing, unknown, said twice, or not met without saying why; no such result;
            限期整改 without a finding; a text too long; a finding that says nothing or is due before the day; a
            day to come, before the term began, of a mid-term before its window or not after the last one.
        StageForbids: the project is not in implementation.
        InspectionMoved: it was held or cancelled already.
        AlreadyRecorded: a mid-term of that day came in meanwhile.
    """
    project, inspection = _locked_inspection(inspection, _("登记检查结果"))
    window = None
    if inspection.kind == InspectionKind.MIDTERM:
        window = _window(project, on=min(held_on, today))
    refuse_if_any(
        {
            "held_on": day_fault(held_on, today=today)
            or _too_early(held_on, window.opens_on if window else project.start_on, inspection.kind)
            or (_not_after_the_last(project, held_on) if window else ""),
            "checklist": _checklist_fault(checklist, whole=window is not None),
            "result": "" if result in RESULTS else _("没有这种结果。"),
            "opinion": text_fault(opinion, limit=OPINION_LENGTH),
            "findings": _("结果为限期整改的，至少应列出一条问题。")
            if result == TO_BE_MENDED and not findings
            else "",
        }
    )
    refuse_rows(findings, found_on=held_on)
    _refuse_stage(project)
    inspection.hold()
    inspection.held_on = held_on
    inspection.result = result
    inspection.opinion = opinion.strip()
    inspection.checklist = [
        {"item": each.item, "finding": each.finding.strip(), "is_met": each.is_met}
        for each in sorted(checklist, key=lambda each: ITEMS.index(each.item))
    ]
    inspection.save(update_fields=["state", "held_on", "result", "opinion", "checklist"])
    details: dict[str, Any] = {"result": result, "findings": len(findings)}
    if window is not None:
        details["late_days"] = window.late_days(held_on) if _is_first(project) else 0
        _write_event(project, inspection)
    take_step(
        inspection,
        "hold",
        number=project.number,
        actor=actor,
        on=held_on,
        from_state=InspectionState.PLANNED,
        **details,
    )
    for found in findings:
        write_down(
            project,
            found,
            on=held_on,
            actor=actor,
            number=project.number,
            origin=FindingOrigin.INSPECTION,
            inspection=inspection,
        )
    return inspection


def _window(project: Project, *, on: date) -> Window:
    return midterm_window(project, life_facts([project.pk], on=on)[project.pk].limits)


def _too_early(day: date, opens_on: date, kind: str) -> str:
    if day >= opens_on:
        return ""
    figures = {"day": opens_on.isoformat()}
    if kind == InspectionKind.MIDTERM:
        return _("中期检查应自 %(day)s 起开展。") % figures
    return _("检查不能早于实施开始日期（%(day)s）。") % figures


def _of_midterm(project: Project) -> list[date]:
    """The days of the mid-terms with a result, by a workbook or held here, the latest first."""
    return list(
        project.events.filter(kind=EventKind.MIDTERM_CHECK)
        .exclude(result="")
        .order_by("-happened_on")
        .values_list("happened_on", flat=True)
    )


def _is_first(project: Project) -> bool:
    return not _of_midterm(project)


def _not_after_the_last(project: Project, held_on: date) -> str:
    days = _of_midterm(project)
    if not days or held_on > days[0]:
        return ""
    return _("应晚于上一次中期检查（%(day)s）。") % {"day": days[0].isoformat()}


def _checklist_fault(checklist: Sequence[Checked], *, whole: bool) -> str:
    faults = []
    said = [each.item for each in checklist]
    unknown = [item for item in said if item not in ITEMS]
    if unknown or len(set(said)) < len(said):
        return _("检查清单含有未知或重复的项目。")
    missing = [item for item in ITEMS if item not in said]
    if whole and missing:
        faults.append(_("检查清单尚缺：%(items)s。") % {"items": listed(_(item) for item in missing)})
    elif not said:
        faults.append(_("检查清单至少应有一项。"))
    for each in checklist:
        fault = text_fault(each.finding, limit=FINDING_LENGTH, is_required=False)
        if not fault and not each.is_met and not each.finding.strip():
            fault = _("不符合的，请写明情况。")
        if fault:
            faults.append(about(_(each.item), fault))
    return " ".join(faults)


def _write_event(project: Project, inspection: Inspection) -> None:
    """The dated event that LC-05 reads; one of that day without a result, out of a workbook, gets its result."""
    assert inspection.held_on is not None
    event, is_new = DatedEvent.objects.get_or_create(
        project=project,
        kind=EventKind.MIDTERM_CHECK,
        happened_on=inspection.held_on,
        defaults={"result": inspection.result, "note": inspection.inspector},
    )
    if is_new:
        return
    if event.result:
        raise AlreadyRecorded(
            _("%(day)s 已有中期检查结果。") % {"day": inspection.held_on.isoformat()},
            details={"held_on": inspection.held_on.isoformat()},
        )
    event.result = inspection.result
    event.save(update_fields=["result"])


def _refuse_stage(project: Project) -> None:
    if project.state not in HELD_IN:
        raise StageForbids(
            _("项目处于“%(state)s”阶段，只有实施中的项目才开展检查。")
            % {"state": project.get_state_display()},
            details={"state": project.state},
        )


def _locked(project: Project) -> Project:
    return Project.objects.held(project.pk)


def _locked_inspection(inspection: Inspection, doing: str) -> tuple[Project, Inspection]:
    """The project locked, and the inspection read anew; refuses one that is not planned any more."""
    project = _locked(Project(pk=inspection.project_id))
    inspection = Inspection.objects.get(pk=inspection.pk)
    refuse_unless_planned(inspection, doing)
    return project, inspection


def refuse_unless_planned(inspection: Inspection, doing: str) -> None:
    """Raises InspectionMoved when it was held or cancelled. doing: what is then refused, in the active language."""
    if inspection.state != InspectionState.PLANNED:
        raise InspectionMoved(
            _("该次检查现为“%(state)s”，不能%(doing)s。")
            % {"state": inspection.get_state_display(), "doing": doing},
            details={"state": inspection.state},
        )
