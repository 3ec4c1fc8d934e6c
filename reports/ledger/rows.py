"""What every ledger file is made from: entries in sequence, the head of the chain, sums by account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from psycopg.abc import Buffer
from psycopg.sql import SQL, Composed, Literal

from finance.chain import genesis
from finance.models import AccountRole
from finance.reading import Reader, copied
from finance.terms import CATEGORIES, SOURCES
from lifecycle.models import Project

COLUMNS: tuple[str, ...] = (
    "序号",
    "业务日期",
    "记账时间",
    "业务类型",
    "资金来源",
    "支出科目",
    "借方科目",
    "贷方科目",
    "金额（元）",
    "凭证号",
    "票据号",
    "对方单位",
    "摘要",
    "红冲序号",
    "前序哈希",
    "哈希",
)
"""The columns of CSV and XLSX, fixed for programs that read them. Source: INTERFACES.md 'Ledger export'."""

# As docs/ledger-hash.md has it. JSON writes the same but for closing zeros of the microseconds, at a third
# of the cost, so only one instant in ten takes the long way.
RECORDED_AT = (
    "CASE WHEN date_bin('10 microseconds', e.recorded_at, 'epoch'::timestamptz) <> e.recorded_at"
    " THEN substr(to_json(e.recorded_at)::text, 2, 32) ELSE finance_instant(e.recorded_at) END"
)
# Few entries reverse another, and a join would look for all of them before the first row.
REVERSES = (
    "CASE WHEN e.reverses_id IS NOT NULL"
    " THEN (SELECT o.sequence FROM finance_entry o WHERE o.id = e.reverses_id) END"
)
_ENTRIES = """
    SELECT {columns}
    FROM finance_entry e
    JOIN finance_account d ON d.id = e.debit_id
    JOIN finance_account c ON c.id = e.credit_id
    WHERE e.project_id = {project} AND e.day <= {until}
    ORDER BY e.sequence
"""
# One column of text without control characters needs neither separator nor quotes.
_BARE = r"FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02'"


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of a project's chain: sequence 0 and the genesis hash before the first."""

    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class Sum:
    """What went through one account, in yuan; `balance` is debits less credits."""

    account: str
    role: str
    source: str
    category: str
    debit: Decimal
    credit: Decimal

    @property
    def balance(self) -> Decimal:
        return self.debit - self.credit


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums by account in the usual order; how many entries, from when to when."""

    accounts: tuple[Sum, ...]
    entries: int
    first_on: date | None
    last_on: date | None


def entries(columns: str, project: Project, on: date | None) -> Composed:
    """The query of the entries dated up to `on` (None: all), in sequence.

    columns: SQL over e (the entry), d and c (its debit and credit account).
    """
    return SQL(_ENTRIES).format(
        columns=SQL(columns),  # type: ignore[arg-type]  # fragments of this package, never a reader's text
        project=Literal(project.pk),
        until=Literal(on) if on else SQL("'infinity'"),
    )


def lines(cursor: Reader, query: Composed) -> AbstractContextManager[Iterator[Buffer]]:
    """A line a row of `query`, whose one column is text without control characters; each with a newline."""
    return copied(cursor, query, _BARE)


def head_of(cursor: Reader, project: Project) -> Head:
    """The head of the whole chain, also where a ledger is cut at a day."""
    cursor.execute("SELECT sequence, head_hash FROM finance_journal WHERE project_id = %s", [project.pk])
    row = cursor.fetchone()
    return Head(*row) if row else Head(0, genesis(project.number))


def sums_of(cursor: Reader, project: Project, on: date | None) -> Sums:
    """The sums over the entries dated up to `on` (None: all). Accounts without an entry are left out."""
    cursor.execute(
        "WITH pairs AS ("
        "  SELECT debit_id, credit_id, sum(amount) AS amount, count(*) AS entries,"
        "    min(day) AS low, max(day) AS high"
        "  FROM finance_entry WHERE project_id = %s AND day <= coalesce(%s::date, 'infinity') GROUP BY 1, 2"
        "), sides AS ("
        "  SELECT debit_id AS account_id, amount AS debit, 0 AS credit, entries, low, high FROM pairs"
        "  UNION ALL SELECT credit_id, 0, amount, 0, low, high FROM pairs"
        ") SELECT a.name, a.role, a.source, a.category, sum(s.debit), sum(s.credit), sum(s.entries)::bigint,"
        "  min(s.low), max(s.high)"
        " FROM sides s JOIN finance_account a ON a.id = s.account_id GROUP BY a.id",
        [project.pk, on],
    )
    found = cursor.fetchall()
    scheme = CATEGORIES[project.category_scheme]
    return Sums(
        tuple(sorted((Sum(*row[:6]) for row in found), key=lambda each: _usual_order(each, scheme))),
        sum(row[6] for row in found),
        min((row[7] for row in found), default=None),
        max((row[8] for row in found), default=None),
    )


def place(word: str, words: Sequence[str]) -> int:
    """Where a word stands among its like; the end for one that is not there."""
    return words.index(word) if word in words else len(words)


def _usual_order(account: Sum, scheme: Sequence[str]) -> tuple[int, int, int, str]:
    return (
        place(account.role, AccountRole.values),
        place(account.source, SOURCES),
        place(account.category, scheme),
        account.category,
    )
