"""A table of dated events, where they are all that is known of something. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from reports.document import Column, Table, Text
from reports.facts import EventFacts
from reports.sections.cells import dated, words


def events_table(caption: str, events: Iterable[EventFacts], *, note: str) -> Table:
    """note: what the words are that stand last, such as 理由."""
    return Table(
        caption,
        [
            Column(_("事项"), 1.2),
            Column(_("日期"), 1.4),
            Column(_("结果")),
            Column(_("文号"), 1.8),
            Column(note, 2.6),
        ],
        [
            [
                Text(_(each.kind)),
                dated(each.on),
                words(_(each.result) if each.result else ""),
                words(each.document_no),
                words(each.note),
            ]
            for each in events
        ],
    )
