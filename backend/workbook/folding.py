"""Text as people type it: trimmed to be kept, folded to be compared.

Only edges are trimmed from what is kept. Width, brackets and inner spaces are folded for matching alone,
so that 示例（集团）公司 and 示例(集团)公司 are one unit and both stay as their authors wrote them.
Source: WORKBOOK, "Cells as people type them".
"""

import re

_SPACES = (
    " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\u00a0\u1680"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"

EDGES = _SPACES + _INVISIBLE

_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_WIDTH |= {ord("￥"): ord("¥"), ord("。"): ord("."), ord("｡"): ord(".")}
_BRACKETS = str.maketrans("〔〕【】〖〗", "[][][]")
_TO_SPACE = dict.fromkeys(map(ord, _SPACES), " ")
_GONE = dict.fromkeys(map(ord, _INVISIBLE))
_FOLDED = _WIDTH | _BRACKETS | _TO_SPACE | _GONE
_TIGHT = _WIDTH | _BRACKETS | dict.fromkeys(map(ord, _SPACES + _INVISIBLE))
_RUNS = re.compile(" {2,}")

_WOULD_RUN = re.compile(r"'*[=+\-@\t\r]")
_WAS_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def trimmed(text: str) -> str:
    """The text without the spaces around it: full-width, non-breaking and zero-width ones included."""
    return text.strip(EDGES)


def folded(text: str) -> str:
    """The text in one width, with one kind of bracket, runs of spaces made one: for matching names."""
    result = _RUNS.sub(" ", text.translate(_FOLDED).strip(" "))
    return text if result == text else result


def tight(text: str) -> str:
    """As `folded`, with no space left at all: for headers, sheet names, choices and numbers."""
    return text.translate(_TIGHT)


def guarded(text: str) -> str:
    """What a cell shows for `text`: one apostrophe before what Excel would run as a formula.

    A text that already begins with apostrophes before such a sign gets one more, so that `unguarded` gives
    back exactly what went out.
    """
    return f"'{text}" if _WOULD_RUN.match(text) else text


def unguarded(text: str) -> str:
    """The text of a cell without the one apostrophe that `guarded` put before it."""
    return text[1:] if _WAS_GUARDED.match(text) else text
