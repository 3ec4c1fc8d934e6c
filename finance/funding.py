"""Where the money of projects is, source by source: promised, arrived, held, received, spent, sent back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection

from finance.facts import standing
from finance.ratios import matching_ratio
from finance.terms import (
    ARRIVAL,
    CONTRIBUTION,
    DIRECT,
    MATCHING,
    PARK_RETURN,
    PAYMENT,
    PROVINCIAL,
    REFUND,
    SELF_RAISED,
    SOCIAL,
    SOURCES,
    SPENDING,
)
from lifecycle.models.fields import ZERO
from lifecycle.reading import Projects, rows_of, sql_of


class SourceMoney(NamedTuple):
    """The money of one source, in yuan.

    arrived_at_park and held_at_park concern provincial money alone and are zero for other sources;
    held is below zero while the park has paid out more than arrived. balance is received less gone.
    """

    committed: Decimal
    arrived_at_park: Decimal
    held_at_park: Decimal
    received: Decimal
    spent: Decimal
    refunded: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Funding:
    """The money of one project by source, in contract order; all four are always there."""

    sources: dict[str, SourceMoney]

    @property
    def ratio_committed(self) -> Decimal | None:
        """Park ÷ province by the contract, to four places; None without provincial money."""
        return matching_ratio(
            park=self.sources[MATCHING].committed,
            province=self.sources[PROVINCIAL].committed,
        )

    @property
    def ratio_received(self) -> Decimal | None:
        """Park ÷ province as the unit received it, to four places; None without provincial money."""
        return matching_ratio(
            park=self.sources[MATCHING].received,
            province=self.sources[PROVINCIAL].received,
        )

    @property
    def total(self) -> SourceMoney:
        """All sources together."""
        return SourceMoney(*(sum(column, ZERO) for column in zip(*self.sources.values(), strict=True)))

    def as_json(self) -> dict[str, Any]:
        """As the interface gives it: amounts as texts with two decimals, ratios with four or null."""
        shown: dict[str, Any] = {
            source: {name: f"{amount:.2f}" for name, amount in money._asdict().items()}
            for source, money in self.sources.items()
        }
        for name, ratio in (
            ("ratio_committed", self.ratio_committed),
            ("ratio_received", self.ratio_received),
        ):
            shown[name] = None if ratio is None else f"{ratio:.4f}"
        return shown


def funding_of(
    projects: Projects, *, on: date | None = None, known_at: datetime | None = None
) -> dict[int, Funding]:
    """The money of each project, by project id; one query.

    on: up to the end of that business day, as known now; None takes all days. known_at: as recorded by
    that instant, contract amounts included; a project recorded later is left out. Where no entry lies
    after `on`, the kept balances answer, at a cost that does not grow with the entries; else the
    entries do. Reversed entries and their reversals drop out.
    """
    try:
        chosen, parameters = sql_of(projects)
    except EmptyResultSet:
        return {}
    if known_at is not None:
        money = _entries("SELECT id FROM chosen", on=on, known_at=known_at)
    elif on is not None:
        later = "SELECT project_id FROM finance_account WHERE project_id IN (SELECT id FROM chosen) AND last_on > %(on)s"
        money = f"""
            {_balances(f"SELECT id FROM chosen EXCEPT ({later})")}
            UNION ALL
            {_entries(later, on=on, known_at=None)}
        """
    else:
        money = _balances("SELECT id FROM chosen")
    sql = f"""
        WITH chosen (id) AS MATERIALIZED ({chosen})
        SELECT p.id, promised.source, promised.amount,
            coalesce(m.arrived, 0.00), coalesce(m.held, 0.00), coalesce(m.received, 0.00),
            coalesce(m.spent, 0.00), coalesce(m.refunded, 0.00),
            coalesce(m.received, 0.00) - coalesce(m.spent, 0.00) - coalesce(m.refunded, 0.00)
        FROM {rows_of("lifecycle_project", known_at, projects="ARRAY(SELECT id FROM chosen)")} p
        CROSS JOIN LATERAL (VALUES
            ('{PROVINCIAL}', p.provincial_grant), ('{MATCHING}', p.park_matching),
            ('{SELF_RAISED}', p.self_raised), ('{SOCIAL}', p.social_capital)
        ) promised (source, amount)
        LEFT JOIN ({money}) m ON m.project_id = p.id AND m.source = promised.source
        WHERE p.id IN (SELECT id FROM chosen)
            AND (promised.source = '{PROVINCIAL}' OR promised.amount <> 0 OR m.source IS NOT NULL)
    """
    found: dict[int, Funding] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql, {**parameters, "on": on, "known_at": known_at})
        for row in cursor.fetchall():
            funding = found.get(row[0])
            if funding is None:
                funding = found[row[0]] = Funding(dict.fromkeys(SOURCES, _NOTHING))
            funding.sources[row[1]] = SourceMoney._make(row[2:])
    return found


_NOTHING = SourceMoney(ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO)


def _balances(wanted: str) -> str:
    """The money by the kept balances of the accounts of the wanted projects (a query of ids).

    What the unit received is what it holds, spent and sent back: every payment debits its account.
    """
    return f"""
    SELECT a.project_id, a.source,
        -sum(a.balance) FILTER (WHERE a.role = 'grantor' AND a.source = '{PROVINCIAL}') AS arrived,
        sum(a.balance) FILTER (WHERE a.role = 'park') AS held,
        sum(a.balance) FILTER (WHERE a.role IN ('unit', 'expense', 'refunded')) AS received,
        sum(a.balance) FILTER (WHERE a.role = 'expense') AS spent,
        sum(a.balance) FILTER (WHERE a.role = 'refunded') AS refunded
    FROM finance_account a
    WHERE a.project_id IN ({wanted})
    GROUP BY 1, 2
    """


def _entries(wanted: str, *, on: date | None, known_at: datetime | None) -> str:
    """The money by the entries of the wanted projects (a query of ids)."""
    up_to = "" if on is None else "AND e.day <= %(on)s"
    left_park = f"e.source = '{PROVINCIAL}' AND e.kind IN ('{PAYMENT}', '{PARK_RETURN}')"
    return f"""
        SELECT e.project_id, e.source,
            sum(e.amount) FILTER (WHERE e.kind = '{ARRIVAL}') AS arrived,
            coalesce(sum(e.amount) FILTER (WHERE e.kind = '{ARRIVAL}'), 0.00)
                - coalesce(sum(e.amount) FILTER (WHERE {left_park}), 0.00) AS held,
            sum(e.amount) FILTER (WHERE e.kind IN ('{PAYMENT}', '{DIRECT}', '{CONTRIBUTION}')) AS received,
            sum(e.amount) FILTER (WHERE e.kind = '{SPENDING}') AS spent,
            sum(e.amount) FILTER (WHERE e.kind = '{REFUND}') AS refunded
        FROM finance_entry e
        WHERE e.project_id IN ({wanted}) {up_to} AND {standing("e", known_at)}
        GROUP BY 1, 2
    """
