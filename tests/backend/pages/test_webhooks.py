"""The page of webhooks: for whom, added and refused, never shown again, tried, paused, deleted."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from backend.pages import webhooks as page
from backend.ways.guard import Gate
from lifecycle.models import Digest, Project, Webhook
from lifecycle.parties.models import Person, Role, SecurityEvent
from tests.backend.pages.browsing import browser_of, text_of
from tests.builders import make_project
from tests.people import make_person, people_around
from tests.reminding import at, deliver_to, hook, know_kinds, make_matter, reader

pytestmark = pytest.mark.django_db

PAGE = "/webhooks/"
URL = "https://open.feishu.cn/open-apis/bot/v2/hook/very-secret-part"


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    know_kinds(monkeypatch)


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False)


@pytest.fixture
def person(project: Project) -> Person:
    return reader(project)


def said(project: Project, **changed: Any) -> dict[str, Any]:
    values = {
        "organisation": project.unit.pk,
        "name": "工作群",
        "dialect": "feishu",
        "url": URL,
        "secret": "sign-secret",
    }
    return values | changed


def test_a_webhook_is_added_and_its_address_and_secret_are_shown_to_nobody_again(
    project: Project, person: Person
):
    browser = browser_of(person)

    assert browser.post(PAGE, said(project)).status_code == 302

    webhook = Webhook.objects.get()
    assert (webhook.organisation, webhook.url, webhook.secret) == (project.unit, URL, "sign-secret")
    shown = text_of(browser.get(PAGE))
    assert "工作群" in shown
    assert "very-secret-part" not in shown and "sign-secret" not in shown
    assert "very-secret-part" not in str(list(SecurityEvent.objects.values()))


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"url": "http://open.feishu.cn/x"}, "https"),
        ({"url": "https://example.org/x"}, "名单"),
        ({"url": "https://127.0.0.1/x"}, "名单"),
        ({"url": ""}, 'role="alert"'),
        ({"name": ""}, 'role="alert"'),
        ({"name": "x" * 101}, 'role="alert"'),
        ({"name": "a\x07"}, "控制字符"),
        ({"dialect": "telegram"}, 'role="alert"'),
        ({"dialect": "json", "secret": "short"}, "签名密钥"),
        ({"organisation": 0}, 'role="alert"'),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_kept(
    project: Project, person: Person, changed: dict[str, Any], why: str
):
    answer = browser_of(person).post(PAGE, said(project, **changed))

    assert answer.status_code == 422
    assert why in text_of(answer)
    assert not Webhook.objects.exists()


def test_a_name_stands_once_and_there_are_so_many_at_most(
    project: Project, person: Person, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("lifecycle.reminders.hooks.MOST", 2)
    browser = browser_of(person)
    browser.post(PAGE, said(project))

    assert "同名" in text_of(browser.post(PAGE, said(project)))
    assert browser.post(PAGE, said(project, name="第二个")).status_code == 302
    assert "最多登记 2 个" in text_of(browser.post(PAGE, said(project, name="第三个")))
    assert Webhook.objects.count() == 2


def test_each_touches_those_of_their_own_organisations_only(project: Project):
    own = hook(project)
    people = people_around(project)
    refused = {"nobody": 302, "auditor": 403, "administrator": 403, "log_reader": 403, "without role": 403}
    wrong = {}
    for who in set(people) - {"unit"}:
        for name in ("webhook-test", "webhook-switch", "webhook-delete"):
            status = browser_of(people[who]).post(reverse(name, args=[own.pk]), {}).status_code
            if status != refused.get(who, 404):
                wrong[who, name] = status

    assert wrong == {}
    assert own.name not in text_of(browser_of(people["park"]).get(PAGE))
    assert own.name in text_of(browser_of(people["unit"]).get(PAGE))
    assert browser_of(people["unit"]).post(reverse("webhook-delete", args=[own.pk])).status_code == 302
    assert not Webhook.objects.exists()


def test_nobody_adds_one_to_an_organisation_they_do_not_act_for(project: Project, person: Person):
    answer = browser_of(person).post(PAGE, said(project, organisation=project.cluster.park.pk))

    assert answer.status_code == 422
    assert not Webhook.objects.exists()


def test_who_keeps_the_accounts_of_a_unit_does_not_manage_its_webhooks(project: Project):
    keeper = make_person((Role.ADMINISTRATOR, project.unit), (Role.UNIT, make_project(milestones=False).unit))
    browser = browser_of(keeper)
    own = hook(project)

    assert own.name not in text_of(browser.get(PAGE))
    assert browser.post(reverse("webhook-delete", args=[own.pk])).status_code == 404


def test_paused_and_resumed(project: Project, person: Person):
    own = hook(project, failures=3, paused_until=at("2026-11-27T09:00"))
    browser = browser_of(person)
    switch = reverse("webhook-switch", args=[own.pk])

    browser.post(switch, {"active": "no"})
    own.refresh_from_db()
    assert not own.is_active
    assert "已暂停" in text_of(browser.get(PAGE))
    browser.post(switch, {"active": "yes"})
    own.refresh_from_db()
    assert (own.is_active, own.failures, own.paused_until) == (True, 0, None)
    acts = list(SecurityEvent.objects.filter(actor=person).values_list("act", flat=True))
    assert {"pause_webhook", "resume_webhook"} <= set(acts)


def test_deleted_with_what_waits_for_it(project: Project, person: Person):
    own = hook(project)
    deliver_to(own, make_matter(project), at=at("2026-11-26T09:05"))
    Digest.objects.create(way="webhook", webhook=own, on="2026-11-26")

    assert browser_of(person).post(reverse("webhook-delete", args=[own.pk])).status_code == 302
    assert not Webhook.objects.exists() and not Digest.objects.exists()


def test_a_test_tells_what_the_receiver_said(
    project: Project, person: Person, monkeypatch: pytest.MonkeyPatch
):
    own = hook(project, dialect="wecom", url="https://qyapi.weixin.qq.com/x")
    browser = browser_of(person)
    place = reverse("webhook-test", args=[own.pk])
    inner = Gate(frozenset({"qyapi.weixin.qq.com"}), resolve=lambda host, port: ["10.0.0.1"])
    monkeypatch.setattr(page, "gate", lambda: inner)

    assert "指向内部地址" in text_of(browser.post(place, follow=True))
    monkeypatch.setattr(page.calls, "send", lambda call, dialect, gate: page.calls.Reached())
    assert "测试消息已送达" in text_of(browser.post(place, follow=True))


def test_tests_are_not_sent_without_end(project: Project, person: Person, monkeypatch: pytest.MonkeyPatch):
    sent: list[Any] = []
    monkeypatch.setattr(page.calls, "send", lambda *what: sent.append(what) or page.calls.Reached())
    place = reverse("webhook-test", args=[hook(project).pk])
    browser = browser_of(person)
    for _ in range(11):
        last = browser.post(place, follow=True)

    assert len(sent) == 10
    assert "测试消息发送过多" in text_of(last)


def test_a_failing_one_says_since_when_and_until_when_it_rests(project: Project, person: Person):
    hook(project, failures=4, paused_until=at("2099-11-27T09:00"))

    shown = text_of(browser_of(person).get(PAGE))

    assert "连续失败 4 次" in shown
    assert "2099-11-27 09:00 后再试" in shown
