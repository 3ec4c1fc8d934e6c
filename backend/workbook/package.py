"""The zip around a workbook, looked at before any Excel reader touches it.

The Excel reader trusts what it is given, so sizes are counted here by unpacking, not read from the directory:
an entry that holds more than it declares, a ratio no real workbook has, overlapping entries and anything that
runs or reaches outside (macros, links to other files, data connections) end here.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

LARGEST_FILE = 64 * 1024 * 1024
LARGEST_UNPACKED = 320 * 1024 * 1024
LARGEST_RATIO = 250
RATIO_COUNTS_FROM = 32 * 1024 * 1024
MOST_PARTS = 2_000
CHUNK = 1024 * 1024

_LOCAL_HEADER = struct.Struct("<4s22xHH")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class WorkbookRefused(Exception):
    """The file as a whole cannot be taken; the message says why and what to do, in the reader's language."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Package:
    """The parts of a workbook file, each safe to unpack as a stream."""

    content: bytes
    parts: dict[str, zipfile.ZipInfo]

    def stream(self, name: str) -> Iterator[bytes]:
        """The unpacked bytes of a part, in chunks of about a megabyte.

        Raises:
            WorkbookRefused: the part is damaged, or holds more than the directory says.
        """
        info = self.parts[name]
        start = self._data_start(info)
        packed = memoryview(self.content)[start : start + info.compress_size]
        left = info.file_size
        if info.compress_type == zipfile.ZIP_STORED:
            if len(packed) != left:
                raise _damaged()
            for offset in range(0, left, CHUNK):
                yield bytes(packed[offset : offset + CHUNK])
            return
        inflate = zlib.decompressobj(-15)
        pending: bytes | memoryview = packed
        while not inflate.eof:
            try:
                chunk = inflate.decompress(pending, CHUNK)
            except zlib.error as error:
                raise _damaged() from error
            pending = inflate.unconsumed_tail
            left -= len(chunk)
            if left < 0:
                raise WorkbookRefused(_("文件实际内容超过其声明的大小，疑为压缩炸弹，已拒绝"))
            if not chunk and not pending and not inflate.eof:
                raise _damaged()
            if chunk:
                yield chunk
        if left:
            raise _damaged()

    def read(self, name: str, largest: int) -> bytes:
        """A whole small part; raises `WorkbookRefused` when it is larger than `largest` bytes."""
        if self.parts[name].file_size > largest:
            raise WorkbookRefused(_("文件内部结构异常：%(part)s 过大") % {"part": name[:80]})
        return b"".join(self.stream(name))

    def _data_start(self, info: zipfile.ZipInfo) -> int:
        header = self.content[info.header_offset : info.header_offset + _LOCAL_HEADER.size]
        if len(header) < _LOCAL_HEADER.size:
            raise _damaged()
        signature, name_length, extra_length = _LOCAL_HEADER.unpack(header)
        start: int = info.header_offset + _LOCAL_HEADER.size + name_length + extra_length
        if signature != b"PK\x03\x04" or start + info.compress_size > len(self.content):
            raise _damaged()
        return start


def open_package(content: bytes) -> Package:
    """The parts of the .xlsx file in `content`.

    Raises:
        WorkbookRefused: not a workbook of this format, too large, encrypted, a zip bomb, with macros or with
            links to other files.
    """
    if len(content) > LARGEST_FILE:
        raise WorkbookRefused(
            _("文件过大：最大 %(limit)s MB，实有 %(size)s MB")
            % {"limit": LARGEST_FILE // 1024**2, "size": -(-len(content) // 1024**2)}
        )
    if not content:
        raise WorkbookRefused(_("文件是空的"))
    if content.startswith(_OLE):
        if _ENCRYPTED in content:
            raise WorkbookRefused(_("工作簿设有打开密码；请去掉密码，另存为 .xlsx 后再导入"))
        raise WorkbookRefused(_("这是旧版 Excel 文件（.xls）；请在 Excel 中另存为 .xlsx 后再导入"))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        ValueError,
        OverflowError,
        struct.error,
        EOFError,
    ) as error:
        raise WorkbookRefused(_("这不是 Excel 工作簿（.xlsx），或文件已损坏")) from error
    _check_directory(infos, len(content))
    package = Package(content, {info.filename: info for info in infos})
    _check_kind(package)
    return package


def _check_directory(infos: list[zipfile.ZipInfo], size: int) -> None:
    if len(infos) > MOST_PARTS:
        raise WorkbookRefused(_("文件内部的部件过多，已拒绝"))
    if len({info.filename.lower() for info in infos}) != len(infos):
        raise WorkbookRefused(_("文件内部有重名部件，已拒绝"))
    if any(info.flag_bits & 0x1 for info in infos):
        raise WorkbookRefused(_("工作簿设有打开密码；请去掉密码，另存为 .xlsx 后再导入"))
    if any(info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for info in infos):
        raise _damaged()
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise WorkbookRefused(_("文件内部的部件互相重叠，疑为压缩炸弹，已拒绝"))
        end = info.header_offset + info.compress_size
    unpacked = sum(info.file_size for info in infos)
    if unpacked > LARGEST_UNPACKED or (unpacked > RATIO_COUNTS_FROM and unpacked > LARGEST_RATIO * size):
        raise WorkbookRefused(_("文件解压后过大，疑为压缩炸弹，已拒绝"))


def _check_kind(package: Package) -> None:
    names = {name.lower() for name in package.parts}
    if "xl/workbook.xml" not in names:
        if "xl/workbook.bin" in names:
            raise WorkbookRefused(_("这是二进制工作簿（.xlsb）；请在 Excel 中另存为 .xlsx 后再导入"))
        raise WorkbookRefused(_("这不是 Excel 工作簿（.xlsx），或文件已损坏"))
    if any("vbaproject" in name or name.startswith(("xl/macrosheets/", "xl/activex/")) for name in names):
        raise WorkbookRefused(_("工作簿含有宏；请另存为不含宏的 .xlsx 后再导入"))
    if any(name.startswith("xl/externallinks/") for name in names):
        raise WorkbookRefused(_("工作簿链接到其他文件；请在 Excel“数据—编辑链接”中断开链接后再导入"))
    if any(name in ("xl/connections.xml",) or name.startswith("xl/querytables/") for name in names):
        raise WorkbookRefused(_("工作簿连接外部数据源；请删除“数据—查询和连接”中的连接后再导入"))


def _damaged() -> WorkbookRefused:
    return WorkbookRefused(_("文件已损坏，无法读取；请在 Excel 中打开并另存后再导入"))
