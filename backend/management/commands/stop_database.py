"""`manage.py stop_database`: stops the private PostgreSQL of this PILOT_HOME."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from backend import database


class Command(BaseCommand):
    help = _("停止本机私有的 PostgreSQL；再次使用时会自动启动。")
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.DATABASE_URL:
            raise CommandError(_("已设置 DATABASE_URL：该数据库不由本程序启动，也不由本程序停止。"))
        if database.stop(settings.PILOT_HOME):
            self.stdout.write(_("数据库已停止。"))
        else:
            self.stdout.write(_("数据库没有在运行。"))
