"""Files that are zips by content (docx, xlsx, pptx, ofd): told by the names inside, unpacked once within limits.

The sizes a zip declares are not believed: each part is unpacked to the end and thrown away, which also
finds a file that was cut off. How many parts there are is read before Python's reader makes objects of them.
"""

from __future__ import annotations

import io
import os
import re
import struct
import zipfile
import zlib
from typing import IO

from django.utils.translation import gettext as _

from lifecycle.files.unfit import Unfit, damaged, locked, with_macros

LARGEST_UNPACKED = 320 * 1024 * 1024
LARGEST_RATIO = 250
RATIO_COUNTS_FROM = 16 * 1024 * 1024
MOST_PARTS = 5_000
LARGEST_DIRECTORY = 2 * 1024 * 1024
LARGEST_LIST_OF_TYPES = 1024 * 1024
CHUNK = 1024 * 1024

_END = struct.Struct("<4s4H2LH")
_END_SIGN, _WIDE_SIGN = b"PK\x05\x06", b"PK\x06\x07"
_LONGEST_COMMENT = 0xFFFF
_WIDE_LOCATOR = 20

FORMS: dict[str, re.Pattern[str]] = {
    "docx": re.compile(r"word/document\d*\.xml"),
    "xlsx": re.compile(r"xl/workbook\d*\.xml"),
    "pptx": re.compile(r"ppt/presentation\d*\.xml"),
    "ofd": re.compile(r"ofd\.xml"),
}
"""The part that makes a zip a file of its kind."""

_RUNS = re.compile(r"(^|/)(vbaproject\.bin|vbadata\.xml|macrosheets/|activex/)")
_TYPES = "[content_types].xml"
_RUNNING_TYPES = re.compile(rb"macroEnabled|vbaProject|macrosheet", re.IGNORECASE)
_CLIMBS = re.compile(r"(^|/)\.\.(/|$)|^/|^[a-z]:")


def form_of(file: IO[bytes]) -> str:
    """Which of FORMS the zip is; "zip" when it is none of them.

    Raises Unfit: damaged, locked by a password, with macros, or larger inside than any real file.
    """
    size = _check_directory(file)
    try:
        with zipfile.ZipFile(file) as archive:
            infos = archive.infolist()
            names = [info.filename.replace("\\", "/").lower() for info in infos]
            _check_parts(infos, names, size)
            form = next((form for form, part in FORMS.items() if any(map(part.fullmatch, names))), "zip")
            if form == "zip":
                return form
            types = b""
            for info, name in zip(infos, names, strict=True):
                start = _unpacked(archive, info, keep=LARGEST_LIST_OF_TYPES if name == _TYPES else 0)
                types = start or types
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        ValueError,
        OverflowError,
        struct.error,
        EOFError,
        RuntimeError,
    ) as error:
        raise damaged() from error
    if any(map(_RUNS.search, names)) or _RUNNING_TYPES.search(types):
        raise with_macros()
    return form


def _check_directory(file: IO[bytes]) -> int:
    """The size of the file, once its directory has proved to be of a size that can be read."""
    size = file.seek(0, os.SEEK_END)
    reach = min(size, _LONGEST_COMMENT + _END.size + _WIDE_LOCATOR)
    file.seek(size - reach)
    tail = file.read(reach)
    at = tail.rfind(_END_SIGN)
    if at < 0 or at + _END.size > len(tail):
        raise damaged()
    _sign, _disk, _first, here, parts, directory, _offset, comment = _END.unpack_from(tail, at)
    if at + _END.size + comment != len(tail) or here != parts:
        raise damaged()
    # A second, wider directory would overrule what was just read; no file of 50 MB needs one.
    if tail[max(0, at - _WIDE_LOCATOR) : at].startswith(_WIDE_SIGN):
        raise damaged()
    if parts > MOST_PARTS or directory > LARGEST_DIRECTORY:
        raise Unfit(_("文件内部的部件过多，已拒绝。"))
    file.seek(0)
    return size


def _check_parts(infos: list[zipfile.ZipInfo], names: list[str], size: int) -> None:
    if len(infos) > MOST_PARTS:
        raise Unfit(_("文件内部的部件过多，已拒绝。"))
    if any(info.flag_bits & 0x1 for info in infos):
        raise locked()
    if any(info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for info in infos):
        raise damaged()
    if len(set(names)) != len(names) or any(map(_CLIMBS.search, names)):
        raise damaged()
    unpacked = sum(info.file_size for info in infos)
    if unpacked > LARGEST_UNPACKED or (unpacked > RATIO_COUNTS_FROM and unpacked > LARGEST_RATIO * size):
        raise Unfit(_("文件解压后过大，疑为压缩炸弹，已拒绝。"))


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, *, keep: int) -> bytes:
    """Unpacks a part to its end, which proves its size and checksum; gives the first `keep` bytes."""
    kept = io.BytesIO()
    with archive.open(info) as part:
        while chunk := part.read(CHUNK):
            kept.write(chunk[: max(0, keep - kept.tell())])
    return kept.getvalue()
