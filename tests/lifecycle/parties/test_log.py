"""The security log is appended only, and facts remember who changed them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction

from lifecycle.models import FactVersion
from lifecycle.parties.log import OPERATOR_ACTOR, Actor, attributed_to, record
from lifecycle.parties.models import SecurityEvent
from tests.builders import make_project
from tests.people import make_person

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 21, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE parties_securityevent SET act = 'other'",
        "DELETE FROM parties_securityevent",
        "TRUNCATE parties_securityevent",
        "SET session_replication_role = replica; UPDATE parties_securityevent SET act = 'other'",
    ],
)
def test_the_log_refuses_every_change(statement: str):
    record(OPERATOR_ACTOR, "act", at=AT)

    with (
        pytest.raises(IntegrityError, match="appended only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert SecurityEvent.objects.get().act == "act"


def test_without_a_time_the_database_says_when():
    record(OPERATOR_ACTOR, "act", subject="长" * 300)

    event = SecurityEvent.objects.get()
    assert event.at.tzinfo is not None
    assert len(event.subject) == 200


def test_changed_facts_carry_the_name_of_who_changed_them():
    project = make_project()

    with attributed_to(Actor(make_person(username="park.9"))):
        project.name = "新名称"
        project.save(update_fields=["name"])

    assert FactVersion.objects.get(table_name="lifecycle_project").changed_by == "park.9"


def test_the_name_is_taken_back_even_when_the_act_fails():
    with (
        pytest.raises(IntegrityError),
        attributed_to(Actor(make_person(username="park.9"))),
        transaction.atomic(),
    ):
        raise IntegrityError

    assert named() == ""


def test_a_name_given_in_a_transaction_goes_with_it():
    with (
        pytest.raises(RuntimeError),
        transaction.atomic(),
        attributed_to(Actor(make_person(username="park.9"))),
    ):
        raise RuntimeError

    assert named() == ""


def named() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('pilot.actor', true)")
        return str(cursor.fetchone()[0] or "")
