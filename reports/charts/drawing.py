"""How a chart becomes SVG: measured and drawn by one renderer, so that no text is measured twice.

Imports matplotlib, which takes more than a second; `canvas` imports this once the first chart is drawn.
"""

from __future__ import annotations

import io

from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

POINTS = 72
"""To an inch: lengths in the SVG are points."""


class Canvas(FigureCanvasSVG):
    """A canvas that layouts ask for the renderer by which it will be drawn."""

    def __init__(self, figure: Figure) -> None:
        super().__init__(figure)
        width, height = figure.get_size_inches()
        self._out = io.StringIO()
        self._renderer = MixedModeRenderer(
            figure,
            width,
            height,
            POINTS,
            RendererSVG(
                width * POINTS,
                height * POINTS,
                self._out,
                image_dpi=POINTS,
                metadata={"Date": None, "Creator": None},
            ),
        )

    def get_renderer(self) -> MixedModeRenderer:
        return self._renderer

    def svg(self) -> str:
        """The chart, laid out and drawn; once for each canvas."""
        engine = self.figure.get_layout_engine()
        assert engine
        engine.execute(self.figure)
        # Left to `draw`, it would be laid out again.
        self.figure.set_layout_engine(None)
        self.figure.draw(self._renderer)  # type: ignore[arg-type]
        self._renderer.finalize()
        return self._out.getvalue()


def sheet(width: float, height: float) -> Figure:
    """An empty figure of so many inches."""
    figure = Figure(
        figsize=(width, height), dpi=POINTS, layout=ConstrainedLayoutEngine(w_pad=0.04, h_pad=0.04)
    )
    Canvas(figure)
    return figure
