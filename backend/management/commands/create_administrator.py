"""`manage.py create_administrator`: the first account of an empty system, asked for at the terminal."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lifecycle.errors import DomainError
from lifecycle.parties import accounts
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.models import Organisation, OrganisationKind, Role


class Command(BaseCommand):
    help = _("建立系统管理员账号（密码在终端输入，不显示）。")

    def handle(self, *args: Any, **options: Any) -> None:
        if not sys.stdin.isatty():
            raise CommandError(_("请在终端中运行：需要输入密码。"))
        default = Organisation.objects.filter(kind=OrganisationKind.PROVINCE).first()
        name = self._ask(_("省级主管部门名称"), default.name if default else _("省科技厅"))
        username = self._ask(_("管理员用户名"), "admin")
        while True:
            password = getpass.getpass(f"{_('密码（至少 10 位）')}: ")
            if password != getpass.getpass(f"{_('再输一次')}: "):
                self.stderr.write(_("两次输入不一致。"))
                continue
            try:
                self._make(name, username, password)
            except accounts.NameTaken as refusal:
                raise CommandError(refusal.message) from refusal
            except DomainError as refusal:
                self.stderr.write(refusal.message)
                continue
            break
        self.stdout.write(_("已建立系统管理员 %(username)s。") % {"username": username})

    @transaction.atomic
    def _make(self, name: str, username: str, password: str) -> None:
        now = timezone.now()
        province, _made = Organisation.objects.get_or_create(
            name=name, defaults={"kind": OrganisationKind.PROVINCE}
        )
        person = accounts.create_person(
            username=username, password=password, actor=OPERATOR_ACTOR, now=now, must_change_password=False
        )
        accounts.join(
            person=person, organisation=province, role=Role.ADMINISTRATOR, actor=OPERATOR_ACTOR, now=now
        )

    def _ask(self, question: str, default: str) -> str:
        self.stdout.write(f"{question} [{default}]: ", ending="")
        self.stdout.flush()
        return sys.stdin.readline().strip() or default
