"""The facts of the ledger of spending (支出台账): every entry that counts, by day."""

from __future__ import annotations

from datetime import date

from finance.facts import standing
from finance.models import Journal
from finance.settlement import settlement_of
from finance.terms import SPENDING
from lifecycle.models import Project
from lifecycle.reading import fetch
from reports.collect.head import opened
from reports.collect.ledger import ledger_of
from reports.collect.money import categories_of, sources_of
from reports.facts_ledgers import SpendingLedgerFacts, SpentFacts

KIND = "spending"


def collect_spending(project: Project, *, on: date, today: date) -> SpendingLedgerFacts:
    """All that the ledger of spending says of the project up to the end of `on`, as known now; eleven statements.

    Entries that were reversed, and their reversals, are left out and counted, as everywhere else.
    """
    with opened(project, on=on, today=today) as known:
        funding = known.overview.funding
        return SpendingLedgerFacts(
            **known.head(KIND),
            sources=sources_of(funding),
            categories=categories_of(settlement_of(known.project, on=on, funding=funding)),
            entries=_entries(project, on=on),
            taken_back=_taken_back(project, on=on),
            ledger=ledger_of(known.project, known.records[Journal], on=on, each=0),
        )


def _entries(project: Project, *, on: date) -> list[SpentFacts]:
    rows = fetch(
        f"""
        SELECT e.sequence, e.day, e.voucher, e.memo, e.category, e.source, e.amount, e.invoice, e.counterparty
        FROM finance_entry e
        WHERE e.project_id = %(project)s AND e.kind = %(spending)s AND e.day <= %(on)s
            AND {standing("e", None)}
        ORDER BY e.day, e.sequence
        """,
        {"project": project.pk, "spending": SPENDING, "on": on},
    )
    return [
        SpentFacts(
            sequence=sequence,
            on=day,
            voucher=voucher,
            memo=memo,
            category=category,
            source=source,
            amount=amount,
            invoice=invoice,
            counterparty=counterparty,
        )
        for sequence, day, voucher, memo, category, source, amount, invoice, counterparty in rows
    ]


def _taken_back(project: Project, *, on: date) -> int:
    """How many entries of spending were reversed; their reversals are of the same kind and are not counted."""
    ((count,),) = fetch(
        """
        SELECT count(*) FROM finance_entry e
        WHERE e.project_id = %(project)s AND e.kind = %(spending)s AND e.day <= %(on)s
            AND EXISTS (SELECT FROM finance_entry r WHERE r.reverses_id = e.id)
        """,
        {"project": project.pk, "spending": SPENDING, "on": on},
    )
    return int(count)
