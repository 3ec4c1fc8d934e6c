"""Reads sections as people do: every block below a section, and tables as texts."""

from __future__ import annotations

from collections.abc import Iterator

from reports.document import Block, Cell, Money, Pairs, Paragraph, Section, Table
from reports.shown import shown


def blocks_of(section: Section) -> Iterator[Block]:
    yield from section.blocks
    for part in section.sections:
        yield from blocks_of(part)


def table(section: Section, caption: str) -> Table:
    return next(
        block for block in blocks_of(section) if isinstance(block, Table) and block.caption == caption
    )


def texts(found: Table) -> list[list[str]]:
    return [[shown(cell, found.unit) for cell in row] for row in found.rows]


def paragraphs(section: Section) -> str:
    return "\n".join(block.text for block in blocks_of(section) if isinstance(block, Paragraph))


def cells_of(section: Section) -> Iterator[Cell]:
    for block in blocks_of(section):
        if isinstance(block, Table):
            for row in block.rows:
                yield from row
        elif isinstance(block, Pairs):
            yield from (cell for _label, cell in block.pairs)


def amounts_of(section: Section) -> list[Money]:
    return [cell for cell in cells_of(section) if isinstance(cell, Money)]
