"""FIN-05 省拨款滞留."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from finance.rules.facts import ZERO, FundingFacts, total
from lifecycle.rules.answers import Answer, Figures, Rule


def park_passes_grant_on(facts: FundingFacts) -> Answer:
    """FIN-05: no provincial money that reached the park has waited more than 30 days on `on`.

    Payments to the unit and returns by the park use up arrivals first in, first out; what went out
    before it arrived is carried forward. Cost: one pass over arrivals and payments.
    Source: 承诺书 5; national 30-day practice.
    """
    held = held_arrivals(arrived=facts.flows.arrived, gone=total(facts.flows.passed_on))
    if not held:
        return Answer.passed("FIN-05", _("到账园区的省拨款已全部拨付，无滞留。"), held=ZERO)
    oldest = held[0][0]
    allowed = facts.limits.holding_days
    days = (facts.on - oldest).days
    figures: Figures = {
        "held": total(held),
        "oldest": oldest,
        "days": days,
        "allowed_days": allowed,
    }
    if days <= allowed:
        return Answer.passed(
            "FIN-05",
            _(
                "园区尚有省拨款 %(held)s 元待拨，最早于 %(oldest)s 到账，"
                "已 %(days)s 天，未超过 %(allowed_days)s 天。"
            ),
            **figures,
        )
    return Answer.breached(
        "FIN-05",
        _(
            "园区滞留省拨款 %(held)s 元，最早于 %(oldest)s 到账，已 %(days)s 天，超过 %(allowed_days)s 天，"
            "应尽快拨付承担单位。"
        ),
        **figures,
    )


def held_arrivals(*, arrived: Iterable[tuple[date, Decimal]], gone: Decimal) -> list[tuple[date, Decimal]]:
    """What is left of each arrival, (day, yuan) oldest first, once `gone` in all has used them up in order.

    Taking the sum of what went out, rather than each payment on its day, carries forward what was paid
    before it arrived. arrived: by day.
    """
    held = []
    for day, amount in arrived:
        used = min(amount, gone)
        gone -= used
        if used < amount:
            held.append((day, amount - used))
    return held


RULE = Rule(
    code="FIN-05",
    title=gettext_lazy("省拨款滞留"),
    basis=gettext_lazy("承诺书 5：按时足额拨付；国家 30 日内拨付惯例"),
    mend="ledger",
    judge=park_passes_grant_on,
)
