"""Judges many projects by every rule, chunk by chunk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

import finance.rules
import lifecycle.rules
from finance.facts import funding_facts, repeated_invoices
from finance.rules.facts import RepeatedInvoice
from lifecycle.facts import life_facts
from lifecycle.reading import Projects, ids_of, in_chunks
from lifecycle.rules.answers import Answer

CHUNK = 500
"""How many projects are judged at a time: memory is that of their movements, about 65 000 of them."""


def answers_of(
    projects: Projects, *, on: date, known_at: datetime | None = None
) -> dict[int, tuple[Answer, ...]]:
    """The answers to all RULES, in their order, by project id; judged anew.

    on: the business day judged, as known now, or with known_at as recorded by that instant. A project
    recorded after known_at is left out. The same number of queries for any number of projects up to
    CHUNK; for very many use `judged`, which holds one chunk at a time.
    """
    return dict(judged(ids_of(projects), on=on, known_at=known_at))


def judged(
    ids: Sequence[int],
    *,
    on: date,
    known_at: datetime | None = None,
    repeated: Mapping[int, Sequence[RepeatedInvoice]] | None = None,
) -> Iterator[tuple[int, tuple[Answer, ...]]]:
    """(project id, answers) in the order of `ids`; see answers_of. Memory stays that of one chunk.

    repeated: the repeated invoices of `ids`, by whoever asks for them in parts; else they are looked up.
    """
    if repeated is None:
        repeated = repeated_invoices(ids, on=on, known_at=known_at)
    for chunk in in_chunks(ids, CHUNK):
        life = life_facts(chunk, on=on, known_at=known_at)
        funding = funding_facts(life, on=on, known_at=known_at, repeated=repeated)
        for pk in chunk:
            facts = funding.get(pk)
            if facts is not None:
                yield pk, (*finance.rules.judge_all(facts), *lifecycle.rules.judge_all(facts.project))
