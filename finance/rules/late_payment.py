"""FIN-06 拨付逾期."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from finance.rules.facts import ZERO, FundingFacts
from lifecycle.rules.answers import Answer, Rule
from lifecycle.rules.standing import Standing


def tranches_are_paid_on_time(facts: FundingFacts) -> Answer:
    """FIN-06: for each source and tranche planned before `on`, received ≥ planned up to and including it.

    In the order of planned day, then 期次. The oldest late tranche decides: up to the limit of days
    warn, later breach. Suspended, terminated or revoked: not applicable. Cost: one pass over the plan.
    Source: 承诺书 5 “按时足额”.
    """
    if facts.project.standing is not Standing.ACTIVE:
        return Answer.not_applicable("FIN-06", _("项目已暂停、终止或撤销，不考核拨付进度。"))
    if not facts.tranches:
        return Answer.passed("FIN-06", _("没有登记拨款计划，暂无到期应拨款项。"))
    late = late_tranches(facts)
    if not late:
        return Answer.passed("FIN-06", _("到期的拨款计划均已足额拨付。"))
    oldest = late[0]
    return Answer.by_age(
        "FIN-06",
        _(
            "%(source)s第 %(number)s 期应于 %(since)s 拨付，已逾期 %(days)s 天："
            "累计应拨 %(planned)s 元，单位到位 %(received)s 元，少 %(short)s 元。"
        ),
        since=oldest["planned_on"],
        on=facts.on,
        warn_up_to=facts.limits.payment_days,
        source=oldest["source"],
        number=oldest["number"],
        planned=oldest["planned"],
        received=oldest["received"],
        short=oldest["short"],
        late=late,
    )


def late_tranches(facts: FundingFacts) -> list[dict[str, Any]]:
    """The tranches not covered on `on`, oldest first: source, number, planned_on, and yuan planned (up to
    and including it), received and short.
    """
    received = {
        source: facts.flows.received_of(source) for source in {tranche[0] for tranche in facts.tranches}
    }
    planned: dict[str, Decimal] = {}
    late = []
    for source, number, planned_on, amount in sorted(
        facts.tranches, key=lambda tranche: (tranche[2], tranche[1])
    ):
        if planned_on >= facts.on:
            break
        so_far = planned[source] = planned.get(source, ZERO) + amount
        if received[source] < so_far:
            late.append(
                {
                    "source": source,
                    "number": number,
                    "planned_on": planned_on,
                    "planned": so_far,
                    "received": received[source],
                    "short": so_far - received[source],
                }
            )
    return late


RULE = Rule(
    code="FIN-06",
    title=gettext_lazy("拨付逾期"),
    basis=gettext_lazy("承诺书 5：省财政资助经费和高新区资助经费按时足额拨付"),
    mend="tranches",
    judge=tranches_are_paid_on_time,
)
