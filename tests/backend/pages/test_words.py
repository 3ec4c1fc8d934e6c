"""Words of the field that templates translate are all known to translators."""

from __future__ import annotations

from backend.pages.words import WORDS
from finance.kinds import KINDS
from finance.terms import CATEGORIES, SOURCES


def test_every_word_that_is_kept_in_chinese_can_be_translated():
    kept = {*SOURCES, *KINDS, *(category for scheme in CATEGORIES.values() for category in scheme)}

    assert kept <= set(WORDS)
    assert len(WORDS) == len(set(WORDS))
