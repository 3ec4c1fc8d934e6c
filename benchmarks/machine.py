"""What the numbers were measured on."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from django.db import connection

SETTINGS = ("fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "work_mem", "jit")
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


class NotDurable(Exception):
    """The server acknowledges commits that are not on the disk; its numbers would mean nothing."""


def describe() -> list[str]:
    """The machine, the versions and the settings of the server, a line each.

    Raises:
        NotDurable: the server does not write commits through.
    """
    settings = {name: _ask(f"SHOW {name}") for name in SETTINGS}
    for name in DURABLE:
        if settings[name] != "on":
            raise NotDurable(f"{name} = {settings[name]}")
    return [
        f"{os.cpu_count()} × {_processor()}, {_memory()}, {platform.system()} {platform.release()}",
        f"Python {platform.python_version()}; PostgreSQL {_ask('SHOW server_version')}:"
        f" {', '.join(f'{name} = {value}' for name, value in settings.items())}",
        f"load at the start: {' '.join(f'{load:.2f}' for load in os.getloadavg())}",
    ]


def _ask(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return str(cursor.fetchone()[0])


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        for line in facts.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory() -> str:
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GB"


def refresh_statistics() -> None:
    """What autovacuum would have done after a while."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE finance_entry, finance_account, finance_journal, lifecycle_project")
