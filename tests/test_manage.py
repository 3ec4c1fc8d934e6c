"""The command line itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_a_reader_that_goes_away_is_no_failure_to_be_traced() -> None:
    command = subprocess.Popen(
        [sys.executable, "manage.py", "help", "--commands"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert command.stdout is not None and command.stderr is not None
    command.stdout.close()
    with command.stderr as errors:
        assert errors.read() == ""
    assert command.wait() == 141
