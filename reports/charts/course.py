"""How provincial and park money came in over time, against the ratio that the park has to keep."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from reports.charts.canvas import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    RED,
    SMALL,
    apart,
    chart,
    grid_lines,
    in_wan,
    nothing,
    thousands,
    wan,
)
from reports.document import Day, Figure
from reports.shown import shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARKED = 40
"""Of so many days each that brought money bears a mark; of more, marks would hide the lines."""

Course = Sequence[tuple[date, Decimal]]
"""What had been received by the end of a day, in yuan; a point for each day on which it changed, ascending."""


def course(province: Course, park: Course, *, ratio: Decimal | None, on: date) -> Figure:
    """Steps of both moneys up to `on`, and what the park owes at 1:ratio; None where it owes nothing (本高新区外).

    Where the park lies below what it owes, the gap is hatched.
    """
    caption = _("省拨款与园区配套到位进程")
    if not province and not park:
        return nothing(_("截至%(on)s，省拨款和园区配套均未到位。") % {"on": shown(Day(on))}, caption=caption)

    def draw(axes: Axes) -> None:
        days = sorted({day for day, _amount in (*province, *park)} | {on})
        first = days[0]
        lines = [
            (_("省拨款"), _filled(province, days), BLUE, "-", "o"),
            (_("园区配套"), _filled(park, days), ORANGE, (0, (5, 1.5)), "s"),
        ]
        owed = [each * ratio for each in lines[0][1]] if ratio is not None else None
        if ratio is not None and owed is not None and ratio != 1:
            lines.append((_("应配套（%(ratio)s）") % {"ratio": _said(ratio)}, owed, INK, ":", ""))
        for name, amounts, colour, dash, mark in lines:
            heights = [in_wan(amount) for amount in amounts]
            axes.step(
                _numbers(days),
                heights,
                where="post",
                color=colour,
                linestyle=dash,
                linewidth=1.8 if mark else 1.3,
                marker=mark,
                markevery=_changes(amounts),
                markersize=4.5 if len(days) <= _MARKED else 0,
                markerfacecolor="white",
                label=name,
            )
        if owed is not None:
            _hatch_gap(axes, days, owed, lines[1][1])
        _label_ends(axes, [(name, amounts[-1], colour) for name, amounts, colour, *_rest in lines], ratio)
        _dress(axes, first, on)

    return chart(74, draw, caption=caption, alt=_alt(province, park, ratio, on))


def _filled(points: Course, days: Sequence[date]) -> list[Decimal]:
    """What had been received by each of the days."""
    known = dict(points)
    amounts, amount = [], Decimal(0)
    for day in days:
        amount = known.get(day, amount)
        amounts.append(amount)
    return amounts


def _changes(amounts: Sequence[Decimal]) -> list[int]:
    """Where the amount is another than before."""
    return [place for place, amount in enumerate(amounts) if amount != (amounts[place - 1] if place else 0)]


def _numbers(days: Sequence[date]) -> list[float]:
    from matplotlib.dates import date2num

    return [float(date2num(day)) for day in days]


def _hatch_gap(axes: Axes, days: Sequence[date], owed: Sequence[Decimal], paid: Sequence[Decimal]) -> None:
    if not any(due > got for due, got in zip(owed, paid, strict=True)):
        return
    axes.fill_between(
        _numbers(days),
        [in_wan(got) for got in paid],
        [in_wan(max(due, got)) for due, got in zip(owed, paid, strict=True)],
        step="post",
        facecolor="#f6d5c5",
        edgecolor=RED,
        hatch="////",
        linewidth=0,
        label=_("配套未跟上"),
    )


def _label_ends(axes: Axes, ends: Sequence[tuple[str, Decimal, str]], ratio: Decimal | None) -> None:
    low, high = axes.get_ylim()
    low = min(low, 0.0)
    axes.set_ylim(low, high + (high - low) * 0.06)
    low, high = axes.get_ylim()
    places = apart([(in_wan(amount) - low) / (high - low) for _name, amount, _colour in ends], 0.15)
    for (name, amount, _colour), place in zip(ends, places, strict=True):
        axes.annotate(
            f"{name}\n{wan(amount)}",
            (1.0, place),
            (8, 0),
            xycoords="axes fraction",
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=INK,
            linespacing=1.3,
        )
    if ratio == 1:
        axes.annotate(
            _("省拨款线亦为 1:1 应配套线"),
            (0.0, 1.0),
            (0, 4),
            xycoords="axes fraction",
            textcoords="offset points",
            fontsize=SMALL,
            color=GREY,
        )


def _dress(axes: Axes, first: date, on: date) -> None:
    from matplotlib.dates import AutoDateLocator, DateFormatter

    axes.set_ylabel(_("累计到位（万元）"))
    thousands(axes.yaxis)
    grid_lines(axes, "y")
    begin, end = _numbers([first, on])
    room = max((end - begin) * 0.03, 5.0)
    axes.set_xlim(begin - room, end + room)
    axes.xaxis.set_major_locator(AutoDateLocator(minticks=3, maxticks=8))
    axes.xaxis.set_major_formatter(DateFormatter("%Y-%m" if (on - first).days > 120 else "%Y-%m-%d"))
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 0.0), borderaxespad=2.8, ncols=4)


def _said(ratio: Decimal) -> str:
    return f"1:{ratio.normalize():f}"


def _alt(province: Course, park: Course, ratio: Decimal | None, on: date) -> str:
    parts = [_sentence(name, points) for name, points in ((_("省拨款"), province), (_("园区配套"), park))]
    if ratio is not None:
        parts.append(_("应配套比例为 %(ratio)s。") % {"ratio": _said(ratio)})
    return _("截至%(on)s的累计到位进程。") % {"on": shown(Day(on))} + "".join(parts)


def _sentence(name: str, points: Course) -> str:
    if not points:
        return _("%(name)s未到位。") % {"name": name}
    return _("%(name)s自%(first)s起到位 %(times)d 次，累计 %(amount)s 万元，最近一次为%(last)s。") % {
        "name": name,
        "first": shown(Day(points[0][0])),
        "times": len(points),
        "amount": wan(points[-1][1]),
        "last": shown(Day(points[-1][0])),
    }
