"""`send_reminders`: a round from the command line, any day up to today; a rehearsal of any day."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from lifecycle.models import Matter, Message
from tests.lifecycle.reminders.planting import clock, make_work, staffed, two_kinds

__all__ = ["two_kinds"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("two_kinds")]


@pytest.fixture
def work():
    work = make_work("2025-06-20")
    staffed(work.project)
    return work


def ran(*arguments: str) -> str:
    out = StringIO()
    call_command("send_reminders", *arguments, stdout=out)
    return out.getvalue()


def test_a_round_of_a_day_takes_place_at_nine_and_once(work):
    assert json.loads(ran("--on", "2025-06-13", "--json")) == {
        "planned": 10,
        "sent": 1,
        "skipped": 0,
        "overdue": 0,
    }
    assert Message.objects.get(state="sent").sent_at == clock("2025-06-13", "09:00")
    assert json.loads(ran("--on", "2025-06-13", "--json"))["sent"] == 0


def test_a_day_off_sends_nothing_and_says_what_waits(work):
    assert json.loads(ran("--on", "2025-06-14", "--json")) == {
        "planned": 10,
        "sent": 0,
        "skipped": 1,
        "overdue": 0,
    }
    assert ran("--on", "2025-06-15") == "计划 0 条，发出 0 条，暂缓 1 条；逾期事项 0 件。\n"


def test_without_a_day_it_is_now(work):
    assert set(json.loads(ran("--json"))) == {"planned", "sent", "skipped", "overdue"}
    assert Matter.objects.get().opened_on == timezone.localdate()


def test_a_day_to_come_is_rehearsed_and_not_sent(work):
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()

    with pytest.raises(CommandError, match="--rehearse"):
        ran("--on", tomorrow)
    ran("--on", tomorrow, "--rehearse")
    assert not Matter.objects.exists()


def test_a_rehearsal_tells_what_would_go_to_whom(work):
    unit = work.project.unit
    person = unit.memberships.get().person

    told = json.loads(ran("--on", "2025-06-13", "--rehearse", "--json"))
    assert told["messages"] == [
        {
            "project": work.project.number,
            "kind": "work",
            "label": work.name,
            "due_on": "2025-06-20",
            "step": -7,
            "organisation": unit.name,
            "recipients": [
                {"way": "bell", "name": person.username},
                {"way": "mail", "name": person.username},
            ],
        }
    ]
    assert (told["sent"], told["is_working_time"]) == (1, True)
    assert f"{work.project.number} 里程碑：{work.name} 期限 2025-06-20（-7 天）→ {unit.name}：" in ran(
        "--on", "2025-06-13", "--rehearse"
    )
    assert "此时不是工作时间" in ran("--on", "2025-06-15", "--rehearse")
    assert not Matter.objects.exists()


@pytest.mark.parametrize("text", ["2025-02-30", "gestern"])
def test_what_is_no_day_is_refused(text: str):
    with pytest.raises(CommandError):
        ran("--on", text)
