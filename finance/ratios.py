"""How park money compares with provincial money, and fiscal money with the whole, to be shown. Pure."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

FOUR_PLACES = Decimal("0.0001")


def matching_ratio(*, park: Decimal, province: Decimal) -> Decimal | None:
    """park ÷ province to four places, half to even; None when province is zero.

    Of contract amounts it is `ratio_committed`, of amounts received `ratio_received`.
    """
    if province == 0:
        return None
    return (park / province).quantize(FOUR_PLACES, rounding=ROUND_HALF_EVEN)


def fiscal_share(*, fiscal: Decimal, investment: Decimal) -> Decimal | None:
    """fiscal ÷ new total investment to four places, half to even; None when there is no investment."""
    if investment == 0:
        return None
    return (fiscal / investment).quantize(FOUR_PLACES, rounding=ROUND_HALF_EVEN)
