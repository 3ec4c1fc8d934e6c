"""`manage.py serve`, which `make run` calls: everything made ready, then the processes of the Procfile."""

from __future__ import annotations

import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils.translation import gettext as _
from honcho.environ import parse_procfile
from honcho.manager import Manager

from backend import database, sample
from backend.processes import TiedProcess
from backend.settings import environment
from lifecycle.parties.models import Organisation, Person


class Command(BaseCommand):
    help = _("启动系统：数据库、数据表、示范数据、网站、后台任务；Ctrl-C 停止全部。")

    def handle(self, *args: Any, **options: Any) -> None:
        host = environment.text("WEB_HOST", "127.0.0.1")
        port = environment.number("PORT", 8000)
        _require_free(host, port)
        signal.signal(signal.SIGTERM, _interrupt)
        # A closed terminal is a request to stop, whoever handles those by then.
        signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
        try:
            self._prepare()
            self._greet(host, port)
            # The processes have connections of their own.
            connections.close_all()
            code = _run_procfile(host, port)
        except KeyboardInterrupt:
            code = 0
        finally:
            # A second Ctrl-C must not leave the database half stopped.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            connections.close_all()
            if not settings.DATABASE_URL and database.stop(settings.PILOT_HOME):
                self.stdout.write(_("数据库已停止。"))
        if code:
            sys.exit(code)

    def _prepare(self) -> None:
        self.stdout.write(_("正在准备数据库…"))
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        if Person.objects.exists() or Organisation.objects.exists():
            return
        wants_sample = environment.flag("SAMPLE") or not settings.DATABASE_URL
        if wants_sample and not environment.flag("EMPTY"):
            self.stdout.write(_("数据库是空的，正在载入示范数据…"))
            call_command("load_sample", stdout=self.stdout, stderr=self.stderr)
        elif sys.stdin.isatty():
            self.stdout.write(_("数据库是空的。请建立第一个系统管理员账号。"))
            call_command("create_administrator", stdout=self.stdout, stderr=self.stderr)
        else:
            self.stdout.write(_("数据库是空的。请在终端运行 manage.py create_administrator 建立管理员账号。"))

    def _greet(self, host: str, port: int) -> None:
        shown = f"[{host}]" if ":" in host else host
        self.stdout.write("")
        self.stdout.write(_("网址：%(url)s") % {"url": f"http://{shown}:{port}"})
        if sample.is_loaded():
            names = [account.username for account in sample.sample_accounts()]
            units = sum(name.startswith("unit.") for name in names)
            for name in [name for name in names if not name.startswith("unit.")]:
                self.stdout.write(f"  {name}")
            first = next((name for name in names if name.startswith("unit.")), "")
            if first:
                self.stdout.write(
                    _("  %(first)s 等 %(units)d 个承担单位账号") % {"first": first, "units": units}
                )
            self.stdout.write(_("示范账号如上，密码均为 %(password)s。") % {"password": sample.PASSWORD})
        self.stdout.write(_("按 Ctrl-C 停止。"))
        self.stdout.write("")
        self.stdout.flush()


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _require_free(host: str, port: int) -> None:
    """Refuse before anything is started when the address cannot be had.

    Raises:
        CommandError: the port is taken or not ours to take, or the host is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, OverflowError) as error:
        raise CommandError(
            _("无法使用 %(host)s:%(port)s（%(error)s）。可换一个端口，例如 PORT=8001 make run。")
            % {"host": host, "port": port, "error": error}
        ) from error


def _run_procfile(host: str, port: int) -> int:
    """Run every process of the Procfile until one ends or we are told to stop; the exit code to give."""
    variables = {
        **environment.VARIABLES,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{environment.text('PATH', os.defpath)}",
        "WEB_HOST": host,
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": environment.text("DJANGO_SETTINGS_MODULE", "backend.settings.base"),
    }
    manager = Manager()
    manager._process_ctor = TiedProcess
    for name, command in parse_procfile(
        (settings.BASE_DIR / "Procfile").read_text(encoding="utf-8")
    ).processes.items():
        manager.add_process(name, command, env=variables, cwd=str(settings.BASE_DIR))
    manager.loop()
    # Ended by Ctrl-C honcho counts as a failure; for the one who pressed it, it is not.
    stopped = {128 + signal.SIGINT, 128 + signal.SIGTERM, -signal.SIGINT, -signal.SIGTERM}
    return 0 if manager.returncode in stopped else int(manager.returncode or 0)
