"""What commands that write a file about one day have in common."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from django.core.management.base import CommandError
from django.utils.translation import gettext as _


def day_of(text: str) -> date:
    """A calendar day as it is typed.

    Raises CommandError where it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(_("日期“%(text)s”不存在，应形如 2024-03-31。") % {"text": text}) from error


def write_whole(pieces: Iterable[bytes], path: Path) -> None:
    """Write beside the file and rename, so that the file is whole or as it was.

    Raises CommandError where something else than a file is in its place, OSError as writing does.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        raise CommandError(_("“%(file)s”不是普通文件。") % {"file": path})
    partial = target.with_name(f".{os.getpid()}.partial")
    try:
        with partial.open("xb") as out:
            out.writelines(pieces)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
