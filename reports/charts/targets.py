"""How far each target of the contract was reached."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _

from reports.charts.canvas import GREY, INK, SMALL, Fill, chart, grid_lines, named_rows, nothing, wrapped
from reports.document import Figure, Number, Percent
from reports.shown import shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROWS = 24
"""So many targets have a bar; of more, those least reached."""

_END = Decimal(160)
"""Per cent at which a bar is broken off."""

_MET, _SHORT = Fill("#0b4f86", ""), Fill("#f2b134", "////")


class Target(NamedTuple):
    """What the contract wants and what was reached; None where it cannot be said in a number."""

    name: str
    wanted: Decimal | None
    reached: Decimal | None
    unit: str = ""

    @property
    def percent(self) -> Decimal | None:
        if self.wanted is None or self.reached is None or self.wanted <= 0:
            return None
        return self.reached * 100 / self.wanted


def targets(all_targets: Sequence[Target]) -> Figure:
    """A bar a target, against the line of 100 %; targets without a number are named in the alternative text only."""
    caption = _("考核指标完成率")
    counted = [(target, percent) for target in all_targets if (percent := target.percent) is not None]
    if not counted:
        return nothing(_("没有可按数值计算完成率的考核指标。"), caption=caption)
    drawn = counted
    if len(counted) > ROWS:
        drawn = sorted(counted, key=lambda each: each[1])[:ROWS]

    def draw(axes: Axes) -> None:
        lengths = [float(min(max(percent, Decimal(0)), _END)) for _target, percent in drawn]
        for fill, is_met in ((_MET, True), (_SHORT, False)):
            rows = [row for row, (_target, percent) in enumerate(drawn) if (percent >= 100) is is_met]
            axes.barh(
                rows,
                [lengths[row] for row in rows],
                height=0.56,
                facecolor=fill.colour,
                hatch=fill.hatch,
                edgecolor=INK,
                linewidth=0.6,
            )
        for row, (target, percent) in enumerate(drawn):
            if percent > _END:
                axes.annotate("»", (lengths[row], row), (2, 0), textcoords="offset points", va="center")
            # Beside the axis, where no bar and no line can run through the figures.
            axes.annotate(
                _figures(target, percent),
                (1.0, row),
                (6, 0),
                xycoords=("axes fraction", "data"),
                textcoords="offset points",
                va="center",
                fontsize=SMALL,
            )
        axes.axvline(100, color=INK, linewidth=1.2, linestyle=(0, (4, 2)))
        for text, x, side, across in (
            (_("合同值"), 100.0, "center", "data"),
            (_("完成值／合同值（完成率）"), 1.0, "left", "axes fraction"),
        ):
            axes.annotate(
                text,
                (x, 1.0),
                (0 if side == "center" else 6, 3),
                xycoords=(across, "axes fraction"),
                textcoords="offset points",
                ha=side,  # type: ignore[arg-type]
                fontsize=SMALL,
                color=GREY,
            )
        named_rows(axes, [wrapped(target.name, 17, 2) for target, _percent in drawn])
        axes.set_ylim(len(drawn) - 0.4, -0.6)
        axes.set_xlim(0, float(_END) + 6)
        axes.set_xticks([0, 50, 100, 150])
        axes.set_xlabel(_label(len(drawn), len(counted)))
        grid_lines(axes, "x")
        _legend(axes)

    return chart(34 + 7.6 * len(drawn), draw, caption=caption, alt=_alt(all_targets, counted))


def _legend(axes: Axes) -> None:
    from matplotlib.patches import Patch

    axes.legend(
        handles=[
            Patch(facecolor=fill.colour, hatch=fill.hatch, edgecolor=INK, linewidth=0.6, label=name)
            for name, fill in ((_("达到合同值"), _MET), (_("未达到合同值"), _SHORT))
        ],
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        borderaxespad=1.6,
        ncols=2,
    )


def _label(drawn: int, counted: int) -> str:
    if drawn == counted:
        return _("完成率（%）")
    return _("完成率（%%），仅列完成率最低的 %(drawn)d 项，共 %(counted)d 项") % {
        "drawn": drawn,
        "counted": counted,
    }


def _number(value: Decimal | None) -> str:
    if value is None:
        return shown(Number(None))
    plain = value.normalize()
    return shown(Number(value, places=max(-int(plain.as_tuple().exponent), 0)))


def _figures(target: Target, percent: Decimal) -> str:
    return f"{_number(target.reached)}／{_number(target.wanted)} {wrapped(target.unit, 5, 1)}（{_whole(percent)}）"


def _whole(percent: Decimal) -> str:
    """As tables show it, but never rounded up to 100 % from below."""
    rounded = percent.quantize(Decimal("0.01"), ROUND_HALF_UP)
    if rounded == 100 and percent < 100:
        rounded = Decimal("99.99")
    return shown(Percent(rounded))


def _alt(all_targets: Sequence[Target], counted: Sequence[tuple[Target, Decimal]]) -> str:
    met = sum(percent >= 100 for _target, percent in counted)
    head = _("可按数值计算的考核指标共 %(counted)d 项，达到合同值 %(met)d 项。") % {
        "counted": len(counted),
        "met": met,
    }
    return head + "".join(
        _("%(name)s：合同值 %(wanted)s %(unit)s，完成 %(reached)s %(unit)s%(percent)s；")
        % {
            "name": target.name,
            "wanted": _number(target.wanted),
            "reached": _number(target.reached),
            "unit": target.unit,
            "percent": "" if target.percent is None else f"（{_whole(target.percent)}）",
        }
        for target in all_targets
    )
