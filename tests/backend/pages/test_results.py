"""The pages on which results are handed in: targets, benefits, self-rating; and the way to them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lifecycle.models import AnnualReport, Project, SelfRating, Target, YearBenefits
from tests.backend.pages.browsing import browser_of, text_of
from tests.builders import make_project, walked
from tests.lifecycle.acceptance.builders import on_file
from tests.people import people_around

pytestmark = pytest.mark.django_db

RATING = {
    "output": "45.5",
    "output_reason": "完成。",
    "benefit": "28",
    "benefit_reason": "超额。",
    "satisfaction": "9",
    "satisfaction_reason": "良好。",
}


@pytest.fixture
def project() -> Project:
    project = make_project(milestones=False)
    Target.objects.create(project=project, name="发明专利", contract_value="8", unit_of_measure="件")
    Target.objects.create(project=project, name="技术水平", contract_value="国际先进")
    return project


@pytest.fixture
def unit(project: Project) -> Client:
    return browser_of(people_around(project)["unit"])


def url(name: str, project: Project) -> str:
    return reverse(name, args=[project.number])


def typed(project: Project, page: Any, **said: Any) -> dict[str, Any]:
    """What a browser sends: what the form shows, with what was typed."""
    form = page.context["form"]
    shown = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in shown.items()} | said


def test_the_page_of_the_acceptance_leads_to_the_three(project, unit):
    page = text_of(unit.get(url("acceptance", project)))

    for name in ("targets", "benefits", "self-rating"):
        assert f'href="{url(name, project)}"' in page
    assert "共 2 项，已填完成值 0 项" in page


def test_a_unit_writes_results_and_sees_the_rate(project, unit):
    patents, level = project.targets.order_by("category", "pk")
    paper = on_file(project, number="results")
    page = unit.get(url("targets", project))
    assert text_of(page).count("<h1") == 1

    said = {
        f"{patents.pk}-achieved_value": "9",
        f"{patents.pk}-papers": [str(paper.pk)],
        f"{level.pk}-achieved_value": "国际领先",
        f"{level.pk}-evidence": "鉴定<b>证书",
    }
    answer = unit.post(url("targets", project), typed(project, page, **said), follow=True)

    text = text_of(answer)
    assert "考核指标完成情况已保存。" in text
    assert "112.50%" in text and "国际领先" in text and "鉴定&lt;b&gt;证书" in text
    assert reverse("document", args=[project.number, paper.pk]) in text
    patents.refresh_from_db()
    assert patents.papers == [paper.pk]
    # The page that was read before stands for what was there before.
    late = unit.post(url("targets", project), typed(project, page, **{f"{patents.pk}-achieved_value": "1"}))
    assert late.status_code == 422
    assert "考核指标已被他人修改" in text_of(late)


def test_a_fault_stands_beside_its_field(project, unit):
    patents = project.targets.get(name="发明专利")
    page = unit.get(url("targets", project))

    answer = unit.post(
        url("targets", project), typed(project, page, **{f"{patents.pk}-achieved_value": "九\x01"})
    )

    assert answer.status_code == 422
    assert f"{patents.pk}-achieved_value" in answer.context["form"].errors


def test_forms_show_to_unit_and_park_before_the_end(project):
    people = people_around(project)
    for name in ("targets", "benefits", "self-rating"):
        shows = {
            who: 'id="write"' in text_of(browser_of(people[who]).get(url(name, project)))
            for who in ("unit", "park", "city", "province", "auditor")
        }
        assert shows == {"unit": True, "park": True, "city": False, "province": False, "auditor": False}
    walked(project, "terminated")
    for name in ("targets", "benefits", "self-rating"):
        assert 'id="write"' not in text_of(browser_of(people["unit"]).get(url(name, project)))


def test_benefits_are_added_where_no_report_tells(project, unit):
    for year, content in ((2023, {"benefits": {"sales": "123456.00"}}), (2024, {})):
        AnnualReport.objects.create(
            project=project,
            year=year,
            state="accepted",
            submitted_on=f"{year}-12-10",
            reviewed_on=f"{year}-12-12",
            content=content,
        )
    page = unit.get(url("benefits", project))
    assert "123456.00" in text_of(page)
    assert "2024.sales" in page.context["form"].fields and "2023.sales" not in page.context["form"].fields

    answer = unit.post(
        url("benefits", project), typed(project, page, **{"2024.sales": "1,200.5"}), follow=True
    )
    wrong = unit.post(url("benefits", project), typed(project, page, **{"2024.patents": "1.5"}))

    assert "年度效益已保存。" in text_of(answer)
    assert f"{YearBenefits.objects.get(year=2024).sales:.2f}" == "1200.50"
    assert wrong.status_code == 422
    assert "2024.patents" in wrong.context["form"].errors


def test_a_rating_is_written_shown_with_its_total_and_then_stands(project, unit):
    page = unit.get(url("self-rating", project))

    answer = unit.post(url("self-rating", project), typed(project, page, **RATING), follow=True)
    wrong = unit.post(url("self-rating", project), typed(project, page, **RATING | {"output": "50.01"}))

    text = text_of(answer)
    assert "82.50" in text and "良" in text and "未提交" in text
    assert wrong.status_code == 422 and "output" in wrong.context["form"].errors
    walked(project, "acceptance")
    late = unit.post(url("self-rating", project), RATING)
    assert late.status_code == 422
    assert "项目已申请验收，绩效自评不能再修改。" in text_of(late)
    assert SelfRating.objects.get().output == 45.5
