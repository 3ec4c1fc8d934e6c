"""From a fact to somebody's mailbox: planned, said in a round, put together and sent; then done, and nothing more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.ways.sending import Sent, deliver
from lifecycle.models import Delivery, MessageState
from lifecycle.reminders import kinds
from lifecycle.reminders.sending import send_round
from tests.backend.ways.conftest import MailServer
from tests.builders import make_milestone, make_project
from tests.reminding import at, reader

pytestmark = pytest.mark.django_db

REAL = dict(kinds._kinds)
NOW = at("2025-11-26T09:05")


@pytest.fixture(autouse=True)
def _real_kinds(_kinds: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_kinds", REAL)


def test_a_milestone_that_comes_near_reaches_its_unit_once(mail_server: MailServer):
    project = make_project(milestones=False, number="BA2022001")
    milestone = make_milestone(project, "2025-12-03")
    person = reader(project)

    send_round(now=NOW)
    assert deliver(clock=lambda: NOW + timedelta(minutes=1)) == Sent(mails=1)
    send_round(now=NOW + timedelta(minutes=10))
    assert deliver(clock=lambda: NOW + timedelta(minutes=11)) == Sent()

    [(recipient, mail)] = mail_server.mails
    part = mail.get_body(("plain",))
    assert part is not None
    assert recipient == person.email
    assert milestone.name in part.get_content()
    assert "还有 7 天" in part.get_content()
    assert f"/projects/BA2022001/milestones/#milestone-{milestone.pk}" in part.get_content()
    story = Delivery.objects.get(way="mail", person=person, message__matter__kind="milestone")
    assert (story.message.state, story.digest and story.digest.state) == (MessageState.SENT, "sent")
