"""`manage.py take_bounce`: reads a delivery status notification from standard input, as an alias of the mail server gives it."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from backend.ways.bounces import MOST, read_bounce, take_bounce


class Command(BaseCommand):
    help = _("从标准输入读取一封退信通知，标记对应的邮件为“被退回”。")

    def handle(self, *args: Any, **options: Any) -> None:
        """Always ends well: whoever answers a bounce with an error gets one more."""
        bounce = read_bounce(sys.stdin.buffer.read(MOST))
        if bounce is not None and take_bounce(bounce):
            self.stdout.write(_("已标记邮件 %(digest)s 被退回。") % {"digest": str(bounce.digest)})
        else:
            self.stdout.write(_("没有可标记的邮件。"))
