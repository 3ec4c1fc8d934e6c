"""Benefits of years of which no annual report tells, added where acceptance is prepared.

What a report says is never asked a second time, nor changed here; where one comes later it is the report that counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lifecycle.annual_reports import (
    AMOUNT_BENEFITS,
    BENEFITS,
    BENEFITS_SECTION,
    WRITABLE,
    read_benefits,
    years_open,
)
from lifecycle.facts import life_facts
from lifecycle.faults import Faults
from lifecycle.models import AnnualReport, Project, YearBenefits
from lifecycle.parties.log import Actor
from lifecycle.rules.annual_reports import years_owing
from lifecycle.steps import take_step
from lifecycle.targets import require_stage


@dataclass(frozen=True, slots=True)
class Told:
    """Benefits of a year, each from the start of the project. report: id of the report that tells, None where added.

    numbers: by name, in the order of BENEFITS; amounts Decimal, counts int, None where nothing is said.
    """

    year: int
    row: int
    report: int | None
    numbers: dict[str, Decimal | int | None]

    def as_json(self) -> dict[str, str | int | None]:
        """Amounts as texts with two decimals, counts as integers."""
        return {
            name: f"{value:.2f}" if isinstance(value, Decimal) else value
            for name, value in self.numbers.items()
        }


def told_in(reports: Iterable[AnnualReport], added: Iterable[YearBenefits]) -> list[Told]:
    """What is told of the years, ascending: by a report that was handed in, else by what was added. Pure."""
    told = {each.year: Told(each.year, each.pk, None, _numbers_of(vars(each))) for each in added}
    for report in reports:
        said = report.content.get(BENEFITS_SECTION)
        if report.state not in WRITABLE and said:
            told[report.year] = Told(report.year, report.pk, report.pk, _numbers_of(said))
    return [told[year] for year in sorted(told)]


def told_benefits(project: Project) -> list[Told]:
    """As `told_in`, of the project as it stands; two queries."""
    return told_in(AnnualReport.objects.filter(project=project), project.benefits.all())


def _numbers_of(said: Mapping[str, Any]) -> dict[str, Decimal | int | None]:
    return {
        name: None
        if said.get(name) in (None, "")
        else Decimal(said[name])
        if name in AMOUNT_BENEFITS
        else int(said[name])
        for name in BENEFITS
    }


def years_untold(project: Project, *, on: date) -> list[int]:
    """The years begun by `on`, ascending, whose benefits may be added; two queries and those of the facts of life.

    Years of the term without a report, or with one that a workbook brought without its content. A year that owes
    a report, or whose report is being written, is told there.
    """
    facts = life_facts([project.pk], on=on)[project.pk]
    reports = {each.year: each for each in AnnualReport.objects.filter(project=project)}
    owing = set(years_owing(facts, since=project.start_on.year))
    return [year for year in years_open(facts) if _is_untold(reports.get(year), is_owed=year in owing)]


def _is_untold(report: AnnualReport | None, *, is_owed: bool) -> bool:
    if report is None:
        return not is_owed
    return report.state not in WRITABLE and not report.content.get(BENEFITS_SECTION)


def record_benefits(
    *, project: Project, years: Mapping[int, Mapping[str, Any]], actor: Actor, today: date
) -> list[YearBenefits]:
    """Write the benefits of years; all that are on record, by year.

    years: {year: {name: number or its text}}, each from the start of the project on, names as BENEFITS; None or
    an empty text takes a number away, what is left out stays. A year of which nothing is left is taken away.
    Saying again what is written changes nothing.

    Raises:
        Invalid: details by place, "2024.sales": a year that is told by its report or lies outside the term, an
            unknown name, or no number.
        StageForbids: the project is closed, terminated or revoked.
    """
    with transaction.atomic():
        kept = Project.objects.held(project.pk)
        require_stage(kept)
        open_years = set(years_untold(kept, on=today))
        known = {each.year: each for each in kept.benefits.order_by("year")}
        faults = Faults()
        written = {}
        for year, said in years.items():
            if year not in open_years:
                faults.say(
                    f"{year}", _("%(year)d 年度的效益由年度报告填报，或不在实施期内。") % {"year": year}
                )
                continue
            numbers, wrong = read_benefits(said)
            for name, sentence in wrong.items():
                faults.say(f"{year}.{name}", sentence)
            written[year] = numbers
        faults.refuse()
        for year, numbers in written.items():
            _write(known.get(year) or YearBenefits(project=kept, year=year), numbers, actor, today)
        return list(kept.benefits.order_by("year"))


def _write(row: YearBenefits, numbers: Mapping[str, Any], actor: Actor, today: date) -> None:
    """One year as it is now said."""
    fields = {name: value for name, value in _numbers_of(numbers).items() if name in numbers}
    changed = [name for name, value in fields.items() if getattr(row, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(row, name, fields[name])
    is_left = any(getattr(row, name) is not None for name in BENEFITS)
    if is_left:
        row.save()
    take_step(
        row,
        "record" if is_left else "take_away",
        number=row.project.number,
        actor=actor,
        on=today,
        year=row.year,
        **{name: numbers[name] for name in changed},
    )
    if not is_left:
        row.delete()
