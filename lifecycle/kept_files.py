"""The check of the stored files: each is there and hashes to its row; and files that no row speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from lifecycle.documents import FOLDER, FileLost, open_document
from lifecycle.models import Document

SETTLED_AFTER = timedelta(days=1)
"""How old a file without a row has to be before it is nobody's: a younger one may be of an upload under way."""


@dataclass(frozen=True, slots=True)
class FileFault:
    """What is wrong with the file of a paper. code: "lost" or "changed"."""

    document: Document
    code: str
    message: str


def faults_of(documents: Iterable[Document]) -> Iterator[FileFault]:
    """The papers whose file is lost or is not what came in, as they are met; every file is read."""
    for document in documents:
        try:
            file = open_document(document)
        except FileLost as lost:
            yield FileFault(document, "lost", lost.message)
            continue
        digest, size = sha256(), 0
        with file:
            for chunk in file.chunks():
                digest.update(chunk)
                size += len(chunk)
        if (digest.hexdigest(), size) != (document.sha256, document.size):
            yield FileFault(
                document,
                "changed",
                _("“%(title)s”的文件与登记的校验码不符。") % {"title": document.title},
            )


def strays(*, now: datetime) -> list[str]:
    """Paths of stored files that no row speaks of, older than SETTLED_AFTER; one query a month."""
    if not default_storage.exists(FOLDER):
        return []
    found = []
    for month in sorted(default_storage.listdir(FOLDER)[0]):
        paths = {f"{FOLDER}/{month}/{name}" for name in default_storage.listdir(f"{FOLDER}/{month}")[1]}
        known = Document.objects.filter(stored_as__startswith=f"{FOLDER}/{month}/").values_list("stored_as")
        paths -= {path for (path,) in known}
        found += [
            path for path in sorted(paths) if default_storage.get_modified_time(path) <= now - SETTLED_AFTER
        ]
    return found


def sweep(paths: Iterable[str]) -> None:
    """Delete the files of these paths, as `strays` gave them."""
    for path in paths:
        default_storage.delete(path)
