"""A site served as in earnest, and somebody who asks it over one connection."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measure import peak, reset_peak
from benchmarks.place import address

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60


class Visitor:
    """Asks a site on 127.0.0.1, again and again over the same connection."""

    def __init__(self, port: int, server: int, headers: dict[str, str]) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        self._server = server
        self._headers = headers

    def get(self, path: str) -> bytes:
        """The body; anything but 200 is an error."""
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {body[:300]!r}")
        return body

    def get_in_pieces(self, path: str, first: int) -> tuple[float, float, int]:
        """Seconds to the first `first` bytes and to the last, and how many there were."""
        began = time.perf_counter()
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        size = len(answer.read(first))
        first_seconds = time.perf_counter() - began
        while piece := answer.read1(1 << 20):
            size += len(piece)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
        return first_seconds, time.perf_counter() - began, size

    def reset_memory(self) -> None:
        for pid in self._processes():
            reset_peak(pid)

    def memory(self) -> float:
        """Megabytes that the largest process of the server has held since `reset_memory`."""
        return max(peak(pid) for pid in self._processes())

    def close(self) -> None:
        self._connection.close()

    def _processes(self) -> list[int]:
        children = Path(f"/proc/{self._server}/task/{self._server}/children").read_text().split()
        return [self._server, *map(int, children)]


@contextmanager
def served(application: str, home: Path, headers: dict[str, str] | None = None) -> Iterator[Visitor]:
    """The WSGI application behind granian, one worker of one thread, on the database of the run."""
    port = _free_port()
    command = [
        str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--host", "127.0.0.1",
        "--port", str(port), "--workers", "1", "--blocking-threads", "1", "--no-ws", "--log-level", "warning",
        application,
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env=surroundings(home))
    try:
        _wait_for(port, process)
        visitor = Visitor(port, process.pid, headers or {})
        yield visitor
        visitor.close()
    finally:
        process.terminate()
        process.wait(30)


def surroundings(home: Path) -> dict[str, str]:
    """The environment of a process of the site: its own folder, the database of the run."""
    return {**os.environ, "PILOT_HOME": str(home), "DATABASE_URL": address(), "LOG_LEVEL": "WARNING"}


def collect_static(home: Path) -> None:
    """What pages need before they can be served."""
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"],
        cwd=ROOT,
        env=surroundings(home),
        check=True,
    )


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(PATIENCE * 10):
        if process.poll() is not None:
            raise RuntimeError("the server ended")
        with socket.socket() as tried:
            if not tried.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.1)
    raise RuntimeError("the server does not answer")
