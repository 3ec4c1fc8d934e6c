"""What the tests of the workbook share: an import by the operator or by someone who holds a role."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.workbook.importing import import_workbook
from backend.workbook.preview import Preview
from lifecycle.parties.log import OPERATOR_ACTOR, Actor
from lifecycle.parties.models import Membership, Organisation, Person
from lifecycle.parties.sight import OPERATOR, sight_of
from tests.backend.workbook.books import Rows, book

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
SAMPLE = Path(__file__).parents[2] / "data" / "programme.xlsx"

Bring = Callable[..., Preview]


@pytest.fixture
def bring(db: None) -> Bring:
    """Imports sheets, or a whole file, as the operator or as someone who holds (role, organisation) pairs."""

    def run(
        content: Mapping[str, Rows] | bytes, *, by: list[tuple[str, str]] | None = None, dry_run: bool = False
    ) -> Preview:
        data = content if isinstance(content, bytes) else book(content)
        actor, sight = OPERATOR_ACTOR, OPERATOR
        if by is not None:
            person = Person.objects.create_user(f"person{Person.objects.count()}", "x")
            for role, name in by:
                organisation = Organisation.objects.get(name=name)
                Membership.objects.create(person=person, organisation=organisation, role=role)
            actor, sight = Actor(person, "127.0.0.1"), sight_of(person)
        return import_workbook(data, actor=actor, sight=sight, now=NOW, dry_run=dry_run, name="台账.xlsx")

    return run


@pytest.fixture
def sample() -> bytes:
    """The sample programme: 34 projects of two batches and three parks."""
    return SAMPLE.read_bytes()
