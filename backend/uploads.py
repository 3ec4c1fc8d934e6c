"""Where a workbook waits between its upload and the job that brings it in: private storage, one file an upload."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from lifecycle.errors import Conflict
from lifecycle.models import OVER, JobRun

FOLDER = "uploads"
KEPT_FOR = timedelta(hours=2)
"""How long an upload waits for its confirmation."""


class UploadGone(Conflict):
    """The uploaded file waits no longer, or was another person's."""

    code = "upload_gone"


def keep(content: bytes, *, name: str, person: int) -> str:
    """Put the upload by for its confirmation; the mark names it for this person alone."""
    path = default_storage.save(f"{FOLDER}/{uuid4()}.xlsx", ContentFile(content))
    return signing.dumps({"path": path, "name": name, "person": person}, salt=FOLDER)


def kept(mark: str, *, person: int) -> tuple[str, str]:
    """(path, name) of the upload.

    Raises:
        UploadGone: it waited too long, was brought in already, or the mark is not this person's.
    """
    try:
        upload = signing.loads(mark, salt=FOLDER, max_age=KEPT_FOR)
    except signing.BadSignature:
        upload = {}
    if upload.get("person") != person or not default_storage.exists(upload["path"]):
        raise _gone()
    return upload["path"], upload["name"]


def content_of(path: str) -> bytes:
    """The bytes of an upload.

    Raises:
        UploadGone: it waits no longer.
    """
    try:
        with default_storage.open(path) as file:
            content: bytes = file.read()
    except FileNotFoundError:
        raise _gone() from None
    return content


def drop(path: str) -> None:
    """The upload is not needed any more."""
    default_storage.delete(path)


def sweep(*, now: datetime) -> int:
    """Drop uploads that nobody confirmed and whose job is over; how many."""
    if not default_storage.exists(FOLDER):
        return 0
    wanted = set(
        JobRun.objects.exclude(state__in=OVER)
        .filter(arguments__has_key="path")
        .values_list("arguments__path", flat=True)
    )
    dropped = 0
    for name in default_storage.listdir(FOLDER)[1]:
        path = f"{FOLDER}/{name}"
        if path not in wanted and default_storage.get_modified_time(path) < now - KEPT_FOR:
            default_storage.delete(path)
            dropped += 1
    return dropped


def _gone() -> UploadGone:
    return UploadGone(_("上传的文件已处理或已过期，请重新上传。"))
