"""The kinds of matters: what each is called, who answers for it, and the query that finds it in the facts.

Packages add their own in `AppConfig.ready()`; planning runs them all in one statement, knowing none of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

BEFORE = (-60, -30, -15, -7, -3, -1, 0)
"""Steps up to the due day, told to whoever is responsible."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of matter.

    query: SQL that gives what is due, whatever the day it is due on, of the projects in `chosen (project_id)`,
    with named parameters %(on)s (the day it is planned for) and %(until)s (the last due day wanted), and columns
        project_id bigint, subject bigint, due_on date, responsible_id bigint,
        waits_for_id bigint (NULL: nobody has to reply), label text, figures jsonb
    one row a matter; (project_id, subject) is unique within the kind. Cost: rows of the chosen projects, by index.
    title: a noun phrase for lists. sentence: Chinese msgid for messages, placeholders %(label)s and the figures.
    label: msgid of what one is called, where that is made of its figures; else the query's own. before: the steps up to
    the due day. is_urgent, is_binding: unless the province says otherwise.
    """

    code: str
    title: str | Promise
    sentence: str
    query: str
    label: str = ""
    before: tuple[int, ...] = BEFORE
    is_urgent: bool = False
    is_binding: bool = False


_kinds: dict[str, Kind] = {}


def register(kinds: Iterable[Kind]) -> None:
    """Let these be planned from now on.

    Raises ValueError when there is a kind of that code.
    """
    for kind in kinds:
        if kind.code in _kinds:
            raise ValueError(f"there is a kind {kind.code} already")
        _kinds[kind.code] = kind


def kinds() -> dict[str, Kind]:
    """Every kind by its code, in order of registration."""
    return dict(_kinds)
