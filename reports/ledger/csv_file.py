"""The ledger as CSV that Excel opens by a double click and a program reads as it is.

UTF-8 with a byte order mark, CRLF between records, one row an entry, no totals. PostgreSQL writes the
rows (COPY), so a million of them cost hardly more than reading them, in constant memory.

Text that a spreadsheet would run as a formula goes out with one apostrophe before it; so does text
that itself begins with an apostrophe. A reader therefore takes one leading apostrophe off voucher,
invoice, counterparty and memo, and has the text that was hashed (docs/ledger-hash.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from finance.reading import PIECE, copied, reading
from lifecycle.models import Project
from reports.ledger.rows import COLUMNS, RECORDED_AT, REVERSES, entries

# Signs that begin a formula, their full-width forms, which Chinese and Japanese Excel takes too, what
# Excel skips before one (tab and line ends), and the apostrophe itself.
FORMULA_SIGNS = "=+-@＝＋－＠\t\r\n'"
_SIGNS = ", ".join(str(ord(sign)) for sign in FORMULA_SIGNS)


def _guarded(column: str) -> str:
    return f"CASE WHEN ascii(e.{column}) IN ({_SIGNS}) THEN '''' || e.{column} ELSE e.{column} END"


_COLUMNS = ", ".join(
    (
        "e.sequence",
        "e.day",
        RECORDED_AT,
        "e.kind",
        "e.source",
        "e.category",
        "d.name",
        "c.name",
        "e.amount",
        _guarded("voucher"),
        _guarded("invoice"),
        _guarded("counterparty"),
        _guarded("memo"),
        f"coalesce(({REVERSES})::text, '')",
        "e.previous_hash",
        "e.hash",
    )
)
# COPY quotes an empty text to tell it from NULL. There is no NULL here, so it gets a sign of its own.
_LAYOUT = r"FORMAT csv, NULL E'\x01'"
_HEADER = b"\xef\xbb\xbf" + ",".join(COLUMNS).encode() + b"\r\n"


def stream_csv(project: Project, on: date | None = None) -> Iterator[bytes]:
    """The project's entries dated up to `on` (None: all), in sequence, as pieces of a CSV file.

    Close the iterator to give up: the query is cancelled and its connection closed.
    """
    yield _HEADER
    with reading() as cursor, copied(cursor, entries(_COLUMNS, project, on), _LAYOUT) as rows:
        piece = bytearray()
        for row in rows:
            # Only the end of the row is a line end of CSV; those inside a text stay as they were hashed.
            piece += row
            piece[-1:] = b"\r\n"
            if len(piece) >= PIECE:
                yield bytes(piece)
                piece.clear()
        yield bytes(piece)


def write_csv(project: Project, out: BinaryIO, *, on: date | None = None) -> None:
    """Write what `stream_csv` yields."""
    out.writelines(stream_csv(project, on))
