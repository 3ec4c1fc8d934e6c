"""A sign of life is written once in a while, however often it is given."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lifecycle.jobs.signs import give_sign
from lifecycle.models import Sign, SignKind
from tests.jobs import at


def give(moment: str, *, name: str = "machine:1", engine: str = "q2") -> None:
    with CaptureQueriesContext(connection) as captured:
        give_sign(SignKind.WORKER, name=name, engine=engine, now=at(f"2025-06-16 {moment}"))
    assert len(captured) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("moment", "kept"),
    [
        ("09:00:09", "09:00:00"),
        ("09:00:10", "09:00:10"),
        ("09:05:00", "09:05:00"),
        # A clock that was set back.
        ("08:59:59", "08:59:59"),
    ],
)
def test_a_fresh_sign_stands_and_an_older_one_is_renewed(moment: str, kept: str) -> None:
    give("09:00:00")
    give(moment)

    sign = Sign.objects.get()
    assert sign.since == at("2025-06-16 09:00:00")
    assert sign.seen_at == at(f"2025-06-16 {kept}")


@pytest.mark.django_db
def test_another_process_and_another_engine_are_told_apart() -> None:
    give("09:00:00")
    give("09:00:01", name="machine:2")
    give("09:00:02", engine="celery")

    assert sorted(Sign.objects.values_list("name", "engine")) == [
        ("machine:1", "celery"),
        ("machine:2", "q2"),
    ]
