"""The three limits on fiscal money as a map, and where a project lies on it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from reports.charts.canvas import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    RED,
    SMALL,
    chart,
    grid_lines,
    in_wan,
    thousands,
    wan,
)
from reports.document import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def limits(
    province: Decimal, park: Decimal, invested: Decimal | None, *, cap: Decimal | None, ratio: Decimal | None
) -> Figure:
    """Provincial grant along, park money up, in yuan, with the ratio 1:ratio, the cap on the grant, and a third of
    the new investment as lines; the area that keeps all three is shaded. A limit that is None binds nobody.
    """

    def draw(axes: Axes) -> None:
        x, y = in_wan(province), in_wan(park)
        third = float(invested) / 30_000 if invested is not None else None
        most = in_wan(cap) if cap is not None else None
        reach = max(x, y, third or 0.0, most or 0.0, 1.0) * 1.12
        pitch = float(ratio) if ratio is not None else None
        axes.set_xlim(0, reach)
        axes.set_ylim(0, reach)
        _shade(axes, reach, third=third, most=most, pitch=pitch)
        if pitch is not None:
            end = min(reach, reach / pitch) if pitch else reach
            axes.plot(
                [0, end],
                [0, pitch * end],
                color=BLUE,
                linewidth=1.6,
                label=_("配套比例 1:%(ratio)s，应在线上或其上方")
                % {"ratio": f"{ratio.normalize():f}" if ratio is not None else ""},
            )
        if most is not None:
            axes.plot(
                [most, most],
                [0, reach],
                color=ORANGE,
                linewidth=1.8,
                linestyle=(0, (6, 2)),
                label=_("省拨款上限 %(cap)s 万元，应在线上或其左侧")
                % {"cap": wan(cap) if cap is not None else ""},
            )
        if third is not None:
            axes.plot(
                [0, third],
                [third, 0],
                color=GREEN,
                linewidth=1.8,
                linestyle=(0, (1.2, 1.2)),
                label=_("财政资助为新增总投入的三分之一，应在线上或其下方"),
            )
        axes.plot(
            [x],
            [y],
            marker="D",
            markersize=8,
            color=RED,
            markeredgecolor=INK,
            linestyle="none",
            label=_("本项目：省拨款 %(province)s 万元，园区配套 %(park)s 万元")
            % {"province": wan(province), "park": wan(park)},
            zorder=5,
            clip_on=False,
        )
        left = x > reach * 0.8
        axes.annotate(
            _("本项目"),
            (x, y),
            (-9 if left else 9, 2),
            textcoords="offset points",
            ha="right" if left else "left",
            va="bottom",
            fontsize=SMALL,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
            zorder=6,
        )
        axes.set_xlabel(_("省拨款（万元）"))
        axes.set_ylabel(_("园区配套（万元）"))
        thousands(axes.xaxis)
        thousands(axes.yaxis)
        grid_lines(axes, "both")
        axes.legend(
            loc="upper center", bbox_to_anchor=(0.45, 0.0), borderaxespad=3.6, ncols=1, alignment="left"
        )

    return chart(
        92, draw, caption=_("财政资助限额与本项目的位置"), alt=_alt(province, park, invested, cap, ratio)
    )


def _shade(axes: Axes, reach: float, *, third: float | None, most: float | None, pitch: float | None) -> None:
    """The area that keeps every limit there is: between the ratio below and the third above, left of the cap."""
    top = third if third is not None else 2 * reach
    slope = pitch or 0.0
    right = min(top / (1 + slope), most if most is not None else reach, reach)
    corners = [(0.0, 0.0), (right, slope * right), (right, max(top - right, slope * right)), (0.0, top)]
    axes.fill(
        *zip(*corners, strict=True), facecolor="#e3eef5", edgecolor="none", zorder=0, label=_("各项限额之内")
    )


def _alt(
    province: Decimal, park: Decimal, invested: Decimal | None, cap: Decimal | None, ratio: Decimal | None
) -> str:
    parts = [
        _("本项目省拨款 %(province)s 万元，园区配套 %(park)s 万元。")
        % {"province": wan(province), "park": wan(park)}
    ]
    if ratio is not None:
        parts.append(_("省拨款与园区配套的比例应达 1:%(ratio)s。") % {"ratio": f"{ratio.normalize():f}"})
    if cap is not None:
        parts.append(_("省拨款原则上不超过 %(cap)s 万元。") % {"cap": wan(cap)})
    if invested is not None:
        parts.append(
            _("新增总投入 %(invested)s 万元，省拨款与园区配套之和应不超过其三分之一。")
            % {"invested": wan(invested)}
        )
    return "".join(parts)
