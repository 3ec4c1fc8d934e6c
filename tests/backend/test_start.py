"""However the program is started: Python's collector of cycles works again, and leaves what was loaded alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAID = "import gc; print(gc.isenabled(), gc.get_freeze_count() > 10_000)"


@pytest.mark.parametrize(
    "command",
    [
        ["manage.py", "shell", "--no-imports", "-c", SAID],
        ["-c", f"import backend.wsgi; {SAID}"],
        # As `runserver` enters by the door after all was loaded.
        ["-c", f"import django; django.setup(); import backend.wsgi; {SAID}"],
    ],
    ids=["a command", "a server", "a server within a command"],
)
def test_the_collector_works_once_all_is_loaded(command):
    said = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "backend.settings.test"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert said.split() == ["True", "True"]
