"""FIN-04 到位配套进度."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from finance.rules.facts import ZERO, FundingFacts, total
from finance.terms import MATCHING, PROVINCIAL
from lifecycle.rules.answers import Answer, Figures, Rule
from lifecycle.rules.limits import Ratio
from lifecycle.rules.waivers import waivable


@waivable
def park_keeps_pace(facts: FundingFacts) -> Answer:
    """FIN-04: park money the unit has received ≥ provincial money received × ratio, at the end of `on`.

    Short of it: by the age of the present unbroken shortfall, warn up to the limit of days, breach
    after. A unit outside the park: waived. Cost: one pass over the payments of both sources.
    Source: guide 三.5; 承诺书 3, 5.
    """
    if facts.project.outside_park:
        return Answer.waived(
            "FIN-04",
            _("承担单位不在本高新区内，由省专项资金调剂支持，园区不承担配套。"),
        )
    received = facts.flows.received
    province, park = total(received.get(PROVINCIAL, ())), total(received.get(MATCHING, ()))
    ratio = facts.limits.matching_ratio
    figures: Figures = {"province": province, "park": park, "ratio": str(ratio)}
    since = first_day_of_shortfall(
        park=received.get(MATCHING, ()), province=received.get(PROVINCIAL, ()), ratio=ratio
    )
    if since is None:
        return Answer.passed(
            "FIN-04",
            _("单位已收到省拨款 %(province)s 元、园区配套 %(park)s 元，配套进度符合要求。"),
            **figures,
        )
    needed = ratio.park_needed(province)
    return Answer.by_age(
        "FIN-04",
        _(
            "单位已收到省拨款 %(province)s 元、园区配套 %(park)s 元，配套少 %(short)s 元，"
            "自 %(since)s 起已 %(days)s 天（宽限 %(allowed_days)s 天）。"
        ),
        since=since,
        on=facts.on,
        warn_up_to=facts.limits.pace_days,
        **figures,
        needed=needed,
        short=max(needed - park, ZERO),
    )


def first_day_of_shortfall(
    *,
    park: Iterable[tuple[date, Decimal]],
    province: Iterable[tuple[date, Decimal]],
    ratio: Ratio,
) -> date | None:
    """The day at whose end the shortfall that still lasts began; None when there is none at the end.

    Both are (day, yuan received) up to the day judged, in any order.
    """
    days: dict[date, list[Decimal]] = {}
    for column, daily in enumerate((park, province)):
        for day, amount in daily:
            days.setdefault(day, [ZERO, ZERO])[column] += amount
    since = None
    park_so_far = province_so_far = ZERO
    for day in sorted(days):
        of_park, of_province = days[day]
        park_so_far += of_park
        province_so_far += of_province
        if ratio.is_kept(park=park_so_far, province=province_so_far):
            since = None
        elif since is None:
            since = day
    return since


RULE = Rule(
    code="FIN-04",
    title=gettext_lazy("到位配套进度"),
    basis=gettext_lazy("申报指引 三.5；承诺书 3、5"),
    mend="ledger",
    judge=park_keeps_pace,
)
