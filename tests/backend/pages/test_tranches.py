"""The page of payments: what it shows, who sees which form, and what becomes of a refusal."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from finance.models import Entry, PaymentConfirmation
from lifecycle.models import DatedEvent, Project, Step, Tranche
from lifecycle.parties.models import Person, Role
from tests.backend.pages.browsing import browser_of, text_of
from tests.builders import day, make_project, make_tranche, moved
from tests.people import make_person, people_around

pytestmark = pytest.mark.django_db

QUERIES = 23
"""Session, person, memberships; the project; tranches, flows, reports, eight of the project's life, three of the
calculator; the steps."""


@pytest.fixture
def project() -> Project:
    project = make_project(milestones=False)
    make_tranche(project, 1, "2022-10-31", "2450000", condition="合同签订后")
    make_tranche(project, 2, "2024-05-01", "1050000", condition="中期检查通过")
    make_tranche(project, 1, "2022-10-31", "2450000", source="园区配套", condition="合同签订后")
    make_tranche(project, 2, "2024-05-01", "1050000", source="园区配套", condition="按工程进度")
    return project


@pytest.fixture
def people(project: Project) -> dict[str, Person | None]:
    return people_around(project)


@pytest.fixture
def park(people: dict[str, Person | None]) -> Client:
    return browser_of(people["park"])


@pytest.fixture
def unit(people: dict[str, Person | None]) -> Client:
    return browser_of(people["unit"])


def tranche_of(project: Project, source: str, number: int) -> Tranche:
    return Tranche.objects.get(project=project, source=source, number=number)


def address(name: str, project: Project, **more: Any) -> str:
    return reverse(name, kwargs={"number": project.number, **more})


def read(browser: Client, project: Project, query: str = "") -> str:
    answer = browser.get(address("tranches", project) + query)
    assert answer.status_code == 200
    return text_of(answer)


SAID = {"key": "k-1", "amount": "2,450,000.00", "on": "2022-11-05", "voucher": "付-1", "memo": ""}


def test_the_page_says_who_pays_first_and_how_far_each_tranche_is(project: Project, unit: Client):
    moved(project, "到账园区", "省拨款", "2450000", "2022-11-01")
    moved(project, "拨付单位", "园区配套", "450000", "2022-11-05")

    shown = read(unit, project, "?on=2022-11-20")

    assert "园区现在应先支付 2,000,000.00 元，之后省可拨付 2,450,000.00 元" in shown
    assert "已到账待拨，逾期 20 天" in shown
    assert "园区待拨 2,450,000.00 元，已 19 天" in shown
    assert "中期检查尚无结果。" in shown
    assert "由经办人判断" in shown
    assert shown.count("<h1>") == 1


def test_what_is_not_the_contract_is_said(project: Project, unit: Client):
    assert "不一致" not in read(unit, project)

    Tranche.objects.filter(source="园区配套", number=2).update(amount="1")

    assert "计划合计 2,450,001.00 元，合同 3,500,000.00 元，不一致。" in read(unit, project)


def forms_on(page: str) -> set[str]:
    return {
        name for name in ("arrive", "pay", "confirm", "remove") if re.search(rf'action="[^"]*/{name}/"', page)
    }


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("park", {"arrive", "pay"}),
        ("province", {"pay"}),
        ("unit", {"confirm"}),
        ("city", set()),
        ("auditor", set()),
    ],
)
def test_forms_are_for_whoever_may(
    who: str, seen: set[str], project: Project, people: dict[str, Person | None]
):
    moved(project, "拨付单位", "园区配套", "100", "2022-11-05")

    assert forms_on(read(browser_of(people[who]), project)) == seen
    assert forms_on(read(browser_of(people[who]), project, "?on=2022-11-20")) == set()


def test_the_payment_form_holds_what_is_left(project: Project, park: Client):
    moved(project, "拨付单位", "园区配套", "450000", "2022-11-05")
    of_park = tranche_of(project, "园区配套", 1)

    shown = read(park, project)

    assert f'action="{address("tranche-pay", project, pk=of_park.pk)}"' in shown
    assert 'value="2000000.00"' in shown


def test_a_tranche_whose_conditions_are_not_met_offers_no_payment(project: Project, park: Client):
    moved(project, "到账园区", "省拨款", "3500000", "2022-11-01")
    moved(project, "拨付单位", "省拨款", "2450000", "2022-11-05")
    second = tranche_of(project, "省拨款", 2)
    pay = address("tranche-pay", project, pk=second.pk)

    assert "第 2 期的拨付条件尚未满足，暂不能拨付" in read(park, project)
    assert pay not in read(park, project)
    answer = park.post(pay, SAID | {"kind": "拨付单位", "amount": "1050000", "on": "2024-05-02"})
    assert (answer.status_code, "中期检查尚无结果" in text_of(answer)) == (422, True)
    assert Entry.objects.count() == 2

    DatedEvent.objects.create(project=project, kind="中期检查", happened_on=day("2024-03-01"), result="通过")
    assert pay in read(park, project)


def test_a_tranche_arrives_is_paid_and_is_confirmed(project: Project, park: Client, unit: Client):
    first = tranche_of(project, "省拨款", 1)
    arrived = park.post(
        address("tranche-arrive", project, pk=first.pk),
        SAID | {"key": "k-0", "kind": "到账园区", "voucher": "收-1", "on": "2022-11-01"},
    )
    paid = park.post(
        address("tranche-pay", project, pk=first.pk), SAID | {"kind": "拨付单位", "counterparty": "某单位"}
    )
    confirmed = unit.post(address("payment-confirm", project, sequence=2), {"on": "2022-11-06"})

    assert {each.status_code for each in (arrived, paid, confirmed)} == {302}
    assert [entry.kind for entry in Entry.objects.order_by("sequence")] == ["到账园区", "拨付单位"]
    assert Entry.objects.get(sequence=2).counterparty == "某单位"
    shown = read(unit, project)
    assert "已确认第 2 号分录的款项到账。" in shown
    assert "单位已确认" in shown
    amount = Step.objects.filter(act="pay").values_list("details__amount", flat=True).get()
    assert amount not in shown and f"{Decimal(amount):,.2f}" in shown
    assert [step.act for step in Step.objects.order_by("pk")] == ["arrive", "pay", "confirm"]
    assert set(Step.objects.values_list("role", flat=True)) == {Role.PARK, Role.UNIT}


def test_a_form_sent_twice_posts_once(project: Project, park: Client):
    of_park = address("tranche-pay", project, pk=tranche_of(project, "园区配套", 1).pk)

    park.post(of_park, SAID | {"kind": "拨付单位"})
    again = park.post(of_park, SAID | {"kind": "拨付单位"}, follow=True)

    assert "没有重复登记" in text_of(again)
    assert Entry.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"amount": "2450000.01"}, "尚余 2,450,000.00 元待拨"),
        ({"amount": "x"}, "请填写数字"),
        ({"voucher": ""}, "该字段是必填项"),
        ({"on": "2999-01-01"}, "业务日期不能晚于今天"),
    ],
)
def test_a_refused_payment_comes_back_with_what_was_typed(
    changes: dict[str, str], sentence: str, project: Project, park: Client
):
    of_park = address("tranche-pay", project, pk=tranche_of(project, "园区配套", 1).pk)

    answer = park.post(of_park, SAID | {"kind": "拨付单位", "memo": "首期 <b>"} | changes)

    shown = text_of(answer)
    assert answer.status_code == 422
    assert sentence in shown
    assert "首期 &lt;b&gt;" in shown
    assert not Entry.objects.exists()


def test_a_refusal_is_told_where_its_form_is_gone(project: Project, park: Client):
    moved(project, "拨付单位", "园区配套", "3500000", "2022-11-05")
    of_park = address("tranche-pay", project, pk=tranche_of(project, "园区配套", 1).pk)

    answer = park.post(of_park, SAID | {"kind": "拨付单位"})

    assert (answer.status_code, "园区配套第 1 期已全部拨付。" in text_of(answer)) == (422, True)


@pytest.mark.parametrize(
    ("who", "name", "status"),
    [
        ("unit", "tranche-pay", 403),
        ("unit", "tranche-arrive", 403),
        ("unit", "tranche", 403),
        ("unit", "tranche-remove", 403),
        ("city", "tranche-pay", 403),
        ("province", "tranche-arrive", 403),
        ("auditor", "tranche-pay", 403),
        ("other park", "tranche-pay", 404),
        ("other park", "tranche-arrive", 404),
        ("administrator", "tranche-remove", 404),
    ],
)
def test_who_may_not_is_refused(
    who: str, name: str, status: int, project: Project, people: dict[str, Person | None]
):
    first = tranche_of(project, "省拨款", 1)

    answer = browser_of(people[who]).post(address(name, project, pk=first.pk), SAID | {"kind": "拨付单位"})

    assert answer.status_code == status
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"), [("park", 403), ("province", 403), ("auditor", 403), ("other unit", 404)]
)
def test_only_the_unit_confirms(who: str, status: int, project: Project, people: dict[str, Person | None]):
    moved(project, "拨付单位", "园区配套", "100", "2022-11-05")

    answer = browser_of(people[who]).post(
        address("payment-confirm", project, sequence=1), {"on": "2022-11-06"}
    )

    assert answer.status_code == status
    assert not PaymentConfirmation.objects.exists()


@pytest.mark.parametrize(
    ("on", "sentence"), [("2022-11-04", "不能早于拨付日期"), ("", "请填写确认日期"), ("x", "请填写确认日期")]
)
def test_a_confirmation_of_a_wrong_day_is_refused(on: str, sentence: str, project: Project, unit: Client):
    moved(project, "拨付单位", "园区配套", "100", "2022-11-05")

    answer = unit.post(address("payment-confirm", project, sequence=1), {"on": on})

    assert (answer.status_code, sentence in text_of(answer)) == (422, True)
    assert not PaymentConfirmation.objects.exists()


def test_things_of_another_project_are_not_found(project: Project, park: Client, unit: Client):
    elsewhere = make_project(milestones=False)
    other = make_tranche(elsewhere)

    assert park.post(address("tranche-pay", project, pk=other.pk), SAID).status_code == 404
    assert unit.post(address("payment-confirm", project, sequence=9), {"on": "2022-11-06"}).status_code == 404


def test_a_suspended_project_takes_no_payment_and_says_so():
    project = make_project(milestones=False, state="suspended")
    make_tranche(project, source="园区配套")
    shown = read(browser_of(make_person((Role.PARK, project.cluster.park))), project)

    assert "项目已暂停" in shown
    assert forms_on(shown) == set()


PLANNED = {
    "source": "省拨款",
    "number": "1",
    "planned_on": "2022-10-31",
    "amount": "2,450,000",
    "condition": "合同签订后",
}


@pytest.fixture
def young() -> Project:
    return make_project(milestones=False, state="approved")


def test_the_plan_is_written_on_the_page(young: Project):
    park = browser_of(make_person((Role.PARK, young.cluster.park)))

    added = park.post(address("tranches", young), PLANNED)
    own = Tranche.objects.get()
    changed = park.post(address("tranche", young, pk=own.pk), PLANNED | {"amount": "2400000"})
    assert (added.status_code, changed.status_code, f"{Tranche.objects.get().amount}") == (
        302,
        302,
        "2400000.00",
    )
    assert forms_on(read(park, young)) >= {"remove"}
    as_unit = read(browser_of(make_person((Role.UNIT, young.unit))), young)
    assert "remove" not in forms_on(as_unit)
    assert "走变更申请" not in as_unit
    removed = park.post(address("tranche-remove", young, pk=own.pk), follow=True)

    assert "已从拨款计划中删除：省拨款第 1 期。" in text_of(removed)
    assert not Tranche.objects.exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"is_tail": "on"}, "计划拨付日期应晚于实施结束日期"),
        ({"number": "0"}, "确保该值大于或等于1"),
        ({"amount": ""}, "该字段是必填项"),
    ],
)
def test_a_refused_plan_comes_back(changes: dict[str, str], sentence: str, young: Project):
    park = browser_of(make_person((Role.PARK, young.cluster.park)))
    make_tranche(young, 7)

    added = park.post(address("tranches", young), PLANNED | changes)
    own = Tranche.objects.get()
    changed = park.post(address("tranche", young, pk=own.pk), PLANNED | changes)

    for answer in (added, changed):
        assert (answer.status_code, sentence in text_of(answer)) == (422, True)
    assert Tranche.objects.get().number == 7


def test_a_number_that_stands_is_refused(young: Project):
    park = browser_of(make_person((Role.PARK, young.cluster.park)))
    make_tranche(young)

    answer = park.post(address("tranches", young), PLANNED)

    assert (answer.status_code, "拨款计划中已有省拨款第 1 期。" in text_of(answer)) == (422, True)


def test_a_settled_plan_is_told_to_move_by_change_requests(project: Project, park: Client):
    shown = read(park, project)

    assert "拨款计划的调整走变更申请" in shown
    assert 'id="add"' not in shown
    assert park.post(address("tranches", project), PLANNED | {"number": "3"}).status_code == 422
    first = tranche_of(project, "省拨款", 1)
    assert park.post(address("tranche-remove", project, pk=first.pk)).status_code == 409


def test_it_costs_the_same_however_many_there_are(
    project: Project, park: Client, django_assert_num_queries: DjangoAssertNumQueries
):
    for number in range(3, 9):
        make_tranche(project, number, "2025-01-01", "10")
        moved(project, "直接拨付", "省拨款", "10", "2022-11-01")

    with django_assert_num_queries(QUERIES):
        read(park, project)


def test_the_page_of_the_project_leads_here(project: Project, park: Client):
    shown = text_of(park.get(address("project", project)))

    assert f'href="{address("tranches", project)}"' in shown


def test_today_is_the_day_of_a_form(project: Project, park: Client):
    assert f'value="{timezone.localdate().isoformat()}"' in read(park, project)
