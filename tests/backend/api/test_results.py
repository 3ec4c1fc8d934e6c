"""Results by the API: targets with their papers, benefits of untold years, and the self-rating."""

from __future__ import annotations

import pytest

from lifecycle.models import AnnualReport, Project, SelfRating, Target
from tests.builders import make_project, walked
from tests.lifecycle.acceptance.builders import on_file
from tests.people import api_of, people_around

pytestmark = pytest.mark.django_db

SCORES = {
    "output": "45.50",
    "output_reason": "完成。",
    "benefit": "28.00",
    "benefit_reason": "超额。",
    "satisfaction": "9.00",
    "satisfaction_reason": "良好。",
}


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


def path(project: Project, name: str) -> str:
    return f"/api/v1/projects/{project.number}/{name}/"


def test_a_unit_writes_results_and_everybody_around_reads_them(project, django_assert_num_queries):
    target = Target.objects.create(
        project=project, name="发明专利", contract_value="8", unit_of_measure="件", evidence="工作簿"
    )
    paper = on_file(project, number="results")
    people = people_around(project)
    unit, city = api_of(people["unit"]), api_of(people["city"])

    written = unit.put(
        path(project, "targets"),
        {"results": [{"id": target.pk, "achieved_value": "9", "papers": [paper.pk]}]},
        format="json",
    )

    assert written.status_code == 200, written.json()
    assert written.json() == city.get(path(project, "targets")).json()
    (shown,) = written.json()
    assert {key: shown[key] for key in ("id", "contract_value", "achieved_value", "evidence", "papers")} == {
        "id": target.pk,
        "contract_value": "8",
        "achieved_value": "9",
        "evidence": "工作簿",
        "papers": [paper.pk],
    }
    again = unit.put(
        path(project, "targets"),
        {"results": [{"id": target.pk, "achieved_value": "10"}], "seen": "2020-01-01T00:00:00+08:00"},
        format="json",
    )
    assert (again.status_code, again.json()["code"]) == (409, "changed_meanwhile")
    with django_assert_num_queries(4):
        city.get(path(project, "targets"))


def test_faults_of_results_are_named_by_their_place(project):
    unit = api_of(people_around(project)["unit"])

    answer = unit.put(
        path(project, "targets"), {"results": [{"id": 1, "achieved_value": "9"}]}, format="json"
    )

    assert answer.status_code == 400
    assert set(answer.json()["details"]) == {"results.0.id"}
    walked(project, "terminated")
    assert unit.put(path(project, "targets"), {"results": []}, format="json").status_code == 409


def test_a_park_adds_the_benefits_of_a_year_that_no_report_tells(project):
    AnnualReport.objects.create(
        project=project,
        year=2023,
        state="accepted",
        submitted_on="2023-12-10",
        reviewed_on="2023-12-12",
        content={"benefits": {"sales": "100.00"}},
    )
    AnnualReport.objects.create(
        project=project, year=2024, state="accepted", submitted_on="2024-12-10", reviewed_on="2024-12-12"
    )
    park = api_of(people_around(project)["park"])

    said = {"years": {"2024": {"sales": "1200.5", "patents": 3}}}
    answer = park.put(path(project, "benefits"), said, format="json")

    assert answer.status_code == 200, answer.json()
    told = {each["year"]: each for each in answer.json()["years"]}
    assert (told[2023]["told_by"], told[2023]["benefits"]["sales"]) == ("annual_report", "100.00")
    assert (told[2024]["told_by"], told[2024]["benefits"]["sales"]) == ("acceptance", "1200.50")
    assert told[2024]["benefits"]["patents"] == 3
    assert 2023 not in answer.json()["open_years"] and 2024 in answer.json()["open_years"]
    assert park.get(path(project, "benefits")).json() == answer.json()
    for wrong in ({"2023": {"sales": "1"}}, {"二〇二四": {}}, {"2024": {"sales": "x"}}):
        refused = park.put(path(project, "benefits"), {"years": wrong}, format="json")
        assert refused.status_code == 400, wrong


def test_a_unit_rates_itself_until_it_has_applied(project):
    unit = api_of(people_around(project)["unit"])

    answer = unit.put(path(project, "self-rating"), SCORES, format="json")

    assert answer.status_code == 200, answer.json()
    shown = answer.json()
    assert {name: shown[name] for name in SCORES} == SCORES
    assert (shown["execution"], shown["total"], shown["band"]) == ("0.00", "82.50", "良")
    assert unit.get(path(project, "self-rating")).json() == [shown]
    wrong = unit.put(path(project, "self-rating"), SCORES | {"benefit": "30.01"}, format="json")
    assert (wrong.status_code, set(wrong.json()["details"])) == (400, {"benefit"})
    walked(project, "acceptance")
    late = unit.put(path(project, "self-rating"), SCORES, format="json")
    assert (late.status_code, late.json()["code"]) == (409, "rating_filed")
    assert SelfRating.objects.get().benefit == 28
