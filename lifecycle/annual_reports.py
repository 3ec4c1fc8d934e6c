"""Annual reports: drafted from what is known, written by the unit, checked by the park, then left as they are.

A report has six sections. Five are texts; benefits are six numbers, each cumulative since the project began.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from lifecycle.errors import ChangedMeanwhile, Conflict, Invalid, StageForbids, WrongState
from lifecycle.facts import life_facts
from lifecycle.faults import Faults
from lifecycle.guards import Case, Guard, Outcome, met, unmet
from lifecycle.models import AnnualReport, AnnualReportState, Project, ProjectState, ReportProgress
from lifecycle.parties.log import Actor
from lifecycle.parties.models import Role
from lifecycle.reporting import (
    HAND_IN,
    LAST_STEP,
    LOGGED_IN,
    held,
    last_day_of,
    refuse_own_work,
)
from lifecycle.rules.annual_reports import years_owing
from lifecycle.rules.facts import LifeFacts
from lifecycle.steps import take_step
from lifecycle.wording import about

BENEFITS_SECTION = "benefits"

SECTIONS: dict[str, str | Promise] = {
    "progress": gettext_lazy("项目进展"),
    "results": gettext_lazy("取得的成果"),
    "money": gettext_lazy("资金到位与使用"),
    BENEFITS_SECTION: gettext_lazy("经济社会效益"),
    "problems": gettext_lazy("存在问题"),
    "next_year": gettext_lazy("下年度计划"),
}
"""The sections of a report, in order. Source: city practice (progress and results, money in place and used,
problems and suggestions)."""

AMOUNT_BENEFITS: dict[str, str | Promise] = {
    "sales": gettext_lazy("累计销售收入（元）"),
    "tax": gettext_lazy("累计上缴税金（元）"),
    "export": gettext_lazy("累计出口创汇（美元）"),
}
COUNT_BENEFITS: dict[str, str | Promise] = {
    "patents": gettext_lazy("累计授权专利（件）"),
    "standards": gettext_lazy("累计制定标准（项）"),
    "new_jobs": gettext_lazy("累计新增就业（人）"),
}
BENEFITS: dict[str, str | Promise] = AMOUNT_BENEFITS | COUNT_BENEFITS
"""The numbers of the section on benefits, each counted from the start of the project to the cut-off."""

SECTION_LENGTH = 5000
POINT_LENGTH = 1000
MOST_POINTS = 50
MOST_COUNT = 10_000_000
MOST_AMOUNT = Decimal(10_000_000_000_000)
"""Figures above these are slips of the pen."""

_PLAIN = re.compile(r"\d{1,20}(\.\d{1,6})?", re.ASCII)

WRITABLE = frozenset({AnnualReportState.DRAFT, AnnualReportState.RETURNED})
"""States in which the unit writes."""

WRITTEN_IN = LOGGED_IN | {ProjectState.TERMINATED, ProjectState.REVOKED}
"""A project broken off still owes the reports of the years before; a closed one stands as it is."""


class ReportExists(Conflict):
    """The year has a report that was begun or handed in already; details hold its state."""

    code = "report_exists"


@transaction.atomic
def draft(
    *, project: Project, year: int, known: Mapping[str, Any], actor: Actor, today: date
) -> AnnualReport:
    """Begin the report on a year with what is known already.

    known: content by section, as `save_draft` takes it. A report without content that came by a workbook
    and was not handed in, or was returned, is filled with it.

    Raises:
        Invalid: the year neither owes a report nor lies in the term, or is still to come; or `known` is wrong.
        StageForbids: the project is closed.
        ReportExists: the year has one that was begun or handed in.
    """
    kept = held(project.pk)
    _require_stage(kept)
    _require_year(kept, year, today=today)
    content, faults = _merged({}, known)
    faults.refuse()
    report = AnnualReport.objects.filter(project=kept, year=year).first()
    if report is None:
        report = AnnualReport(project=kept, year=year)
    elif report.content or report.state not in WRITABLE:
        raise ReportExists(
            _("%(year)d 年度报告已有记录（%(state)s）。")
            % {"year": year, "state": report.get_state_display()},
            details={"state": report.state},
        )
    report.project = kept
    report.content = content
    report.save()
    _step(report, "draft", actor=actor, on=today, from_state=report.state)
    return report


@transaction.atomic
def save_draft(
    *,
    report: AnnualReport,
    content: Mapping[str, Any],
    pace: str | None = None,
    seen: datetime | None = None,
    actor: Actor,
    today: date,
) -> AnnualReport:
    """Write sections of a report that is being drafted, or was returned; what is left out stays.

    content: by section, a text, or for benefits {name: number or its text}; empty takes away. pace: how the
    whole goes (超前, 按计划, 推迟, 停滞), empty for not said yet. seen: the `recorded_at` of what was read
    before writing, where the caller knows it. Saying again what is written changes nothing.

    Raises:
        Invalid: an unknown section, number or pace, a text too long or with control signs, or no number.
        StageForbids: the project is closed.
        WrongState: the report was handed in or accepted.
        ChangedMeanwhile: somebody saved it after `seen`.
    """
    kept = _held(report)
    _require_state(kept, *WRITABLE)
    if seen is not None and kept.recorded_at != seen:
        raise ChangedMeanwhile(_("报告已被他人修改，请刷新页面后重新填写。"))
    written, faults = _merged(kept.content, content)
    wanted = kept.progress if pace is None else pace
    if wanted and wanted not in ReportProgress.values:
        faults["pace"] = _("请选择总体进展。")
    faults.refuse()
    if (written, wanted) != (kept.content, kept.progress):
        kept.content, kept.progress = written, wanted
        kept.save(update_fields=["content", "progress"])
        _step(kept, "save_draft", actor=actor, on=today, from_state=kept.state)
    return kept


@transaction.atomic
def hand_in(*, report: AnnualReport, actor: Actor, on: date, today: date) -> AnnualReport:
    """The unit hands its report in, for the first time or mended after a return; the first day counts.

    Raises:
        Invalid: a section or number is missing, the year's cut-off has not come by `on`, or `on` is still to
            come or before the return.
        StageForbids: the project is closed.
        WrongState: it was handed in or accepted already.
    """
    kept = _held(report)
    _require_state(kept, *WRITABLE)
    faults = Faults(_missing(kept))
    faults.day("on", on, today=today, since=last_day_of(kept), after=LAST_STEP)
    cutoff = cutoff_of(kept.project, kept.year, on=on)
    if "on" not in faults and on < cutoff:
        faults["on"] = _("%(year)d 年度报告统计截止日为 %(cutoff)s，到期后方可提交。") % {
            "year": kept.year,
            "cutoff": cutoff.isoformat(),
        }
    faults.refuse()
    former = kept.state
    kept.hand_in(on)
    kept.save(update_fields=["state", "submitted_on"])
    _step(kept, HAND_IN, actor=actor, on=on, from_state=former)
    return kept


@transaction.atomic
def give_back(
    *, report: AnnualReport, points: Sequence[Mapping[str, str]], actor: Actor, on: date, today: date
) -> AnnualReport:
    """The park returns a report with marked points, [{"section", "text"}], one or more.

    Raises:
        Invalid: no point, one of no section or without a text, or `on` is still to come or before the
            handing in.
        StageForbids: the project is closed.
        WrongState: it does not stand as handed in.
    """
    kept = _held(report)
    _require_state(kept, AnnualReportState.HANDED_IN)
    marked = [
        {"section": str(point.get("section", "")), "text": str(point.get("text", "")).strip()}
        for point in points
    ]
    faults = Faults(_point_faults(marked))
    faults.day("on", on, today=today, since=last_day_of(kept, kept.submitted_on), after=LAST_STEP)
    faults.refuse()
    former = kept.state
    kept.give_back()
    kept.points = marked
    kept.save(update_fields=["state", "points"])
    reason = "\n".join(about(SECTIONS[point["section"]], point["text"]) for point in marked)
    _step(kept, "give_back", actor=actor, on=on, from_state=former, reason=reason, points=marked)
    return kept


@transaction.atomic
def accept(*, report: AnnualReport, actor: Actor, on: date, today: date) -> AnnualReport:
    """The park finds a report in order; one written here cannot be changed from then on.

    Raises:
        Invalid: `on` is still to come, or before the handing in.
        StageForbids: the project is closed.
        WrongState: it does not stand as handed in.
        OwnWork: the actor handed it in.
    """
    kept = _held(report)
    _require_state(kept, AnnualReportState.HANDED_IN)
    refuse_own_work(kept, actor)
    faults = Faults()
    faults.day("on", on, today=today, since=last_day_of(kept, kept.submitted_on), after=LAST_STEP)
    faults.refuse()
    former = kept.state
    kept.accept(on)
    kept.save(update_fields=["state", "reviewed_on"])
    _step(kept, "accept", actor=actor, on=on, from_state=former)
    return kept


def years_open(facts: LifeFacts) -> list[int]:
    """The years, ascending, on which a report may be written by `facts.on`: those of the term that began, and
    those owing one.
    """
    if facts.start_on is None or facts.final_end_on is None:
        return []
    in_term = range(facts.start_on.year, min(facts.final_end_on.year, facts.on.year) + 1)
    return sorted({*in_term, *years_owing(facts, since=facts.start_on.year)})


def cutoff_of(project: Project, year: int, *, on: date) -> date:
    """The day up to which the report on `year` counts, by the limits of the batch as they are on `on`."""
    return life_facts([project.pk], on=on)[project.pk].limits.report_cutoff.in_year(year)


def _every_report_is_accepted(case: Case) -> Outcome:
    owing = years_owing(case.life, since=case.project.start_on.year)
    kept = {
        report.year: report
        for report in AnnualReport.objects.filter(project=case.project).only(
            "project", "year", "state", "submitted_on", "reviewed_on"
        )
    }
    missing, unaccepted = [], []
    for year in owing:
        report = kept.get(year)
        if report is None or report.submitted_on is None or report.submitted_on > case.on:
            missing.append(year)
        elif (
            report.state != AnnualReportState.ACCEPTED
            or report.reviewed_on is None
            or report.reviewed_on > case.on
        ):
            unaccepted.append(year)
    if missing and unaccepted:
        return unmet(
            gettext_noop("%(missing)s 年度报告尚未提交，%(unaccepted)s 年度报告尚未审核通过。"),
            missing=missing,
            unaccepted=unaccepted,
        )
    if missing:
        return unmet(gettext_noop("%(missing)s 年度报告尚未提交。"), missing=missing)
    if unaccepted:
        return unmet(gettext_noop("%(unaccepted)s 年度报告尚未审核通过。"), unaccepted=unaccepted)
    if not owing:
        return met(gettext_noop("截至当日没有应提交的年度报告。"))
    return met(gettext_noop("%(years)s 年度报告均已提交并审核通过。"), years=owing)


COMPLETE = Guard(
    code="annual_reports_complete",
    title=gettext_lazy("年度报告齐全"),
    basis=gettext_lazy("设区市年度执行情况报告惯例：项目验收前各年度报告均应提交并审核通过"),
    mend="annual_reports",
    who=(Role.UNIT.value, Role.PARK.value),
    look=_every_report_is_accepted,
)
"""Each year that owes a report by the day has one that was handed in and accepted by it."""


def _held(report: AnnualReport) -> AnnualReport:
    """The report as it stands now, its project locked and in a stage that takes reports."""
    project = held(report.project_id)
    _require_stage(project)
    kept = AnnualReport.objects.get(pk=report.pk)
    kept.project = project
    return kept


def _require_stage(project: Project) -> None:
    if project.state not in WRITTEN_IN:
        raise StageForbids(
            _("项目处于“%(state)s”阶段，年度报告不能再更改。") % {"state": project.get_state_display()},
            details={"state": project.state},
        )


def _require_year(project: Project, year: int, *, today: date) -> None:
    if year not in years_open(life_facts([project.pk], on=today)[project.pk]):
        raise Invalid(
            _("%(year)d 年度没有应提交的年度报告。") % {"year": year},
            details={"year": _("应为实施期内已开始的年度。")},
        )


def _require_state(report: AnnualReport, *states: AnnualReportState) -> None:
    if report.state not in states:
        raise WrongState(
            _("%(year)d 年度报告%(state)s，不能办理此项。")
            % {"year": report.year, "state": report.get_state_display()},
            details={"state": report.state},
        )


def _merged(former: Mapping[str, Any], given: Mapping[str, Any]) -> tuple[dict[str, Any], Faults]:
    """The content with what is given laid over it, and the faults of that by section or benefit."""
    content, faults = dict(former), Faults()
    for section, said in given.items():
        if section not in SECTIONS:
            faults[str(section)[:50]] = _("没有这个章节。")
        elif section == BENEFITS_SECTION:
            numbers, wrong = read_benefits(said)
            content[section] = {**content.get(section, {}), **numbers}
            content[section] = {key: value for key, value in content[section].items() if value is not None}
            faults |= wrong
        elif not isinstance(said, str):
            faults[section] = _("应为文本。")
        else:
            text = said.replace("\r\n", "\n").strip()
            faults.text(section, text, limit=SECTION_LENGTH, is_required=False)
            content[section] = text
    return {section: content[section] for section in SECTIONS if content.get(section)}, faults


def read_benefits(said: Any) -> tuple[dict[str, str | int | None], dict[str, str]]:
    """Numbers of the benefits as they are kept, and the faults of what was said, by name.

    Amounts are texts with two decimals, counts integers; None takes away.
    """
    if not isinstance(said, Mapping):
        return {}, {BENEFITS_SECTION: _("应按各项指标填写数字。")}
    numbers: dict[str, str | int | None] = {}
    faults = {}
    for name, value in said.items():
        if name not in BENEFITS:
            faults[str(name)[:50]] = _("没有这项指标。")
        elif value is None or (isinstance(value, str) and not value.strip()):
            numbers[name] = None
        elif name in COUNT_BENEFITS:
            count = _decimal(value)
            if count is None or count != count.to_integral_value() or count > MOST_COUNT:
                faults[name] = _("应为不小于零的整数。")
            else:
                numbers[name] = int(count)
        else:
            amount = _decimal(value)
            if amount is None or amount != amount.quantize(Decimal("0.01")):
                faults[name] = _("应为不小于零、最多两位小数的数字。")
            else:
                numbers[name] = f"{amount:.2f}"
    return numbers, faults


def _decimal(value: Any) -> Decimal | None:
    """The number, zero or more; None when it is none."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        return None
    if isinstance(value, str):
        value = value.strip().replace(",", "")
        if not _PLAIN.fullmatch(value):
            return None
    number = Decimal(value)
    return number if number.is_finite() and 0 <= number < MOST_AMOUNT else None


def _missing(report: AnnualReport) -> dict[str, str]:
    """What a report still lacks before it can be handed in, by section, benefit or pace."""
    faults = {}
    if not report.progress:
        faults["pace"] = _("请选择总体进展。")
    for section, title in SECTIONS.items():
        if section != BENEFITS_SECTION and not report.content.get(section):
            faults[section] = _("请填写“%(title)s”。") % {"title": title}
    numbers = report.content.get(BENEFITS_SECTION, {})
    for name, title in BENEFITS.items():
        if name not in numbers:
            faults[name] = _("请填写“%(title)s”，没有的填 0。") % {"title": title}
    return faults


def _point_faults(points: Sequence[Mapping[str, str]]) -> dict[str, str]:
    if not points:
        return {"points": _("请至少写明一条退回意见。")}
    if len(points) > MOST_POINTS:
        return {"points": _("最多 %(limit)d 条意见。") % {"limit": MOST_POINTS}}
    faults = Faults()
    for point in points:
        if point["section"] not in SECTIONS:
            faults.say("points", _("意见应针对报告的某一章节。"))
        else:
            faults.text(point["section"], point["text"], limit=POINT_LENGTH, needed=_("请写明意见。"))
    return faults


def _step(
    report: AnnualReport,
    act: str,
    *,
    on: date,
    from_state: str,
    actor: Actor,
    reason: str = "",
    **details: object,
) -> None:
    take_step(
        report,
        act,
        number=report.project.number,
        actor=actor,
        on=on,
        from_state=from_state,
        reason=reason,
        year=report.year,
        **details,
    )
