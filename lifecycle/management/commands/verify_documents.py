"""`manage.py verify_documents [NO…] [--json] [--sweep]`: every stored file against its row; exit 1 on any fault."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from lifecycle.kept_files import FileFault, faults_of, strays, sweep
from lifecycle.models import Document, Project
from lifecycle.wording import about, listed


class Command(BaseCommand):
    help = _("核验存档文件：每个文件都在且与登记的校验码一致，有问题时退出码为 1；并列出无人登记的遗留文件。")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("numbers", nargs="*", metavar="NO", help=_("项目编号；不写则核验全部项目"))
        parser.add_argument("--json", action="store_true", help=_("以 JSON 输出结果"))
        parser.add_argument("--sweep", action="store_true", help=_("删除一天前上传中断、没有登记的遗留文件"))

    def handle(self, *args: Any, **options: Any) -> None:
        papers = _papers(options["numbers"])
        count = papers.count()
        faults = list(faults_of(papers.select_related("project").order_by("pk").iterator()))
        left = strays(now=timezone.now())
        if options["sweep"]:
            sweep(left)
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(count, faults, left), ensure_ascii=False))
        else:
            self._show(count, faults, left, swept=options["sweep"])
        if faults:
            raise SystemExit(1)

    def _show(self, count: int, faults: list[FileFault], left: list[str], *, swept: bool) -> None:
        for fault in faults:
            self.stdout.write(about(fault.document.project.number, fault.message))
        for path in left:
            self.stdout.write(about(_("已删除遗留文件") if swept else _("遗留文件"), path))
        self.stdout.write(
            _("已核验 %(count)d 个文件，%(bad)d 个有问题，遗留文件 %(left)d 个。")
            % {"count": count, "bad": len(faults), "left": len(left)}
        )


def _papers(numbers: list[str]) -> Any:
    if not numbers:
        return Document.objects.all()
    known = dict(Project.objects.filter(number__in=numbers).values_list("number", "pk"))
    unknown = [number for number in numbers if number not in known]
    if unknown:
        raise CommandError(_("没有编号为“%(number)s”的项目。") % {"number": listed(unknown)})
    return Document.objects.filter(project__in=known.values())


def _as_json(count: int, faults: list[FileFault], left: list[str]) -> dict[str, Any]:
    return {
        "ok": not faults,
        "documents": count,
        "faults": [
            {
                "project": fault.document.project.number,
                "document": fault.document.pk,
                "code": fault.code,
                "message": fault.message,
            }
            for fault in faults
        ],
        "strays": left,
    }
