"""Texts made fit for paper: what cannot be printed is shown as 〓 and remembered, never dropped unseen."""

from __future__ import annotations

import re
import unicodedata

GETA = "〓"
"""What Chinese and Japanese printers put where the type is missing."""

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)
"""Without a look of their own (joiners, marks of direction, selectors of variants). Taken out: a mark of
direction in a name could turn the figures beside it round."""

_BREAK = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_FORBIDDEN = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""Neither XML nor PDF/A can carry these."""


def clean(text: str) -> str:
    """The text with one kind of line break, blanks for tabs, no invisible signs, and 〓 for what no file can carry."""
    if text.isprintable() and not _INVISIBLE.search(text):
        return text
    text = _BREAK.sub("\n", text).replace("\t", " ")
    return _FORBIDDEN.sub(GETA, _INVISIBLE.sub("", text))


class Legible:
    """Gives texts as faces can show them; `missing` grows by each character it had to replace.

    covered: code points that have a glyph.
    """

    def __init__(self, covered: frozenset[int]) -> None:
        self._covered = covered
        self._missing: dict[str, None] = {}

    @property
    def missing(self) -> str:
        """Every replaced character once, in the order of first appearance."""
        return "".join(self._missing)

    def __call__(self, text: str) -> str:
        text = clean(text)
        if text.isascii() or self._covered.issuperset(map(ord, text.replace("\n", ""))):
            return text
        # A letter and its accent may be one glyph together.
        text = unicodedata.normalize("NFC", text)
        return "".join(character if self._has(character) else self._replaced(character) for character in text)

    def _has(self, character: str) -> bool:
        return character == "\n" or ord(character) in self._covered

    def _replaced(self, character: str) -> str:
        self._missing[character] = None
        return GETA
