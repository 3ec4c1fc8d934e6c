"""`manage.py move`: make a move of a project as somebody who may make it."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from backend import access
from backend.access import Act
from backend.management.arguments import account, day
from lifecycle.errors import DomainError
from lifecycle.models import Project, ReasonClass
from lifecycle.moves import MOVES
from lifecycle.parties.log import Actor, attributed_to
from lifecycle.parties.sight import sight_of
from lifecycle.transitions import FUNCTIONS, Said, TransitionBlocked

ADDRESS = "console"


class Command(BaseCommand):
    help = _("以某个用户的身份办理项目的阶段变更；条件未满足时逐条列出，退出码为 1。")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", metavar="NO", help=_("项目编号"))
        parser.add_argument(
            "name", metavar="NAME", choices=list(MOVES), help=_("事项：%s") % "、".join(MOVES)
        )
        parser.add_argument("--as", dest="username", required=True, metavar="USER", help=_("用户名"))
        parser.add_argument("--on", type=day, metavar="DAY", help=_("生效日期（YYYY-MM-DD），缺省为今天"))
        parser.add_argument("--reason", default="", metavar="TEXT", help=_("理由"))
        parser.add_argument(
            "--reason-class", default="", choices=["", *ReasonClass.values], help=_("理由类别")
        )
        parser.add_argument("--document", type=int, metavar="ID", help=_("决定文件的编号（终止、撤销）"))
        parser.add_argument(
            "--finding",
            action="append",
            default=[],
            metavar="TEXT",
            help=_("须整改的问题，可多次给出（退回整改）"),
        )
        parser.add_argument("--due-on", type=day, metavar="DAY", help=_("整改期限（退回整改）"))

    def handle(
        self,
        *args: Any,
        number: str,
        name: str,
        username: str,
        on: date | None,
        reason: str,
        reason_class: str,
        document: int | None,
        finding: list[str],
        due_on: date | None,
        **options: Any,
    ) -> None:
        person = account(username)
        sight = sight_of(person)
        project = Project.objects.visible_to(sight).with_parties().filter(number=number).first()
        if project is None:
            raise CommandError(_("没有编号为 %(numbers)s 的项目。") % {"numbers": number})
        today = timezone.localdate()
        said = Said(
            reason=reason,
            reason_class=reason_class,
            document=document,
            findings=[{"severity": "major", "text": text} for text in finding],
            due_on=due_on,
        )
        try:
            actor = access.acting(Actor(person, ADDRESS), Act(name), sight, project)
            with attributed_to(actor):
                change = FUNCTIONS[name](
                    project_id=project.pk,
                    actor=actor,
                    on=on or today,
                    today=today,
                    now=timezone.now(),
                    said=said,
                )
        except TransitionBlocked as blocked:
            lines = [f"  ✗ {each.code} {each.message}" for each in blocked.unmet]
            head = _("不能办理“%(move)s”，未满足的条件：") % {"move": MOVES[name].title}
            raise CommandError("\n".join([head, *lines])) from None
        except DomainError as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(
            _("%(number)s 已办理“%(move)s”，自 %(on)s 起生效。")
            % {"number": number, "move": MOVES[name].title, "on": str(change.effective_on)}
        )
