"""Lines of about one length, for titles and heads of tables: no line of one sign, no word torn."""

from __future__ import annotations

import re
from math import ceil

from reports.renderers.grids import ems

_CLOSING = frozenset("，。；：、！？）》」』”’％%,.;:!?)]")
_OPENING = frozenset("（《「『“‘([")

_SEAM = re.compile("(?<=[0-9A-Z]{6}) |　")
"""Between a number and the name of what bears it; between two names."""

_HANZI = re.compile("[一-鿿]+")


def balanced(text: str, width: float) -> str:
    """The text with a line break wherever it has to be parted to fit `width` ems, its lines about as long as each other.

    A number and a name have lines of their own then. What cannot be parted evenly comes as it was, to be parted where it
    has to be.
    """
    if ems(text) <= width or "\n" in text:
        return text
    return "\n".join(_even(part, width) for part in _SEAM.split(text))


def _even(text: str, width: float) -> str:
    """Chinese words are mostly of two signs: of hanzi alone each line has an even number, but for the last (付款 | 凭证号)."""
    whole = ems(text)
    wanted = ceil(whole / width)
    step = 2 if _HANZI.fullmatch(text) else 1
    lines: list[str] = []
    line = ""
    for place, character in enumerate(text):
        line += character
        rest = text[place + 1 :]
        if (
            len(lines) + 1 < wanted
            and len(rest) >= step
            and len(line) % step == 0
            and ems(line) + step / 2 >= whole * (len(lines) + 1) / wanted - sum(map(ems, lines))
            and _may_part(character, rest[0])
        ):
            lines.append(line.strip())
            line = ""
    lines.append(line.strip())
    return "\n".join(lines) if all(ems(each) <= width for each in lines) else text


def _may_part(before: str, after: str) -> bool:
    """Between two signs of which one at least is no letter or figure, and no mark is left alone."""
    if after in _CLOSING or before in _OPENING:
        return False
    return not (before.isascii() and after.isascii() and before.strip() and after.strip())
