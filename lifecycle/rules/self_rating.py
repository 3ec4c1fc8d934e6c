"""The self-rating of a project (绩效自评): weights, bands, and the score that follows from the money. Pure.

Source: domain catalogue D128–D130.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_noop as _

EXECUTION, OUTPUT, BENEFIT, SATISFACTION = 10, 50, 30, 10
"""Weights, 100 together."""

BANDS: tuple[tuple[int, str], ...] = ((90, _("优")), (80, _("良")), (60, _("中")), (0, _("差")))
"""From how many points on a rating is called so, the best first."""

CENT = Decimal("0.01")


def execution_score(spent: Decimal, budget: Decimal) -> Decimal | None:
    """10 × min(1, spent ÷ budget) to two places, half up; None without a budget."""
    if budget <= 0:
        return None
    return (EXECUTION * min(Decimal(1), spent / budget)).quantize(CENT, ROUND_HALF_UP)


def band_of(total: Decimal) -> str:
    """What a total is called; nothing is rounded up into a better band."""
    return next(name for least, name in BANDS if total >= least)
