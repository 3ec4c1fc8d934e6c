"""The sample programme, brought in once for all tests of a file that ask for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from backend.sample import PROGRAMME
from backend.workbook.importing import import_workbook
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.sight import OPERATOR
from tests.databases import analyze


@pytest.fixture(scope="module")
def programme(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The 34 projects of the sample; taken back afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        import_workbook(
            PROGRAMME.read_bytes(),
            actor=OPERATOR_ACTOR,
            sight=OPERATOR,
            now=datetime(2026, 11, 22, 1, 0, tzinfo=UTC),
        )
        analyze()
        yield
        transaction.set_rollback(True)
