"""FIN-07 超支."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from finance.rules.facts import ZERO, FundingFacts
from finance.terms import SOURCES
from lifecycle.rules.answers import Answer, Rule


def no_source_is_overspent(facts: FundingFacts) -> Answer:
    """FIN-07: at the end of no day up to `on` has more gone (支出, 退回) of a source than was received.

    The source that was overspent first is named; `overspent` lists all. Cost: one pass over the
    movements at the unit. Source: 专款专用.
    """
    overspent: list[dict[str, Any]] = []
    for source in SOURCES:
        found = first_and_worst(facts.flows.unit.get(source, ()))
        if found is not None:
            first, worst = found
            overspent.append({"source": source, "first": first, "worst": worst})
    if not overspent:
        return Answer.passed("FIN-07", _("各资金来源的支出均未超过到位资金。"))
    earliest = min(overspent, key=lambda entry: entry["first"])
    return Answer.breached(
        "FIN-07",
        _("%(sources)s支出超过到位资金：%(source)s自 %(first)s 起超支，最多超出 %(worst)s 元。"),
        sources=[entry["source"] for entry in overspent],
        **earliest,
        overspent=overspent,
    )


def first_and_worst(
    movements: Iterable[tuple[date, Decimal]],
) -> tuple[date, Decimal] | None:
    """The first day that ended below zero and the most it ever was below, in yuan; None if it never was.

    movements: (day, received less gone), by day.
    """
    first: date | None = None
    worst = balance = ZERO
    today: date | None = None
    for day, amount in movements:
        if day != today:
            if balance < ZERO:
                first = first or today
                worst = min(worst, balance)
            today = day
        balance += amount
    if balance < ZERO:
        first = first or today
        worst = min(worst, balance)
    return None if first is None else (first, -worst)


RULE = Rule(
    code="FIN-07",
    title=gettext_lazy("超支"),
    basis=gettext_lazy("专项资金专款专用；承诺书 5：监督经费使用"),
    mend="ledger",
    judge=no_source_is_overspent,
)
