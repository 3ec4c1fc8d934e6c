"""`manage.py verify_ledger [NO…] [--json]`: chain, balances and guards; exit 1 on any fault."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from finance.verify import Checked, Verification, verify
from lifecycle.models import Project
from lifecycle.wording import about, listed


class Command(BaseCommand):
    help = _("核验台账：哈希链、科目余额、触发器；逐项目列出第一笔有问题的分录，有问题时退出码为 1。")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("numbers", nargs="*", metavar="NO", help=_("项目编号；不写则核验全部项目"))
        parser.add_argument("--json", action="store_true", help=_("以 JSON 输出结果"))

    def handle(self, *args: Any, **options: Any) -> None:
        numbers: list[str] = options["numbers"]
        found = verify(_ids(numbers) if numbers else None)
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(found), ensure_ascii=False))
        else:
            self._show(found)
        if not found.ok:
            raise SystemExit(1)

    def _show(self, found: Verification) -> None:
        for guardian in found.guardians:
            self.stdout.write(guardian.message)
        bad = [each for each in found.projects if each.fault]
        for each in bad:
            assert each.fault is not None
            self.stdout.write(about(each.number, each.fault.message))
        self.stdout.write(
            _("已核验 %(projects)d 个项目、%(entries)d 笔分录，%(bad)d 个项目有问题。")
            % {
                "projects": len(found.projects),
                "entries": sum(each.entries for each in found.projects),
                "bad": len(bad),
            }
        )


def _ids(numbers: list[str]) -> list[int]:
    known = dict(Project.objects.filter(number__in=numbers).values_list("number", "pk"))
    unknown = [number for number in numbers if number not in known]
    if unknown:
        raise CommandError(_("没有编号为“%(number)s”的项目。") % {"number": listed(unknown)})
    return list(known.values())


def _as_json(found: Verification) -> dict[str, Any]:
    return {
        "ok": found.ok,
        "guardians": [
            {"name": each.name, "code": each.code, "message": each.message} for each in found.guardians
        ],
        "projects": {each.number: _project_as_json(each) for each in found.projects},
    }


def _project_as_json(checked: Checked) -> dict[str, Any]:
    fault = checked.fault
    return {
        "ok": fault is None,
        "entries": checked.entries,
        "head_hash": checked.head_hash,
        "first_bad": fault and {"sequence": fault.sequence, "code": fault.code, "message": fault.message},
    }
