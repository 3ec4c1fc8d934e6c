"""`manage.py report KIND NO --format … -o FILE [--on DAY]`: a draft of one report on one project, as a file.

Of a kind that a project has several of, one says which: --year 2024 for a year, --which for a check, refund or round.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from lifecycle.errors import DomainError
from lifecycle.models import Project
from lifecycle.models.fields import EARLIEST
from reports.exports import KINDS, build
from reports.management.files import day_of, write_whole
from reports.renderers import FORMATS, render


class Command(BaseCommand):
    help = _("导出一个项目的一份报告（草稿）")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", metavar="KIND", choices=list(KINDS), help=_("报告种类"))
        parser.add_argument("number", metavar="NO", help=_("项目编号"))
        parser.add_argument("--format", required=True, choices=list(FORMATS), help=_("文件格式"))
        parser.add_argument(
            "-o", "--output", required=True, metavar="FILE", help=_("写入的文件；- 为标准输出")
        )
        parser.add_argument(
            "--which",
            metavar="WHICH",
            default="",
            help=_("一个项目有多份的报告须指明哪一份：中期检查日期（20240305）、第几笔退款、第几轮验收"),
        )
        parser.add_argument("--year", dest="which", metavar="YEAR", help=_("年度报告的年度，同 --which"))
        parser.add_argument("--on", metavar="DAY", help=_("数据截止日，形如 2024-03-31；不写则为今天"))

    def handle(
        self,
        *,
        kind: str,
        number: str,
        format: str,
        output: str,
        on: str | None = None,
        which: str = "",
        **options: Any,
    ) -> None:
        today = timezone.localdate()
        day = today if on is None else day_of(on)
        if not EARLIEST <= day <= today:
            raise CommandError(_("数据截止日应在 2000 年以后，且不晚于今天。"))
        project = Project.objects.filter(number=number).first()
        if project is None:
            raise CommandError(_("没有编号为“%(number)s”的项目。") % {"number": number})
        try:
            _facts, document = build(kind, project, on=day, today=today, which=which)
        except DomainError as error:
            raise CommandError(error.message) from error
        made = render(document, format)
        if made.missing:
            self.stderr.write(
                _("以下字符没有可用的字形，PDF 中以〓代替：%(missing)s") % {"missing": made.missing}
            )
        if output == "-":
            sys.stdout.buffer.write(made.content)
            sys.stdout.buffer.flush()
            return
        try:
            write_whole([made.content], Path(output))
        except OSError as error:
            raise CommandError(
                _("无法写入“%(file)s”：%(reason)s。") % {"file": output, "reason": error.strerror or error}
            ) from error
