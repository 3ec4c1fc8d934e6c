"""From what was committed to what is left, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _

from reports.charts.canvas import (
    INK,
    SMALL,
    Fill,
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

_LEVEL, _UP, _DOWN, _BELOW = (
    Fill("#0b4f86", ""),
    Fill("#9ecae9", "---"),
    Fill("#f2b134", "////"),
    Fill("#c1440e", "xxxx"),
)


ZERO = Decimal(0)


class Fall(NamedTuple):
    """A column, in yuan. is_level: it stands on zero and says what there is; otherwise it goes up or down from the last."""

    label: str
    amount: Decimal
    is_level: bool = False


class DoesNotAddUp(ValueError):
    """The steps before a level do not lead to it; a chart of such figures would lie."""


def waterfall(falls: Sequence[Fall]) -> Figure:
    """Levels and the steps between them, the first a level.

    Raises:
        DoesNotAddUp: the steps do not lead to a level.
    """
    caption = _("合同资金到结余的变化")
    if not falls:
        return nothing(_("尚无资金。"), caption=caption)
    reached = _reached(falls)

    def draw(axes: Axes) -> None:
        for place, (fall, stands) in enumerate(zip(falls, reached, strict=True)):
            _column(axes, place, fall, stands)
        ends = [place + 0.29 for place in range(len(falls) - 1)]
        axes.hlines(
            [in_wan(stands) for stands in reached[:-1]],
            ends,
            [end + 0.42 for end in ends],
            color=INK,
            linewidth=0.7,
            linestyle=":",
        )
        axes.axhline(0, color=INK, linewidth=0.8)
        named_columns(axes, [wrapped(fall.label, max(3.2, 40 / len(falls)), 3) for fall in falls])
        axes.set_xlim(-0.6, max(len(falls), 3) - 0.4)
        least, most = in_wan(min(ZERO, *reached)), in_wan(max(ZERO, *reached))
        room = (most - least) * 0.1 or 1.0
        axes.set_ylim(least - room if least < 0 else 0, most + room)
        axes.set_ylabel(_("万元"))
        thousands(axes.yaxis)
        grid_lines(axes, "y")

    return chart(82, draw, caption=caption, alt=_alt(falls))


def _reached(falls: Sequence[Fall]) -> list[Decimal]:
    """Where it stands after each."""
    reached: list[Decimal] = []
    stands = ZERO
    for fall in falls:
        if fall.is_level and reached and stands != fall.amount:
            raise DoesNotAddUp(f"{fall.label}: {stands} != {fall.amount}")
        stands = fall.amount if fall.is_level else stands + fall.amount
        reached.append(stands)
    return reached


def _column(axes: Axes, place: int, fall: Fall, stands: Decimal) -> None:
    before = stands - fall.amount
    low = fall.is_level and fall.amount < 0
    fill = (_BELOW if low else _LEVEL) if fall.is_level else _UP if fall.amount >= 0 else _DOWN
    axes.bar(
        place,
        in_wan(fall.amount),
        bottom=in_wan(before),
        width=0.58,
        facecolor=fill.colour,
        hatch=fill.hatch,
        edgecolor=INK,
        linewidth=0.6,
    )
    axes.annotate(
        ("+" if fall.amount > 0 and not fall.is_level else "") + wan(fall.amount),
        (place, in_wan(stands if low else max(before, stands))),
        (0, -4 if low else 3),
        textcoords="offset points",
        ha="center",
        va="top" if low else "bottom",
        fontsize=SMALL,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5, "alpha": 0.85},
    )


def _alt(falls: Sequence[Fall]) -> str:
    parts = []
    for fall in falls:
        said = {"label": fall.label, "amount": wan(fall.amount if fall.is_level else abs(fall.amount))}
        if fall.is_level:
            parts.append(_("%(label)s为 %(amount)s 万元") % said)
        elif fall.amount < 0:
            parts.append(_("减：%(label)s %(amount)s 万元") % said)
        else:
            parts.append(_("加：%(label)s %(amount)s 万元") % said)
    return "，".join(parts) + "。"
