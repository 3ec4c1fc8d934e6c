"""Cells with their sources, and the few ways in which a sentence names an amount or a day. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from finance.terms import ARRIVAL, FISCAL, PARK_RETURN, PAYMENT, PROVINCIAL, RECEIVED_KINDS, REFUND, SPENDING
from reports.document import (
    Absent,
    Block,
    Cell,
    Day,
    Figure,
    Money,
    Number,
    Paragraph,
    Percent,
    Source,
    Text,
)
from reports.shown import DASH, shown

WAN = "万元"
YUAN = "元"
ZERO = Decimal("0.00")
_BARE = re.compile(r"-?[0-9]{1,13}(\.[0-9]{1,6})?")
_RECEIVED = tuple(sorted(RECEIVED_KINDS))

Figures = Mapping[str, Figure]
"""Charts by their name, drawn from the same facts; a section puts those it knows in their place."""


def entries(
    on: date,
    *,
    kinds: Iterable[str] = (),
    sources: Iterable[str] = (),
    categories: Iterable[str] = (),
    year: int = 0,
) -> Source:
    """The entries of the ledger up to the end of `on` that a figure is the sum of; a name may come several times."""
    what = [("kind", kind) for kind in kinds] + [("source", source) for source in sources]
    what += [("category", category) for category in categories]
    until = on
    if year:
        what.append(("since", date(year, 1, 1).isoformat()))
        until = min(on, date(year, 12, 31))
    return Source("entries", (*what, ("until", until.isoformat())))


def received_by(on: date, *sources: str) -> Source:
    """What the unit received."""
    return entries(on, kinds=_RECEIVED, sources=sources)


def spent_by(on: date, *sources: str, categories: Iterable[str] = (), year: int = 0) -> Source:
    return entries(on, kinds=(SPENDING,), sources=sources, categories=categories, year=year)


def returned_by(on: date, *sources: str) -> Source:
    return entries(on, kinds=(REFUND,), sources=sources)


def left_by(on: date, *sources: str) -> Source:
    """What the unit has left: all that came and went."""
    return entries(on, kinds=(*_RECEIVED, SPENDING, REFUND), sources=sources)


def held_by_park(on: date) -> Source:
    return entries(on, kinds=(ARRIVAL, PAYMENT, PARK_RETURN), sources=(PROVINCIAL,))


def fiscal_left(on: date) -> Source:
    return left_by(on, *FISCAL)


def row(kind: str, pk: int) -> Source | None:
    """One row of a table; None for what is known by its dated event alone."""
    return Source(kind, (("id", str(pk)),)) if pk else None


CONTRACT = Source("contract")


def words(text: str, source: Source | None = None) -> Text:
    """Text, or a dash where there is none."""
    return Text(text or DASH, source)


def place_in(number: int | None, source: Source | None = None) -> Number:
    """A place in a list, a year or a count among words."""
    return Number(number, source=source, form="plain")


def stated(value: str, source: Source | None = None) -> Cell:
    """What a contract or a unit states as a value: a number where it is nothing else, read as it was written."""
    bare = value.replace(",", "")
    if _BARE.fullmatch(bare):
        places = len(bare.partition(".")[2])
        number = Number(Decimal(bare), places, source, form="" if "," in value else "plain")
        if shown(number) == value:
            return number
    return words(value, source)


def wan(amount: Decimal) -> str:
    """An amount in a sentence."""
    return _("%(amount)s 万元") % {"amount": shown(Money(amount), WAN)}


def day(value: date | None) -> str:
    """A day in a sentence."""
    return shown(Day(value))


def dated(value: date | None, source: Source | None = None) -> Day:
    """A day in a column."""
    return Day(value, source, is_short=True)


def share(part: Decimal, whole: Decimal, source: Source | None = None) -> Percent:
    """part ÷ whole as a percentage; a dash where the whole is nothing, or less."""
    return Percent(part * 100 / whole if whole > 0 else None, source=source)


def chart(figures: Figures, *names: str) -> list[Block]:
    """The charts of these names, as far as they were drawn."""
    return [figures[name] for name in names if name in figures]


def told(text: str) -> Sequence[Block]:
    """Running text as its writers divided it."""
    return [Paragraph(line.strip()) for line in text.splitlines() if line.strip()]


def or_absent(blocks: Sequence[Block], why: str) -> Sequence[Block]:
    """The blocks, or why there are none."""
    return blocks or [Absent(why)]
