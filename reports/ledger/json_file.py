"""The ledger as JSON: the same facts as the CSV, under the names that the API gives them.

One object: `format` (version of the hash), `project`, `name`, `on` (day of the cut or null), `entries`
in sequence, `balances` by account, `head` of the whole chain. Amounts are strings in yuan with two
decimals; texts stand as they were hashed, empty where there is none; `reverses` is a sequence or null.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

from finance.chain import VERSION
from finance.reading import PIECE, reading
from lifecycle.models import Project
from reports.ledger.rows import RECORDED_AT, REVERSES, Sum, entries, head_of, lines, sums_of

ENTRY = (
    "json_build_object('sequence', e.sequence, 'on', e.day::text, 'recorded_at', " + RECORDED_AT + ","
    " 'kind', e.kind, 'source', e.source, 'category', e.category, 'debit', d.name, 'credit', c.name,"
    " 'amount', e.amount::text, 'voucher', e.voucher, 'invoice', e.invoice, 'counterparty', e.counterparty,"
    " 'memo', e.memo, 'reverses', " + REVERSES + ", 'previous_hash', e.previous_hash, 'hash', e.hash)"
)


def stream_json(project: Project, on: date | None = None) -> Iterator[bytes]:
    """The project's ledger up to `on` (None: all) as pieces of one JSON object in UTF-8.

    Close the iterator to give up: the query is cancelled and its connection closed.
    """
    with reading() as cursor:
        head, sums = head_of(cursor, project), sums_of(cursor, project, on)
        yield _members(
            "{", format=VERSION, project=project.number, name=project.name, on=on.isoformat() if on else None
        )
        piece = bytearray(b'"entries": [\n')
        with lines(cursor, entries(ENTRY, project, on)) as rows:
            for number, row in enumerate(rows):
                if number:
                    piece += b","
                piece += row
                if len(piece) >= PIECE:
                    yield bytes(piece)
                    piece.clear()
        yield bytes(piece) + b"],\n"
        yield (
            _members(
                "",
                balances=[_shown(each) for each in sums.accounts],
                head={"sequence": head.sequence, "hash": head.hash},
            ).rstrip(b",\n")
            + b"\n}\n"
        )


def _members(opening: str, **members: object) -> bytes:
    """The members of an object, a line each, with a comma at the end."""
    shown = "".join(f'"{key}": {json.dumps(value, ensure_ascii=False)},\n' for key, value in members.items())
    return (opening + shown).encode()


def _shown(account: Sum) -> dict[str, str]:
    return {
        "account": account.account,
        "role": account.role,
        "source": account.source,
        "category": account.category,
        "debit": f"{account.debit:.2f}",
        "credit": f"{account.credit:.2f}",
        "balance": f"{account.balance:.2f}",
    }
