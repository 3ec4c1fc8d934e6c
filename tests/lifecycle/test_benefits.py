"""Benefits of years that no report tells: what may be added, what a report says for itself, and until when."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from lifecycle.benefits import record_benefits, told_benefits, years_untold
from lifecycle.errors import Invalid, StageForbids
from lifecycle.models import AnnualReport, FactVersion, Project, ProjectStamp, Step, YearBenefits
from lifecycle.parties.log import OPERATOR_ACTOR
from tests.builders import day, make_project, walked

pytestmark = pytest.mark.django_db

TODAY = date(2026, 5, 20)
SAID = {"sales": "1200.5", "tax": "0", "export": "30", "patents": "3", "standards": 1, "new_jobs": 0}


def make_report(project: Project, year: int, **facts: Any) -> AnnualReport:
    values: dict[str, Any] = {
        "state": "accepted",
        "submitted_on": day(f"{year}-12-10"),
        "reviewed_on": day(f"{year}-12-12"),
    }
    return AnnualReport.objects.create(project=project, year=year, **(values | facts))


@pytest.fixture
def project() -> Project:
    """In 2023 a report tells the benefits; those of 2024 and 2025 came by a workbook without their content."""
    project = make_project(milestones=False)
    make_report(project, 2023, content={"benefits": {"sales": "100.00", "patents": 2}})
    make_report(project, 2024)
    make_report(project, 2025)
    return project


def add(project: Project, years: dict[int, Any], *, today: date = TODAY) -> list[YearBenefits]:
    return record_benefits(project=project, years=years, actor=OPERATOR_ACTOR, today=today)


def test_years_without_a_telling_report_may_be_added(project):
    assert years_untold(project, on=TODAY) == [2022, 2024, 2025, 2026]


def test_a_year_that_owes_a_report_or_is_being_written_is_told_there():
    project = make_project(milestones=False)
    make_report(project, 2024, state="returned")
    AnnualReport.objects.create(project=project, year=2026)

    assert years_untold(project, on=TODAY) == [2022]


def test_what_is_added_stands_beside_what_reports_tell(project):
    stamp = ProjectStamp.objects.get(project_id=project.pk).stamp

    add(project, {2024: SAID})

    told = told_benefits(project)
    assert [(each.year, each.report is None) for each in told] == [(2023, False), (2024, True)]
    assert told[0].numbers == {
        "sales": Decimal("100.00"),
        "tax": None,
        "export": None,
        "patents": 2,
        "standards": None,
        "new_jobs": None,
    }
    assert told[1].as_json() == {
        "sales": "1200.50",
        "tax": "0.00",
        "export": "30.00",
        "patents": 3,
        "standards": 1,
        "new_jobs": 0,
    }
    row = YearBenefits.objects.get()
    assert [(step.act, step.details["sales"]) for step in Step.objects.of(row)] == [("record", "1200.50")]
    assert ProjectStamp.objects.get(project_id=project.pk).stamp > stamp


def test_a_report_that_comes_later_is_what_counts(project):
    add(project, {2024: SAID})
    AnnualReport.objects.filter(year=2024).update(content={"benefits": {"sales": "7.00"}})

    told = {each.year: each for each in told_benefits(project)}

    assert (told[2024].as_json()["sales"], told[2024].as_json()["patents"]) == ("7.00", None)
    assert 2024 not in years_untold(project, on=TODAY)


def test_a_number_changes_one_alone_and_a_year_of_which_nothing_is_left_goes(project):
    (row,) = add(project, {2024: SAID})
    add(project, {2024: {"sales": "1300"}})
    add(project, {2024: {"sales": "1300.00"}})
    row.refresh_from_db()
    assert (row.sales, row.patents) == (Decimal("1300.00"), 3)
    assert Step.objects.of(row).count() == 2

    add(project, {2024: dict.fromkeys(SAID, "")})

    assert not YearBenefits.objects.exists()
    assert Step.objects.filter(subject="yearbenefits").last().act == "take_away"
    assert FactVersion.objects.filter(table_name="lifecycle_yearbenefits").count() == 2
    assert add(project, {2024: dict.fromkeys(SAID, "")}) == []


def test_every_fault_is_named_and_nothing_is_written(project):
    with pytest.raises(Invalid) as refusal:
        add(project, {2023: SAID, 2030: SAID, 2024: {"sales": "-1", "patents": "1.5", "gold": "1"}})

    assert set(refusal.value.details) == {"2023", "2030", "2024.sales", "2024.patents", "2024.gold"}
    assert not YearBenefits.objects.exists()


@pytest.mark.parametrize("state", ["closed", "terminated", "revoked"])
def test_benefits_of_a_project_that_has_ended_stand(state):
    project = walked(make_project(milestones=False), state)

    with pytest.raises(StageForbids):
        add(project, {2022: SAID})

    assert not YearBenefits.objects.exists()


@pytest.mark.parametrize("wrong", [{"sales": "-0.01"}, {"patents": -1}, {"year": 1999}])
def test_the_database_refuses_what_cannot_be(project, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        YearBenefits.objects.create(project=project, **({"year": 2024} | wrong))


def test_the_database_keeps_one_row_a_year(project):
    YearBenefits.objects.create(project=project, year=2024)

    with pytest.raises(IntegrityError), transaction.atomic():
        YearBenefits.objects.create(project=project, year=2024)
