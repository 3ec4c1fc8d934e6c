"""How a chart becomes SVG: measured once, laid out, and drawn, all by one renderer, so that no text is measured twice.

Imports matplotlib, which takes more than a second; `canvas` imports this once the first chart is drawn.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager, get_font
from matplotlib.textpath import text_to_path

POINTS = 72
"""To an inch: lengths in the SVG are points."""

PAD = 3.0
"""Points between what is drawn and the edge of the sheet."""

LEAST = 0.2
"""So much of the sheet the axes keep, however long the words beside them are."""

MEASURES = 4096
"""Texts whose measures a process keeps: figures, days and categories come again in every report."""


@lru_cache(MEASURES)
def _measured(text: str, face: FontProperties, is_math: Any) -> tuple[float, float, float]:
    """Width, height and descent in points."""
    return text_to_path.get_text_width_height_descent(text, face, is_math)


@lru_cache(MEASURES)
def _line(face: FontProperties) -> tuple[float, float, float] | tuple[None, None, None]:
    """Ascent, descent and gap of a line in points, out of the face's own tables; None where it has none, and matplotlib
    is left to look for others."""
    font = get_font(fontManager._find_fonts_by_props(face))  # type: ignore[attr-defined]
    head, lines = font.get_sfnt_table("head"), font.get_sfnt_table("OS/2")
    if head is None or lines is None:
        return None, None, None
    of_em = face.get_size_in_points() / head["unitsPerEm"]
    return lines["sTypoAscender"] * of_em, -lines["sTypoDescender"] * of_em, lines["sTypoLineGap"] * of_em


class Renderer(RendererSVG):
    """Knows the measures of texts and lines that it has seen in other charts."""

    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: Any
    ) -> tuple[float, float, float]:
        # A copy, since matplotlib changes properties in place.
        return _measured(s, prop.copy(), ismath)

    def _get_font_height_metrics(
        self, prop: FontProperties
    ) -> tuple[float, float, float] | tuple[None, None, None]:
        # What matplotlib asks a renderer that knows better; it would read the tables for each look at each text.
        return _line(prop.copy())


class Canvas(FigureCanvasSVG):
    """A canvas that is measured by the renderer by which it will be drawn."""

    def __init__(self, figure: Figure) -> None:
        super().__init__(figure)
        self._width, self._height = (inches * POINTS for inches in figure.get_size_inches())
        self._out = io.StringIO()
        self._renderer = Renderer(
            self._width,
            self._height,
            self._out,
            image_dpi=POINTS,
            metadata={"Date": None, "Creator": None},
        )

    def get_renderer(self) -> Renderer:
        return self._renderer

    def svg(self) -> str:
        """The chart, laid out and drawn; once for each canvas."""
        for axes in self.figure.axes:
            self._fit(axes)
        self.figure.draw(self._renderer)
        self._renderer.finalize()
        return self._out.getvalue()

    def _fit(self, axes: Axes) -> None:
        """Let the axes, with all that stands around them, fill the sheet.

        One look is enough: what stands around has its size in points, whatever size the axes have.
        """
        around, inner = axes.get_tightbbox(self._renderer), axes.bbox
        assert around
        left, width = _between(inner.x0 - around.x0, around.x1 - inner.x1, self._width)
        bottom, height = _between(inner.y0 - around.y0, around.y1 - inner.y1, self._height)
        axes.set_position((left, bottom, width, height))


def _between(before: float, after: float, whole: float) -> tuple[float, float]:
    """Where the axes begin, and how long they are, as parts of the whole."""
    rest = max(whole - before - after - 2 * PAD, whole * LEAST)
    return (before + PAD) / whole, rest / whole


def svg(width: float, height: float, draw: Callable[[Axes], None]) -> str:
    """A sheet of so many inches with what `draw` puts on it."""
    figure = Figure(figsize=(width, height), dpi=POINTS)
    canvas = Canvas(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    draw(axes)
    _label_free(axes)
    return canvas.svg()


def _label_free(axes: Axes) -> None:
    """Spare matplotlib looks at all numbers of an axis: for the place of a name that it has not, and for how far its line
    reaches with its ticks, which numbers stand beyond."""
    for spine in axes.spines.values():
        spine.set_in_layout(False)
    for axis in (axes.xaxis, axes.yaxis):
        if not axis.get_label_text():
            axis.set_label_coords(0, 0)
