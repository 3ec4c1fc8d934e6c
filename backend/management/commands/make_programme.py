"""`manage.py make_programme --projects N --seed S`: made-up projects for load, beside whatever is there."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from backend.synthetic import AlreadyMade, make_programme, prefix


class Command(BaseCommand):
    help = _("生成模拟数据（园区、单位、集群、项目及其资金和里程碑），供压力测试；同一种子结果相同。")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--projects", type=int, required=True, metavar="N", help=_("项目数，1 至 999999"))
        parser.add_argument("--seed", type=int, default=1, metavar="S", help=_("种子，非负整数，默认 1"))

    def handle(self, *args: Any, **options: Any) -> None:
        projects, seed = options["projects"], options["seed"]
        if not 1 <= projects <= 999_999:
            raise CommandError(_("项目数应在 1 至 999999 之间。"))
        if seed < 0:
            raise CommandError(_("种子应为非负整数。"))
        began = time.monotonic()
        try:
            made = make_programme(
                projects=projects,
                seed=seed,
                progress=lambda done: self.stderr.write(
                    _("已生成 %(done)d / %(projects)d 个项目……") % {"done": done, "projects": projects}
                ),
            )
        except AlreadyMade as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(
            _(
                "已生成 %(projects)d 个项目（编号以 %(prefix)s 开头）、%(entries)d 笔分录、"
                "%(milestones)d 个里程碑，用时 %(seconds).1f 秒。"
            )
            % {
                "projects": made.projects,
                "prefix": prefix(seed),
                "entries": made.entries,
                "milestones": made.milestones,
                "seconds": time.monotonic() - began,
            }
        )
