"""What the province says of kinds of matters holds over what they were declared with, and is logged once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lifecycle.models import KindSetting
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import SecurityEvent
from lifecycle.reminders import kinds
from lifecycle.reminders.kinds import Kind
from lifecycle.reminders.settings import UnknownKind, set_kinds, settings

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_kinds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    both = [
        Kind("calm", "事项甲", "", "", is_binding=False, is_urgent=False),
        Kind("grave", "事项乙", "", "", is_binding=True, is_urgent=True),
    ]
    monkeypatch.setattr(kinds, "_kinds", {kind.code: kind for kind in both})
    yield


def held() -> dict[str, tuple[bool, bool]]:
    return {code: (each.is_binding, each.is_urgent) for code, each in settings().items()}


def test_what_was_declared_holds_until_the_province_says_otherwise():
    assert held() == {"calm": (False, False), "grave": (True, True)}

    changed = set_kinds({"calm": (True, False), "grave": (True, True)}, actor=OPERATOR_ACTOR)

    assert changed == ["calm"]
    assert held() == {"calm": (True, False), "grave": (True, True)}
    assert KindSetting.objects.count() == 1


def test_the_same_again_changes_and_logs_nothing():
    for _ in range(2):
        set_kinds({"grave": (False, True)}, actor=OPERATOR_ACTOR)

    assert SecurityEvent.objects.get(act="set_reminders").details == {
        "kinds": ["grave binding=false urgent=true"]
    }


def test_an_unknown_kind_is_refused_and_nothing_changes():
    with pytest.raises(UnknownKind, match="nothing"):
        set_kinds({"calm": (True, True), "nothing": (True, True)}, actor=OPERATOR_ACTOR)

    assert not KindSetting.objects.exists()
