"""A table for the terminal, its columns aligned although Chinese characters are two columns wide."""

from collections.abc import Sequence
from unicodedata import east_asian_width


def text_table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The heading and the rows as lines, columns two spaces apart, none ending in spaces."""
    lines = [heading, *rows]
    widths = [max(_width(line[index]) for line in lines) for index in range(len(heading))]
    return "\n".join(
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(_single(line), widths, strict=True)
        ).rstrip()
        for line in lines
    )


def _single(line: Sequence[str]) -> list[str]:
    return [" ".join(cell.split()) for cell in line]


def _width(text: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in " ".join(text.split()))
