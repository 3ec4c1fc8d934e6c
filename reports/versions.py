"""Which program made a report: the version that stands in CHANGELOG.md, kept with every issue."""

from __future__ import annotations

PROGRAM_VERSION = "0.4.0"
