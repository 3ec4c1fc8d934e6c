"""Small pieces of sentences that each language joins in its own way. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _


def listed(items: Iterable[str]) -> str:
    """Items one after the other in the active language: 甲、乙 or A, B."""
    return _("、").join(items)


def about(name: object, text: object) -> str:
    """What is said of something, after its name, in the active language: 甲：乙 or A: B."""
    return _("%(name)s：%(text)s") % {"name": name, "text": text}
