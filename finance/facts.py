"""Gathers what the rules of a project's money are judged on, for many projects at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from finance.rules.facts import Audit, Flows, FundingFacts, Refund, RepeatedInvoice, Tranche
from finance.terms import FISCAL, SOURCES, SPENDING
from lifecycle.reading import fetch, fetch_grouped, rows_of
from lifecycle.rules.facts import LifeFacts


def standing(entry: str, known_at: datetime | None) -> str:
    """The SQL condition that `entry` counts: neither a reversal nor reversed, as recorded by `known_at`.

    The query must have the parameter `known_at`. A reversal recorded later does not drop its original
    yet. Reversals are few and have an index of their own.
    """
    if known_at is None:
        known = reversal_known = ""
    else:
        known = f"AND {entry}.recorded_at <= %(known_at)s"
        reversal_known = "AND reversal.recorded_at <= %(known_at)s"
    return f"""{entry}.reverses_id IS NULL {known} AND NOT EXISTS (
            SELECT FROM finance_entry reversal WHERE reversal.reverses_id = {entry}.id {reversal_known})"""


def counts(receipt: str, known_at: datetime | None = None) -> str:
    """The SQL condition that `receipt` (of a refund) counts: its entry, where it has one, still stands."""
    return f"""({receipt}.entry_id IS NULL OR EXISTS (
            SELECT FROM finance_entry e WHERE e.id = {receipt}.entry_id AND {standing("e", known_at)}))"""


def funding_facts(
    life: Mapping[int, LifeFacts],
    *,
    on: date,
    known_at: datetime | None = None,
    repeated: Mapping[int, Sequence[RepeatedInvoice]],
) -> dict[int, FundingFacts]:
    """Facts of the projects in `life` (as `life_facts` gave them for the same day), by project id.

    repeated: what `repeated_invoices` said of them, or of more projects, for the same day.
    Five queries however many projects; movements come summed by day, kind, source and, for fiscal
    spending, category, since no rule tells them further apart. `on` cuts by business day as known now,
    `known_at` by when entries were recorded. Memory grows with the projects: ask in chunks.
    """
    at: dict[str, Any] = {
        "projects": list(life),
        "on": on,
        "known_at": known_at,
        "fiscal": list(FISCAL),
    }
    contracts = fetch(
        f"""
        SELECT p.id, p.category_scheme, p.total_investment,
            p.provincial_grant, p.park_matching, p.self_raised, p.social_capital
        FROM {rows_of("lifecycle_project", known_at)} p WHERE p.id = ANY(%(projects)s)
        """,
        at,
    )
    tranches = fetch_grouped(
        f"""
        SELECT t.project_id, t.source, t.number, t.planned_on, t.amount
        FROM {rows_of("lifecycle_tranche", known_at)} t WHERE t.project_id = ANY(%(projects)s)
        """,
        at,
    )
    movements = fetch_grouped(
        f"""
        SELECT e.project_id, e.day, e.kind, e.source,
            CASE WHEN e.source = ANY(%(fiscal)s) THEN e.category END, sum(e.amount)
        FROM finance_entry e
        WHERE e.project_id = ANY(%(projects)s) AND e.day <= %(on)s AND {standing("e", known_at)}
        GROUP BY 1, 2, 3, 4, 5
        """,
        at,
    )
    audits = fetch_grouped(
        f"""
        SELECT a.project_id, a.audited_on, a.audited_investment
        FROM {rows_of("finance_audit", known_at)} a
        WHERE a.project_id = ANY(%(projects)s) AND a.audited_on <= %(on)s
        """,
        at,
    )
    refunds = fetch_grouped(
        f"""
        SELECT r.project_id, r.source, r.holder, r.asked_on, r.due_on, r.amount + r.interest,
            coalesce(sum(c.amount + c.interest), 0.00)
        FROM {rows_of("finance_refund", known_at)} r
        LEFT JOIN {rows_of("finance_refundreceipt", known_at)} c ON c.refund_id = r.id
            AND c.received_on <= %(on)s AND {counts("c", known_at)}
        WHERE r.project_id = ANY(%(projects)s) AND r.state <> 'withdrawn' AND r.asked_on <= %(on)s
        GROUP BY r.project_id, r.id, r.source, r.holder, r.asked_on, r.due_on, r.amount, r.interest
        ORDER BY r.id
        """,
        at,
    )
    return {
        pk: FundingFacts(
            project=life[pk],
            scheme=scheme,
            investment=investment,
            committed=dict(zip(SOURCES, committed, strict=True)),
            flows=Flows.up_to(on, movements.get(pk, ())),
            tranches=[Tranche._make(row) for row in tranches.get(pk, ())],
            repeated_invoices=repeated.get(pk, ()),
            audits=[Audit._make(row) for row in audits.get(pk, ())],
            refunds=[Refund._make(row) for row in refunds.get(pk, ())],
        )
        for pk, scheme, investment, *committed in contracts
    }


def repeated_invoices(
    ids: Sequence[int], *, on: date, known_at: datetime | None = None
) -> dict[int, list[RepeatedInvoice]]:
    """Invoices on 支出 of more than one voucher, dated by `on`, for those of `ids` they touch; two queries.

    Own vouchers come by name, those of other projects by number alone. Costs a look-up for each invoice
    of these projects, or one pass over the index of all invoices where that is less.
    """
    suspects = _INVOICES_SEEN_TWICE if len(ids) >= MANY else _OWN_INVOICES_SEEN_TWICE
    at = {"projects": list(ids), "on": on, "known_at": known_at, "spending": SPENDING}
    invoices = [invoice for (invoice,) in fetch(suspects, at)]
    rows = fetch_grouped(
        f"""
        WITH vouchers AS (
            SELECT e.invoice, e.project_id, e.voucher, sum(e.amount) AS amount
            FROM finance_entry e
            WHERE e.invoice = ANY(%(invoices)s) AND e.invoice <> ''
                AND e.kind = %(spending)s AND e.day <= %(on)s AND {standing("e", known_at)}
            GROUP BY e.invoice, e.project_id, e.voucher
        ), counted AS (
            SELECT vouchers.*, count(*) OVER (PARTITION BY invoice) AS in_all FROM vouchers
        )
        SELECT project_id, invoice, array_agg(voucher ORDER BY voucher), (in_all - count(*))::integer,
            sum(amount)
        FROM counted
        WHERE in_all > 1 AND project_id = ANY(%(projects)s)
        GROUP BY project_id, invoice, in_all
        ORDER BY project_id, invoice
        """,
        {**at, "invoices": invoices},
    )
    return {
        pk: [
            RepeatedInvoice(invoice, tuple(vouchers), elsewhere, amount)
            for invoice, vouchers, elsewhere, amount in found
        ]
        for pk, found in rows.items()
    }


MANY = 1_000
"""From this many projects on, reading the index of all invoices costs less than a look-up for each."""

_INVOICES_SEEN_TWICE = """
    SELECT e.invoice FROM finance_entry e WHERE e.invoice <> '' GROUP BY e.invoice HAVING count(*) > 1
"""

# The limit inside keeps it a look-up in the index for each own invoice, never a pass over the journal.
_OWN_INVOICES_SEEN_TWICE = """
    SELECT DISTINCT own.invoice
    FROM finance_entry own
    CROSS JOIN LATERAL (
        SELECT FROM finance_entry other
        WHERE other.invoice = own.invoice AND other.invoice <> '' AND other.id <> own.id LIMIT 1
    ) another
    WHERE own.project_id = ANY(%(projects)s) AND own.invoice <> ''
"""
