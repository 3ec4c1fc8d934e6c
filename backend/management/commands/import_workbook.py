"""`manage.py import_workbook FILE [--dry-run] [--json]`: a programme workbook into the system."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from backend.workbook.faults import Fault
from backend.workbook.importing import import_workbook
from backend.workbook.package import LARGEST_FILE
from backend.workbook.preview import Preview
from backend.workbook.text_table import text_table
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.sight import OPERATOR
from lifecycle.wording import about

_MOST_CHANGES_SHOWN = 50


class Command(BaseCommand):
    help = _("导入项目台账工作簿：有一处问题即全部不写入，并逐条列出（工作表、行、列）。")
    requires_system_checks: list[str] = []  # noqa: RUF012 - as Django declares it

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help=_("工作簿（.xlsx）"))
        parser.add_argument("--dry-run", action="store_true", help=_("只预览，不写入"))
        parser.add_argument("--json", action="store_true", help=_("以 JSON 输出结果"))

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            with path.open("rb") as file:
                content = file.read(LARGEST_FILE + 1)
        except OSError as error:
            raise CommandError(
                _("无法读取文件 %(path)s：%(error)s") % {"path": path, "error": error.strerror}
            ) from error
        preview = import_workbook(
            content,
            actor=OPERATOR_ACTOR,
            sight=OPERATOR,
            now=timezone.now(),
            dry_run=options["dry_run"],
            name=path.name,
            progress=None if options["json"] else self._progress,
        )
        if options["json"]:
            self.stdout.write(json.dumps(preview.as_json(), ensure_ascii=False))
        else:
            self._show(preview, rehearsal=options["dry_run"])
        if not preview.ok:
            raise SystemExit(1)

    def _progress(self, sheet: str, done: int, total: int) -> None:
        self.stderr.write(
            _("%(sheet)s：%(done)s/%(total)s 行") % {"sheet": sheet, "done": done, "total": total}
        )

    def _show(self, preview: Preview, *, rehearsal: bool) -> None:
        self._show_faults(_("提醒"), preview.warnings)
        if not preview.ok:
            self._show_faults(_("问题"), preview.faults)
            self.stdout.write(
                _("共 %(count)s 处问题，未写入任何内容。请改正后重新导入。") % {"count": len(preview.faults)}
            )
            return
        self.stdout.write(
            text_table(
                (_("工作表"), _("新增"), _("修改"), _("不变")),
                [
                    (sheet, str(created), str(preview.updated[sheet]), str(preview.unchanged[sheet]))
                    for sheet, created in preview.created.items()
                ],
            )
        )
        if preview.changes:
            self.stdout.write("")
            self.stdout.write(
                text_table(
                    (_("工作表"), _("行"), _("对象"), _("列"), _("原值"), _("新值")),
                    [
                        (each.sheet, str(each.row), each.key, each.column, each.old, each.new)
                        for each in preview.changes[:_MOST_CHANGES_SHOWN]
                    ],
                )
            )
            if len(preview.changes) > _MOST_CHANGES_SHOWN:
                self.stdout.write(_("……共 %(count)s 处修改") % {"count": len(preview.changes)})
        if not preview.changes_anything:
            self.stdout.write(_("与系统中的数据一致，没有需要写入的内容。"))
        elif rehearsal:
            self.stdout.write(_("以上为预览，未写入任何内容。"))
        else:
            self.stdout.write(_("导入完成。"))

    def _show_faults(self, title: str, faults: list[Fault]) -> None:
        if not faults:
            return
        self.stdout.write(about(title, "").rstrip())
        self.stdout.write(
            text_table(
                (_("工作表"), _("行"), _("列"), _("内容"), _("说明")),
                [
                    (
                        each.sheet or _("（整个文件）"),
                        str(each.row or ""),
                        each.column,
                        each.value,
                        each.message,
                    )
                    for each in faults
                ],
            )
        )
        self.stdout.write("")
