"""`manage.py gates` and `manage.py move`: what is missing, and moving as somebody who may."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from lifecycle.models import Project, StateChange
from lifecycle.parties.models import Role
from tests.builders import make_project
from tests.people import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project(number="BA1")


@pytest.fixture(autouse=True)
def _people(project: Project) -> None:
    park = project.cluster.park
    make_person((Role.PROVINCE, park.parent.parent), username="province")
    make_person((Role.PARK, park), username="park")
    make_person((Role.ADMINISTRATOR, park.parent.parent), username="admin")


def said(*words: str, **options: Any) -> str:
    out = StringIO()
    call_command(*words, stdout=out, **options)
    return out.getvalue()


def test_gates_tell_every_move_from_here_with_all_its_conditions():
    told = json.loads(said("gates", "BA1", "--on", "2026-02-28", "--json"))

    assert told["state"] == "implementing"
    assert list(told["moves"]) == ["apply_for_acceptance", "suspend", "terminate", "revoke"]
    gate = told["moves"]["apply_for_acceptance"]
    assert (gate["allowed"], gate["who"]) == (False, "park")
    conditions = {each["code"]: each for each in gate["conditions"]}
    assert conditions["term_ended"]["met"] is False
    assert "2026-03-01" in conditions["term_ended"]["message"]
    assert conditions["day_in_order"]["met"] is True
    assert all(each["basis"] and each["message"] for each in gate["conditions"])


def test_gates_in_words_mark_what_is_met_and_what_is_not():
    told = said("gates", "BA1", "--on", "2026-02-28")

    assert "申请验收（高新区管委会）：条件未满足" in told
    assert "✗ term_ended" in told
    assert "✓ day_in_order" in told


def test_a_move_is_made_as_somebody():
    told = said("move", "BA1", "suspend", "--as", "province", "--on", "2024-03-01", "--reason", "设备改造")

    assert "已办理“暂停”" in told
    change = StateChange.objects.get(project__number="BA1", move="suspend")
    assert (change.actor_name, change.role, change.reason) == ("province", "province", "设备改造")


def test_a_move_that_is_blocked_names_every_unmet_condition(project: Project):
    with pytest.raises(CommandError) as refused:
        said("move", "BA1", "apply_for_acceptance", "--as", "park", "--on", "2025-01-01")

    assert "term_ended" in str(refused.value)
    assert StateChange.objects.filter(project=project).count() == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("BA1", "suspend", "--as", "park", "--reason", "x"), "没有这项操作的权限"),
        (("BA1", "suspend", "--as", "admin", "--reason", "x"), "没有编号为 BA1 的项目"),
        (("BA1", "suspend", "--as", "nobody", "--reason", "x"), "没有名为“nobody”的可用账号"),
        (("BA2", "suspend", "--as", "province", "--reason", "x"), "没有编号为 BA2 的项目"),
        (("BA1", "suspend", "--as", "province"), "请写明理由"),
        (("BA1", "close", "--as", "province"), "不能办理“结题”"),
    ],
)
def test_who_may_not_or_says_too_little_is_refused(words: tuple[str, ...], sentence: str, project: Project):
    with pytest.raises(CommandError, match=sentence):
        said("move", *words)

    assert StateChange.objects.filter(project=project).count() == 1
