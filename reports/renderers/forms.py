"""Forms of labels and values: two pairs a row, a long value on a row of its own."""

from __future__ import annotations

from dataclasses import dataclass

from reports.document import Pairs
from reports.renderers.grids import KEPT_TOGETHER, ems, lines_of
from reports.shown import shown

_HALF = 22
"""Ems of a value that fit beside another pair, in two lines."""

_LINE = 34
"""Ems of a line of a value that has its row alone."""


@dataclass(frozen=True, slots=True)
class Form:
    """rows: of one or two labels with values. breakable: whether it is too long to be kept on one page."""

    rows: list[list[tuple[str, str]]]
    breakable: bool


def form_of(pairs: Pairs) -> Form:
    """The pairs in their order. One left alone before a long one has its row alone too."""
    rows: list[list[tuple[str, str]]] = []
    half: list[tuple[str, str]] = []
    lines = 0
    for label, cell in pairs.pairs:
        pair = (label, shown(cell, pairs.unit))
        if ems(pair[1]) > _HALF or "\n" in pair[1]:
            rows += [half, [pair]] if half else [[pair]]
            half = []
            lines += lines_of(pair[1], _LINE)
        elif half:
            rows.append([*half, pair])
            half = []
        else:
            half = [pair]
    rows += [half] if half else []
    return Form(rows, breakable=lines + 2 * len(rows) > KEPT_TOGETHER)
