"""Writes docs/lifecycle.md anew from the moves and conditions in the program: `make lifecycle`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "lifecycle.md"


def main() -> None:
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings.base")
    django.setup()
    from lifecycle.page import lifecycle_page

    PAGE.write_text(lifecycle_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
