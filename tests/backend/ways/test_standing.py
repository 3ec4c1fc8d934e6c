"""What the one who looks after the program sees of mail and webhooks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from backend.ways.standing import Standing, standing
from lifecycle.models import Digest
from lifecycle.parties.models import Role
from tests.backend.pages.browsing import browser_of, text_of
from tests.builders import make_project
from tests.people import make_person
from tests.reminding import at, deliver_to, hook, make_matter, reader

pytestmark = pytest.mark.django_db

NOW = at("2026-11-26T09:05")


def test_with_nothing_to_send_all_is_well(django_assert_num_queries: DjangoAssertNumQueries):
    with django_assert_num_queries(1):
        found = standing(now=NOW)

    assert found == Standing(True, 0, None, 0, 0, 0, 0, None, "")
    assert found.is_well


def test_mail_that_waits_for_a_server_is_counted_and_said(settings: Settings):
    project = make_project(milestones=False)
    deliver_to(reader(project), make_matter(project), at=NOW)
    assert standing(now=NOW).is_well

    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", ""
    found = standing(now=NOW)

    assert (found.has_server, found.mails_waiting, found.oldest, found.is_well) == (False, 1, NOW, False)
    administrator = make_person((Role.ADMINISTRATOR, project.unit))
    page = text_of(browser_of(administrator).get(reverse("health")))
    assert "尚未配置邮件服务器" in page and "一切正常" not in page


def test_what_did_not_arrive_is_counted_by_how_it_ended():
    project = make_project(milestones=False)
    hook(project, failures=2, paused_until=NOW + timedelta(minutes=5))
    hook(project, paused_until=NOW)
    person = reader(project)
    for number, (state, error, age) in enumerate(
        [
            ("waiting", "451 later", 9),
            ("failed", "HTTP 500", 1),
            ("failed", "old", 8),
            ("bounced", "550", 2),
            ("sent", "", 0),
            ("waiting", "", 0),
        ]
    ):
        Digest.objects.create(
            way="mail",
            person=person,
            on=f"2026-11-{number + 1:02}",
            state=state,
            error=error,
            made_at=NOW - timedelta(days=age),
            sent_at=NOW if state == "sent" else None,
        )

    assert standing(now=NOW) == Standing(True, 0, None, 1, 1, 1, 1, NOW, "HTTP 500")
