"""What a mail server sends back: a bounce is found by the number of our mail, and nothing else is taken for one."""

from __future__ import annotations

import io
from email.message import EmailMessage
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command

from backend.ways.bounces import Bounce, read_bounce, take_bounce
from backend.ways.mail import message_id
from lifecycle.models import Digest
from tests.builders import make_project
from tests.reminding import at, reader

NUMBER = uuid4()


def notification(
    number: UUID = NUMBER, *, action: str = "failed", part: str = "text/rfc822-headers"
) -> bytes:
    """As Postfix writes it."""
    ours = (
        f"From: noreply@pilot.example.org\r\nTo: gone@example.org\r\nSubject: x\r\n"
        f"Message-ID: {message_id(number)}\r\n"
    )
    return (
        "From: MAILER-DAEMON@mx.example.org\r\nTo: noreply@pilot.example.org\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b1"\r\n\r\n'
        "--b1\r\nContent-Type: text/plain\r\n\r\nI'm sorry to have to inform you\r\n\r\n"
        "--b1\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\n"
        f"Final-Recipient: rfc822; gone@example.org\r\nAction: {action}\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n"
        f"--b1\r\nContent-Type: {part}\r\n\r\n{ours}\r\nbody\r\n--b1--\r\n"
    ).encode()


@pytest.mark.parametrize("part", ["text/rfc822-headers", "message/rfc822"])
def test_a_bounce_names_our_mail_and_says_why(part: str):
    found = read_bounce(notification(part=part))

    assert found == Bounce(NUMBER, "5.1.1 smtp; 550 5.1.1 no such user")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe not a mail",
        notification(action="delayed"),
        notification(action="delivered"),
        notification().replace(str(NUMBER).encode(), b"not-ours"),
        notification().replace(b"multipart/report", b"multipart/mixed"),
        notification()[:600],
        EmailMessage().as_bytes(),
    ],
    ids=range(8),
)
def test_anything_else_is_no_bounce(raw: bytes):
    assert read_bounce(raw) is None


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "taken"), [("sent", True), ("bounced", False), ("waiting", False)])
def test_a_mail_that_was_sent_is_marked_once(state: str, taken: bool):
    instant = at("2026-11-26T09:05")
    digest = Digest.objects.create(
        way="mail",
        person=reader(make_project(milestones=False)),
        on="2026-11-26",
        state=state,
        sent_at=None if state == "waiting" else instant,
    )

    assert take_bounce(Bounce(digest.pk, "5.1.1")) is taken
    digest.refresh_from_db()
    assert digest.state == ("bounced" if taken else state)


@pytest.mark.django_db
def test_the_command_reads_what_an_alias_gives_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    digest = Digest.objects.create(
        way="mail",
        person=reader(make_project(milestones=False)),
        on="2026-11-26",
        state="sent",
        sent_at=at("2026-11-26T09:05"),
    )
    for raw in (notification(digest.pk), b"spam"):
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
        call_command("take_bounce")

    digest.refresh_from_db()
    assert digest.state == "bounced" and "no such user" in digest.error
    assert "没有可标记的邮件" in capsys.readouterr().out
