"""`manage.py load_sample`: the sample programme with its accounts, into an empty database."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from backend import sample


class Command(BaseCommand):
    help = _("向空数据库载入示范数据及其账号；库中已有其他数据时什么也不做。")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = sample.load(now=timezone.now())
        except sample.HoldsOtherData as refusal:
            # Nothing has failed: who starts the program on a database in use calls this too.
            self.stderr.write(refusal.message)
            return
        if made:
            self.stdout.write(
                _("已载入示范数据，建立示范账号 %(made)d 个，密码均为 %(password)s。")
                % {"made": made, "password": sample.PASSWORD}
            )
        else:
            self.stdout.write(_("示范数据已在库中，未作改动。"))
