"""What was spent, year by year and by category."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from reports.charts.canvas import (
    FILLS,
    INK,
    SMALL,
    chart,
    grid_lines,
    in_wan,
    named_columns,
    nothing,
    thousands,
    wan,
    wrapped,
)
from reports.document import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INSIDE = 0.07
"""A part so high, against the whole axis, has room for its amount."""


def spending(years: Sequence[int], categories: Sequence[str], amounts: Sequence[Sequence[Decimal]]) -> Figure:
    """A column a year, made of categories. amounts: a row a category, an amount in yuan a year.

    Of more categories than can be told apart, the smallest go together as 其他; the alternative text names all.
    """
    caption = _("分年度、分科目支出")
    if not years or not any(any(row) for row in amounts):
        return nothing(_("尚无支出。"), caption=caption)

    totals = [sum((row[place] for row in amounts), Decimal(0)) for place in range(len(years))]

    def draw(axes: Axes) -> None:
        from matplotlib.collections import PolyCollection

        half = min(0.62, 0.16 * len(years) + 0.1) / 2
        above, below = [0.0] * len(years), [0.0] * len(years)
        reach = max(max(map(in_wan, totals)), 0.01)
        for (name, row), fill in zip(_few(categories, amounts), FILLS, strict=False):
            heights = [in_wan(amount) for amount in row]
            feet = [(above if height >= 0 else below)[place] for place, height in enumerate(heights)]
            parts = PolyCollection(
                [
                    _part(place, foot, height, half)
                    for place, (foot, height) in enumerate(zip(feet, heights, strict=True))
                    if height
                ],
                facecolor=fill.colour,
                hatch=fill.hatch,
                edgecolor=INK,
                linewidth=0.6,
                label=wrapped(name, 9, 2),
            )
            axes.add_collection(parts, autolim=False)
            for place, (height, foot) in enumerate(zip(heights, feet, strict=True)):
                (above if height >= 0 else below)[place] += height
                if height >= reach * _INSIDE:
                    axes.text(
                        place,
                        foot + height / 2,
                        wan(row[place]),
                        ha="center",
                        va="center",
                        fontsize=7,
                        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
                    )
        for place, total in enumerate(totals):
            axes.annotate(
                wan(total),
                (place, above[place]),
                (0, 3),
                textcoords="offset points",
                ha="center",
                fontsize=SMALL,
            )
        axes.axhline(0, color=INK, linewidth=0.6)
        named_columns(axes, [_("%(year)d年") % {"year": year} for year in years])
        axes.set_xlim(-0.6, len(years) - 0.4)
        axes.set_ylim(min(below) * 1.1, max(above) * 1.1)
        axes.set_ylabel(_("支出（万元）"))
        thousands(axes.yaxis)
        grid_lines(axes, "y")
        handles, names = axes.get_legend_handles_labels()
        axes.legend(
            handles[::-1], names[::-1], loc="center left", bbox_to_anchor=(1.0, 0.5), labelspacing=0.8
        )

    return chart(84, draw, caption=caption, alt=_alt(years, categories, amounts, totals))


def _part(place: float, foot: float, height: float, half: float) -> list[tuple[float, float]]:
    """The corners of a part of a column."""
    left, right, top = place - half, place + half, foot + height
    return [(left, foot), (right, foot), (right, top), (left, top)]


def _few(
    categories: Sequence[str], amounts: Sequence[Sequence[Decimal]]
) -> list[tuple[str, Sequence[Decimal]]]:
    """The categories that have any spending, in their order, the smallest together where there are too many."""
    rows = [(name, row) for name, row in zip(categories, amounts, strict=True) if any(row)]
    if len(rows) <= len(FILLS):
        return rows
    by_size = sorted(rows, key=lambda each: sum(each[1], Decimal(0)), reverse=True)
    large = by_size[: len(FILLS) - 1]
    rest = by_size[len(FILLS) - 1 :]
    together = [sum(column, Decimal(0)) for column in zip(*(row for _name, row in rest), strict=True)]
    kept = [each for each in rows if each in large]
    return [*kept, (_("其他（%(count)d 类）") % {"count": len(rest)}, together)]


def _alt(
    years: Sequence[int],
    categories: Sequence[str],
    amounts: Sequence[Sequence[Decimal]],
    totals: Sequence[Decimal],
) -> str:
    return "".join(
        _("%(year)d年支出 %(total)s 万元%(parts)s。")
        % {
            "year": year,
            "total": wan(totals[place]),
            "parts": "".join(
                _("，%(name)s %(amount)s 万元") % {"name": name, "amount": wan(row[place])}
                for name, row in zip(categories, amounts, strict=True)
                if row[place]
            ),
        }
        for place, year in enumerate(years)
    )
