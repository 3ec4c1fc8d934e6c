"""Setting the limits of a batch: new values beside the old, never instead of them."""

from __future__ import annotations

import pytest

from lifecycle.batches import LimitStands, add_limit
from lifecycle.errors import Invalid
from lifecycle.models import BatchLimit
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import SecurityEvent
from tests.builders import day, make_batch

pytestmark = pytest.mark.django_db


def add(batch, **changes: str) -> BatchLimit:
    said = {"code": "matching_ratio", "value": "1:1", "applies_from": "2026-01-01", "basis": "通知"} | changes
    return add_limit(
        batch=batch,
        actor=OPERATOR_ACTOR,
        **said | {"applies_from": day(said["applies_from"])},  # type: ignore[arg-type]
    )


def test_a_value_is_kept_as_it_will_be_read_again_and_noted_in_the_log():
    batch = make_batch()

    assert add(batch, value=" 1.50:1 ").value == "1.5:1"
    assert SecurityEvent.objects.filter(act="add_limit", subject=batch.name).count() == 1


def test_a_day_has_one_value():
    batch = make_batch()
    add(batch)

    with pytest.raises(LimitStands):
        add(batch, value="2:1")

    assert [row.value for row in batch.limits.all()] == ["1:1"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"value": "a lot"}, "value"),
        ({"code": "nonsense"}, "value"),
        ({"basis": "  "}, "basis"),
        ({"basis": "长" * 501}, "basis"),
        ({"applies_from": "1999-12-31"}, "applies_from"),
        ({"applies_from": "2100-01-01"}, "applies_from"),
    ],
)
def test_what_cannot_be_a_limit_is_refused_by_field(changes: dict[str, str], field: str):
    with pytest.raises(Invalid) as refusal:
        add(make_batch(), **changes)

    assert list(refusal.value.details) == [field]
