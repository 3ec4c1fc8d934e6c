"""What a webhook may call: hosts on a list by https at outer addresses, once resolved, nothing followed, all bounded."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest
from pytest_django import Settings

from backend.ways.guard import ANSWER_MOST, Gate, NotAllowed, Unreachable, is_outer
from tests.backend.ways.conftest import Receiver, free_port

GateTo = Callable[..., Gate]
CERTIFICATE = Path(__file__).with_name("hook_test.pem")


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.8.8.8",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "203.0.113.9",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:8.8.8.8",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "64:ff9b:1::808:808",
        "2002:7f00:1::",
        "2002:808:808::1",
        "2001::1",
        "2001:db8::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fe80::1%eth0",
        "2606:4700::1%eth0",
        "fec0::1",
        "ff02::1",
        "0177.0.0.1",
        "2130706433",
        "localhost",
        "",
    ],
)
def test_an_inner_address_is_one_in_whatever_form(address: str):
    assert not is_outer(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "223.5.5.5", "2400:3200::1", "64:ff9b::808:808", "172.32.0.1"]
)
def test_an_address_of_the_open_net_is_one(address: str):
    assert is_outer(address)


@pytest.mark.parametrize(
    "url",
    [
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1",
        "https://QYAPI.weixin.qq.com:443/x",
        "https://open.feishu.cn",
        "https://hooks.example.org:8443/x",
    ],
)
def test_an_address_of_a_listed_host_may_be_called(url: str, settings: Settings):
    settings.WEBHOOK_HOSTS = [*settings.WEBHOOK_HOSTS, "Hooks.example.org:8443"]

    assert Gate.of_settings().fault(url) == ""


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://open.feishu.cn/x", "https"),
        ("https://example.org/x", "名单"),
        ("https://open.feishu.cn:8443/x", "名单"),
        ("https://open.feishu.cn.example.org/x", "名单"),
        ("https://evilopen.feishu.cn/x", "名单"),
        ("https://127.0.0.1/x", "名单"),
        ("https://open.feishu.cn@127.0.0.1/x", "网址"),
        ("https://user:pass@open.feishu.cn/x", "网址"),
        ("https://open.feishu.cn\\@127.0.0.1/", "网址"),
        ("https://open.feishu.cn#@127.0.0.1/", "网址"),
        ("https://open.feishu.cn:99999/x", "网址"),
        ("https://open.feishu.cn/x y", "网址"),
        ("https://open.feishu.cn/x\r\nHost: inner", "网址"),
        ("https://open.feishu.cn/集群", "网址"),
        ("https://[::1]/x", "网址"),
        ("https://ｏpen.feishu.cn/x", "网址"),
        ("https://open.feishu.cn./x", "网址"),
        ("ftp://open.feishu.cn/x", "网址"),
        ("file:///etc/passwd", "网址"),
        ("gopher://open.feishu.cn/x", "网址"),
        ("//open.feishu.cn/x", "网址"),
        ("https:///x", "网址"),
        ("", "网址"),
        ("https://open.feishu.cn/" + "x" * 500, "网址"),
    ],
)
def test_any_other_address_is_refused_and_nothing_is_looked_up(url: str, why: str):
    def resolve(host: str, port: int) -> list[str]:
        raise AssertionError("looked up")

    gate = Gate(Gate.of_settings().hosts, resolve=resolve)

    assert why in gate.fault(url)
    with pytest.raises(NotAllowed, match=why):
        gate.post(url, b"", {})


@pytest.mark.parametrize(
    "answers",
    [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::ffff:169.254.169.254"], ["8.8.8.8", "64:ff9b::a00:1"]],
)
def test_a_name_that_leads_inside_with_any_of_its_addresses_is_not_called(answers: list[str]):
    gate = Gate(frozenset({"open.feishu.cn"}), resolve=lambda host, port: answers)

    with pytest.raises(NotAllowed, match="内部地址"):
        gate.post("https://open.feishu.cn/x", b"", {})


def test_a_listed_host_on_this_very_machine_is_not_called_either(receiver: Receiver, settings: Settings):
    settings.WEBHOOK_HOSTS = [f"localhost:{receiver.port}"]

    with pytest.raises(NotAllowed, match="内部地址"):
        Gate.of_settings().post(f"https://localhost:{receiver.port}/x", b"{}", {})
    assert receiver.got == []


def test_a_name_is_looked_up_once_so_a_second_answer_leads_nowhere(receiver: Receiver, gate_to: GateTo):
    answers = [["127.0.0.1"], ["127.0.0.2"]]
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return answers.pop(0)

    reply = gate_to(resolve=resolve).post(f"http://hook.test:{receiver.port}/x", b"{}", {"X-One": "1"})

    assert reply.status == 200
    assert asked == ["hook.test"]
    assert receiver.got[0].headers["Host"] == f"hook.test:{receiver.port}"
    assert receiver.got[0].headers["X-One"] == "1"


def test_a_proxy_of_the_environment_is_not_asked(
    receiver: Receiver, gate_to: GateTo, monkeypatch: pytest.MonkeyPatch
):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert gate_to().post(f"http://hook.test:{receiver.port}/x", b"{}", {}).status == 200


def test_a_redirect_is_not_followed(receiver: Receiver, gate_to: GateTo):
    receiver.status["/x"] = 307
    receiver.headers["/x"] = {"Location": f"http://127.0.0.1:{receiver.port}/inner"}

    assert gate_to().post(f"http://hook.test:{receiver.port}/x", b"{}", {}).status == 307
    assert [request.path for request in receiver.got] == ["/x"]


def test_of_a_long_answer_the_beginning_is_read(receiver: Receiver, gate_to: GateTo):
    receiver.answer["/x"] = b"x" * (ANSWER_MOST + 1)

    assert len(gate_to().post(f"http://hook.test:{receiver.port}/x", b"{}", {}).body) == ANSWER_MOST


def test_a_compressed_answer_is_not_blown_up(receiver: Receiver, gate_to: GateTo):
    receiver.headers["/x"] = {"Content-Encoding": "gzip"}
    receiver.answer["/x"] = b"\x1f\x8b bomb"

    assert gate_to().post(f"http://hook.test:{receiver.port}/x", b"{}", {}).body == b"\x1f\x8b bomb"


def test_the_next_address_is_tried_where_nobody_is_at_the_first(receiver: Receiver, gate_to: GateTo):
    gate = gate_to(resolve=lambda host, port: ["127.0.0.9", "127.0.0.1"], is_outer=lambda address: True)

    assert gate.post(f"http://hook.test:{receiver.port}/x", b"{}", {}).status == 200


def test_nobody_there_is_told(gate_to: GateTo):
    port = free_port()
    gate = gate_to(hosts=frozenset({f"hook.test:{port}"}))

    with pytest.raises(Unreachable, match="无法连接"):
        gate.post(f"http://hook.test:{port}/x", b"{}", {})


@pytest.mark.parametrize("fault", ["no such name", "no addresses", "slow"])
def test_a_name_server_that_fails_or_hangs_is_not_waited_for(
    gate_to: GateTo, monkeypatch: pytest.MonkeyPatch, fault: str
):
    free = threading.Event()

    def resolve(host: str, port: int) -> list[str]:
        if fault == "no such name":
            raise socket.gaierror(-2, "Name or service not known")
        if fault == "slow":
            free.wait(5)
        return []

    monkeypatch.setattr("backend.ways.guard.CONNECT_SECONDS", 0.2)
    began = monotonic()
    with pytest.raises(Unreachable):
        gate_to(hosts=frozenset({"hook.test:80"}), resolve=resolve).post("http://hook.test/x", b"", {})
    free.set()

    assert monotonic() - began < 3


@pytest.fixture
def dripping() -> Iterator[int]:
    """A server that gives a byte of its answer every now and then, for ever; its port."""
    server = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        line, _ = server.accept()
        with line:
            line.recv(65536)
            for sign in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 10_000:
                if over.wait(0.05):
                    return
                try:
                    line.sendall(bytes([sign]))
                except OSError:
                    return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield server.getsockname()[1]
    over.set()
    thread.join(5)
    server.close()


def test_an_answer_that_drips_is_cut_off_in_time(gate_to: GateTo, dripping: int):
    gate = gate_to(hosts=frozenset({f"hook.test:{dripping}"}), total_seconds=0.5)
    began = monotonic()

    with pytest.raises(Unreachable, match="规定时间"):
        gate.post(f"http://hook.test:{dripping}/x", b"{}", {})

    assert monotonic() - began < 3


def test_what_is_no_http_is_told(gate_to: GateTo):
    server = socket.create_server(("127.0.0.1", 0))
    port = server.getsockname()[1]

    def serve() -> None:
        line, _ = server.accept()
        with line:
            line.recv(65536)
            line.sendall(b"SSH-2.0-OpenSSH\r\n\r\n")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with pytest.raises(Unreachable):
        gate_to(hosts=frozenset({f"hook.test:{port}"})).post(f"http://hook.test:{port}/x", b"{}", {})
    thread.join(5)
    server.close()


@pytest.fixture
def by_tls() -> Iterator[tuple[int, list[str | None]]]:
    """A receiver by https that has the certificate of hook.test: its port, and the names that were asked for."""
    asked: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    context.sni_callback = lambda line, name, own: asked.append(name)
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        line, _ = server.accept()
        with contextlib.suppress(OSError), context.wrap_socket(line, server_side=True) as safe:
            # All of it: what is left unread when the line is closed may take the answer with it.
            while (piece := safe.recv(65536)) and not piece.endswith(b"{}"):
                pass
            safe.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield server.getsockname()[1], asked
    thread.join(5)
    server.close()


def trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(CERTIFICATE))


def test_by_https_the_name_is_asked_for_at_the_address(gate_to: GateTo, by_tls: tuple[int, list[str | None]]):
    port, asked = by_tls
    gate = gate_to(hosts=frozenset({f"hook.test:{port}"}), schemes=frozenset({"https"}), tls=trusting)

    assert gate.post(f"https://hook.test:{port}/x", b"{}", {}).body == b"{}"
    assert asked == ["hook.test"]


@pytest.mark.parametrize(
    ("host", "tls"), [("other.test", trusting), ("hook.test", ssl.create_default_context)]
)
def test_a_certificate_of_another_name_or_of_nobody_we_know_is_refused(
    gate_to: GateTo,
    by_tls: tuple[int, list[str | None]],
    host: str,
    tls: Callable[[], ssl.SSLContext],
):
    port, _ = by_tls
    gate = gate_to(hosts=frozenset({f"{host}:{port}"}), schemes=frozenset({"https"}), tls=tls)

    with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
        gate.post(f"https://{host}:{port}/x", b"{}", {})
