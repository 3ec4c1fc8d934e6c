"""A document walked in reading order, with the numbers that headings, tables and figures bear in every format.

Headings are counted 一、（一）1.（1） as GB/T 9704 counts them; annexes are 附件1, 附件2, and count anew inside; the first and
each long one begin a page. Tables and
figures with a caption are counted through the whole document; one without a caption has no number either.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from django.utils.translation import gettext as _

from reports.document import Block, Document, Figure, Pairs, Section, Table

LEVELS = 4

LONG_ANNEX = 20
"""Rows of tables beyond which an annex begins a page."""

_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Heading:
    """level: 1–4, depth in the document. rank: which way it is counted, 0 for 附件1, 1 for 一、 to 4 for （1）."""

    level: int
    rank: int
    number: str
    title: str
    new_page: bool = False

    @property
    def text(self) -> str:
        return f"{self.number}{self.title}"


@dataclass(frozen=True, slots=True)
class Piece:
    """A block with its label, 表1 or 图1; empty where it has no caption."""

    block: Block
    label: str = ""


def walk(document: Document) -> Iterator[Heading | Piece]:
    """Headings and blocks in order, annexes last. A section without a title has no heading either.

    Raises:
        ValueError: sections lie deeper than four levels of headings.
    """
    tables, figures = count(1), count(1)

    def of(section: Section, heading: Heading) -> Iterator[Heading | Piece]:
        if heading.title:
            yield heading
        for block in section.blocks:
            yield Piece(block, _label(block, tables, figures))
        for place, part in enumerate(section.sections, 1):
            yield from of(part, _heading(part, heading.level + 1, heading.rank + 1, place))

    for place, section in enumerate(document.sections, 1):
        yield from of(section, _heading(section, 1, 1, place))
    for place, annex in enumerate(document.annexes, 1):
        number = _("附件%(number)d　") % {"number": place}
        new_page = place == 1 or _rows(annex) > LONG_ANNEX
        yield from of(annex, Heading(1, 0, number, annex.title, new_page=new_page))


def headings(document: Document) -> list[Heading]:
    """Only the headings, for lists of contents and of sheets."""
    return [piece for piece in walk(document) if isinstance(piece, Heading)]


def chinese(number: int) -> str:
    """1–99 as headings are counted: 一, 十, 十一, 二十, 二十一."""
    tens, ones = divmod(number, 10)
    if not 0 < number < 100:
        raise ValueError("headings are counted from 1 to 99")
    return (("" if tens == 1 else _DIGITS[tens]) + "十" if tens else "") + (_DIGITS[ones] if ones else "")


def point(number: int) -> str:
    """What a point of a list begins with: ① to ⑳, then (21)."""
    return chr(ord("①") + number - 1) if number <= 20 else f"({number})"


def _heading(section: Section, level: int, rank: int, place: int) -> Heading:
    if level > LEVELS:
        raise ValueError(f"a report has {LEVELS} levels of headings: {section.title}")
    number = [f"{chinese(place)}、", f"（{chinese(place)}）", f"{place}.", f"（{place}）"][rank - 1]
    return Heading(level, rank, number, section.title, new_page=section.new_page)


def _rows(section: Section) -> int:
    own = sum(len(block.rows) for block in section.blocks if isinstance(block, Table))
    return own + sum(map(_rows, section.sections))


def _label(block: Block, tables: Iterator[int], figures: Iterator[int]) -> str:
    match block:
        case Table(caption=caption) | Pairs(caption=caption) if caption:
            return _("表%(number)d") % {"number": next(tables)}
        case Figure(caption=caption) if caption:
            return _("图%(number)d") % {"number": next(figures)}
    return ""
