"""Real receivers for what leaves: a mail server and an HTTP server, each in a thread of the test's own."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from pytest_django import Settings

from backend.ways.guard import Gate
from tests.reminding import know_kinds


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    know_kinds(monkeypatch)


class MailServer:
    """Keeps what it takes. answers: by the recipient's name before the @, what is said to RCPT; hangs: never answers;
    after_data: said to the content by recipient's name.
    """

    def __init__(self) -> None:
        self.mails: list[tuple[str, EmailMessage]] = []
        self.answers: dict[str, str] = {}
        self.after_data: dict[str, str] = {}
        self.hangs: set[str] = set()
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: Any):
        name = address.partition("@")[0]
        if name in self.answers:
            return self.answers[name]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        name = envelope.rcpt_tos[0].partition("@")[0]
        if name in self.hangs:
            # Closes without an answer once the client has given up.
            await asyncio.sleep(1.0)
            server.transport.abort()
            return "421 gone"
        if name in self.after_data:
            return self.after_data[name]
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append((envelope.rcpt_tos[0], mail))
        return "250 taken"

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()


@pytest.fixture
def mail_server(settings: Settings) -> Iterator[MailServer]:
    """A real SMTP server that the program sends by, with a time-out of a fraction of a second."""
    server = MailServer()
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_TIMEOUT = 0.5
    settings.SITE_URL = "https://pilot.example.org"
    settings.DEFAULT_FROM_EMAIL = "noreply@pilot.example.org"
    settings.MAIL_REPLY_TO = "help@pilot.example.org"
    yield server
    server.stop()


@dataclass
class Request:
    """What came in."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """A web server on a port of its own. By path: what it answers, and after how many seconds."""

    port: int = 0
    status: dict[str, int] = field(default_factory=dict)
    answer: dict[str, bytes] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    delay: dict[str, float] = field(default_factory=dict)
    got: list[Request] = field(default_factory=list)

    def at(self, path: str) -> list[Request]:
        return [request for request in self.got if request.path.partition("?")[0] == path]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    seen = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            path = self.path.partition("?")[0]
            seen.got.append(Request(self.path, dict(self.headers.items()), body))
            sleep(seen.delay.get(path, 0))
            answer = seen.answer.get(path, b'{"errcode": 0, "code": 0}')
            try:
                self.send_response(seen.status.get(path, 200))
                for name, value in seen.headers.get(path, {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
            except OSError:
                pass

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

    server = Server(("127.0.0.1", 0), Handler)
    seen.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield seen
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def gate_to(receiver: Receiver) -> Callable[..., Gate]:
    """Makes gates that let hook.test be the receiver on this machine, which no gate of the program does."""

    def make(**changed: Any) -> Gate:
        values: dict[str, Any] = {
            "hosts": frozenset({f"hook.test:{receiver.port}"}),
            "schemes": frozenset({"http"}),
            "resolve": lambda host, port: ["127.0.0.1"],
            "is_outer": lambda address: address == "127.0.0.1",
            "total_seconds": 2.0,
        }
        return Gate(**(values | changed))

    return make


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
