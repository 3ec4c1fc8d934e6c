"""What is not met, rule by rule: breaches and warnings side by side, against the month before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _

from reports.charts.canvas import FILLS, INK, RED, SMALL, chart, grid_lines, named_rows, nothing, wrapped
from reports.document import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Bar(NamedTuple):
    """A rule, park or batch: how many breaches and warnings, and how many breaches there were before."""

    name: str
    breached: int
    warned: int
    before: int | None = None


def unmet(bars: Sequence[Bar], *, caption: str) -> Figure:
    """A lying bar for each that has any, in the given order from above; a mark where the breaches stood before."""
    shown = [bar for bar in bars if bar.breached or bar.warned or bar.before]
    if not shown:
        return nothing(_("没有违规和提醒。"), caption=caption)

    def draw(axes: Axes) -> None:
        from matplotlib.ticker import MaxNLocator

        places = list(range(len(shown)))[::-1]
        breached, warned = [bar.breached for bar in shown], [bar.warned for bar in shown]
        axes.barh(places, breached, facecolor=RED, label=_("违规"), height=0.62, edgecolor=INK, linewidth=0.6)
        axes.barh(
            places,
            warned,
            left=breached,
            facecolor=FILLS[2].colour,
            hatch=FILLS[2].hatch,
            label=_("提醒"),
            height=0.62,
            edgecolor=INK,
            linewidth=0.6,
        )
        marked = [
            (bar.before, place) for bar, place in zip(shown, places, strict=True) if bar.before is not None
        ]
        if marked:
            axes.plot(
                [before for before, _place in marked],
                [place for _before, place in marked],
                linestyle="none",
                marker="D",
                markersize=4.5,
                markerfacecolor="white",
                markeredgecolor=INK,
                label=_("上月末违规"),
            )
        for bar, place in zip(shown, places, strict=True):
            axes.annotate(
                f"{bar.breached}＋{bar.warned}",
                (max(bar.breached + bar.warned, bar.before or 0), place),
                (6, 0),
                textcoords="offset points",
                va="center",
                fontsize=SMALL,
            )
        named_rows(axes, [wrapped(bar.name, 14, 1) for bar in reversed(shown)])
        reach = max(max(bar.breached + bar.warned, bar.before or 0) for bar in shown)
        axes.set_xlim(0, reach * 1.12 + 0.5)
        axes.set_xlabel(_("项目数"))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        grid_lines(axes, "x")
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)

    return chart(24 + 6.5 * len(shown), draw, caption=caption, alt=_alt(shown))


def _alt(bars: Sequence[Bar]) -> str:
    return "".join(
        _("%(name)s：违规 %(breached)d，提醒 %(warned)d%(before)s。")
        % {
            "name": bar.name,
            "breached": bar.breached,
            "warned": bar.warned,
            "before": "" if bar.before is None else _("，上月末违规 %(count)d") % {"count": bar.before},
        }
        for bar in bars
    )
