"""Make `.venv` hold exactly what the lock says, at a cost of nothing when it does already."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from get_uv import Indexes, NoUv, get_uv

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
TOOLS = ROOT / ".tools"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "lock.sha256"

RUNNING = ROOT / "requirements.lock"
CHECKING = ROOT / "requirements-dev.lock"
"""Holds all of RUNNING at the same versions, so an environment for checking also runs the program."""


def ensure(lock: Path) -> None:
    """Have the environment of this lock. Exits with the reason when it cannot be had."""
    good_enough = {_fingerprint(lock), _fingerprint(CHECKING)}
    with _only_one():
        if _stamp() in good_enough:
            return
        print(f"正在按 {lock.name} 安装依赖… / Installing what {lock.name} says …", flush=True)
        troubles: list[str] = []
        for way in (_by_uv, _by_uv_and_extra_indexes, _by_pip):
            trouble = way(lock)
            if trouble is None:
                STAMP.write_text(_fingerprint(lock), encoding="ascii")
                return
            troubles.append(trouble)
    sys.exit(
        "\n依赖安装失败。请检查网络或软件包索引（UV_DEFAULT_INDEX、PIP_INDEX_URL 或 pip 的配置）。\n"
        "The packages cannot be installed. Check the network or the package index"
        " (UV_DEFAULT_INDEX, PIP_INDEX_URL or pip's configuration).\n\n" + "\n".join(troubles)
    )


def uv() -> Path:
    """The uv of this machine, or a fetched one.

    Raises:
        NoUv: there is none and none can be fetched.
    """
    on_path = shutil.which("uv")
    if on_path and _runs([on_path, "--version"]):
        return Path(on_path)
    return get_uv(TOOLS)


def _fingerprint(lock: Path) -> str:
    """Of the lock, the interpreter's version and the folder, since programs in it name the folder."""
    version = ".".join(map(str, sys.version_info[:2]))
    return hashlib.sha256(lock.read_bytes() + f"{version} {VENV}".encode()).hexdigest()


def _stamp() -> str:
    try:
        return STAMP.read_text(encoding="ascii") if PYTHON.exists() else ""
    except OSError:
        return ""


def _by_uv(lock: Path) -> str | None:
    return _uv_sync(lock, with_extra=False)


def _by_uv_and_extra_indexes(lock: Path) -> str | None:
    indexes = Indexes()
    if not indexes.extra and not indexes.links:
        return "uv: no further indexes are set"
    return _uv_sync(lock, with_extra=True)


def _uv_sync(lock: Path, *, with_extra: bool) -> str | None:
    try:
        program = uv()
    except NoUv as reason:
        return f"uv: {reason}"
    environment = {**os.environ, **Indexes().for_uv(with_extra=with_extra)}
    if "UV_CACHE_DIR" not in environment and not os.access(os.path.expanduser("~"), os.W_OK):
        environment["UV_CACHE_DIR"] = str(TOOLS / "cache")
    # A folder that uv runs in by chance must not lend it a project or settings.
    environment["UV_NO_CONFIG"] = "1"
    if not _is_ours():
        shutil.rmtree(VENV, ignore_errors=True)
        trouble = _said(
            [program, "venv", "-q", "--no-project", "--python", sys.executable, VENV], environment
        )
        if trouble:
            return f"uv: {trouble}"
    trouble = _said([program, "pip", "sync", "-q", "--require-hashes", "--python", PYTHON, lock], environment)
    return f"uv: {trouble}" if trouble else None


def _by_pip(lock: Path) -> str | None:
    """By venv and pip, as far as this Python has them."""
    if not _is_ours():
        shutil.rmtree(VENV, ignore_errors=True)
        trouble = _said([sys.executable, "-m", "venv", "--without-pip", VENV])
        if trouble:
            return f"venv: {trouble}"
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", PYTHON]
    if importlib.util.find_spec("pip") is None:
        if importlib.util.find_spec("ensurepip") is None:
            return "pip: this Python has neither pip nor ensurepip"
        trouble = _said([PYTHON, "-m", "ensurepip"])
        if trouble:
            return f"ensurepip: {trouble}"
        pip = [PYTHON, "-m", "pip"]
    trouble = _said([*pip, "install", "-q", "--require-hashes", "--disable-pip-version-check", "-r", lock])
    return f"pip: {trouble}" if trouble else None


def _is_ours() -> bool:
    """Whether the environment's interpreter runs and is of the version that runs this."""
    version = ".".join(map(str, sys.version_info[:2]))
    return PYTHON.exists() and _runs(
        [PYTHON, "-c", f"import sys; sys.exit('%d.%d' % sys.version_info[:2] != '{version}')"]
    )


def _runs(command: list[str | Path]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _said(command: list[str | Path], environment: dict[str, str] | None = None) -> str | None:
    """None when the command did its work, otherwise its last words."""
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        return str(error)
    return None if done.returncode == 0 else (done.stdout.strip()[-1500:] or f"exit {done.returncode}")


@contextlib.contextmanager
def _only_one() -> Iterator[None]:
    """Two commands started at once do not install into each other."""
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
