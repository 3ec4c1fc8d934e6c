"""Ledgers as files over HTTP, for pages and API alike: the formats, what writes each, who took one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from finance.models import Journal
from lifecycle.models import Project
from lifecycle.parties.log import Actor, record
from reports.issuing import note_print
from reports.ledger.beancount_file import stream_beancount
from reports.ledger.csv_file import stream_csv
from reports.ledger.json_file import stream_json
from reports.ledger.xlsx_file import stream_xlsx


@dataclass(frozen=True, slots=True)
class Format:
    """How a ledger is written, and what a browser is told of it."""

    stream: Callable[[Project, date | None], Iterator[bytes]]
    media_type: str
    suffix: str


FORMATS: dict[str, Format] = {
    "csv": Format(stream_csv, "text/csv; charset=utf-8", "csv"),
    "xlsx": Format(stream_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    "json": Format(stream_json, "application/json", "json"),
    "beancount": Format(stream_beancount, "text/plain; charset=utf-8", "beancount"),
}


def ledger_download(project: Project, *, form: str, on: date | None, actor: Actor) -> StreamingHttpResponse:
    """The project's ledger up to `on` (None: all) as a file of one of FORMATS, streamed and noted in the log.

    Raises:
        LedgerTooLong: the format cannot hold it; nothing was sent yet.
    """
    wanted = FORMATS[form]
    pieces = _begun(_noted(project, wanted.stream(project, on)))
    record(actor, "download_ledger", subject=project.number, format=form, on=on.isoformat() if on else None)
    response = StreamingHttpResponse(pieces, content_type=wanted.media_type)
    title = f"{project.number}-{_('台账')}" + (f"-{on.isoformat()}" if on else "")
    response["Content-Disposition"] = content_disposition_header(True, f"{title}.{wanted.suffix}") or ""
    return response


def _noted(project: Project, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same pieces; the head of the chain that the file ends in is remembered, so that paper can be told genuine.

    The file reads the ledger at one instant between the first and the last note.
    """
    _note(project)
    yield from pieces
    _note(project)


def _note(project: Project) -> None:
    head = Journal.objects.filter(project=project).values_list("head_hash", "sequence").first()
    if head is not None:
        note_print(project.pk, head=head[0], sequence=head[1], now=timezone.now())


def _begun(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same pieces with the first one read, so that a refusal is still an answer and not a torn file."""
    first = next(pieces, b"")

    def going_on() -> Iterator[bytes]:
        yield first
        yield from pieces

    return going_on()
