"""The formats that a ledger can be had in, for commands, pages and API alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO, Protocol

from lifecycle.models import Project
from reports.ledger.beancount_file import stream_beancount, write_beancount
from reports.ledger.csv_file import stream_csv, write_csv
from reports.ledger.json_file import stream_json, write_json
from reports.ledger.xlsx_file import stream_xlsx, write_xlsx


class Writer(Protocol):
    def __call__(self, project: Project, out: BinaryIO, *, on: date | None = None) -> None: ...


@dataclass(frozen=True, slots=True)
class LedgerFormat:
    """`stream` yields the file in pieces (close it to give up), `write` writes it into a seekable file."""

    name: str
    content_type: str
    stream: Callable[[Project, date | None], Iterator[bytes]]
    write: Writer

    def file_name(self, project: Project, on: date | None) -> str:
        """Such as BA2022001-ledger-2024-03-31.csv, free of signs that a file system or header would stumble over."""
        number = "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in project.number)
        return f"{number}-ledger{f'-{on.isoformat()}' if on else ''}.{self.name}"


FORMATS: dict[str, LedgerFormat] = {
    each.name: each
    for each in (
        LedgerFormat("csv", "text/csv; charset=utf-8", stream_csv, write_csv),
        LedgerFormat(
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            stream_xlsx,
            write_xlsx,
        ),
        LedgerFormat("json", "application/json", stream_json, write_json),
        LedgerFormat("beancount", "text/plain; charset=utf-8", stream_beancount, write_beancount),
    )
}
"""By name, as in INTERFACES.md."""
