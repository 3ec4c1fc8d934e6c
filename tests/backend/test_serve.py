"""`manage.py serve`, behind `make run`: from an empty folder to a page, and nothing left running after Ctrl-C."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandError

from backend import database
from backend.database import Place
from backend.management.commands import serve

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    home = tmp_path / "home"
    yield home
    database.stop(home)
    shutil.rmtree(Place.of(home).folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answer(url: str, seconds: float) -> str:
    """The page at the address, once somebody answers there."""
    give_up = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=10) as page:
                return str(page.read().decode())
        except OSError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.2)


@contextmanager
def serving(home: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """`manage.py serve` as a process, killed in the end if it is still there."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    with subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env={**kept, "PILOT_HOME": str(home), "PORT": str(port), "DATABASE_URL": "", "WEB_WORKERS": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as served:
        try:
            yield served
        finally:
            served.kill()


def processes_of(home: Path) -> list[str]:
    """What still runs of this home: every process is told of it in its environment."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if f"PILOT_HOME={home}".encode() in (entry / "environ").read_bytes().split(b"\0"):
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def until_nothing_runs(home: Path) -> None:
    give_up = time.monotonic() + 30
    while processes_of(home):
        assert time.monotonic() < give_up, processes_of(home)
        time.sleep(0.2)


def health(port: int) -> dict[str, Any]:
    """What the site says of itself once clock and worker have been heard."""
    give_up = time.monotonic() + 60
    while True:
        with suppress(urllib.error.HTTPError):
            found: dict[str, Any] = json.loads(answer(f"http://127.0.0.1:{port}/healthz", seconds=120))
            return found
        assert time.monotonic() < give_up
        time.sleep(0.2)


def test_a_fresh_folder_shows_the_sample_and_ctrl_c_ends_all_of_it_as_being_killed_does(home: Path) -> None:
    port = free_port()
    with serving(home, port) as served:
        page = answer(f"http://127.0.0.1:{port}/sign-in/", seconds=240)
        told = health(port)
        os.killpg(served.pid, signal.SIGINT)
        words, _nothing = served.communicate(timeout=60)

    assert "unit.BA2022001" in page
    assert told["status"] == "ok"
    assert f"http://127.0.0.1:{port}" in words
    assert "Pilot-demo-2026" in words
    assert served.returncode == 0
    assert not database.is_running(home)
    with pytest.raises(OSError):
        answer(f"http://127.0.0.1:{port}/", seconds=0)
    if not Path("/proc/self/environ").exists():
        return
    until_nothing_runs(home)

    # Once more, on what is there by now; killed it leaves no process but the database.
    with serving(home, port) as served:
        again = answer(f"http://127.0.0.1:{port}/sign-in/", seconds=120)
        served.kill()
    database.stop(home)
    until_nothing_runs(home)
    assert "unit.BA2022001" in again


def test_a_port_that_is_taken_is_told_before_anything_is_started() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(CommandError, match=f"127.0.0.1:{port}.*PORT=8001 make run"):
            serve._require_free("127.0.0.1", port)


def test_a_port_that_no_machine_has_is_told() -> None:
    with pytest.raises(CommandError, match="70000"):
        serve._require_free("127.0.0.1", 70_000)
