"""The settlement (经费决算): what came in, what was spent on what, what is left, out of the ledger; and its freezing.

A frozen settlement is never changed. Whether it still says what the ledger says is asked whenever it matters.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any, Self

from django.db import transaction
from django.utils.translation import gettext as _

from finance.chain import genesis
from finance.facts import standing
from finance.funding import Funding, SourceMoney, funding_of
from finance.holding import hold, require_stage
from finance.models import Entry, Settlement
from finance.terms import CATEGORIES, FISCAL, PARK_RETURN, PROVINCIAL, REFUND, SOURCES, SPENDING
from lifecycle.faults import Faults
from lifecycle.models import Project, ProjectState
from lifecycle.models.fields import ZERO
from lifecycle.parties.log import Actor
from lifecycle.reading import fetch
from lifecycle.steps import take_step

FORMAT = "pilot-settlement-1"

SETTLED_IN = frozenset({ProjectState.IMPLEMENTING, ProjectState.ACCEPTANCE})
"""Stages in which a settlement is drawn up."""

OF_LEDGER = ("arrived_at_park", "held_at_park", "received", "spent", "refunded", "balance")
"""What of a source's money comes out of the ledger; the contract's amount does not."""


@dataclass(frozen=True, slots=True)
class SettlementTable:
    """The money of one project up to the end of `on`, in yuan.

    funding: by source. spent: by category of the project's scheme, in its order, then by source; a category
    without spending is there too. Provincial money is so told apart (其中：省拨款).
    """

    on: date
    funding: Funding
    spent: dict[str, dict[str, Decimal]]

    @property
    def total(self) -> SourceMoney:
        """All sources together."""
        return self.funding.total

    def spent_on(self, category: str) -> Decimal:
        """Spending on a category out of all sources."""
        return sum(self.spent[category].values(), ZERO)

    @property
    def surplus(self) -> Decimal:
        """Fiscal money left at the unit: provincial and park balances together."""
        return sum((self.funding.sources[source].balance for source in FISCAL), ZERO)

    @property
    def held_at_park(self) -> Decimal:
        """Provincial money that the park has not passed on."""
        return self.funding.sources[PROVINCIAL].held_at_park

    def as_json(self) -> dict[str, Any]:
        """Amounts as texts with two decimals: {"funding": {source: {…}}, "spent": [{"category", "amounts":
        {source: …}, "total"}], "total": {…}, "surplus", "held_at_park"}.
        """
        return {
            "funding": {source: _texts(money) for source, money in self.funding.sources.items()},
            "total": _texts(self.total),
            "spent": [
                {
                    "category": category,
                    "amounts": {source: f"{amounts[source]:.2f}" for source in SOURCES},
                    "total": f"{self.spent_on(category):.2f}",
                }
                for category, amounts in self.spent.items()
            ],
            "surplus": f"{self.surplus:.2f}",
            "held_at_park": f"{self.held_at_park:.2f}",
        }

    @classmethod
    def from_json(cls, on: date, content: Mapping[str, Any]) -> Self:
        """The table again from what was frozen."""
        funding = {
            source: SourceMoney(**{name: Decimal(text) for name, text in content["funding"][source].items()})
            for source in SOURCES
        }
        spent = {
            row["category"]: {source: Decimal(row["amounts"][source]) for source in SOURCES}
            for row in content["spent"]
        }
        return cls(on, Funding(funding), spent)


def _texts(money: SourceMoney) -> dict[str, str]:
    return {name: f"{amount:.2f}" for name, amount in money._asdict().items()}


def settlement_of(project: Project, *, on: date, funding: Funding | None = None) -> SettlementTable:
    """The settlement of a project up to the end of `on`, as the ledger stands now; two queries.

    funding: its money of that day, where it is known; that saves a query.
    """
    spent = {category: dict.fromkeys(SOURCES, ZERO) for category in CATEGORIES[project.category_scheme]}
    for category, source, amount in fetch(
        f"""
        SELECT e.category, e.source, sum(e.amount) FROM finance_entry e
        WHERE e.project_id = %(project)s AND e.kind = %(spending)s AND e.day <= %(on)s AND {standing("e", None)}
        GROUP BY 1, 2 ORDER BY 1, 2
        """,
        {"project": project.pk, "spending": SPENDING, "on": on},
    ):
        spent.setdefault(category, dict.fromkeys(SOURCES, ZERO))[source] = amount
    return SettlementTable(on, funding or funding_of([project], on=on)[project.pk], spent)


@transaction.atomic
def freeze(*, project: Project, on: date, actor: Actor, today: date) -> Settlement:
    """Freeze the settlement up to the end of `on` (决算截止日) under the next number.

    Content: {"format", "project", "name", "unit", "scheme", "number", "settled_on", "ledger": {"sequence",
    "head_hash"}} and what `SettlementTable.as_json` gives. Where the last one says the same, it is answered.

    Raises:
        Invalid: the day is to come, before the start of the term, or before the last settlement's.
        StageForbids: the project is neither in implementation nor in acceptance.
    Source: 江苏省科技计划项目经费决算表.
    """
    held = hold(project)
    project = held.project
    require_stage(project, SETTLED_IN, _("编制经费决算"))
    last = project.settlements.order_by("-number").first()
    faults = Faults()
    faults.day("on", on, today=today, since=last.settled_on if last else project.start_on)
    faults.refuse()
    content = {
        "format": FORMAT,
        "project": project.number,
        "name": project.name,
        "unit": project.unit.name,
        "scheme": project.category_scheme,
        "number": last.number + 1 if last else 1,
        "settled_on": on.isoformat(),
        "ledger": {"sequence": held.sequence, "head_hash": held.head_hash},
        **settlement_of(project, on=on).as_json(),
    }
    if last is not None and {**content, "number": last.number} == last.content:
        return last
    settlement = Settlement.objects.create(
        project=project,
        number=content["number"],
        settled_on=on,
        content=content,
        digest=digest_of(content),
        sequence=held.sequence,
        head_hash=held.head_hash,
        actor_id=actor.pk,
        actor_name=actor.name,
    )
    take_step(
        settlement,
        "freeze",
        number=project.number,
        actor=actor,
        on=on,
        settlement=settlement.number,
        digest=settlement.digest,
    )
    return settlement


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of the content as JSON in UTF-8: keys sorted, no spaces, signs as they are."""
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()


def is_whole(settlement: Settlement) -> bool:
    """Whether the content is the one that was digested, and the ledger still goes through the head it names."""
    if digest_of(settlement.content) != settlement.digest:
        return False
    named = (settlement.content["ledger"]["sequence"], settlement.content["ledger"]["head_hash"])
    if named != (settlement.sequence, settlement.head_hash):
        return False
    if settlement.sequence == 0:
        return settlement.head_hash == genesis(settlement.content["project"])
    return Entry.objects.filter(
        project=settlement.project_id, sequence=settlement.sequence, hash=settlement.head_hash
    ).exists()


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a frozen settlement and the ledger part: a figure of a source (its English name), or a category."""

    source: str
    item: str
    frozen: Decimal
    in_ledger: Decimal


def adds_up(settlement: Settlement, *, allowing_returns: bool = False) -> list[Difference]:
    """Where the settlement and the ledger of today part, both up to its day; empty when it adds up.

    allowing_returns: 退回 and 园区退回 posted after the freezing are left out of account. Two queries, or three.
    """
    frozen = SettlementTable.from_json(settlement.settled_on, settlement.content)
    now = settlement_of(settlement.project, on=settlement.settled_on)
    sources = dict(now.funding.sources)
    if allowing_returns:
        for source, by_unit, by_park in _returned_since(settlement):
            money = sources[source]
            sources[source] = money._replace(
                refunded=money.refunded - by_unit,
                balance=money.balance + by_unit,
                held_at_park=money.held_at_park + by_park,
            )
    parting = [
        Difference(
            source, name, getattr(frozen.funding.sources[source], name), getattr(sources[source], name)
        )
        for source in SOURCES
        for name in OF_LEDGER
    ]
    nothing = dict.fromkeys(SOURCES, ZERO)
    parting += [
        Difference(
            source,
            category,
            frozen.spent.get(category, nothing)[source],
            now.spent.get(category, nothing)[source],
        )
        for category in dict.fromkeys([*frozen.spent, *now.spent])
        for source in SOURCES
    ]
    return [difference for difference in parting if difference.frozen != difference.in_ledger]


def spent_after(settlement: Settlement, *, on: date) -> Decimal:
    """Spending dated after the settlement's day and by `on`, in yuan, whatever the source."""
    ((amount,),) = fetch(
        f"""
        SELECT coalesce(sum(e.amount), 0.00) FROM finance_entry e
        WHERE e.project_id = %(project)s AND e.kind = %(spending)s
            AND e.day > %(settled)s AND e.day <= %(on)s AND {standing("e", None)}
        """,
        {
            "project": settlement.project_id,
            "spending": SPENDING,
            "settled": settlement.settled_on,
            "on": on,
        },
    )
    found: Decimal = amount
    return found


def _returned_since(settlement: Settlement) -> list[tuple[Any, ...]]:
    """(source, by the unit, by the park): what was posted back after the freezing, dated up to its day."""
    return fetch(
        f"""
        SELECT e.source, coalesce(sum(e.amount) FILTER (WHERE e.kind = %(refund)s), 0.00),
            coalesce(sum(e.amount) FILTER (WHERE e.kind = %(park_return)s), 0.00)
        FROM finance_entry e
        WHERE e.project_id = %(project)s AND e.kind IN (%(refund)s, %(park_return)s)
            AND e.day <= %(settled)s AND e.sequence > %(sequence)s AND {standing("e", None)}
        GROUP BY 1
        """,
        {
            "project": settlement.project_id,
            "refund": REFUND,
            "park_return": PARK_RETURN,
            "settled": settlement.settled_on,
            "sequence": settlement.sequence,
        },
    )
