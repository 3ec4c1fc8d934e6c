"""The geometry of pictures drawn by the server, in percent; templates draw it and compute nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from finance.funding import Funding, SourceMoney
from finance.terms import MATCHING, PROVINCIAL, SELF_RAISED, SOCIAL
from lifecycle.models.fields import ZERO
from lifecycle.rules.limits import Ratio
from reports.overview import Pace

LOOKS = {PROVINCIAL: "province", MATCHING: "park", SELF_RAISED: "own", SOCIAL: "social"}
"""The colour of a source, by the name of its class in charts.css."""

Daily = Sequence[tuple[date, Decimal]]


@dataclass(frozen=True, slots=True)
class Bar:
    """One source: widths in percent, on a scale of its own (the contract, or more where more came)."""

    source: str
    look: str
    money: SourceMoney
    committed: str
    received: str
    spent: str
    over: str
    received_percent: int | None


def bars(funding: Funding) -> list[Bar]:
    """A bar for each source that has or had money, in contract order."""
    return [_bar(source, money) for source, money in funding.sources.items() if any(money)]


def _bar(source: str, money: SourceMoney) -> Bar:
    whole = max(money.committed, money.received, money.spent, Decimal("0.01"))
    over = max(money.spent - money.received, ZERO)
    return Bar(
        source=source,
        look=LOOKS[source],
        money=money,
        committed=_percent(money.committed, whole),
        received=_percent(money.received, whole),
        spent=_percent(money.spent - over, whole),
        over=_percent(over, whole),
        received_percent=int(money.received * 100 / money.committed) if money.committed else None,
    )


@dataclass(frozen=True, slots=True)
class PacePicture:
    """Two rising lines in a square of 100 × 100 (y downward), with ticks of both axes.

    `needed` is what the park should have paid by then, drawn where it differs from the province's line.
    `gaps` are the spans in which the park was behind: polygons.
    """

    province: str
    park: str
    needed: str
    gaps: list[str]
    today: str | None
    years: list[tuple[str, int]]
    amounts: list[tuple[str, Decimal]]


def pace_picture(pace: Pace, *, ratio: Ratio, start: date, end: date, on: date) -> PacePicture | None:
    """The picture of the whole term, with the lines drawn up to `on`; None while nothing came."""
    if not pace.province and not pace.park:
        return None
    days = [day for line in (pace.province, pace.park) for day, _ in line]
    first, last = min(start, *days), max(end, on, *days)
    span = max((last - first).days, 1)
    owed = [(day, ratio.park_needed(amount)) for day, amount in pace.province]
    highest = max(amount for line in (pace.province, pace.park, owed) for _, amount in line)
    top = _round_up(highest)

    def x(day: date) -> float:
        return (day - first).days * 100 / span

    def y(amount: Decimal) -> float:
        return 100 - float(amount * 100 / top)

    def line(daily: Daily) -> str:
        points = [(x(first), 100.0)]
        for day, amount in daily:
            points += [(x(day), points[-1][1]), (x(day), y(amount))]
        points.append((x(min(on, last)), points[-1][1]))
        return _points(points)

    return PacePicture(
        province=line(pace.province),
        park=line(pace.park),
        needed=line(owed) if any(a != b for a, b in zip(owed, pace.province, strict=True)) else "",
        gaps=[
            _points(
                [
                    (x(begin), y(low)),
                    (x(begin), y(high)),
                    (x(until), y(high)),
                    (x(until), y(low)),
                ]
            )
            for begin, until, low, high in _behind(owed, pace.park, on)
        ],
        today=f"{x(on):.2f}" if first <= on < last else None,
        years=[(f"{x(date(year, 1, 1)):.2f}", year) for year in range(first.year + 1, last.year + 1)],
        amounts=[(f"{100 - share:.0f}", top * share / 100) for share in (50, 100)],
    )


def _behind(owed: Daily, paid: Daily, on: date) -> list[tuple[date, date, Decimal, Decimal]]:
    """Spans (from, until, paid, owed) in which less was paid than owed."""
    steps = sorted({day for daily in (owed, paid) for day, _ in daily})
    found = []
    for begin, until in zip(steps, [*steps[1:], on], strict=True):
        low, high = _standing(paid, begin), _standing(owed, begin)
        if low < high and begin < until:
            found.append((begin, until, low, high))
    return found


def _standing(daily: Daily, on: date) -> Decimal:
    return max((amount for day, amount in daily if day <= on), default=ZERO)


def _round_up(amount: Decimal) -> Decimal:
    """A round amount at or above: 1, 2, 4, 5, 6, 8 or 10 of a power of ten, so that its half reads well."""
    power = Decimal(10) ** max(amount.adjusted(), 0)
    return next(power * n for n in (1, 2, 4, 5, 6, 8, 10) if power * n >= amount)


def _percent(part: Decimal, whole: Decimal) -> str:
    return f"{float(max(part, ZERO) * 100 / whole):.2f}"


def _points(points: list[tuple[Any, Any]]) -> str:
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in points)
