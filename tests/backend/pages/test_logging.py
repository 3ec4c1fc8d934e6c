"""Logging by page: a movement of money and a milestone's progress, with and without htmx."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from finance.models import Entry
from lifecycle.models import Tranche
from lifecycle.parties.models import Role
from tests.backend.pages.browsing import HTMX, browser_of, text_of
from tests.builders import make_milestone, make_project, moved
from tests.people import make_person

pytestmark = pytest.mark.django_db


def funded(**facts: str):
    project = make_project(**facts)
    moved(project, "资金到位", "单位自筹", "1000", "2022-10-01")
    return project


@pytest.fixture
def project():
    return funded()


@pytest.fixture
def unit(project):
    return browser_of(make_person((Role.UNIT, project.unit)))


@pytest.fixture
def park(project):
    return browser_of(make_person((Role.PARK, project.cluster.park)))


def facts(**changes: str) -> dict[str, str]:
    said = {
        "kind": "支出",
        "key": "page:1",
        "source": "单位自筹",
        "category": "设备费",
        "amount": "１００.50",
        "on": timezone.localdate().isoformat(),
        "voucher": "记-100",
        "invoice": "",
        "counterparty": "设备公司",
        "memo": "",
    }
    return said | changes


def address(project) -> str:
    return reverse("entry", args=[project.number])


def test_a_posting_changes_money_answers_and_ledger_at_once(project, unit):
    answer = unit.post(address(project), facts(), **HTMX)

    shown = text_of(answer)
    assert answer.status_code == 200
    assert "已登记第 2 号分录" in shown
    assert "100.50" in shown
    assert "899.50" in shown
    parts = ("way", "glance", "money", "answers", "answers-met", "tranches", "ledger", "chain-head")
    for part in parts:
        assert f'id="{part}"' in shown
    assert shown.count('hx-swap-oob="true"') == len(parts)
    assert "<html" not in shown


def test_without_javascript_the_same_leads_back_to_the_project(project, unit):
    answer = unit.post(address(project), facts())

    assert answer.headers["Location"] == reverse("project", args=[project.number]) + "#ledger"
    assert Entry.objects.filter(project=project, voucher="记-100").count() == 1


def test_a_second_click_posts_nothing_more(project, unit):
    first, second = (unit.post(address(project), facts(), **HTMX) for _ in range(2))

    assert first.status_code == second.status_code == 200
    assert "没有重复登记" in text_of(second)
    assert Entry.objects.filter(project=project).count() == 2


def test_a_fresh_form_has_a_fresh_key(project, unit):
    keys = {unit.get(address(project)).context["entry_form"]["key"].value() for _ in range(2)}

    assert len(keys) == 2


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"amount": "1000.01"}, "amount", "可用余额 1,000.00"),
        ({"amount": "0"}, "amount", "大于零"),
        ({"amount": "1.005"}, "amount", "两位小数"),
        ({"amount": "许多"}, "amount", "请填写数字"),
        ({"amount": "9" * 30}, "amount", ""),
        ({"on": "9999-01-01"}, "on", "不能晚于今天"),
        ({"on": "1900-01-01"}, "on", "2000"),
        ({"on": "明天"}, "on", ""),
        ({"voucher": " "}, "voucher", ""),
        ({"category": "招待费"}, "category", ""),
        ({"source": "彩票"}, "source", ""),
        ({"memo": "长" * 501}, "memo", ""),
    ],
)
def test_a_refusal_stands_at_its_field_and_nothing_is_written(changes, field, words, project, unit):
    answer = unit.post(address(project), facts(**changes), **HTMX)

    assert answer.status_code == 422
    assert answer.context["entry_form"].has_error(field)
    assert words in text_of(answer)
    assert 'aria-invalid="true"' in text_of(answer)
    assert Entry.objects.filter(project=project).count() == 1


def test_a_voucher_used_before_is_told_at_the_voucher(project, unit):
    unit.post(address(project), facts(), **HTMX)

    answer = unit.post(address(project), facts(key="page:2"), **HTMX)

    assert answer.status_code == 422
    assert answer.context["entry_form"].has_error("voucher")


def test_a_payment_settles_its_tranche_on_the_page_at_once(project, park):
    Tranche.objects.create(
        project=project, source="园区配套", number=1, planned_on="2023-01-01", amount=Decimal("100.50")
    )
    shown = park.get(reverse("project", args=[project.number])).context["overview"].instalments
    assert not shown[0].is_paid

    answer = park.post(address(project), facts(kind="拨付单位", source="园区配套"), **HTMX)

    assert answer.context["overview"].instalments[0].is_paid
    assert "已足额" in text_of(answer)
    assert project.journal.head_hash not in text_of(answer)


@pytest.mark.parametrize(
    ("state", "kinds", "words"),
    [
        ("implementing", ["到账园区", "拨付单位", "直接拨付", "资金到位", "支出", "退回", "园区退回"], ""),
        ("suspended", ["到账园区", "资金到位", "支出", "退回", "园区退回"], "项目已暂停，不能登记拨付单位"),
        ("terminated", ["资金到位", "支出", "退回", "园区退回"], "项目已终止，省拨款、园区配套只能"),
        ("revoked", ["资金到位", "支出", "退回", "园区退回"], "项目已撤销，省拨款、园区配套只能"),
        ("closed", ["退回", "园区退回"], "项目已结题，只能登记退回"),
    ],
)
def test_only_what_the_stage_takes_is_offered_and_why_is_said(state, kinds, words):
    project = funded(state=state)
    park = browser_of(make_person((Role.PARK, project.cluster.park)))

    page = park.get(reverse("project", args=[project.number]))
    form = park.get(f"{address(project)}?kind=直接拨付", **HTMX)

    assert list(page.context["postable"]) == list(form.context["postable"]) == kinds
    assert form.context["kind"] == ("直接拨付" if "直接拨付" in kinds else kinds[0])
    assert words in text_of(page)
    assert words in text_of(form)
    assert ("只能登记" in text_of(page)) is ("只能" in words)


def test_of_a_kind_only_the_sources_that_the_stage_takes_are_offered():
    project = funded(state="terminated")
    park = browser_of(make_person((Role.PARK, project.cluster.park)))

    form = park.get(f"{address(project)}?kind=支出", **HTMX).context["entry_form"]

    assert [value for value, _ in form.fields["source"].choices] == ["单位自筹", "社会资本"]


def test_a_stage_that_forbids_it_says_so():
    project = funded(state="closed")
    unit = browser_of(make_person((Role.UNIT, project.unit)))

    answer = unit.post(address(project), facts(), **HTMX)

    assert answer.status_code == 422
    assert "不能登记" in text_of(answer)


@pytest.mark.parametrize(
    ("kind", "source", "status"),
    [
        ("到账园区", "省拨款", 403),
        ("支出", "单位自筹", 200),
        ("资金到位", "社会资本", 200),
        ("偷钱", "省拨款", 404),
    ],
)
def test_a_unit_posts_only_its_kinds(kind: str, source: str, status: int, project, unit):
    said = facts(kind=kind, source=source)

    assert unit.post(address(project), said, **HTMX).status_code == status


def test_a_park_posts_what_arrives_and_pays_it_on(project, park):
    for kind in ("到账园区", "拨付单位"):
        answer = park.post(address(project), facts(kind=kind, source="省拨款", key=kind), **HTMX)
        assert answer.status_code == 200

    assert list(Entry.objects.filter(project=project, source="省拨款").values_list("kind", flat=True)) == [
        "到账园区",
        "拨付单位",
    ]


def test_the_form_shows_only_what_the_kind_has(project, park):
    payment = park.get(f"{address(project)}?kind=拨付单位", **HTMX)
    spending = park.get(f"{address(project)}?kind=支出", **HTMX)

    assert "category" not in payment.context["entry_form"].fields
    assert "category" in spending.context["entry_form"].fields
    assert [value for value, _ in payment.context["entry_form"].fields["source"].choices] == [
        "省拨款",
        "园区配套",
    ]


def test_a_milestone_is_logged_without_leaving_the_page(project, unit):
    milestone = make_milestone(project, "2025-12-31")
    where = reverse("milestone", args=[project.number, milestone.pk])

    answer = unit.post(where, {"progress": "样机通过测试"}, **HTMX)

    milestone.refresh_from_db()
    assert (milestone.progress, milestone.state) == ("样机通过测试", "in_progress")
    assert "的进展已保存" in text_of(answer)
    assert 'id="answers"' in text_of(answer)
    assert f"{reverse('milestones', args=[project.number])}#milestone-{milestone.pk}" in text_of(answer)
    assert unit.post(where, {"progress": "样机"}).headers["Location"].endswith("#milestones")


def test_what_cannot_be_logged_is_said_where_it_stands(project, unit):
    milestone = make_milestone(project, "2025-12-31")
    where = reverse("milestone", args=[project.number, milestone.pk])

    for more in (HTMX, {}):
        answer = unit.post(where, {"progress": "长" * 2001}, **more)
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in text_of(answer)


def test_progress_of_what_was_handed_in_is_refused(project, unit):
    milestone = make_milestone(project, "2025-12-31", completed_on="2025-12-31")

    answer = unit.post(
        reverse("milestone", args=[project.number, milestone.pk]), {"progress": "改写"}, **HTMX
    )

    milestone.refresh_from_db()
    assert (answer.status_code, milestone.progress) == (422, "")


def test_milestones_are_not_for_readers_nor_of_other_projects(project, unit):
    milestone = make_milestone(project, "2025-12-31")
    other = make_milestone(make_project(), "2025-12-31")
    city = browser_of(make_person((Role.CITY, project.cluster.park.parent)))

    assert city.post(reverse("milestone", args=[project.number, milestone.pk]), {}).status_code == 403
    assert unit.post(reverse("milestone", args=[project.number, other.pk]), {}).status_code == 404


def test_a_form_without_its_secret_is_refused(project):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(make_person((Role.UNIT, project.unit)))

    assert client.post(address(project), facts()).status_code == 403
    assert Entry.objects.filter(project=project).count() == 1
