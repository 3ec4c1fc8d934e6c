"""Calls to a real receiver: each dialect with its signature and its own word for failure, and receivers that misbehave."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from time import monotonic
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django import Settings

from backend.ways import webhooks
from backend.ways.dialects import DINGTALK_BYTES, FEISHU_BYTES, WECOM_BYTES, fault_of, plain
from backend.ways.guard import Gate, Reply
from backend.ways.sending import ATTEMPTS, CLAIM, Sent, deliver
from lifecycle.models import Delivery, Digest, Project, Webhook
from tests.backend.ways.conftest import Receiver
from tests.builders import make_project
from tests.reminding import at, deliver_to, hook, make_matter

pytestmark = pytest.mark.django_db

NOW = at("2026-11-26T09:05")
SECRET = "a secret of some length"
GateTo = Callable[..., Gate]


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    settings.SITE_URL = "https://pilot.example.org"


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False, number="BA2022001", name="氢能电堆中试")


def hook_at(receiver: Receiver, project: Project, path: str = "/x", **facts: Any) -> Webhook:
    url = f"http://hook.test:{receiver.port}{path}"
    return hook(project, **({"url": url, "secret": SECRET} | facts))


def sent(gate: Gate, now: Any = NOW) -> Sent:
    return deliver(clock=lambda: now, gate=gate)


def test_a_program_gets_everything_signed(receiver: Receiver, gate_to: GateTo, project: Project):
    webhook = hook_at(receiver, project)
    matter = make_matter(project, label="甲 <b>@all</b>")
    deliver_to(webhook, matter, at=NOW)

    assert sent(gate_to()) == Sent(calls=1)

    [request] = receiver.got
    digest = Digest.objects.get()
    stamp, number = request.headers["X-Pilot-Timestamp"], request.headers["X-Pilot-Delivery"]
    wanted = hmac.new(SECRET.encode(), f"{stamp}.{number}.".encode() + request.body, hashlib.sha256)
    assert request.headers["X-Pilot-Signature"] == f"sha256={wanted.hexdigest()}"
    assert (number, int(stamp)) == (str(digest.pk), int(NOW.timestamp()))
    assert json.loads(request.body) == {
        "id": str(digest.pk),
        "organisation": project.unit.name,
        "text": f"{project.unit.name}：1 项待办提醒",
        "count": 1,
        "messages": [
            {
                "kind": "test_work",
                "title": "里程碑：甲 <b>@all</b>",
                "text": "里程碑“甲 <b>@all</b>”应于 2026-12-31 前完成，还有 35 天。",
                "project": "BA2022001",
                "project_name": "氢能电堆中试",
                "due_on": "2026-12-31",
                "days": 35,
                "step": -7,
                "url": "https://pilot.example.org/projects/BA2022001/",
            }
        ],
    }
    assert (digest.state, digest.sent_at) == ("sent", NOW)


def test_wecom_gets_markdown(receiver: Receiver, gate_to: GateTo, project: Project):
    webhook = hook_at(receiver, project, "/cgi-bin/webhook/send?key=k1", dialect="wecom", secret="")
    deliver_to(webhook, make_matter(project), at=NOW)

    assert sent(gate_to()) == Sent(calls=1)

    [request] = receiver.got
    message = json.loads(request.body)
    assert request.path == "/cgi-bin/webhook/send?key=k1"
    assert message["msgtype"] == "markdown"
    text = message["markdown"]["content"]
    assert text.startswith(f"**{project.unit.name}：1 项待办提醒**\n")
    assert "[里程碑：中试线建成](https://pilot.example.org/projects/BA2022001/)" in text
    assert "还有 35 天。" in text


def test_dingtalk_gets_markdown_signed_in_the_address(receiver: Receiver, gate_to: GateTo, project: Project):
    webhook = hook_at(receiver, project, "/robot/send?access_token=t1", dialect="dingtalk")
    deliver_to(webhook, make_matter(project), at=NOW)

    assert sent(gate_to()) == Sent(calls=1)

    [request] = receiver.got
    asked = parse_qs(urlsplit(request.path).query)
    stamp = asked["timestamp"][0]
    wanted = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256).digest()
    assert base64.b64decode(asked["sign"][0]) == wanted
    assert asked["access_token"] == ["t1"]
    assert int(stamp) == int(NOW.timestamp() * 1000)
    message = json.loads(request.body)
    assert message["markdown"]["title"] == f"{project.unit.name}：1 项待办提醒"
    assert message["at"] == {"isAtAll": False}


def test_feishu_gets_rich_text_signed_in_the_body(receiver: Receiver, gate_to: GateTo, project: Project):
    webhook = hook_at(receiver, project, dialect="feishu")
    deliver_to(webhook, make_matter(project), at=NOW)

    assert sent(gate_to()) == Sent(calls=1)

    [request] = receiver.got
    message = json.loads(request.body)
    wanted = hmac.new(f"{message['timestamp']}\n{SECRET}".encode(), digestmod=hashlib.sha256).digest()
    assert message["sign"] == base64.b64encode(wanted).decode()
    assert int(message["timestamp"]) == int(NOW.timestamp())
    post = message["content"]["post"]["zh_cn"]
    assert post["content"][0][0] == {
        "tag": "a",
        "text": "里程碑：中试线建成",
        "href": "https://pilot.example.org/projects/BA2022001/",
    }


def test_without_a_secret_dingtalk_and_feishu_are_not_signed(
    receiver: Receiver, gate_to: GateTo, project: Project
):
    for dialect in ("dingtalk", "feishu"):
        deliver_to(hook_at(receiver, project, dialect=dialect, secret=""), make_matter(project), at=NOW)

    assert sent(gate_to()) == Sent(calls=2)
    assert all("sign" not in request.path and b"sign" not in request.body for request in receiver.got)


@pytest.mark.parametrize("dialect", ["wecom", "dingtalk", "feishu"])
def test_a_name_makes_no_link_no_mention_and_no_markup(
    receiver: Receiver, gate_to: GateTo, project: Project, dialect: str
):
    evil = (
        '[点此](https://evil.example) <@all> @所有人 <at user_id="all">x</at> **粗** `c` # h\n> q ![i](x) '
        "www.evil.com <font color=red>"
    )
    Project.objects.filter(pk=project.pk).update(name=evil)
    deliver_to(hook_at(receiver, project, dialect=dialect), make_matter(project, label=evil), at=NOW)

    assert sent(gate_to()) == Sent(calls=1)

    [request] = receiver.got
    text = request.body.decode().replace("https://pilot.example.org/projects/BA2022001/", "LINK")
    for harm in (
        "https://evil",
        "<@",
        "@所有人",
        "<at",
        "<font",
        "[点此]",
        "`c`",
        "**粗",
        "www.evil.com",
        "\\n> q",
    ):
        assert harm not in text
    assert text.count("](") <= 1


def test_a_name_stays_readable_in_a_chat():
    assert plain("年产 1.5 万吨（一期）·V2.0、A/B 线 50%") == "年产 1.5 万吨（一期）·V2.0、A/B 线 50%"
    assert plain("a\r\nb\tc\x00") == "a b c"


@pytest.mark.parametrize(
    ("dialect", "most"), [("wecom", WECOM_BYTES), ("dingtalk", DINGTALK_BYTES), ("feishu", FEISHU_BYTES)]
)
def test_a_message_is_no_longer_than_the_chat_takes(
    receiver: Receiver, gate_to: GateTo, project: Project, dialect: str, most: int
):
    webhook = hook_at(receiver, project, dialect=dialect)
    for _ in range(120):
        deliver_to(webhook, make_matter(project, label="名" * 100), at=NOW)

    assert sent(gate_to()) == Sent(calls=1)

    message = json.loads(receiver.got[0].body)
    said = (
        message["content"]["post"]["zh_cn"]["content"]
        if dialect == "feishu"
        else message["markdown"].get("content") or message["markdown"]["text"]
    )
    text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
    assert 3 * most // 5 < len(text.encode()) <= most + 1000 * (dialect == "feishu")
    assert "项未列出" in text
    assert Delivery.objects.filter(digest__state="sent").count() == 120


@pytest.mark.parametrize(
    ("dialect", "reply", "fault"),
    [
        ("json", Reply(200, b"anything"), ""),
        ("json", Reply(204, b""), ""),
        ("json", Reply(302, b""), "HTTP 302"),
        ("json", Reply(500, b""), "HTTP 500"),
        ("wecom", Reply(200, b'{"errcode":0,"errmsg":"ok"}'), ""),
        ("wecom", Reply(200, b'{"errcode":93000,"errmsg":"invalid webhook url"}'), "93000: invalid webhook"),
        ("wecom", Reply(200, b"<html>"), "无法识别"),
        ("wecom", Reply(200, b"[]"), "无法识别"),
        ("wecom", Reply(200, b"{}"), "无法识别"),
        ("wecom", Reply(200, b'{"errcode":false}'), "errcode"),
        ("dingtalk", Reply(200, b'{"errcode":310000,"errmsg":"sign not match"}'), "310000: sign not match"),
        ("dingtalk", Reply(200, b'{"errcode":0}'), ""),
        ("feishu", Reply(200, b'{"code":19021,"msg":"sign match fail"}'), "19021: sign match fail"),
        ("feishu", Reply(200, b'{"code":0,"msg":"success"}'), ""),
        ("feishu", Reply(200, b'{"StatusCode":0,"StatusMessage":"success"}'), ""),
        ("feishu", Reply(200, b"[" * 60_000), "无法识别"),
    ],
)
def test_a_receivers_own_word_for_failure_counts(dialect: str, reply: Reply, fault: str):
    said = fault_of(dialect, reply)

    assert (fault in said) if fault else said == ""


def test_a_call_that_failed_is_tried_again_later_under_the_same_number(
    receiver: Receiver, gate_to: GateTo, project: Project
):
    webhook = hook_at(receiver, project)
    deliver_to(webhook, make_matter(project), at=NOW)
    receiver.status["/x"] = 500

    assert sent(gate_to()) == Sent(later=1)
    webhook.refresh_from_db()
    assert (webhook.failures, webhook.paused_until) == (1, NOW + timedelta(minutes=1))
    assert sent(gate_to(), NOW + timedelta(seconds=59)) == Sent()
    receiver.status.clear()
    assert sent(gate_to(), NOW + timedelta(seconds=60)) == Sent(calls=1)

    webhook.refresh_from_db()
    assert (webhook.failures, webhook.paused_until) == (0, None)
    assert len({request.headers["X-Pilot-Delivery"] for request in receiver.got}) == 1


def test_a_receiver_that_goes_on_failing_is_tried_ever_more_rarely_and_what_waits_stays_one_call(
    receiver: Receiver, gate_to: GateTo, project: Project
):
    webhook = hook_at(receiver, project)
    receiver.status["/x"] = 500
    now = NOW
    for number in range(ATTEMPTS):
        deliver_to(webhook, make_matter(project), at=now)
        assert sent(gate_to(), now) == (Sent(failed=1) if number == ATTEMPTS - 1 else Sent(later=1))
        webhook.refresh_from_db()
        assert webhook.paused_until is not None
        now = webhook.paused_until

    assert webhook.failures == ATTEMPTS
    receiver.status.clear()
    assert sent(gate_to(), now) == Sent(calls=1)
    assert sorted(digest.deliveries.count() for digest in Digest.objects.all()) == [1, ATTEMPTS - 1]


def test_a_redirect_to_an_inner_address_is_a_failure(receiver: Receiver, gate_to: GateTo, project: Project):
    deliver_to(hook_at(receiver, project), make_matter(project), at=NOW)
    receiver.status["/x"] = 302
    receiver.headers["/x"] = {"Location": f"http://127.0.0.1:{receiver.port}/inner"}

    assert sent(gate_to()) == Sent(later=1)
    assert [request.path for request in receiver.got] == ["/x"]
    assert Digest.objects.get().error == "HTTP 302"


def test_the_gate_of_the_program_lets_nothing_inside(
    receiver: Receiver, project: Project, settings: Settings
):
    settings.WEBHOOK_HOSTS = [f"localhost:{receiver.port}"]
    for url in (f"http://localhost:{receiver.port}/x", f"https://localhost:{receiver.port}/x"):
        deliver_to(hook(project, url=url, secret=SECRET), make_matter(project), at=NOW)

    assert deliver(clock=lambda: NOW) == Sent(later=2)
    assert receiver.got == []


def test_a_slow_receiver_a_dead_one_and_one_that_fails_delay_nobody(
    receiver: Receiver, gate_to: GateTo, project: Project
):
    receiver.delay["/slow"] = 1.5
    receiver.status["/broken"] = 500
    for path in ("/slow", "/broken", "/dead"):
        for _ in range(4):
            deliver_to(hook_at(receiver, project, path), make_matter(project), at=NOW)
    good = [hook_at(receiver, project, "/good") for _ in range(8)]
    for webhook in good:
        deliver_to(webhook, make_matter(project), at=NOW)
    Webhook.objects.exclude(pk__in=[each.pk for each in good]).update(failures=1)
    Webhook.objects.filter(url__endswith="/dead").update(url="http://hook.test:9/dead")
    gate = gate_to(hosts=frozenset({f"hook.test:{receiver.port}", "hook.test:9"}), total_seconds=1.0)

    began = monotonic()
    assert sent(gate) == Sent(calls=8, later=12)

    assert monotonic() - began < 8
    # Those that did not fail before come first, whenever they were registered.
    assert {request.path for request in receiver.got[:8]} == {"/good"}


def test_what_nobody_marked_is_called_again_under_the_same_number(
    receiver: Receiver, gate_to: GateTo, project: Project, monkeypatch: pytest.MonkeyPatch
):
    class Killed(BaseException):
        pass

    deliver_to(hook_at(receiver, project), make_matter(project), at=NOW)
    real = webhooks.send

    def killed(*what: Any) -> Any:
        real(*what)
        raise Killed

    monkeypatch.setattr(webhooks, "send", killed)
    monkeypatch.setattr("backend.ways.sending._fault", lambda digest, error: (_ for _ in ()).throw(error))
    with pytest.raises(Killed):
        sent(gate_to())
    monkeypatch.setattr(webhooks, "send", real)

    assert sent(gate_to(), NOW + CLAIM + timedelta(seconds=1)) == Sent(calls=1)
    first, second = receiver.got
    assert first.headers["X-Pilot-Delivery"] == second.headers["X-Pilot-Delivery"]


@pytest.mark.parametrize("dialect", ["json", "wecom", "dingtalk", "feishu"])
def test_a_test_message_says_only_that_it_would_arrive(
    receiver: Receiver, gate_to: GateTo, project: Project, dialect: str
):
    webhook = hook_at(receiver, project, dialect=dialect)

    reached = webhooks.send(webhooks.test_call(webhook, now=NOW), dialect, gate_to())

    assert reached.error == ""
    assert "测试消息" in receiver.got[0].body.decode()
    assert not Digest.objects.exists()
