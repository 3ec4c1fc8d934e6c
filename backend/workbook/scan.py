"""A look through the XML of a workbook before it is read: how far its sheets reach, and what they hide.

The Excel reader lays a sheet out as one block from its first to its last filled cell, so one stray cell at
the foot of a sheet could ask for gigabytes; and it delivers neither that a cell is a formula nor that it
shows an error. Both are found here in one pass over the unpacked bytes. Patterns over-count rather than
miss: no document type, no other encoding and no cell without its place is let through, so nothing can be
spelled around them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from backend.workbook.package import CHUNK, WorkbookRefused

MOST_ROWS = 200_000
MOST_CELLS = 5_000_000
_LONGEST_ROW = 16 * CHUNK

# A cell that is neither closed at once nor followed by a closing tag: its attributes, and what comes in it.
_FILLED = re.compile(rb"<(?:[\w.\-]+:)?c(?=[\s/>])([^<]*+)(?<!/>)(?=<(?!/)(?:[\w.\-]+:)?(\w*))")
_PLACE = re.compile(rb"""(?:^|\s)r\s*=\s*["']([A-Z]{1,3})([1-9][0-9]{0,6})["']""")
_ERROR = re.compile(rb"""\st\s*=\s*["']e["']""")
_LAST_START = re.compile(rb"<(?:[\w.\-]+:)?(?:c|row)(?=[\s/>])")
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([^"']*)["']""")


@dataclass
class Sheet:
    """What one sheet holds besides values.

    rows, columns: how far it is filled, counted from the first row and the first column.
    formulas, errors: places as (row, column), both from 1, as Excel counts them.
    """

    rows: int = 0
    columns: int = 0
    formulas: set[tuple[int, int]] = field(default_factory=set)
    errors: set[tuple[int, int]] = field(default_factory=set)


def scan_sheet(chunks: Iterable[bytes]) -> Sheet:
    """Look through the XML of one sheet.

    Raises:
        WorkbookRefused: it reaches too far, or is written in a way that no spreadsheet program writes.
    """
    sheet = Sheet()
    columns: dict[bytes, int] = {}
    for text in _at_cell_starts(_plain_xml(chunks)):
        for attributes, inside in _FILLED.findall(text):
            if attributes.rstrip().endswith(b"/>"):
                continue
            places = _PLACE.findall(attributes)
            if len(places) != 1:
                raise WorkbookRefused(_("工作表中有单元格没有坐标；请在 Excel 中打开并另存后再导入"))
            letters, digits = places[0]
            column = columns.get(letters) or columns.setdefault(letters, column_number(letters.decode()))
            row = int(digits)
            sheet.rows = max(sheet.rows, row)
            if inside == b"f":
                sheet.formulas.add((row, column))
            if b'="e"' in attributes or _ERROR.search(attributes):
                sheet.errors.add((row, column))
    sheet.columns = max(columns.values(), default=0)
    if sheet.rows > MOST_ROWS:
        raise WorkbookRefused(
            _("工作表过长：第 %(rows)s 行有内容，最多 %(most)s 行；请删去末尾多余的内容，或分成几个文件")
            % {"rows": sheet.rows, "most": MOST_ROWS}
        )
    if sheet.rows * sheet.columns > MOST_CELLS:
        raise WorkbookRefused(
            _("工作表过大：有内容的范围达 %(rows)s 行 %(columns)s 列；请删去多余的内容")
            % {"rows": sheet.rows, "columns": sheet.columns}
        )
    return sheet


def check_part(chunks: Iterable[bytes]) -> None:
    """Unpack one other part and look for what XML parsers can be abused with; raises `WorkbookRefused`."""
    for _chunk in _plain_xml(chunks):
        pass


def column_number(letters: str) -> int:
    """A is 1, Z 26, AA 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letters(number: int) -> str:
    """1 is A, 26 Z, 27 AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _plain_xml(chunks: Iterable[bytes]) -> Iterable[bytes]:
    """The chunks, after a look for document types and for encodings in which patterns would be blind."""
    tail = b""
    first = True
    for chunk in chunks:
        if first:
            head = chunk.removeprefix(b"\xef\xbb\xbf")
            encoding = _ENCODING.match(head)
            if head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in head[:64]:
                raise _odd()
            if encoding and encoding[1].lower() not in (b"utf-8", b"us-ascii", b"ascii"):
                raise _odd()
            first = False
        seen = tail + chunk
        if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
            raise WorkbookRefused(_("文件内部含有文档类型定义（DTD），已拒绝"))
        tail = chunk[-16:]
        yield chunk


def _at_cell_starts(chunks: Iterable[bytes]) -> Iterable[bytes]:
    """The same bytes, cut only in front of a cell or a row, so that no pattern is cut in two."""
    carry = b""
    for chunk in chunks:
        text = carry + chunk
        cut = 0
        for match in _LAST_START.finditer(text, max(len(carry) - 64, len(text) - 64 * 1024, 0)):
            cut = match.start()
        if not cut:
            for match in _LAST_START.finditer(text):
                cut = match.start()
        carry = text[cut:]
        if len(carry) > _LONGEST_ROW:
            raise _odd()
        if cut:
            yield text[:cut]
    yield carry


def _odd() -> WorkbookRefused:
    return WorkbookRefused(_("文件内部结构异常；请在 Excel 中打开并另存后再导入"))
