"""Which version of the program made a report."""

from __future__ import annotations

import tomllib
from pathlib import Path


def _version() -> str:
    told = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    version: str = told["project"]["version"]
    return version


PROGRAM_VERSION = _version()
