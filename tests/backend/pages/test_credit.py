"""Credit records on the page: by whom they are made and lifted, and what is told of other projects."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from lifecycle.models import CreditRecord, Project
from lifecycle.parties.models import Role
from tests.backend.pages.browsing import browser_of, text_of
from tests.builders import day, make_project
from tests.lifecycle.inspecting import attached, raised, recorded
from tests.people import make_person

pytestmark = pytest.mark.django_db

BODY = {
    "subject_kind": "unit",
    "subject_name": "某公司",
    "grade": "minor",
    "behaviour": "逾期未整改",
    "recorded_on": "2025-03-01",
    "until": "",
    "document_id": "",
}


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


@pytest.fixture
def province(project: Project) -> Client:
    city = project.cluster.park.parent
    assert city is not None and city.parent is not None
    return browser_of(make_person((Role.PROVINCE, city.parent)))


@pytest.fixture
def unit(project: Project) -> Client:
    return browser_of(make_person((Role.UNIT, project.unit)))


def address(project: Project, name: str = "credit", pk: int | None = None) -> str:
    return reverse(name, args=[project.number] if pk is None else [project.number, pk])


def test_a_record_is_made_shown_and_lifted(project: Project, province: Client, unit: Client):
    paper = attached(raised(project), category="decision", subject="", subject_id=None, title="认定书")

    answer = province.post(address(project), BODY | {"document_id": str(paper.pk)})

    assert answer.headers["Location"] == address(project)
    record = CreditRecord.objects.get()
    assert record.document == paper
    said = text_of(unit.get(address(project)))
    for words in ("一般失信", "逾期未整改", "认定书", "长期有效"):
        assert words in said
    assert "解除信用记录" not in said

    where = address(project, "credit-lift", record.pk)
    assert province.post(where, {"reason": "", "on": "2026-01-05"}).status_code == 422
    assert province.post(where, {"reason": "已修复", "on": "2026-01-05"}).status_code == 302
    late = province.post(where, {"reason": "已修复", "on": "2026-01-05"})
    assert late.status_code == 422
    assert "已于 2026-01-05 解除" in text_of(late)


@pytest.mark.parametrize(
    "changes",
    [
        {"subject_name": ""},
        {"recorded_on": "2999-01-01"},
        {"until": "2025-02-28"},
        {"grade": "x"},
        {"document_id": "999"},
    ],
)
def test_a_wrong_record_stays_on_the_form(project: Project, province: Client, changes: dict[str, str]):
    answer = province.post(address(project), BODY | changes)

    assert answer.status_code == 422
    assert "error-text" in text_of(answer)
    assert not CreditRecord.objects.exists()


def test_only_the_province_records_and_lifts(project: Project, unit: Client):
    record = recorded(project)

    assert unit.post(address(project), BODY).status_code == 403
    assert unit.post(address(project, "credit-lift", record.pk), {}).status_code == 403


def test_the_record_of_another_project_is_not_found(project: Project, province: Client):
    other = recorded(make_project(milestones=False))

    assert province.post(address(project, "credit-lift", other.pk), {}).status_code == 404


def test_a_grave_record_out_of_another_project_is_told_without_naming_it(
    project: Project, unit: Client, province: Client
):
    hidden = make_project(milestones=False, number="SECRET-7", name="SECRET")
    recorded(hidden, subject_name=project.unit.name, behaviour="SECRET 项目挪用", until=None)
    park = browser_of(make_person((Role.PARK, project.cluster.park)))

    for browser, sees_it in ((unit, False), (park, False), (province, True)):
        on_credit = text_of(browser.get(address(project)))
        assert "严重失信" in on_credit
        assert ("SECRET" in on_credit) is sees_it
        on_project = text_of(browser.get(reverse("project", args=[project.number])))
        assert "1 条在效的严重失信记录" in on_project
        assert "SECRET" not in on_project


@pytest.mark.parametrize(("on", "is_told"), [("2025-02-28", False), ("2025-03-01", True)])
def test_the_project_page_tells_of_a_grave_record_while_it_is_in_force(
    project: Project, unit: Client, on: str, is_told: bool
):
    record = recorded(project)
    recorded(project, grade="minor", recorded_on=day("2024-03-01"))

    said = text_of(unit.get(reverse("project", args=[project.number]), {"on": on}))

    assert ("严重失信记录" in said) is is_told
    assert record.until is not None


def test_the_page_costs_the_same_queries_however_many_records(
    project: Project, province: Client, django_assert_num_queries: DjangoAssertNumQueries
):
    for count in (1, 5):
        for _each in range(count):
            recorded(project)
            recorded(make_project(milestones=False), subject_name=project.unit.name)
        with django_assert_num_queries(10):
            province.get(address(project))
