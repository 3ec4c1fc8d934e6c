"""Lines of about one length, for titles and heads of tables: no line of one sign, no word torn."""

from __future__ import annotations

from math import ceil

from reports.renderers.grids import ems

_CLOSING = frozenset("，。；：、！？）》」』”’％%,.;:!?)]")
_OPENING = frozenset("（《「『“‘([")


def balanced(text: str, width: float) -> str:
    """The text with a line break wherever it has to be parted to fit `width` ems, its lines about as long as each other.

    What cannot be parted evenly comes as it was, to be parted where it has to be.
    """
    whole = ems(text)
    if whole <= width or "\n" in text:
        return text
    wanted = ceil(whole / width)
    lines: list[str] = []
    line = ""
    for place, character in enumerate(text):
        line += character
        rest = text[place + 1 :]
        if (
            rest
            and len(lines) + 1 < wanted
            and ems(line) + 0.5 >= whole * (len(lines) + 1) / wanted - sum(map(ems, lines))
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
