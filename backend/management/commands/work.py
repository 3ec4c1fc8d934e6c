"""`manage.py work`: the workers of this machine, of whichever engine is configured."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connections
from django.utils.translation import gettext as _

from backend.jobs.engine import engine


class Command(BaseCommand):
    help = _("执行后台任务，直到收到停止信号；进程数见 JOB_WORKERS。")

    def handle(self, *args: Any, **options: Any) -> None:
        # The workers are processes with connections of their own.
        connections.close_all()
        engine().work()
