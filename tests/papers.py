"""Makes files for tests, as small as their kinds allow, and papers out of them."""

from __future__ import annotations

import io
import struct
import zipfile
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from lifecycle.documents import file_document
from lifecycle.models import Document, Milestone, Project
from lifecycle.parties.log import OPERATOR_ACTOR

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 40 + b"\xff\xd9"
TYPES = "<Types>application/vnd.openxmlformats-officedocument.main+xml</Types>"

_numbers = count(1)


def pdf(text: str = "") -> bytes:
    """A PDF by its signature; no two are the same unless `text` says so."""
    return f"%PDF-1.7\n{text or next(_numbers)}\n%%EOF\n".encode()


def zipped(parts: dict[str, bytes | str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def office(part: str, **more: bytes | str) -> bytes:
    """A file of the new Office with the main part of its kind."""
    return zipped({"[Content_Types].xml": TYPES, part: f"<a>{next(_numbers)}</a>", **more})


def compound(*names: str, big: bool = False) -> bytes:
    """A compound file of the old Office whose directory holds storages of these names."""
    sector = 4096 if big else 512
    header = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504)
    struct.pack_into("<H", header, 30, 12 if big else 9)
    struct.pack_into("<L", header, 48, 1)
    struct.pack_into("<2L", header, 68, 0xFFFFFFFE, 0)
    struct.pack_into("<109L", header, 76, 0, *([0xFFFFFFFF] * 108))
    entries = b"".join(_entry(name, 5 if name == "Root Entry" else 2) for name in ("Root Entry", *names))
    sectors = max(1, -(-len(entries) // sector))
    table = [0xFFFFFFFD, *range(2, sectors + 1), 0xFFFFFFFE]
    table += [0xFFFFFFFF] * (sector // 4 - len(table))
    return (
        bytes(header).ljust(sector, b"\x00")
        + struct.pack(f"<{sector // 4}L", *table)
        + entries.ljust(sectors * sector, b"\x00")
    )


def _entry(name: str, kind: int) -> bytes:
    written = name.encode("utf-16-le") + b"\x00\x00"
    return struct.pack("<64sHB61x", written, len(written), kind)


def upload(content: bytes | None = None, name: str = "证明.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf() if content is None else content)


def make_document(
    project: Project, *, content: bytes | None = None, name: str = "证明.pdf", **facts: Any
) -> Document:
    """A paper on file; another PDF than any before unless `content` is given."""
    values: dict[str, Any] = {"category": "other", "title": "", "actor": OPERATOR_ACTOR, "now": NOW}
    return file_document(project=project, upload=upload(content, name), **(values | facts))


def evidence_of(milestone: Milestone, **facts: object) -> Document:
    """A present document of category 里程碑佐证 attached to the milestone, unless said otherwise."""
    number = next(_numbers)
    values: dict[str, object] = {
        "project": milestone.project,
        "category": "milestone",
        "subject": "milestone",
        "subject_id": milestone.pk,
        "title": f"检测报告{number}",
        "file_name": f"检测报告{number}.pdf",
        "stored_as": f"evidence-{number}",
        "media_type": "application/pdf",
        "size": 1000,
        "sha256": sha256(str(number).encode()).hexdigest(),
    }
    return Document.objects.create(**(values | facts))
