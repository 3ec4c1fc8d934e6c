"""How a cell reads on paper and screen: the one place in which figures of reports become text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from reports.document import Cell, Day, Money, Number, Percent, Table, Text

DASH = "—"
PLUS, MINUS = "＋", "－"
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
        case Number(value=number):
            return DASH if number is None else _number(cell, Decimal(number)) + cell.after
        case Percent(value=percent, places=places):
            return DASH if percent is None else f"{_rounded(percent, places)}%"
        case Day(value=day, is_short=is_short):
            if day is None:
                return DASH
            return day.isoformat() if is_short else f"{day.year}年{day.month}月{day.day}日"


def reads_as_words(cell: Cell) -> bool:
    """Whether the cell stands among words rather than in a column of figures."""
    return isinstance(cell, Text) or (isinstance(cell, Number) and cell.form == "plain")


def _number(cell: Number, value: Decimal) -> str:
    match cell.form:
        case "plain":
            return _rounded(value, cell.places).replace(",", "")
        case "signed":
            if not (rounded := rounded_to(value, cell.places)):
                return DASH
            return (PLUS if rounded > 0 else MINUS) + _rounded(abs(rounded), cell.places)
    return _rounded(value, cell.places)


def rounded_to(value: Decimal, places: int) -> Decimal:
    """To so many places, halves away from zero."""
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _rounded(value: Decimal, places: int) -> str:
    return f"{rounded_to(value, places):,.{places}f}"


def looks_off(table: Table) -> bool:
    """Whether in some column rounded amounts do not add up to the rounded one that is their sum.

    That is the last row where it is a total, and any row whose parts are set in below it (其中).
    """
    return table.unit == "万元" and any(_parts_look_off(whole, parts) for whole, parts in _sums(table))


def _sums(table: Table) -> Iterator[tuple[Sequence[Cell], list[Sequence[Cell]]]]:
    """Each row that may be a sum, with the rows one step further in that belong to it."""
    rows = list(table.rows)
    depths = [table.indent.get(number, 0) for number in range(len(rows))]
    if table.has_total and rows:
        yield rows[-1], [row for row, depth in zip(rows[:-1], depths, strict=False) if not depth]
    for number, depth in enumerate(depths):
        parts = []
        for row, other in zip(rows[number + 1 :], depths[number + 1 :], strict=True):
            if other <= depth:
                break
            if other == depth + 1:
                parts.append(row)
        if parts:
            yield rows[number], parts


def _parts_look_off(whole: Sequence[Cell], parts: Sequence[Sequence[Cell]]) -> bool:
    for column, total in enumerate(whole):
        if isinstance(total, Money) and total.amount is not None:
            amounts = [cell.amount for row in parts if isinstance(cell := row[column], Money) and cell.amount]
            if do_not_add_up(amounts, total.amount):
                return True
    return False


def do_not_add_up(amounts: Sequence[Decimal], total: Decimal) -> bool:
    """Whether amounts that make up the total do not do so any more when each is shown in 万元."""
    shown_sum = sum((in_unit(amount, "万元") for amount in amounts), Decimal(0))
    return sum(amounts, Decimal(0)) == total and shown_sum != in_unit(total, "万元")
