"""`manage.py report KIND NO --format … -o FILE [--on DAY] [--issue [--as USER]]`: one report as a file.

On the project of that number, or, of the kinds about many projects, about those of the organisation of that name.
A draft, unless it is issued: frozen, numbered and kept, by the operator or as somebody who may issue it.
Of a kind of which there are several, one says which: --year 2024 for a year, --which for a check, refund, round or batch.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from backend.access import issuing_about, require_issuing
from backend.check_address import check_url
from backend.management.arguments import account
from backend.programme_jobs import reported_on
from lifecycle.errors import DomainError
from lifecycle.models import Project
from lifecycle.models.fields import EARLIEST
from lifecycle.parties.log import OPERATOR_ACTOR, Actor
from lifecycle.parties.models import Organisation
from lifecycle.parties.sight import sight_of
from reports.built import Built, built
from reports.collect.park import batches_by_park
from reports.exports import KINDS
from reports.issuing import content_of
from reports.issuing import issue as issue_report
from reports.management.files import day_of, write_whole
from reports.programme import PROGRAMME, build_programme
from reports.renderers import FORMATS, render


class Command(BaseCommand):
    help = _("导出一份报告：草稿，或正式出具")
    requires_system_checks: list[str] = []  # noqa: RUF012 - as Django declares it

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", metavar="KIND", choices=[*KINDS, *PROGRAMME], help=_("报告种类"))
        parser.add_argument("number", metavar="NO", help=_("项目编号；多项目报告为单位名称"))
        parser.add_argument("--format", required=True, choices=list(FORMATS), help=_("文件格式"))
        parser.add_argument(
            "-o", "--output", required=True, metavar="FILE", help=_("写入的文件；- 为标准输出")
        )
        parser.add_argument(
            "--which",
            metavar="WHICH",
            default="",
            help=_("有多份的报告须指明哪一份：中期检查日期（20240305）、第几笔退款、第几轮验收、批次名称"),
        )
        parser.add_argument("--year", dest="which", metavar="YEAR", help=_("年度报告的年度，同 --which"))
        parser.add_argument("--on", metavar="DAY", help=_("数据截止日，形如 2024-03-31；不写则为今天"))
        parser.add_argument(
            "--issue", action="store_true", help=_("正式出具：冻结数据、编号并存档；数据未变时给出原先那一份")
        )
        parser.add_argument(
            "--as", dest="username", metavar="USER", help=_("以该用户的身份出具；不写则为运维人员")
        )

    def handle(
        self,
        *,
        kind: str,
        number: str,
        format: str,
        output: str,
        on: str | None = None,
        which: str = "",
        issue: bool = False,
        username: str | None = None,
        **options: Any,
    ) -> None:
        today = timezone.localdate()
        day = today if on is None else day_of(on)
        if not EARLIEST <= day <= today:
            raise CommandError(_("数据截止日应在 2000 年以后，且不晚于今天。"))
        if issue and day != today:
            raise CommandError(_("正式出具的报告以当天数据为准，不能指定其他日期。"))
        if username and not issue:
            raise CommandError(_("--as 只与 --issue 同用。"))
        wanted = _about_many if kind in PROGRAMME else _on_project
        try:
            report, actor = wanted(kind, number, on=day, today=today, which=which, username=username)
            content = self._issued(report, format, actor) if issue else self._draft(report, format)
        except DomainError as error:
            raise CommandError(error.message) from error
        if output == "-":
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
            return
        try:
            write_whole([content], Path(output))
        except OSError as error:
            raise CommandError(
                _("无法写入“%(file)s”：%(reason)s。") % {"file": output, "reason": error.strerror or error}
            ) from error

    def _draft(self, report: Built, form: str) -> bytes:
        made = render(report.draft(), form)
        if made.missing:
            self.stderr.write(
                _("以下字符没有可用的字形，PDF 中以〓代替：%(missing)s") % {"missing": made.missing}
            )
        return made.content

    def _issued(self, report: Built, form: str, actor: Actor) -> bytes:
        kept, is_new = issue_report(report, check_url=check_url, actor=actor, now=timezone.now())
        words = _("已出具，编号 %(number)s。") if is_new else _("数据未变，仍为此前出具的 %(number)s。")
        # Not to the standard output, which may be the file.
        self.stderr.write(words % {"number": kept.number})
        return content_of(kept.files.get(format=form))


def _on_project(
    kind: str, number: str, *, on: date, today: date, which: str, username: str | None
) -> tuple[Built, Actor]:
    """The report on one project, and who issues it: the operator where nobody is named.

    Raises:
        CommandError: there is no such project or account, or the project is out of its sight.
        Forbidden: the account may not issue this kind on the project.
    """
    missing = CommandError(_("没有编号为“%(number)s”的项目。") % {"number": number})
    project = Project.objects.with_parties().filter(number=number).first()
    if project is None:
        raise missing
    actor = OPERATOR_ACTOR
    if username is not None:
        person = account(username)
        sight = sight_of(person)
        if not Project.objects.visible_to(sight).filter(pk=project.pk).exists():
            raise missing
        require_issuing(sight, project, kind)
        actor = Actor(person, OPERATOR_ACTOR.address)
    return built(kind, project, on=on, today=today, which=which), actor


def _about_many(
    kind: str, name: str, *, on: date, today: date, which: str, username: str | None
) -> tuple[Built, Actor]:
    """As `_on_project`, about the projects of the organisation of that name. which: the name of the batch."""
    missing = CommandError(_("没有名为“%(name)s”、可编制此类报告的单位。") % {"name": name})
    of_kind = Organisation.objects.filter(kind__in=PROGRAMME[kind].about)
    about = of_kind.select_related("parent__parent").filter(name=name).first()
    if about is None:
        raise missing
    actor = OPERATOR_ACTOR
    if username is not None:
        person = account(username)
        sight = sight_of(person)
        if reported_on(sight, kind, about.pk) is None:
            raise missing
        actor = issuing_about(Actor(person, OPERATOR_ACTOR.address), sight, about, kind)
    return build_programme(kind, about, on=on, today=today, which=_batch(about, which)), actor


def _batch(park: Organisation, name: str) -> str:
    """The id of the park's batch of that name; the name itself where there is none, of which nothing is drawn up."""
    batches = batches_by_park([park]).get(park.pk, [])
    return next((str(each.pk) for each in batches if each.name == name), name)
