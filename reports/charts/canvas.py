"""What all charts share: the sheet they are drawn on, the looks of lines and fills, and labels that do not overlap.

matplotlib takes more than a second to import, so it is imported when the first chart is drawn.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.translation import get_language, override

from reports.document import Figure, Money
from reports.renderers.fonts import faces
from reports.renderers.grids import ems
from reports.renderers.legible import Legible
from reports.shown import shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 156.0
"""Millimetres: the type area of an upright sheet, so that a chart stands in its true size."""

SIZE, SMALL = 9.0, 8.0
"""Points of type."""

INK, GREY, PALE = "#1a1a1a", "#6b6b6b", "#d0d0d0"
BLUE, ORANGE, GREEN, RED, SKY = "#0072b2", "#e69f00", "#009e73", "#c1440e", "#9ecae9"
"""Told apart by every kind of colour blindness (Okabe and Ito); their greys differ too."""


class Fill(NamedTuple):
    """How an area looks: its colour, and a hatch for where colour is lost."""

    colour: str
    hatch: str


FILLS = (
    Fill("#0b4f86", ""),
    Fill("#9ecae9", "////"),
    Fill("#f2b134", "||||"),
    Fill("#ffffff", "\\\\\\\\"),
    Fill("#5aa469", "xxxx"),
    Fill("#d9d9d9", ""),
    Fill("#f4a582", "---"),
    Fill("#8073ac", "++++"),
)
"""Neighbours differ in colour, in grey and in hatch."""

_lock = threading.Lock()


@cache
def _ready() -> None:
    """Set matplotlib once for the process; nothing is set per chart, so charts may be drawn in several threads."""
    import matplotlib
    from matplotlib.font_manager import fontManager

    chosen = faces()
    for face in (chosen.song, chosen.hei):
        fontManager.addfont(str(face.path))
    matplotlib.rcParams.update(
        {
            "font.family": [chosen.hei.family, chosen.song.family],
            "font.size": SIZE,
            "text.parse_math": False,
            "axes.unicode_minus": False,
            "axes.linewidth": 0.6,
            "axes.edgecolor": INK,
            "axes.labelsize": SIZE,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.axisbelow": True,
            "xtick.labelsize": SMALL,
            "ytick.labelsize": SMALL,
            "xtick.major.width": 0.6,
            "ytick.major.width": 0.6,
            "hatch.linewidth": 0.5,
            "legend.frameon": False,
            "legend.fontsize": SMALL,
            "legend.handlelength": 2.2,
            "svg.fonttype": "none",
            "svg.hashsalt": "report",
        }
    )


def chart(height: float, draw: Callable[[Axes], None], *, caption: str, alt: str) -> Figure:
    """A chart `height` millimetres high, drawn in the language of now when somebody first looks: a format without pictures
    does not wait for it. The same values always give the same text of SVG.
    """
    language = get_language()

    def svg() -> str:
        with _lock:
            _ready()
        from reports.charts import drawing

        with override(language):
            found = drawing.svg(WIDTH / 25.4, height / 25.4, draw)
        return found[found.index("<svg") :]

    return Figure(caption, alt, svg)


def nothing(sentence: str, *, caption: str) -> Figure:
    """What is shown where there is nothing to draw."""

    def draw(axes: Axes) -> None:
        axes.axis("off")
        axes.text(0.5, 0.5, legible(sentence), ha="center", va="center", color=GREY, fontsize=10)

    return chart(30, draw, caption=caption, alt=sentence)


def legible(text: str) -> str:
    """The text as the faces can show it; what is missing is told by the alternative text, which keeps every sign."""
    return Legible(faces().covered)(text)


def wrapped(text: str, width: float, lines: int) -> str:
    """The text in at most so many lines of `width` ems; what does not fit ends in …, the whole is in the alternative text."""
    found, line = [], ""
    for character in legible(" ".join(text.split())):
        if ems(line + character) > width:
            found.append(line)
            line = "" if character == " " else character
        else:
            line += character
    found.append(line)
    if len(found) <= lines:
        return "\n".join(found)
    last = found[lines - 1]
    while ems(f"{last}…") > width:
        last = last[:-1]
    return "\n".join([*found[: lines - 1], f"{last}…"])


def wan(amount: Decimal) -> str:
    """An amount of yuan as charts show it, in 万元."""
    return shown(Money(amount), "万元")


def in_wan(amount: Decimal) -> float:
    """Where an amount of yuan lies on an axis of 万元."""
    return float(amount) / 10_000


def apart(places: Sequence[float], least: float) -> list[float]:
    """The places moved so far that no two are nearer than `least`, in the same order; of two at one place the first
    goes above. For labels at the ends of lines."""
    order = sorted(range(len(places)), key=lambda index: (places[index], -index))
    moved = list(places)
    for _ in range(60):
        for low, high in pairwise(order):
            gap = moved[high] - moved[low]
            if gap < least:
                moved[low] -= (least - gap) / 2
                moved[high] += (least - gap) / 2
    return moved


def thousands(axis: object) -> None:
    """At most seven round numbers with their thousands separated, on an axis of matplotlib."""
    from matplotlib.axis import Axis
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    assert isinstance(axis, Axis)
    axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))


def named_rows(axes: Axes, names: Sequence[str]) -> None:
    """Names beside the rows 0, 1, 2 … A tick would draw two marks and a line with each, and takes matplotlib four times as
    long."""
    axes.set_yticks([])
    _named(axes, [(0.0, float(row)) for row in range(len(names))], names, axes.get_yaxis_text1_transform(3.5))


def named_columns(axes: Axes, names: Sequence[str]) -> None:
    """The same below columns."""
    axes.set_xticks([])
    _named(
        axes,
        [(float(column), 0.0) for column in range(len(names))],
        names,
        axes.get_xaxis_text1_transform(3.5),
    )


def _named(axes: Axes, places: Sequence[tuple[float, float]], names: Sequence[str], beside: Any) -> None:
    transform, vertical, horizontal = beside
    for (x, y), name in zip(places, names, strict=True):
        axes.text(
            x, y, name, transform=transform, va=vertical, ha=horizontal, fontsize=SMALL, linespacing=1.15
        )


def grid_lines(axes: Axes, which: str) -> None:
    axes.grid(axis=which, color=PALE, linewidth=0.5)  # type: ignore[arg-type]
