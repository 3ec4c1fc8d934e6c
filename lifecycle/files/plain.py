"""Plain texts (txt, csv): whatever decodes as UTF-8 or GB18030 without control bytes, and is no markup."""

from __future__ import annotations

import codecs
import re
from typing import IO

from lifecycle.wording import CONTROL

ENCODINGS = ("utf-8-sig", "gb18030")
CHUNK = 1024 * 1024

_MARKUP = re.compile(r"\s*<\s*(!doctype|html|head|body|script|svg|\?xml|iframe|!--)", re.IGNORECASE)


def form_of(file: IO[bytes]) -> str:
    """ "text"; "markup" when it begins like a page or a drawing; "" when it is no text."""
    return next((form for encoding in ENCODINGS if (form := _read(file, encoding))), "")


def _read(file: IO[bytes], encoding: str) -> str:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    form = ""
    try:
        while True:
            chunk = file.read(CHUNK)
            text = decoder.decode(chunk, final=not chunk)
            if CONTROL.search(text):
                return ""
            if not form and text:
                form = "markup" if _MARKUP.match(text) else "text"
            if not chunk:
                return form
    except UnicodeDecodeError:
        return ""
