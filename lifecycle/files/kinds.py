"""The kinds of file we keep, and the look that tells what a file really is."""

from __future__ import annotations

import codecs
from typing import IO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lifecycle.files import compound, plain, zipped
from lifecycle.files.names import ending_of
from lifecycle.files.unfit import Unfit
from lifecycle.wording import listed

KINDS: dict[str, str] = {
    "pdf": "application/pdf",
    "ofd": "application/ofd",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "txt": "text/plain",
    "csv": "text/csv",
}
"""Media types by ending. Nothing that runs (macros, scripts, HTML, SVG), and no archives."""

INLINE = frozenset({"application/pdf", "image/png", "image/jpeg"})
"""What a browser may show by itself."""

_MACRO_ENDINGS = frozenset({"docm", "dotm", "xlsm", "xltm", "xlsb", "xlam", "pptm", "potm", "ppsm"})

_WORDS = {
    "pdf": "PDF",
    "ofd": "OFD",
    "docx": gettext_noop("Word 文档（.docx）"),
    "xlsx": gettext_noop("Excel 工作簿（.xlsx）"),
    "pptx": gettext_noop("演示文稿（.pptx）"),
    "doc": gettext_noop("旧版 Word 文档（.doc）"),
    "xls": gettext_noop("旧版 Excel 工作簿（.xls）"),
    "ppt": gettext_noop("旧版演示文稿（.ppt）"),
    "ole": gettext_noop("旧版 Office 复合文件"),
    "zip": gettext_noop("压缩包"),
    "png": gettext_noop("PNG 图片"),
    "jpg": gettext_noop("JPEG 图片"),
    "text": gettext_noop("纯文本"),
    "utf-16": gettext_noop("UTF-16 编码的文本（请另存为 UTF-8）"),
    "markup": gettext_noop("网页或矢量图（HTML、SVG、XML）"),
    "": gettext_noop("无法识别的内容"),
}


def kind_of(file: IO[bytes], name: str) -> str:
    """The media type of a file that is what the ending of its `name` says.

    Reads all of it, in pieces; leaves it at its beginning.

    Raises:
        Unfit: an ending that is not kept, or content that is something else, damaged, locked or runs.
    """
    ending = ending_of(name)
    if ending in _MACRO_ENDINGS:
        raise Unfit(_("不接收含宏的文件（.%(ending)s），请另存为不含宏的文件后再上传。") % {"ending": ending})
    if ending not in KINDS:
        raise Unfit(
            _("不接收这种文件（%(found)s）。可以上传：%(wanted)s。")
            % {"found": f".{ending[:20]}" if ending else _("没有扩展名"), "wanted": listed(KINDS)}
        )
    wanted = {"jpeg": "jpg", "txt": "text", "csv": "text"}.get(ending, ending)
    found = _form_of(file, is_text=wanted == "text")
    file.seek(0)
    if found != wanted:
        raise Unfit(
            _("文件扩展名是 .%(ending)s，内容却是：%(found)s；应为：%(wanted)s。请核对文件，不要修改扩展名。")
            % {
                "ending": ending,
                "found": _(_WORDS[found]) if found in _WORDS else f".{found}",
                "wanted": _(_WORDS[wanted]),
            }
        )
    return KINDS[ending]


def _form_of(file: IO[bytes], *, is_text: bool) -> str:
    """What the file is by content: a key of _WORDS, or another ending as `puremagic` calls it.

    A text may begin like anything, so where one is wanted its bytes decide and no signature does.
    """
    if is_text and (form := plain.form_of(file)):
        return form
    file.seek(0)
    endings = _signatures(file)
    file.seek(0)
    if "zip" in endings:
        return zipped.form_of(file)
    if file.read(len(compound.SIGNATURE)) == compound.SIGNATURE:
        return compound.form_of(file)
    for ending in ("pdf", "png", "jpg"):
        if ending in endings:
            return ending
    if form := plain.form_of(file):
        return form
    file.seek(0)
    if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    return next(filter(None, endings), "")


def _signatures(file: IO[bytes]) -> list[str]:
    """The endings whose signature stands at the very beginning, the surest first; none for an empty file.

    A second kind hidden behind the first is not what the name said.
    """
    import puremagic

    try:
        matches = puremagic.magic_stream(file)
    except (puremagic.PureError, ValueError):
        return []
    return [match.extension.lstrip(".") for match in matches if match.byte_match and not match.offset]
