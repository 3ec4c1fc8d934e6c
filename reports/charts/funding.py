"""Money by source: promised, received, spent, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from reports.charts.canvas import (
    FILLS,
    INK,
    finished,
    grid_lines,
    in_wan,
    nothing,
    sheet,
    thousands,
    wan,
)
from reports.document import Figure


class Pot(NamedTuple):
    """The money of one source, in yuan."""

    source: str
    committed: Decimal
    received: Decimal
    spent: Decimal


def funding(pots: Sequence[Pot]) -> Figure:
    """Three columns a source."""
    caption = _("资金合同数、到位数与支出数")
    if not any(pot.committed or pot.received or pot.spent for pot in pots):
        return nothing(_("尚无资金。"), caption=caption)
    figure, axes = sheet(70)
    parts = ((_("合同数"), "committed"), (_("到位数"), "received"), (_("支出数"), "spent"))
    for offset, ((label, name), fill) in enumerate(zip(parts, FILLS, strict=False)):
        heights = [in_wan(getattr(pot, name)) for pot in pots]
        places = [place + (offset - 1) * 0.27 for place in range(len(pots))]
        axes.bar(
            places,
            heights,
            width=0.25,
            facecolor=fill.colour,
            hatch=fill.hatch,
            edgecolor=INK,
            linewidth=0.6,
            label=label,
        )
        for place, height, pot in zip(places, heights, pots, strict=True):
            axes.annotate(
                wan(getattr(pot, name)),
                (place, max(height, 0)),
                (0, 2),
                textcoords="offset points",
                ha="center",
                fontsize=6.5,
            )
    axes.set_xticks(range(len(pots)), [pot.source for pot in pots])
    axes.set_ylabel(_("金额（万元）"))
    thousands(axes.yaxis)
    grid_lines(axes, "y")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.16), ncols=3)
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
    return finished(figure, caption=caption, alt=alt)
