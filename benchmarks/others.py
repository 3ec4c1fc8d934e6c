"""Yardsticks made of other people's programs, each in a process of an environment apart from ours.

The environment is made once under PILOT_HOME from requirements.lock; where it cannot be had (no
network, no wheel for this machine) those yardsticks are left out, and the report says so.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from benchmarks.place import parameters

HERE = Path(__file__).parent
LOCK = HERE / "requirements.lock"
PATIENCE = 240
"""Seconds that fetching may take."""


class Worker:
    """A yardstick waiting to be asked: a line of JSON in, the seconds it took out."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, task: Any) -> float:
        """The seconds that the task took.

        Raises:
            RuntimeError: the yardstick failed; its own words went to standard error.
        """
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(task) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the yardstick ended")
        return float(answer)

    @property
    def pid(self) -> int:
        return self._process.pid


@contextmanager
def worker(script: str, database: str | None = None) -> Iterator[Worker | None]:
    """The script of this folder, at work on that database (None: the one of the run); None where it cannot be."""
    python, _ = _environment()
    if python is None:
        yield None
        return
    process = subprocess.Popen(
        [python, HERE / f"{script}.py", json.dumps(parameters(database), default=str)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Worker(process)
    finally:
        assert process.stdin
        process.stdin.close()
        process.wait(30)


def why_not() -> str:
    """Why there is no such environment; empty where there is one."""
    return _environment()[1]


@cache
def _environment() -> tuple[Path | None, str]:
    folder = Path(settings.PILOT_HOME) / "bench-venv"
    python, stamp = folder / "bin" / "python", folder / "lock.sha256"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return python, ""
    commands = (
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [
            str(python),
            "-m",
            "pip",
            "install",
            "-q",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
            str(LOCK),
        ],
    )
    for command in commands:
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        except (OSError, subprocess.TimeoutExpired) as trouble:
            return None, str(trouble)
        if done.returncode:
            words = (done.stderr or done.stdout).strip().splitlines()
            return None, words[-1] if words else f"{command[0]} failed"
    stamp.write_text(wanted)
    return python, ""
