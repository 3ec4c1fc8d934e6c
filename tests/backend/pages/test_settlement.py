"""Audit, settlement and surplus by page."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from finance.models import Audit, Refund, Settlement, SurplusDecision
from finance.settlement import freeze
from lifecycle.models import Project
from lifecycle.parties.models import Role
from tests.backend.pages.browsing import browser_of, text_of
from tests.builders import day, moved
from tests.finance.settling import PARK, TODAY, accepted, paper, spent_project
from tests.people import make_person

pytestmark = pytest.mark.django_db

AUDIT = {
    "on": "2026-03-01",
    "firm": "江苏天衡会计师事务所",
    "report_no": "天衡审字（2026）12 号",
    "opinion": "无保留意见",
    "audited_investment": "24,000,000.00",
    "document": "",
}


@pytest.fixture
def project() -> Project:
    return spent_project()


def people_of(project: Project) -> dict[str, Client]:
    city = project.cluster.park.parent
    assert city is not None and city.parent is not None
    return {
        "unit": browser_of(make_person((Role.UNIT, project.unit))),
        "park": browser_of(make_person((Role.PARK, project.cluster.park))),
        "city": browser_of(make_person((Role.CITY, city))),
        "province": browser_of(make_person((Role.PROVINCE, city.parent))),
    }


def address(project: Project, name: str = "settlement") -> str:
    return reverse(name, args=[project.number])


def test_the_settlement_table_is_the_one_officials_know(project: Project) -> None:
    text = text_of(people_of(project)["city"].get(address(project)))

    for words in ("经费投入", "投入合计", "经费支出", "其中：", "直接费用小计", "支出合计", "财政资金结余"):
        assert words in text
    assert text.count("<h1>") == 1
    assert "170.00" in text and "30.00" in text


def test_it_is_read_as_of_a_past_day(project: Project) -> None:
    text = text_of(people_of(project)["city"].get(f"{address(project)}?on=2023-01-31"))

    assert "截至 2023-01-31" in text and "170.00" not in text


def test_only_those_who_may_find_the_forms(project: Project) -> None:
    browsers = people_of(project)
    found = {who: text_of(browser.get(address(project))) for who, browser in browsers.items()}

    assert {who: "封存决算</button>" in text for who, text in found.items()} == {
        "unit": True,
        "park": True,
        "city": False,
        "province": False,
    }
    assert {who: "审定新增总投入（元）<span" in text for who, text in found.items()} == {
        "unit": True,
        "park": True,
        "city": False,
        "province": False,
    }


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("settlement-audit", "province"),
        ("settlement-freeze", "city"),
        ("settlement-surplus", "park"),
    ],
)
def test_others_are_refused(name: str, who: str, project: Project) -> None:
    assert people_of(project)[who].post(address(project, name), {}).status_code == 403


def test_an_audit_is_put_on_file(project: Project) -> None:
    document = paper(project, "audit")
    park = people_of(project)["park"]

    answer = park.post(address(project, "settlement-audit"), AUDIT | {"document": str(document.pk)})

    assert answer.status_code == 302
    audit = Audit.objects.get(project=project)
    assert (audit.document, str(audit.audited_investment)) == (document, "24000000.00")
    text = text_of(park.get(address(project)))
    assert "江苏天衡会计师事务所" in text and "24,000,000.00" in text and "登记专项审计" in text


@pytest.mark.parametrize(
    "change",
    [{"on": "2099-01-01"}, {"opinion": ""}, {"audited_investment": "x"}, {"firm": ""}, {"document": "999"}],
)
def test_a_wrong_audit_stays_on_the_form(change: dict[str, Any], project: Project) -> None:
    answer = people_of(project)["park"].post(address(project, "settlement-audit"), AUDIT | change)

    assert answer.status_code == 422
    assert "error-text" in text_of(answer)
    assert not Audit.objects.exists()


def test_a_refusal_of_the_stage_is_told(project: Project) -> None:
    closed = spent_project("closed")

    answer = people_of(closed)["park"].post(address(closed, "settlement-audit"), AUDIT)

    assert answer.status_code == 422
    assert "项目处于“结题”阶段" in text_of(answer)


def test_a_settlement_is_frozen_and_shown_with_its_digest(project: Project) -> None:
    park = people_of(project)["park"]

    assert park.post(address(project, "settlement-freeze"), {"on": "2026-03-01"}).status_code == 302

    settlement = Settlement.objects.get(project=project)
    text = text_of(park.get(address(project)))
    assert settlement.digest in text and "与台账一致" in text
    assert park.post(address(project, "settlement-freeze"), {"on": "2026-02-01"}).status_code == 422


def test_where_a_settlement_parts_from_the_ledger_is_shown(project: Project) -> None:
    freeze(project=project, on=day("2026-03-01"), actor=PARK, today=TODAY)
    moved(project, "支出", "单位自筹", "1.50", "2026-03-01", category="劳务费")

    text = text_of(people_of(project)["park"].get(address(project)))

    assert "与台账有 3 处不符" in text and "41.50" in text


def test_the_surplus_is_decided_by_the_province() -> None:
    project = spent_project("acceptance")
    moved(project, "拨付单位", "省拨款", "20.00", "2023-01-01")
    accepted(project)
    province = people_of(project)["province"]
    said = {"use": "kept", "on": "2026-06-01", "kept_until": "", "reason": "用于后续研发"}

    assert "处理结余" in text_of(province.get(address(project)))
    assert province.post(address(project, "settlement-surplus"), said).status_code == 302
    assert province.post(address(project, "settlement-surplus"), said).status_code == 422

    assert SurplusDecision.objects.get(project=project).kept_until == day("2028-06-01")
    assert "2028-06-01" in text_of(province.get(address(project)))


def test_a_surplus_given_back_is_asked_for() -> None:
    project = spent_project("acceptance")
    said = {"use": "returned", "on": "2026-06-01", "kept_until": "", "reason": "交回"}

    answer = people_of(project)["province"].post(address(project, "settlement-surplus"), said)

    assert answer.status_code == 302
    assert Refund.objects.filter(project=project).count() == 2


@pytest.mark.parametrize("count", [1, 4])
def test_the_page_costs_the_same_however_many_audits(
    count: int, project: Project, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        Audit.objects.create(
            project=project,
            audited_on=day(f"2026-01-0{number + 1}"),
            firm="所",
            report_no="1",
            opinion="保留意见",
            audited_investment=1,
        )
    park = people_of(project)["park"]
    park.get(address(project))

    with django_assert_num_queries(12):
        assert park.get(address(project)).status_code == 200
