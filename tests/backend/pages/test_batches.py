"""Batches and their limits by page."""

from __future__ import annotations

import pytest
from django.urls import reverse

from lifecycle.models import BatchLimit
from lifecycle.parties.models import Role
from tests.backend.pages.browsing import browser_of, text_of
from tests.builders import make_batch, make_cluster, make_project
from tests.people import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return make_project(cluster=make_cluster(batch=make_batch(term_months="42")))


@pytest.fixture
def address(project):
    return reverse("batch", args=[project.cluster.batch_id])


@pytest.fixture
def province(project):
    return browser_of(make_person((Role.PROVINCE, project.cluster.park.parent.parent)))


def said(**changes: str) -> dict[str, str]:
    return {
        "code": "pace_days",
        "value": "45",
        "applies_from": "2026-01-01",
        "basis": "省科技厅通知",
    } | changes


def test_every_limit_is_shown_with_its_basis(address, province):
    shown = text_of(province.get(address))

    assert "5,000,000.00 元" in shown
    assert "系统默认" in shown
    assert "申报指引 三.5；承诺书 3、5" in shown


def test_a_new_value_stands_beside_the_old_one(project, address, province):
    assert province.post(address, said()).status_code == 302
    assert province.post(address, said(value="60", applies_from="2026-06-01")).status_code == 302

    assert list(
        BatchLimit.objects.filter(batch=project.cluster.batch, code="pace_days")
        .order_by("applies_from")
        .values_list("value")
    ) == [("45",), ("60",)]
    assert "（此前）" in text_of(province.get(address))


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"value": "many"}, 400),
        ({"value": ""}, 400),
        ({"basis": " "}, 400),
        ({"code": "nonsense"}, 400),
        ({"applies_from": "1999-01-01"}, 400),
        ({"code": "term_months", "value": "36", "applies_from": "2022-08-20"}, 409),
    ],
)
def test_what_is_no_limit_is_refused_at_its_field(changes: dict[str, str], status: int, address, province):
    before = BatchLimit.objects.count()

    answer = province.post(address, said(**changes))

    assert answer.status_code == status
    assert "error-text" in text_of(answer)
    assert BatchLimit.objects.count() == before


def test_a_park_reads_but_does_not_set(project, address):
    park = browser_of(make_person((Role.PARK, project.cluster.park)))

    assert "登记新的取值" not in text_of(park.get(address))
    assert park.post(address, said()).status_code == 403


def test_a_batch_without_a_project_in_sight_is_hidden(project):
    other = make_batch()
    park = browser_of(make_person((Role.PARK, project.cluster.park)))

    assert park.get(reverse("batch", args=[other.pk])).status_code == 404
    assert other.name not in text_of(park.get("/batches/"))


def test_the_administrator_sets_limits_without_seeing_projects(project, address):
    administrator = browser_of(make_person((Role.ADMINISTRATOR, project.cluster.park)))

    assert administrator.post(address, said()).status_code == 302
    assert project.cluster.name not in text_of(administrator.get(address))
