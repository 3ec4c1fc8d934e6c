"""The words of a chart taken out of its drawing, for typst, which sets them seven times faster than it reads them in an SVG."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import NamedTuple

_NUMBER = r"(-?[\d.]+)"
_TEXT = re.compile(
    rf'<text style="font-size: {_NUMBER}px; font-family: [^;"]+'
    r'(?:; text-anchor: (start|middle|end))?(?:; fill: (#[0-9a-f]{6}))?"'
    rf'(?: x="{_NUMBER}" y="{_NUMBER}" transform="rotate\({_NUMBER} [^)]+\)"'
    rf'| transform="translate\({_NUMBER} {_NUMBER}\)(?: rotate\({_NUMBER}\))?")'
    r">([^<]+)</text>"
)
"""As matplotlib writes them, by their anchor or by their beginning."""


class Words(NamedTuple):
    """x, y: where the foot of the line begins, has its middle or ends, in points from the upper left. angle: clockwise."""

    text: str
    size: float
    stands: str
    colour: str
    x: float
    y: float
    angle: float


def parted(svg: str, legible: Callable[[str], str]) -> tuple[str, list[Words]]:
    """The drawing without its words, and the words. What is not written as matplotlib writes it stays in the drawing.

    legible: makes words fit for paper.
    """
    found: list[Words] = []

    def kept(match: re.Match[str]) -> str:
        size, stands, colour, *place, text = match.groups()
        x, y, angle = place[:3] if place[0] else place[3:]
        found.append(
            Words(
                legible(html.unescape(text)),
                float(size),
                stands or "start",
                colour or "#000000",
                float(x),
                float(y),
                float(angle or 0),
            )
        )
        return ""

    drawing = _TEXT.sub(kept, svg)
    return drawing if drawing.isascii() else legible(drawing), found
