"""Where uploaded and issued files lie."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage


class DurableStorage(FileSystemStorage):
    """Files that are on the disk once `save` returns, as rows are once they are committed.

    A row that speaks of a paper outlives a power cut; so does the paper.
    """

    def _save(self, name: str, content: Any) -> str:
        kept: str = super()._save(name, content)  # type: ignore[misc]
        path = Path(self.path(kept))
        _sync(path)
        # The folder may be new as well, and with it its name in the one above.
        for folder in (path.parent, path.parent.parent):
            _sync(folder)
        return kept


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
