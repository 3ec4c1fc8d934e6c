"""`manage.py gates`: may a project move on from where it stands, and if not, what is missing?"""

from __future__ import annotations

import json as json_
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from backend.management.arguments import day
from lifecycle.gates import gates_json, gates_of
from lifecycle.models import Project
from lifecycle.parties.models import Role


class Command(BaseCommand):
    help = _("列出项目从当前阶段可办理的事项及其全部条件。")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", metavar="NO", help=_("项目编号"))
        parser.add_argument("--on", type=day, metavar="DAY", help=_("按哪一天判断（YYYY-MM-DD），缺省为今天"))
        parser.add_argument("--json", action="store_true", help=_("以 JSON 输出"))

    def handle(self, *args: Any, number: str, on: date | None, json: bool, **options: Any) -> None:
        project = Project.objects.with_parties().filter(number=number).first()
        if project is None:
            raise CommandError(_("没有编号为 %(numbers)s 的项目。") % {"numbers": number})
        today = timezone.localdate()
        gates = gates_of(project, on=on or today, today=today)
        if json:
            self.stdout.write(json_.dumps(gates_json(gates, project), ensure_ascii=False, indent=1))
            return
        self.stdout.write(f"{project.number} {project.name} [{project.get_state_display()}]")
        for gate in gates:
            word = _("可以办理") if gate.is_open else _("条件未满足")
            who = Role(gate.move.role).label
            self.stdout.write(f"\n{gate.move.title}（{who}）：{word}")
            for condition in gate.conditions:
                mark = "✓" if condition.is_met else "✗"
                self.stdout.write(f"  {mark} {condition.code} {condition.message}")
