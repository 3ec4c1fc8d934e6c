"""A real engine for a test: worker and clock as processes, on the test's own database and broker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection

from backend.jobs import door
from backend.jobs.engine import Engine
from lifecycle.models import JobRun

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 180.0


def until(look: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """What the look finds, once it finds something; how long that took does not matter."""
    give_up = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < give_up, "nothing came of it"
        time.sleep(0.05)


@dataclass
class Running:
    """An engine, as a test uses it."""

    engine: Engine
    variables: dict[str, str]
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, command: str) -> subprocess.Popen[bytes]:
        """`work` or `clock`, in a session of its own as under `serve`."""
        process = subprocess.Popen(
            [sys.executable, "manage.py", command],
            cwd=ROOT,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.processes.append(process)
        return process

    def bell(self, run: JobRun) -> None:
        self.engine.carry(door.execute, [str(run.pk)], {})

    def ring_for_tend(self) -> None:
        """What the clock does each minute."""
        self.engine.carry(door.tend, [], {})

    def stop(self) -> None:
        for process in self.processes:
            tell(process, signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                tell(process, signal.SIGKILL)
                process.wait(10)


def tell(process: subprocess.Popen[bytes], number: int) -> None:
    """Send the signal to the process and all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def group_lives(process: subprocess.Popen[bytes]) -> bool:
    """Whether any process that it started is left, itself included."""
    process.poll()
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return False
    return True


def leaves_of(process: subprocess.Popen[bytes]) -> list[int]:
    """The processes of its session that have started no others, by id."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            # After the name, which may hold anything: state, parent, group, session.
            _state, parent, _group, session = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
            if int(session) == process.pid:
                parents[int(entry.name)] = int(parent)
    return sorted(set(parents) - set(parents.values()) - {process.pid})


@contextmanager
def running(name: str, broker_url: str) -> Iterator[Running]:
    """The engine of that name, with nothing started yet."""
    variables = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.backend.jobs.settings",
        "DATABASE_URL": database_url(),
        "SECRET_KEY": settings.SECRET_KEY,
        "PILOT_HOME": str(settings.PILOT_HOME),
        "JOB_WORKERS": "2",
        "CELERY_BROKER_URL": broker_url if name == "celery" else "",
    }
    if name == "celery":
        from backend.jobs.celery import CeleryEngine, app

        app.conf.broker_url = broker_url
        found = Running(CeleryEngine("default", {}), variables)
    else:
        from backend.jobs.q2 import Q2Engine

        found = Running(Q2Engine("default", {}), variables)
    try:
        yield found
    finally:
        found.stop()


def database_url() -> str:
    """The address of the database that the test is connected to."""
    known = connection.settings_dict
    options = {"host": known["HOST"], "port": known["PORT"], "user": known["USER"], **_options()}
    if known.get("PASSWORD"):
        options["password"] = known["PASSWORD"]
    found = {key: str(value) for key, value in options.items() if value}
    password = found.pop("password", "")
    account = f"{quote(found.pop('user'), safe='')}:{quote(password, safe='')}@" if password else ""
    return f"postgresql://{account}/{quote(str(known['NAME']), safe='')}?{urlencode(found)}"


def _options() -> dict[str, Any]:
    return {"options": connection.settings_dict["OPTIONS"].get("options", "")}
