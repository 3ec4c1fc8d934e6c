"""An extract of the ledger: where the chain stands, and its first and last entries, never more than fit on paper."""

from __future__ import annotations

from datetime import date

from finance.chain import genesis
from finance.models import Journal
from lifecycle.models import Project
from lifecycle.reading import fetch
from reports.facts import EntryFacts, LedgerFacts

AT_EACH_END = 100
"""Entries shown from the beginning, and from the end; up to twice as many are shown whole."""


def ledger_of(project: Project, journals: list[Journal], *, on: date, each: int = AT_EACH_END) -> LedgerFacts:
    """The extract of the entries dated by the end of `on`; one query, which brings at most twice `each` rows.

    journals: that of the project, none before its first entry. Reversed entries and reversals are shown, as they
    stand in the ledger.
    """
    rows = fetch(
        """
        SELECT total.count, n.sequence, n.day, n.kind, n.source, n.category, n.amount, n.voucher, n.invoice,
            n.counterparty, n.memo,
            (SELECT o.sequence FROM finance_entry o WHERE o.id = n.reverses_id),
            EXISTS (SELECT FROM finance_entry r WHERE r.reverses_id = n.id)
        FROM (
            SELECT count(*) FROM finance_entry e WHERE e.project_id = %(project)s AND e.day <= %(on)s
        ) total
        LEFT JOIN (
            SELECT e.*, row_number() OVER (ORDER BY e.sequence) AS place
            FROM finance_entry e WHERE e.project_id = %(project)s AND e.day <= %(on)s
        ) n ON n.place <= %(each)s OR n.place > total.count - %(each)s
        ORDER BY n.sequence
        """,
        {"project": project.pk, "on": on, "each": each},
    )
    return LedgerFacts(
        sequence=journals[0].sequence if journals else 0,
        head_hash=journals[0].head_hash if journals else genesis(project.number),
        entries=rows[0][0],
        leading=min(each, rows[0][0]),
        shown=[
            EntryFacts(
                sequence=sequence,
                on=day,
                kind=kind,
                source=source,
                category=category,
                amount=amount,
                voucher=voucher,
                invoice=invoice,
                counterparty=counterparty,
                memo=memo,
                reverses=reverses,
                is_reversed=is_reversed,
            )
            for (
                _count,
                sequence,
                day,
                kind,
                source,
                category,
                amount,
                voucher,
                invoice,
                counterparty,
                memo,
                reverses,
                is_reversed,
            ) in rows
            if sequence is not None
        ],
    )
