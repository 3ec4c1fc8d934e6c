"""The ledger for beancount, a program of other people's that checks our balances: bean-check accepts it.

    Equity:Grantor, Equity:Direct     where money comes from, at the park or past it
    Assets:Park, Assets:Unit          what the park and the unit hold
    Expenses                          spending by category
    Equity:Refunded, Equity:Returned  what went back from the unit, from the park

The source follows as S1 to S4, since a part of a name begins with a capital Latin letter or a digit;
a category by its place in its scheme. The balances stand at the end as assertions of the day after the
last entry. Metadata carry sequence and hash, so a line can be found again in the books.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from finance.models import AccountRole
from finance.reading import PIECE, reading
from finance.terms import CATEGORIES, SOURCES
from lifecycle.models import Project
from reports.ledger.json_file import ENTRY
from reports.ledger.rows import Sum, entries, head_of, lines, place, sums_of

CURRENCY = "CNY"
ROOTS = {
    AccountRole.GRANTOR: "Equity:Grantor",
    AccountRole.DIRECT: "Equity:Direct",
    AccountRole.PARK: "Assets:Park",
    AccountRole.UNIT: "Assets:Unit",
    AccountRole.EXPENSE: "Expenses",
    AccountRole.REFUNDED: "Equity:Refunded",
    AccountRole.RETURNED: "Equity:Returned",
}
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t"})


def stream_beancount(project: Project, on: date | None = None) -> Iterator[bytes]:
    """The project's ledger up to `on` (None: all) as pieces of a beancount file in UTF-8.

    Close the iterator to give up: the query is cancelled and its connection closed.
    """
    with reading() as cursor:
        head, sums = head_of(cursor, project), sums_of(cursor, project, on)
        scheme = CATEGORIES[project.category_scheme]
        names = {each.account: account_name(each, scheme) for each in sums.accounts}
        yield (
            f'option "title" {_quoted(f"{project.number} {project.name}")}\n'
            f'option "operating_currency" "{CURRENCY}"\n'
            f"; chain head: {head.sequence} {head.hash}\n\n"
            + "".join(f"{sums.first_on} open {name} {CURRENCY}\n" for name in names.values())
        ).encode()
        piece = bytearray()
        with lines(cursor, entries(ENTRY, project, on)) as rows:
            for row in rows:
                piece += _transaction(json.loads(bytes(row)), names).encode()
                if len(piece) >= PIECE:
                    yield bytes(piece)
                    piece.clear()
        yield bytes(piece)
        if sums.last_on:
            # An assertion holds at the beginning of its day.
            day = sums.last_on + timedelta(days=1)
            yield b"\n"
            yield "".join(
                f"{day} balance {names[each.account]}  {each.balance:.2f} ~ 0 {CURRENCY}\n"
                for each in sums.accounts
            ).encode()


def account_name(account: Sum, scheme: Sequence[str]) -> str:
    """The account's name in beancount, e.g. Expenses:S1-省拨款:10-出版-文献-信息传播-知识产权事务费.

    scheme: the spending categories of the project, in order.
    """
    parts = [ROOTS[AccountRole(account.role)], f"S{place(account.source, SOURCES) + 1}-{account.source}"]
    if account.category:
        parts.append(f"{place(account.category, scheme) + 1:02d}-" + re.sub(r"[\W_]", "-", account.category))
    return ":".join(parts)


def _transaction(entry: dict[str, Any], names: dict[str, str]) -> str:
    facts = {
        key: entry[key]
        for key in (
            "kind",
            "source",
            "category",
            "voucher",
            "invoice",
            "recorded_at",
            "previous_hash",
            "hash",
        )
        if entry[key]
    }
    return (
        f"\n{entry['on']} * {_quoted(entry['counterparty'])} {_quoted(entry['memo'])}\n"
        f"  sequence: {entry['sequence']}\n"
        + (f"  reverses: {entry['reverses']}\n" if entry["reverses"] else "")
        + "".join(f"  {key}: {_quoted(value)}\n" for key, value in facts.items())
        + f"  {names[entry['debit']]}  {entry['amount']} {CURRENCY}\n"
        f"  {names[entry['credit']]}  -{entry['amount']} {CURRENCY}\n"
    )


def _quoted(text: str) -> str:
    return f'"{text.translate(_ESCAPES)}"'
