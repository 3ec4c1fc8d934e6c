"""Files that jobs make for whoever asked: kept in the private storage for a week, one file a run, fetched through it."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_hex
from typing import IO, Any
from uuid import UUID

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.http import FileResponse
from django.utils.translation import gettext as _

from lifecycle.errors import Conflict
from lifecycle.models import JobRun

FOLDER = "made"
KEPT_FOR = timedelta(days=7)
"""How long a file waits to be fetched."""


class FileGone(Conflict):
    """The file was cleared away; the job has to be asked for again."""

    code = "made_file_gone"


def path_of(run: UUID, piece: str = "") -> str:
    """Where the file of a run lies, or a piece of it while it is being made."""
    return f"{FOLDER}/{run.hex}{f'-{piece}' if piece else ''}"


def keep(run: UUID, content: bytes | IO[bytes], *, name: str, media_type: str) -> dict[str, Any]:
    """Keep the file of a run in the place of an earlier attempt's; what its result says of it."""
    default_storage.delete(path_of(run))
    file: File[bytes] = ContentFile(content) if isinstance(content, bytes) else File(content)
    default_storage.save(path_of(run), file)
    digest, size = sha256(), 0
    with default_storage.open(path_of(run)) as kept:
        for chunk in kept.chunks():
            digest.update(chunk)
            size += len(chunk)
    return {"name": name, "media_type": media_type, "size": size, "sha256": digest.hexdigest()}


def keep_piece(run: UUID, piece: str, content: bytes) -> None:
    """Keep a piece of a run's file: whole, or not there, whenever the worker is lost."""
    part = default_storage.save(path_of(run, f"{piece}-{token_hex(4)}"), ContentFile(content))
    os.replace(default_storage.path(part), default_storage.path(path_of(run, piece)))


def piece_of(run: UUID, piece: str) -> bytes:
    """A piece that the run kept.

    Raises:
        FileGone: it was cleared away.
    """
    try:
        with default_storage.open(path_of(run, piece)) as file:
            content: bytes = file.read()
    except FileNotFoundError:
        raise _gone() from None
    return content


def has_file(run: JobRun) -> bool:
    """Whether the run is done and made a file."""
    return isinstance(run.result, dict) and "media_type" in run.result


def file_response(run: JobRun) -> FileResponse:
    """The file that the run made; it has to have one (`has_file`).

    Raises:
        FileGone: it was cleared away.
    """
    made: dict[str, Any] = run.result or {}
    try:
        file = default_storage.open(path_of(run.pk))
    except FileNotFoundError:
        raise _gone() from None
    return FileResponse(
        file,
        as_attachment=True,
        filename=made["name"],
        content_type=made["media_type"],
        headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"},
    )


def _gone() -> FileGone:
    return FileGone(_("文件已过保存期，请重新生成。"))


def sweep(*, now: datetime) -> int:
    """Drop files that have waited long enough; how many."""
    if not default_storage.exists(FOLDER):
        return 0
    dropped = 0
    for name in default_storage.listdir(FOLDER)[1]:
        path = f"{FOLDER}/{name}"
        if default_storage.get_modified_time(path) < now - KEPT_FOR:
            default_storage.delete(path)
            dropped += 1
    return dropped
