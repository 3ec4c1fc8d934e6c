"""Small pieces of sentences that each language joins in its own way, and what no text may hold. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Signs that no text has, whatever way it comes in; some no file could carry out again. Tabs and ends of line may be."""


def shortened(text: str, longest: int = 60) -> str:
    """The text on one line, cut with … where it is longer than `longest` signs."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def listed(items: Iterable[str]) -> str:
    """Items one after the other in the active language: 甲、乙 or A, B."""
    return _("、").join(items)


def about(name: object, text: object) -> str:
    """What is said of something, after its name, in the active language: 甲：乙 or A: B."""
    return _("%(name)s：%(text)s") % {"name": name, "text": text}
