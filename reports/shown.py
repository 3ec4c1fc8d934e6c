"""How a cell reads on paper and screen: the one place in which figures of reports become text."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from reports.document import Cell, Day, Money, Number, Percent, Table, Text

DASH = "—"
WAN = Decimal(10_000)
CENT = Decimal("0.01")


def in_unit(amount: Decimal, unit: str) -> Decimal:
    """Yuan in 元 or 万元, two places, halves away from zero as accountants round."""
    return (amount / WAN if unit == "万元" else amount).quantize(CENT, ROUND_HALF_UP)


def shown(cell: Cell, unit: str = "") -> str:
    """The cell as people read it; a dash where there is nothing to say."""
    match cell:
        case Text(value=value):
            return value
        case Money(amount=amount):
            return DASH if amount is None else f"{in_unit(amount, unit):,.2f}"
        case Number(value=number, places=places):
            return DASH if number is None else f"{number:,.{places}f}"
        case Percent(value=percent, places=places):
            return DASH if percent is None else f"{_rounded(percent, places)}%"
        case Day(value=day):
            return DASH if day is None else f"{day.year}年{day.month}月{day.day}日"


def _rounded(value: Decimal, places: int) -> str:
    return f"{value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,.{places}f}"


def looks_off(table: Table) -> bool:
    """Whether in some column the rounded amounts do not add up to the rounded total below them.

    Rows that are set in (其中) are parts of another row and are not added.
    """
    if not table.has_total or table.unit != "万元" or len(table.rows) < 2:
        return False
    parts = [row for number, row in enumerate(table.rows[:-1]) if not table.indent.get(number)]
    for column, total in enumerate(table.rows[-1]):
        if isinstance(total, Money) and total.amount is not None:
            amounts = [cell.amount for row in parts if isinstance(cell := row[column], Money) and cell.amount]
            if sum(amounts, Decimal(0)) == total.amount and sum(
                (in_unit(amount, table.unit) for amount in amounts), Decimal(0)
            ) != in_unit(total.amount, table.unit):
                return True
    return False
