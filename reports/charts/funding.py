"""Money by source: promised, received, spent, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _

from reports.charts.canvas import (
    FILLS,
    INK,
    chart,
    grid_lines,
    in_wan,
    named_rows,
    nothing,
    thousands,
    wan,
    wrapped,
)
from reports.document import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Pot(NamedTuple):
    """The money of one source, in yuan."""

    source: str
    committed: Decimal
    received: Decimal
    spent: Decimal


def funding(pots: Sequence[Pot]) -> Figure:
    """Three lying bars a source."""
    caption = _("资金合同数、到位数与支出数")
    if not any(pot.committed or pot.received or pot.spent for pot in pots):
        return nothing(_("尚无资金。"), caption=caption)

    alt = "".join(
        _("%(source)s：合同 %(committed)s 万元，到位 %(received)s 万元，支出 %(spent)s 万元。")
        % {
            "source": pot.source,
            "committed": wan(pot.committed),
            "received": wan(pot.received),
            "spent": wan(pot.spent),
        }
        for pot in pots
    )

    def draw(axes: Axes) -> None:
        parts = ((_("合同数"), "committed"), (_("到位数"), "received"), (_("支出数"), "spent"))
        for offset, ((label, name), fill) in enumerate(zip(parts, FILLS, strict=False)):
            lengths = [in_wan(getattr(pot, name)) for pot in pots]
            places = [len(pots) - 1 - place - (offset - 1) * 0.27 for place in range(len(pots))]
            axes.barh(
                places,
                lengths,
                height=0.25,
                facecolor=fill.colour,
                hatch=fill.hatch,
                edgecolor=INK,
                linewidth=0.6,
                label=label,
            )
            for place, length, pot in zip(places, lengths, pots, strict=True):
                axes.annotate(
                    wan(getattr(pot, name)),
                    (max(length, 0), place),
                    (3, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=7,
                )
        named_rows(axes, [wrapped(pot.source, 17, 2) for pot in reversed(pots)])
        axes.set_xlabel(_("金额（万元）"))
        axes.margins(x=0.12)
        thousands(axes.xaxis)
        grid_lines(axes, "x")
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)

    return chart(20 + 16 * len(pots), draw, caption=caption, alt=alt)
