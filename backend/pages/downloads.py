"""Ledgers as files over HTTP: which formats there are, and what writes each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from lifecycle.models import Project
from reports.ledger.csv_file import stream_csv

Stream = Callable[[Project, date | None], Iterator[bytes]]

FORMATS: dict[str, tuple[str, Stream]] = {"csv": ("text/csv; charset=utf-8", stream_csv)}
"""Content type and writer, by the ending of the file's name."""
