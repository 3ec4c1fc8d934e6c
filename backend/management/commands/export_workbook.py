"""`manage.py export_workbook -o FILE [--park NAME] [--batch NAME]`: the system as a workbook."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from backend.workbook.exporting import export_workbook
from backend.workbook.folding import folded
from lifecycle.models import Batch
from lifecycle.parties.models import Organisation, OrganisationKind
from lifecycle.parties.sight import OPERATOR


class Command(BaseCommand):
    help = _("导出项目台账工作簿，格式与导入相同，可改后导回。")
    requires_system_checks: list[str] = []  # noqa: RUF012 - as Django declares it

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "-o", "--output", metavar="FILE", type=Path, required=True, help=_("写入的文件（.xlsx）")
        )
        parser.add_argument("--park", metavar="NAME", help=_("只导出该高新区管委会的项目"))
        parser.add_argument("--batch", metavar="NAME", help=_("只导出该批次的项目"))

    def handle(self, *args: Any, **options: Any) -> None:
        park = batch = None
        if options["park"]:
            parks = Organisation.objects.filter(kind=OrganisationKind.PARK)
            park = next((each for each in parks if folded(each.name) == folded(options["park"])), None)
            if park is None:
                raise CommandError(_("没有名为“%(name)s”的高新区管委会") % {"name": options["park"]})
        if options["batch"]:
            batch = next(
                (each for each in Batch.objects.all() if folded(each.name) == folded(options["batch"])), None
            )
            if batch is None:
                raise CommandError(_("没有名为“%(name)s”的批次") % {"name": options["batch"]})
        path: Path = options["output"]
        partial = path.with_name(f".{path.name}.partial")
        try:
            with partial.open("wb") as file:
                export_workbook(file, sight=OPERATOR, park=park, batch=batch)
            partial.replace(path)
        except OSError as error:
            raise CommandError(
                _("无法写入文件 %(path)s：%(error)s") % {"path": path, "error": error.strerror}
            ) from error
        finally:
            partial.unlink(missing_ok=True)
        self.stdout.write(_("已导出到 %(path)s") % {"path": path})
