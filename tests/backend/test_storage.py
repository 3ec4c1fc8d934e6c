"""A paper is on the disk before any row speaks of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage


def test_file_and_folders_are_written_through(own_files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    real = os.fsync

    def fsync(number: int) -> None:
        written.append(os.readlink(f"/proc/self/fd/{number}"))
        real(number)

    monkeypatch.setattr(os, "fsync", fsync)
    name = default_storage.save("issued/2026-11/paper", ContentFile(b"%PDF"))

    assert written == [str(own_files / name), str(own_files / "issued/2026-11"), str(own_files / "issued")]
