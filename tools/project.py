"""What `make` calls: setup, run, test, test-long, bench, shell, catalogue, lifecycle, lock. Standard library only.

Words after the command go on to what it calls: `python3 tools/project.py test -k ledger`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

OLDEST = (3, 11)


def _with_a_newer_python() -> None:
    """Where python3 is too old, begin again with a newer one that lies beside it."""
    for minor in range(20, OLDEST[1] - 1, -1):
        program = shutil.which(f"python3.{minor}")
        if program and subprocess.run([program, "-c", ""], capture_output=True, check=False).returncode == 0:
            os.execv(program, [program, *sys.argv])
    sys.exit(
        f"需要 Python 3.11 或更新版本，当前为 {sys.version.split()[0]}。\n"
        f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}."
    )


if sys.version_info < OLDEST:
    _with_a_newer_python()

import environment  # noqa: E402

CHECKS = {
    "types": ["-m", "mypy"],
    "style": ["-m", "ruff", "check", "."],
    "format": ["-m", "ruff", "format", "--check", "."],
    "imports": ["-c", "import sys; from importlinter.cli import lint_imports_command as c; sys.exit(c())"],
    "migrations": ["manage.py", "makemigrations", "--check", "--dry-run", "--verbosity", "1"],
}


def setup() -> int:
    """Everything that running and checking need, so that both work without network afterwards."""
    environment.ensure(environment.CHECKING)
    print("准备完毕，可运行 make run 或 make test。\nReady: make run, make test.")
    return 0


def run(*words: str) -> int:
    environment.ensure(environment.RUNNING)
    return _become(["manage.py", "serve", *words])


def shell(*words: str) -> int:
    """A shell with the environment in its path: `python manage.py …` works in it."""
    environment.ensure(environment.RUNNING)
    os.environ["VIRTUAL_ENV"] = str(environment.VENV)
    os.environ["PATH"] = f"{environment.VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    program = os.environ.get("SHELL") or "/bin/sh"
    os.chdir(environment.ROOT)
    os.execv(program, [program, *words])


def test(*words: str) -> int:
    """Every check. The tests come last whatever the others said, so that one run tells everything."""
    environment.ensure(environment.CHECKING)
    # Side by side: the types take as long as all the others.
    with ThreadPoolExecutor(os.cpu_count()) as beside:
        failed = [name for name, code in zip(CHECKS, beside.map(_check, CHECKS), strict=True) if code]
    if failed:
        print(f"\n未通过 / failed: {', '.join(failed)}\n", flush=True)
    # As many workers as there are processors, yet no more connections than a server is made for. Each begins with a
    # piece of the whole, so that what a file's tests share is made once, and who is done helps the others.
    code = _call(["-m", "pytest", "-n", "auto", "--maxprocesses", "8", "--dist", "worksteal", *words])
    return code or (1 if failed else 0)


def test_long(*words: str) -> int:
    """The tests with the long walks among them, and far more examples for each property."""
    environment.ensure(environment.CHECKING)
    os.environ["HYPOTHESIS_PROFILE"] = "long"
    return _call(["-m", "pytest", "-m", "long or not long", *words])


def bench(*words: str) -> int:
    environment.ensure(environment.CHECKING)
    return _become(["-m", "benchmarks", *words])


def catalogue() -> int:
    """Bring the English catalogue up to what the program says, and compile it."""
    environment.ensure(environment.CHECKING)
    return _call(["tools/catalogue.py"])


def lifecycle() -> int:
    """Write docs/lifecycle.md anew from the moves and conditions of the program."""
    environment.ensure(environment.CHECKING)
    return _call(["tools/lifecycle_page.py"])


def lock() -> int:
    """Write both locks anew from pyproject.toml: versions and hashes, no addresses."""
    upgrade = ["--upgrade"] if os.environ.get("UPGRADE") else []
    compile_ = [
        str(environment.uv()), "pip", "compile", "-q", "--universal", "--generate-hashes", "--python-version", "3.11",
        "--no-header", "--no-emit-index-url", "--no-emit-find-links", *upgrade, "pyproject.toml",
    ]  # fmt: skip
    variables = {**os.environ, **environment.Indexes().for_uv(with_extra=False)}
    checking = ["--group", "dev", "-c", environment.RUNNING.name]
    for words in (["-o", environment.RUNNING.name], [*checking, "-o", environment.CHECKING.name]):
        subprocess.run([*compile_, *words], cwd=environment.ROOT, env=variables, check=True)
    return 0


def _check(name: str) -> int:
    """Run the check of that name, and print how it went."""
    began = time.monotonic()
    code = _call(CHECKS[name], quiet=True)
    print(f"{'ok  ' if code == 0 else 'FAIL'} {name} ({time.monotonic() - began:.1f} s)", flush=True)
    return code


def _call(command: list[str], *, quiet: bool = False) -> int:
    """Run the environment's Python; with `quiet` its words are shown only when it fails."""
    done = subprocess.run(
        [environment.PYTHON, *command],
        cwd=environment.ROOT,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        text=True,
        check=False,
    )
    if quiet and done.returncode:
        print(done.stdout, flush=True)
    return done.returncode


def _become(command: list[str]) -> int:
    """Go on as the environment's Python, so that Ctrl-C and the exit code are its own."""
    os.chdir(environment.ROOT)
    os.execv(environment.PYTHON, [str(environment.PYTHON), *command])


COMMANDS = {
    "setup": setup,
    "run": run,
    "shell": shell,
    "test": test,
    "test-long": test_long,
    "bench": bench,
    "catalogue": catalogue,
    "lifecycle": lifecycle,
    "lock": lock,
}


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        sys.exit(f"{__doc__}\n{' | '.join(COMMANDS)}")
    # Where it is set, as in many a container, every process that we start compiles all it imports anew: seconds each.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    return COMMANDS[sys.argv[1]](*sys.argv[2:])


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
