"""When milestones were planned and when they were done; of very many, how many of each year fared how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports.charts.canvas import (
    BLUE,
    GREY,
    INK,
    PALE,
    RED,
    SMALL,
    Fill,
    chart,
    grid_lines,
    named_rows,
    nothing,
    wrapped,
)
from reports.document import Day, Figure
from reports.shown import shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROWS = 24
"""So many milestones have a line each."""


class Step(NamedTuple):
    """A milestone: done is None while it is not, waived whether it was let off."""

    name: str
    planned: date
    done: date | None = None
    waived: bool = False


_SHORT_SPAN = 120
"""Days; on a shorter axis ticks lie within months."""

IN_TIME, LATE_DONE, LATE, WAIVED, TO_COME = range(5)

_NAMES: dict[int, str | Promise] = {
    IN_TIME: gettext_lazy("按期完成"),
    LATE_DONE: gettext_lazy("逾期完成"),
    LATE: gettext_lazy("逾期未完成"),
    WAIVED: gettext_lazy("免除"),
    TO_COME: gettext_lazy("未到期"),
}
_FILLS = {
    IN_TIME: Fill("#0b4f86", ""),
    LATE_DONE: Fill("#9ecae9", "////"),
    LATE: Fill("#e8a07c", "xxxx"),
    WAIVED: Fill("#d9d9d9", "---"),
    TO_COME: Fill("#ffffff", ""),
}


_PLANNED_MARK: dict[str, object] = {
    "marker": "D",
    "markersize": 7.5,
    "linestyle": "none",
    "markerfacecolor": "white",
    "markeredgecolor": INK,
    "markeredgewidth": 0.9,
}
_DONE_MARK: dict[str, object] = {
    "marker": "o",
    "markersize": 4.8,
    "markeredgecolor": INK,
    "markeredgewidth": 0.5,
}
_DONE_LINES: dict[int, dict[str, object]] = {
    IN_TIME: {"color": BLUE, "linewidth": 1.3},
    LATE_DONE: {"color": RED, "linewidth": 2.8},
}
_LATE_LINE: dict[str, object] = {"color": RED, "linewidth": 2.0, "linestyle": (0, (2, 1.2))}
_WAIVED_MARK: dict[str, object] = {
    "marker": "x",
    "markersize": 6,
    "linestyle": "none",
    "markeredgewidth": 1.4,
}


def timeline(steps: Sequence[Step], *, on: date) -> Figure:
    """Plan against fact as of `on`, in the order of the planned days."""
    caption = _("里程碑计划与完成情况")
    if not steps:
        return nothing(_("未设里程碑。"), caption=caption)
    ordered = sorted(steps, key=lambda step: step.planned)
    counts = Counter(_fate(step, on) for step in ordered)
    if len(ordered) > ROWS:
        return _by_year(ordered, on, caption, counts)

    def draw(axes: Axes) -> None:
        _draw(axes, ordered, on)
        axes.axvline(_number(on), color=GREY, linewidth=0.9, linestyle=(0, (4, 2)))
        axes.annotate(
            _("截至%(on)s") % {"on": shown(Day(on))},
            (_number(on), 1.0),
            (0, 3),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="center",
            fontsize=SMALL,
            color=GREY,
        )
        named_rows(axes, [wrapped(step.name, 17, 2) for step in ordered])
        axes.set_ylim(len(ordered) - 0.4, -0.6)
        _days(axes, ordered, on)
        axes.grid(axis="x", color=PALE, linewidth=0.4)
        axes.hlines(
            range(len(ordered)),
            0,
            1,
            transform=axes.get_yaxis_transform(),
            color=PALE,
            linewidth=0.4,
            zorder=0.5,
        )
        _legend(axes)

    return chart(26 + 7.2 * len(ordered), draw, caption=caption, alt=_alt(ordered, on, counts))


def _fate(step: Step, on: date) -> int:
    """What became of it by `on`; one due on the day itself is still to come."""
    if step.waived:
        return WAIVED
    if step.done is not None and step.done <= on:
        return IN_TIME if step.done <= step.planned else LATE_DONE
    return LATE if step.planned < on else TO_COME


def _number(day: date) -> float:
    from matplotlib.dates import date2num

    return float(date2num(day))


def _draw(axes: Axes, steps: Sequence[Step], on: date) -> None:
    """A row a milestone; what looks alike is drawn together, since each call costs matplotlib about as much as its points."""
    fates = [_fate(step, on) for step in steps]
    planned = [_number(step.planned) for step in steps]
    # Where the line of each ends; of what is not done and not late it has none.
    ends = [
        _number(step.done)
        if fate in _DONE_LINES and step.done is not None
        else _number(on)
        if fate == LATE
        else start
        for step, fate, start in zip(steps, fates, planned, strict=True)
    ]

    def rows(*those: int) -> list[int]:
        return [row for row, fate in enumerate(fates) if fate in those]

    def marks(these: list[int], places: list[float], **look: object) -> None:
        if these:
            axes.plot([places[row] for row in these], these, **look)  # type: ignore[arg-type]

    for fate, look in {**_DONE_LINES, LATE: _LATE_LINE}.items():
        these = [row for row in rows(fate) if ends[row] != planned[row]]
        if these:
            axes.hlines(
                these,
                [planned[row] for row in these],
                [ends[row] for row in these],
                zorder=2,
                **look,  # type: ignore[arg-type]
            )
    marks(rows(WAIVED), planned, color=GREY, **_WAIVED_MARK)
    marks(rows(IN_TIME, LATE_DONE, LATE, TO_COME), planned, zorder=2.5, **_PLANNED_MARK)
    for fate, look in _DONE_LINES.items():
        marks(rows(fate), ends, zorder=3, **look, **_DONE_MARK | {"linestyle": "none"})
    for row, (step, fate) in enumerate(zip(steps, fates, strict=True)):
        if said := _said(step, fate, on):
            _label(axes, max(planned[row], ends[row]), row, said)


def _said(step: Step, fate: int, on: date) -> str:
    """What stands beside its line; nothing where it was done on its day or is to come."""
    if fate == WAIVED:
        return str(_NAMES[WAIVED])
    if fate == LATE:
        days = (on - step.planned).days
        return ngettext("逾期 %(days)s 天", "逾期 %(days)s 天", days) % {"days": f"{days:,}"}
    days = (step.done - step.planned).days if fate in _DONE_LINES and step.done else 0
    said = _("晚 %(days)s 天") if days > 0 else _("早 %(days)s 天")
    return said % {"days": f"{abs(days):,}"} if days else ""


def _label(axes: Axes, x: float, row: int, text: str) -> None:
    axes.annotate(
        text,
        (x, row),
        (7, 0),
        textcoords="offset points",
        va="center",
        fontsize=7.5,
        color=INK,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.8},
    )


def _days(axes: Axes, steps: Sequence[Step], on: date) -> None:
    from matplotlib.dates import AutoDateLocator, DateFormatter

    days = [
        _number(day)
        for step in steps
        for day in (step.planned, step.done)
        if day and day <= max(on, step.planned)
    ] + [_number(on)]
    room = max((max(days) - min(days)) * 0.04, 10.0)
    axes.set_xlim(min(days) - room, max(days) + room * 3.8)
    axes.xaxis.set_major_locator(AutoDateLocator(minticks=3, maxticks=7))
    axes.xaxis.set_major_formatter(
        DateFormatter("%Y-%m" if max(days) - min(days) > _SHORT_SPAN else "%Y-%m-%d")
    )


def _legend(axes: Axes) -> None:
    from matplotlib.lines import Line2D

    looks: list[tuple[str, dict[str, object]]] = [
        (_("计划"), _PLANNED_MARK),
        *((str(_NAMES[fate]), line | _DONE_MARK) for fate, line in _DONE_LINES.items()),
        (str(_NAMES[LATE]), _LATE_LINE),
        (str(_NAMES[WAIVED]), {"color": GREY, **_WAIVED_MARK}),
    ]
    handles = [Line2D([], [], label=name, **look) for name, look in looks]  # type: ignore[arg-type]
    axes.legend(
        handles=handles,
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),
        borderaxespad=1.6,
        ncols=5,
        columnspacing=1.2,
    )


def _by_year(steps: Sequence[Step], on: date, caption: str, counts: Counter[int]) -> Figure:
    years = sorted({step.planned.year for step in steps})
    of_year = {
        year: Counter(_fate(step, on) for step in steps if step.planned.year == year) for year in years
    }

    def draw(axes: Axes) -> None:
        feet = [0] * len(years)
        most = max(sum(counted.values()) for counted in of_year.values())
        for fate, fill in _FILLS.items():
            widths = [of_year[year][fate] for year in years]
            if not any(widths):
                continue
            axes.barh(
                range(len(years)),
                widths,
                left=feet,
                height=0.62,
                facecolor=fill.colour,
                hatch=fill.hatch,
                edgecolor=INK,
                linewidth=0.6,
                label=str(_NAMES[fate]),
            )
            for row, (width, foot) in enumerate(zip(widths, feet, strict=True)):
                if width >= most * 0.035:
                    axes.text(
                        foot + width / 2,
                        row,
                        str(width),
                        ha="center",
                        va="center",
                        fontsize=SMALL,
                        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
                    )
            feet = [foot + width for foot, width in zip(feet, widths, strict=True)]
        for row, foot in enumerate(feet):
            axes.annotate(
                _("共 %(count)d 个") % {"count": foot},
                (foot, row),
                (5, 0),
                textcoords="offset points",
                va="center",
                fontsize=SMALL,
            )
        named_rows(axes, [_("%(year)d年") % {"year": year} for year in years])
        axes.set_ylim(len(years) - 0.4, -0.6)
        axes.set_xlim(0, most * 1.13)
        axes.set_xlabel(_("里程碑（个），按计划年度，截至%(on)s") % {"on": shown(Day(on))})
        grid_lines(axes, "x")
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=5)

    return chart(34 + 8.5 * len(years), draw, caption=caption, alt=_alt(steps, on, counts))


def _alt(steps: Sequence[Step], on: date, counts: Counter[int]) -> str:
    head = _("截至%(on)s，里程碑共 %(total)d 个：%(counts)s。") % {
        "on": shown(Day(on)),
        "total": len(steps),
        "counts": "，".join(
            _("%(fate)s %(count)d 个") % {"fate": _NAMES[fate], "count": counts[fate]}
            for fate in _NAMES
            if counts[fate]
        ),
    }
    if len(steps) > ROWS:
        return head
    return head + "".join(_sentence(step, on) for step in steps)


def _sentence(step: Step, on: date) -> str:
    fate = _fate(step, on)
    said = {"name": step.name, "planned": shown(Day(step.planned)), "fate": _NAMES[fate]}
    if fate in (IN_TIME, LATE_DONE):
        return _("%(name)s：计划%(planned)s，%(done)s%(fate)s；") % {**said, "done": shown(Day(step.done))}
    return _("%(name)s：计划%(planned)s，%(fate)s；") % said
