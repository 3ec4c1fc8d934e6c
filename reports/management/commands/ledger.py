"""`manage.py ledger NO --format … -o FILE [--on DAY]`: the ledger of one project as a file."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from lifecycle.errors import DomainError
from lifecycle.models import Project
from reports.ledger.beancount_file import stream_beancount
from reports.ledger.csv_file import stream_csv
from reports.ledger.json_file import stream_json
from reports.ledger.xlsx_file import stream_xlsx
from reports.management.files import day_of, write_whole

STREAMS: dict[str, Callable[[Project, date | None], Iterator[bytes]]] = {
    "csv": stream_csv,
    "xlsx": stream_xlsx,
    "json": stream_json,
    "beancount": stream_beancount,
}


class Command(BaseCommand):
    help = _("导出一个项目的台账")
    requires_system_checks: list[str] = []  # noqa: RUF012 - as Django declares it

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", metavar="NO", help=_("项目编号"))
        parser.add_argument("--format", required=True, choices=list(STREAMS), help=_("文件格式"))
        parser.add_argument(
            "-o", "--output", required=True, metavar="FILE", help=_("写入的文件；- 为标准输出")
        )
        parser.add_argument("--on", metavar="DAY", help=_("截止日期，形如 2024-03-31；不写则为全部分录"))

    def handle(self, *, number: str, format: str, output: str, on: str | None, **options: Any) -> None:
        day = None if on is None else day_of(on)
        project = Project.objects.filter(number=number).first()
        if project is None:
            raise CommandError(_("没有编号为“%(number)s”的项目。") % {"number": number})
        try:
            pieces = STREAMS[format](project, day)
            if output == "-":
                sys.stdout.buffer.writelines(pieces)
                sys.stdout.buffer.flush()
            else:
                write_whole(pieces, Path(output))
        except DomainError as error:
            raise CommandError(error.message) from error
        except OSError as error:
            raise CommandError(
                _("无法写入“%(file)s”：%(reason)s。") % {"file": output, "reason": error.strerror or error}
            ) from error
