"""`manage.py send_reminders`: one round of the reminder job, or a rehearsal of it that sends nothing."""

from __future__ import annotations

import json as json_
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from backend.management.arguments import day
from lifecycle.models import Way
from lifecycle.reminders.kinds import kinds
from lifecycle.reminders.recipients import Recipient
from lifecycle.reminders.sending import Rehearsal, Round, rehearse, send_round
from lifecycle.wording import about, listed

AT = time(9, 0)
"""When the round of a day given by `--on` takes place."""


class Command(BaseCommand):
    help = _("执行一轮提醒：更新提醒计划，在工作日工作时间发出到期的提醒；重复执行不会重复发送。")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--on",
            type=day,
            metavar="DAY",
            help=_("按哪一天上午九点执行（YYYY-MM-DD），缺省为此刻；只有演练可以晚于今天"),
        )
        parser.add_argument("--json", action="store_true", help=_("以 JSON 输出"))
        parser.add_argument(
            "--rehearse", action="store_true", help=_("只演练：列出会发给谁的提醒，不发送也不保存")
        )

    def handle(self, *args: Any, on: date | None, json: bool, rehearse: bool, **options: Any) -> None:
        now = timezone.now()
        if on is not None and on > timezone.localdate(now) and not rehearse:
            raise CommandError(_("日期不能晚于今天；要看以后的日子，请加 --rehearse。"))
        if on is not None:
            now = timezone.make_aware(datetime.combine(on, AT))
        if rehearse:
            self._rehearse(now, json=json)
        else:
            self._show(send_round(now=now), json=json)

    def _show(self, came_to: Round, *, json: bool) -> None:
        if json:
            self.stdout.write(json_.dumps(asdict(came_to)))
            return
        self.stdout.write(
            _("计划 %(planned)d 条，发出 %(sent)d 条，暂缓 %(skipped)d 条；逾期事项 %(overdue)d 件。")
            % asdict(came_to)
        )

    def _rehearse(self, now: datetime, *, json: bool) -> None:
        rehearsal = rehearse(now)
        if json:
            self.stdout.write(json_.dumps(_as_json(rehearsal), ensure_ascii=False, indent=1))
            return
        self.stdout.write(_("演练 %(at)s，不会发送。") % {"at": f"{timezone.localtime(now):%Y-%m-%d %H:%M}"})
        if not rehearsal.is_working_time:
            self.stdout.write(_("此时不是工作时间，不会发出提醒。"))
        for line in _lines(rehearsal):
            self.stdout.write(line)
        self._show(rehearsal.round, json=False)


def _as_json(rehearsal: Rehearsal) -> dict[str, Any]:
    return {
        **asdict(rehearsal.round),
        "is_working_time": rehearsal.is_working_time,
        "messages": [
            {
                "project": message.matter.project.number,
                "kind": message.matter.kind,
                "label": message.matter.label,
                "due_on": message.due_on.isoformat(),
                "step": message.step,
                "organisation": message.organisation.name,
                "recipients": [{"way": each.way.value, "name": each.name} for each in recipients],
            }
            for message, recipients in rehearsal.messages
        ],
    }


def _lines(rehearsal: Rehearsal) -> Iterator[str]:
    """A line a message: project, matter, day, organisation and whom it reaches there."""
    titles = kinds()
    for message, recipients in rehearsal.messages:
        yield _(
            "%(project)s %(matter)s 期限 %(due_on)s（%(step)+d 天）→ %(organisation)s：%(recipients)s"
        ) % {
            "project": message.matter.project.number,
            "matter": about(titles[message.matter.kind].title, message.matter.label),
            "due_on": message.due_on.isoformat(),
            "step": message.step,
            "organisation": message.organisation.name,
            "recipients": listed(_reached(recipients)),
        }


def _reached(recipients: list[Recipient]) -> Iterator[str]:
    for each in recipients:
        yield _("%(name)s（%(way)s）") % {"name": each.name, "way": Way(each.way).label}
