"""`manage.py ledger NO --format … -o FILE [--on DAY]`: the ledger of one project as a file."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator
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

STREAMS: dict[str, Callable[[Project, date | None], Iterator[bytes]]] = {
    "csv": stream_csv,
    "xlsx": stream_xlsx,
    "json": stream_json,
    "beancount": stream_beancount,
}


class Command(BaseCommand):
    help = _("导出一个项目的台账")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", metavar="NO", help=_("项目编号"))
        parser.add_argument("--format", required=True, choices=list(STREAMS), help=_("文件格式"))
        parser.add_argument(
            "-o", "--output", required=True, metavar="FILE", help=_("写入的文件；- 为标准输出")
        )
        parser.add_argument("--on", metavar="DAY", help=_("截止日期，形如 2024-03-31；不写则为全部分录"))

    def handle(self, *, number: str, format: str, output: str, on: str | None, **options: Any) -> None:
        day = _day(on)
        project = Project.objects.filter(number=number).first()
        if project is None:
            raise CommandError(_("没有编号为“%(number)s”的项目。") % {"number": number})
        try:
            pieces = STREAMS[format](project, day)
            if output == "-":
                sys.stdout.buffer.writelines(pieces)
                sys.stdout.buffer.flush()
            else:
                _write(pieces, Path(output))
        except DomainError as error:
            raise CommandError(error.message) from error
        except OSError as error:
            raise CommandError(
                _("无法写入“%(file)s”：%(reason)s。") % {"file": output, "reason": error.strerror or error}
            ) from error


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(_("日期“%(text)s”不存在，应形如 2024-03-31。") % {"text": text}) from error


def _write(pieces: Iterable[bytes], path: Path) -> None:
    """Write beside the file and rename, so that FILE is whole or as it was."""
    target = path.resolve()
    if target.exists() and not target.is_file():
        raise CommandError(_("“%(file)s”不是普通文件。") % {"file": path})
    partial = target.with_name(f".{os.getpid()}.partial")
    try:
        with partial.open("xb") as out:
            out.writelines(pieces)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
