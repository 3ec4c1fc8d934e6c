"""Files of the old Office (doc, xls): compound files, told by the names in their directory.

Source: [MS-CFB], sections 2.2 to 2.6.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import IO

from lifecycle.files.unfit import damaged, locked, with_macros

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_DIRECTORY_SECTORS = 4_096

_HEADER = 512
_IN_HEADER = 109
_ENTRY = 128
_LAST_SECTOR = 0xFFFFFFFA

FORMS: dict[str, frozenset[str]] = {
    "doc": frozenset({"worddocument"}),
    "xls": frozenset({"workbook", "book"}),
    "ppt": frozenset({"powerpoint document"}),
}
"""The stream that makes a compound file one of its kind."""

_RUNS = frozenset({"macros", "vba", "_vba_project", "_vba_project_cur"})
_LOCKED = frozenset({"encryptedpackage", "encryptioninfo"})


def form_of(file: IO[bytes]) -> str:
    """Which of FORMS the file is; "ole" when it is none of them.

    Raises Unfit: damaged, locked by a password, or with macros.
    """
    names = names_in(file)
    if names & _LOCKED:
        raise locked()
    form = next((form for form, streams in FORMS.items() if names & streams), "ole")
    if form != "ole" and names & _RUNS:
        raise with_macros()
    return form


def names_in(file: IO[bytes]) -> set[str]:
    """The names of all storages and streams, in lower case. Raises Unfit when the file is damaged."""
    try:
        return set(_names(file))
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise damaged() from error


def _names(file: IO[bytes]) -> Iterator[str]:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    header = file.read(_HEADER)
    (shift,) = struct.unpack_from("<H", header, 30)
    if not header.startswith(SIGNATURE) or shift not in (9, 12):
        raise damaged()
    sector = 1 << shift

    def read(number: int) -> bytes:
        start = (number + 1) * sector
        if number > _LAST_SECTOR or start >= size:
            raise damaged()
        file.seek(start)
        return file.read(sector)

    table = list(struct.unpack_from(f"<{_IN_HEADER}L", header, 76))
    further, further_count = struct.unpack_from("<2L", header, 68)
    for _ in range(min(further_count, size // sector)):
        *entries, further = struct.unpack(f"<{sector // 4}L", read(further))
        table += entries
    (here,) = struct.unpack_from("<L", header, 48)
    for _ in range(MOST_DIRECTORY_SECTORS):
        content = read(here)
        for start in range(0, sector, _ENTRY):
            length, kind = struct.unpack_from("<HB", content, start + 64)
            if kind and 2 <= length <= 64:
                yield content[start : start + length - 2].decode("utf-16-le").lower()
        (here,) = struct.unpack_from("<L", read(table[here // (sector // 4)]), here % (sector // 4) * 4)
        if here > _LAST_SECTOR:
            return
    raise damaged()
