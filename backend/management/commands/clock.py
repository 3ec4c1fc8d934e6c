"""`manage.py clock`: rings each minute, so that what is due is asked for and what was lost is taken up again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from backend.jobs.engine import engine


class Command(BaseCommand):
    help = _("时钟：每分钟查看一次到期和中断的任务；运行一个即可，多个也不会重复。")

    def handle(self, *args: Any, **options: Any) -> None:
        engine().keep_time()
