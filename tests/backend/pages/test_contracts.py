"""The pages of a contract: drafted, signed, given up, compared; and who may do what there."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lifecycle.models import Contract, Project
from lifecycle.parties.models import Role
from tests.backend.pages.browsing import browser_of, text_of
from tests.lifecycle.changes.builders import approved, at_work, came_in
from tests.lifecycle.contracts.builders import contracted, drafted, make_award, signed_by
from tests.people import make_person, people_around

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_award()


@pytest.fixture
def browsers(project: Project) -> dict[str, Client]:
    people = people_around(project)
    return {name: browser_of(people[name]) for name in ("unit", "park", "city", "province", "auditor")}


def address(project: Project, page: str = "contract", /, **more: Any) -> str:
    return reverse(page, kwargs={"number": project.number, **more})


def said(party: str, on: str = "2022-09-10") -> dict[str, str]:
    return {"party": party, "signatory": "王明", "on": on, "document": ""}


def test_a_contract_is_drafted_with_its_budget_and_signed_by_all(
    project: Project, browsers: dict[str, Client]
):
    shown = text_of(browsers["park"].get(address(project)))
    assert "还没有拟定合同" in shown and "拟定合同" in shown
    assert f'href="{reverse("imports")}">用工作簿更新' in shown

    form = text_of(browsers["park"].get(address(project, "contract-draft")))
    assert "科目预算" in form and "发明专利" in form
    drafted = browsers["park"].post(
        address(project, "contract-draft"),
        {
            "on": "2022-09-01",
            "members": "李工",
            "technical_route": "",
            "budget-0-0": "3,000,000",
            "budget-0-1": "50万",
        },
    )
    assert drafted.status_code == 422
    drafted = browsers["park"].post(
        address(project, "contract-draft"),
        {
            "on": "2022-09-01",
            "members": "李工",
            "technical_route": "",
            "budget-0-0": "3,000,000",
            "budget-0-1": "500000元",
        },
    )
    assert drafted.status_code == 302
    assert Contract.objects.get().terms["category_budget"] == {
        "省拨款": {"设备费": "3000000.00", "业务费": "500000.00"}
    }

    for role in ("unit", "park", "province"):
        assert "待签署" in text_of(browsers["auditor"].get(address(project)))
        signed = browsers[role].post(address(project, "contract-sign", version=1), said(role))
        assert signed.status_code == 302
    shown = text_of(browsers["auditor"].get(address(project)))
    assert "自 2022-09-10 起生效" in shown
    assert shown.count("王明") == 3


@pytest.mark.parametrize("who", ["city", "auditor"])
def test_who_is_no_party_sees_no_forms(project: Project, browsers: dict[str, Client], who: str):
    drafted(project)

    shown = browsers[who].get(address(project)).content.decode()

    assert '<form method="post" action="/projects/' not in shown
    assert browsers[who].post(address(project, "contract-sign", version=1), said("park")).status_code == 403
    assert browsers[who].post(address(project, "contract-withdraw", version=1)).status_code == 403


def test_nobody_signs_for_another(project: Project, browsers: dict[str, Client]):
    drafted(project)

    answer = browsers["unit"].post(address(project, "contract-sign", version=1), said("province"))

    assert answer.status_code == 422
    assert Contract.objects.get().signatures.count() == 0


def test_one_who_acts_for_two_parties_chooses(project: Project):
    drafted(project)
    both = browser_of(make_person((Role.PARK, project.cluster.park), (Role.UNIT, project.unit)))

    for party in ("unit", "park"):
        assert both.post(address(project, "contract-sign", version=1), said(party)).status_code == 302
    assert set(Contract.objects.get().signatures.values_list("party", flat=True)) == {"unit", "park"}


def test_a_refusal_stands_on_the_form(project: Project, browsers: dict[str, Client]):
    drafted(project)

    answer = browsers["park"].post(address(project, "contract-sign", version=1), said("park", "2022-08-31"))
    assert answer.status_code == 422
    assert "日期不能早于 2022-09-01" in text_of(answer)
    signed_by(Contract.objects.get(), "park")
    again = browsers["park"].post(address(project, "contract-sign", version=1), said("park"))
    assert again.status_code == 409
    assert "已于 2022-09-05 签署" in text_of(again)


def test_a_budget_that_does_not_add_up_is_said_above_the_grid(project: Project, browsers: dict[str, Client]):
    answer = browsers["park"].post(
        address(project, "contract-draft"), {"on": "2022-09-01", "budget-0-0": "1", "budget-1-3": "x"}
    )
    assert answer.status_code == 422
    answer = browsers["park"].post(
        address(project, "contract-draft"), {"on": "2022-09-01", "budget-0-0": "1"}
    )
    assert "应等于合同金额" in text_of(answer)
    assert not Contract.objects.exists()


def test_a_draft_overtaken_by_facts_says_so_and_is_withdrawn(project: Project, browsers: dict[str, Client]):
    drafted(project)
    Project.objects.filter(pk=project.pk).update(leader="王工")

    shown = text_of(browsers["unit"].get(address(project)))
    assert "现在不能签署" in shown and "王工" in shown
    assert "确认签署" not in shown
    done = browsers["unit"].post(address(project, "contract-withdraw", version=1), {"reason": "负责人有变动"})
    assert done.status_code == 302
    assert "已作废" in text_of(browsers["unit"].get(address(project)))
    assert browsers["unit"].get(address(project, "contract-draft")).status_code == 200


def test_versions_are_shown_and_compared():
    project = at_work(leader="李工")
    approved(project, "leader", {"leader": "王工"})
    browser = browser_of(make_person((Role.UNIT, project.unit)))

    shown = text_of(browser.get(address(project)))
    assert "第 2 版" in shown and "变更项目负责人" in shown
    second = text_of(browser.get(address(project, "contract-version", version=2)))
    assert "与第 1 版的差异" in second and "李工" in second and "王工" in second
    first = text_of(browser.get(address(project, "contract-version", version=1) + "?against=2"))
    assert "与第 2 版的差异" in first
    assert browser.get(address(project, "contract-version", version=9)).status_code == 404


def test_a_contract_signed_elsewhere_is_said_to_be(browsers: dict[str, Client]):
    project = came_in()
    shown = text_of(browser_of(make_person((Role.UNIT, project.unit))).get(address(project)))

    assert "合同已于 2022-09-10 在系统外签订" in shown
    assert "拟定合同" not in shown


def test_the_page_costs_the_same_however_long_the_story(project: Project, django_assert_max_num_queries: Any):
    contracted(project)
    browser = browser_of(make_person((Role.UNIT, project.unit)))
    browser.get(address(project))

    with django_assert_max_num_queries(14):
        browser.get(address(project))
