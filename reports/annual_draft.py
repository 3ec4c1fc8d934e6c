"""What the system knows of a project's year, in the sections of an annual report, for the unit to go on from.

A report is a Chinese document whoever begins it, so its text is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from finance.funding import Funding, SourceMoney, funding_of
from lifecycle.annual_reports import SECTION_LENGTH, cutoff_of
from lifecycle.models import Project, Target
from lifecycle.models.fields import ZERO
from lifecycle.rules.answers import shown
from reports.overview import PlannedStep
from reports.years import Plan, PlanYear, plan_of


def known_of(project: Project, year: int, *, today: date) -> dict[str, str]:
    """Content by section for `lifecycle.annual_reports.draft`, as of the year's cut-off, or of today before it.

    Problems are what is overdue, results what targets have achieved; where nothing is known a section is
    left out. Benefits are the unit's to say.
    """
    on = min(cutoff_of(project, year, on=today), today)
    plan = plan_of(project, on=on)
    funding = funding_of([project], on=on)[project.pk]
    targets = list(Target.objects.filter(project=project).order_by("category", "pk"))
    present = _year(plan, year)
    with translation.override(settings.LANGUAGE_CODE):
        sections = {
            "progress": _progress(present, on=on),
            "results": _results(targets),
            "money": _money(funding, spent=present.spent if present else ZERO, year=year, on=on),
            "problems": _problems(plan),
            "next_year": _next_year(_year(plan, year + 1)),
        }
    return {section: _cut(text) for section, text in sections.items() if text}


def _cut(text: str) -> str:
    """A section holds so much; of a long plan with long words the unit keeps what matters."""
    return text if len(text) <= SECTION_LENGTH else f"{text[: SECTION_LENGTH - 1]}…"


def _year(plan: Plan, year: int) -> PlanYear | None:
    return next((each for each in plan.years if each.year == year), None)


def _progress(year: PlanYear | None, *, on: date) -> str:
    if year is None or not year.steps:
        return ""
    head = _(
        "截至 %(on)s，本年度计划里程碑 %(planned)d 个，已完成 %(done)d 个，逾期 %(late)d 个，免除 %(waived)d 个。"
    ) % {
        "on": on.isoformat(),
        "planned": year.planned,
        "done": year.done,
        "late": year.late,
        "waived": year.waived,
    }
    return "\n".join([head, *_numbered(_step(step) for step in year.steps)])


def _step(step: PlannedStep) -> str:
    milestone = step.milestone
    said = {"name": milestone.name, "planned": milestone.planned_on.isoformat()}
    if step.completed_on is not None:
        line = _("%(name)s：计划 %(planned)s，已于 %(done)s 完成（%(state)s）。") % {
            **said,
            "done": step.completed_on.isoformat(),
            "state": milestone.get_state_display(),
        }
    elif step.is_waived:
        line = _("%(name)s：计划 %(planned)s，已免除。") % said
    elif step.late_days:
        line = _("%(name)s：计划 %(planned)s，逾期 %(days)d 天未完成。") % {**said, "days": step.late_days}
    else:
        line = _("%(name)s：计划 %(planned)s，尚未到期。") % said
    return f"{line}{milestone.progress}"


def _results(targets: Sequence[Target]) -> str:
    return "\n".join(_numbered(map(_target, targets)))


def _target(target: Target) -> str:
    said = {
        "name": target.name,
        "contract": target.contract_value,
        "achieved": target.achieved_value,
        "unit": target.unit_of_measure,
    }
    if not target.achieved_value:
        return _("%(name)s：合同值 %(contract)s%(unit)s，累计完成值尚未填报。") % said
    return _("%(name)s：合同值 %(contract)s%(unit)s，累计完成 %(achieved)s%(unit)s。") % said


def _money(funding: Funding, *, spent: Decimal, year: int, on: date) -> str:
    lines = [
        _("%(source)s：合同 %(committed)s 元，到位 %(received)s 元，支出 %(spent)s 元，结存 %(balance)s 元。")
        % {"source": _(source), **_amounts(money)}
        for source, money in funding.sources.items()
        if money.committed or money.received
    ]
    head = _(
        "截至 %(on)s，累计到位 %(received)s 元，累计支出 %(spent)s 元，其中 %(year)d 年度支出 %(year_spent)s 元。"
    ) % {
        "on": on.isoformat(),
        "year": year,
        "year_spent": shown(spent),
        **_amounts(funding.total),
    }
    return "\n".join([head, *_numbered(lines)])


def _amounts(money: SourceMoney) -> dict[str, str]:
    return {name: shown(amount) for name, amount in money._asdict().items()}


def _problems(plan: Plan) -> str:
    return "\n".join(
        _numbered(
            _("里程碑“%(name)s”应于 %(planned)s 完成，已逾期 %(days)d 天，原因：")
            % {
                "name": step.milestone.name,
                "planned": step.milestone.planned_on.isoformat(),
                "days": step.late_days,
            }
            for step in plan.total.steps
            if step.is_open and step.late_days
        )
    )


def _next_year(year: PlanYear | None) -> str:
    if year is None:
        return ""
    return "\n".join(
        _numbered(
            _("%(planned)s 前完成“%(name)s”。")
            % {"planned": step.milestone.planned_on.isoformat(), "name": step.milestone.name}
            for step in year.steps
            if step.is_open
        )
    )


def _numbered(lines: Iterable[str]) -> list[str]:
    return [f"{number}. {line}" for number, line in enumerate(lines, 1)]
